import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as cdktf from 'cdktf';
import ts from 'typescript';
import * as library from '../../lib';
import { problemsOf } from './compiler';
import { LocalStack } from '../../stacks/local';
import { composingSnippet, ROOT } from './repository';

const MODULES: Readonly<Record<string, unknown>> = { cdktf, 'cdktf-brokers': library };

/** Runs `text` against the source and returns the stack that it synthesised. */
function synthesise(text: string): Record<string, Record<string, Record<string, Record<string, unknown>>>> {
  const output = mkdtempSync(join(tmpdir(), 'readme-'));
  process.env['CDKTF_OUTDIR'] = output;
  try {
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the application of the page is what is tested
    const application = new Function('require', 'exports', outputText) as (
      require: (name: string) => unknown,
      exports: object,
    ) => void;
    application((name) => MODULES[name], {});
    return JSON.parse(readFileSync(join(output, 'stacks', 'messaging', 'cdk.tf.json'), 'utf8')) as never;
  } finally {
    delete process.env['CDKTF_OUTDIR'];
    rmSync(output, { recursive: true });
  }
}

describe("the README's application", () => {
  const text = composingSnippet();

  it('takes at most fifteen lines', () => {
    expect(text.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(15);
  });

  it('compiles', () => {
    expect(problemsOf(text)).toEqual([]);
  });

  it('would not compile with a wrong property', () => {
    expect(problemsOf(text.replace('nodes: 3', 'nodez: 3')).join()).toContain("'nodez' does not exist");
  });

  it('synthesises the brokers, the proxies and what was added', () => {
    const containers = Object.values(synthesise(text)['resource']?.['docker_container'] ?? {});
    expect(containers.map(({ name }) => name).sort()).toEqual([
      'front-1',
      'front-2',
      'orders-1',
      'orders-2',
      'orders-3',
    ]);
    expect(JSON.stringify(containers)).toContain('order.*');
  });

  it('works beside the demo: no host name and no address is of both', () => {
    const images = library.Images.onEngine({ rabbitmq: 'rabbitmq:test', proxy: 'proxy:test' });
    const demo = new LocalStack(new cdktf.App(), 'local', { images });
    const { resource } = JSON.parse(cdktf.Testing.synth(demo, true)) as ReturnType<typeof synthesise>;
    const stacks = [resource, synthesise(text)['resource']];
    for (const [type, of] of [
      ['docker_container', ({ name }) => name],
      ['docker_volume', ({ name }) => name],
      ['docker_network', ({ name }) => name],
      ['docker_network', ({ ipam_config: [first] = [] }) => first?.subnet],
    ] as [string, (one: { name?: string; ipam_config?: { subnet: string }[] }) => string | undefined][]) {
      const [ours = [], theirs = []] = stacks.map((all) => Object.values(all?.[type] ?? {}).map(of));
      expect(ours.length * theirs.length).toBeGreaterThan(0);
      expect(ours.filter((each) => theirs.includes(each))).toEqual([]);
    }
  });

  it('names images that exist', () => {
    const images = JSON.parse(readFileSync(join(ROOT, 'images', 'registry.json'), 'utf8')) as Record<
      string,
      string
    >;
    for (const role of ['rabbitmq', 'proxy']) expect(text).toContain(`${role}: '${images[role]}'`);
  });
});
