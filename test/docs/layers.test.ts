import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf, ROOT, textFiles } from './repository';

/** A row of the table of layers: a folder or file, and what it may import. */
interface Layer {
  readonly path: string;
  readonly imports: readonly string[];
}

const page = readFileSync(join(ROOT, 'docs', 'architecture.md'), 'utf8');
const layers: readonly Layer[] = [...page.matchAll(/^\| `(lib[\w./-]*)` +\|[^|]*\|([^|]*)\|$/gm)].map(
  ([, path = '', imports = '']) => ({ path, imports: codeOf(imports).map(({ text }) => text) }),
);
const sources = textFiles().filter(
  ({ path }) => /^lib\/.*\.ts$/.test(path) && !/^lib\/(?:alicloud\/)?index\.ts$/.test(path),
);

/** The most specific layer of a source. */
function layerOf(path: string): Layer | undefined {
  return layers
    .filter((layer) => path === layer.path || path.startsWith(`${layer.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

/** What `from` imports by `name`: a source of this project, or a package. */
function target(from: string, name: string): string {
  if (name.startsWith('.')) return `${join(dirname(from), name)}.ts`;
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

describe('the table of layers', () => {
  it('has every source, and only layers that exist', () => {
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter(({ path }) => layerOf(path) === undefined)).toEqual([]);
    expect(layers.filter(({ path }) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it.each(layers)('tells what $path imports', ({ path: layer, imports }) => {
    const seen = new Set(
      sources
        .filter(({ path }) => layerOf(path)?.path === layer)
        .flatMap(({ path, text }) =>
          [...text.matchAll(/^(?:import|export|\}).* from '([^']+)'(?: with .*)?;$/gm)].map(([, name = '']) =>
            target(path, name),
          ),
        )
        .filter((name) => !name.startsWith('node:'))
        .map((name) => layerOf(name)?.path ?? name)
        .filter((name) => name !== layer),
    );
    expect([...imports].sort()).toEqual([...seen].sort());
  });
});
