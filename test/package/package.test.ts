import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { composingSnippet, ROOT } from '../docs/repository';
import { below, EmptyProject, PEERS } from './empty-project';

const execute = promisify(execFile);
/** Besides `dist/lib`, `images` and `examples`. */
const TOP_FILES = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];

const project = new EmptyProject();
const installed = project.installed('cdktf-brokers');

beforeAll(() => project.install('.'));

afterAll(() => {
  project.remove();
});

/** What a compiled file was before. */
function sourceOf(path: string): string {
  return path.replace(/(?:\.d\.ts|\.js)$/, '.ts');
}

describe('the packed files', () => {
  it('are the library, the images, the examples and the top pages, and nothing else', () => {
    const others = below(installed).filter((path) => !/^(?:dist\/lib|images|examples)\//.test(path));
    expect(others.sort()).toEqual(TOP_FILES);
  });

  it('are compiled from sources that exist, and hold no sources, maps or build information', () => {
    const library = below(join(installed, 'dist', 'lib'));
    expect(library.filter((path) => !/\.(?:js|d\.ts|sh|py)$/.test(path))).toEqual([]);
    expect(library.filter((path) => !existsSync(join(ROOT, 'lib', sourceOf(path))))).toEqual([]);
    const scripts = library.filter((path) => path.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(50);
    for (const path of scripts) {
      expect(readFileSync(join(installed, 'dist', 'lib', path), 'utf8')).not.toContain('sourceMappingURL');
    }
  });

  it('lack no source: every module with its types, every script of the nodes as it is', () => {
    const library = below(join(installed, 'dist', 'lib'));
    for (const path of below(join(ROOT, 'lib'))) {
      if (path.endsWith('.ts')) {
        expect(library).toContain(path.replace(/\.ts$/, '.js'));
        expect(library).toContain(path.replace(/\.ts$/, '.d.ts'));
      } else {
        const packed = readFileSync(join(installed, 'dist', 'lib', path), 'utf8');
        expect(packed).toBe(readFileSync(join(ROOT, 'lib', path), 'utf8'));
      }
    }
  });

  it('have the examples as people copy them', () => {
    const examples = below(join(ROOT, 'examples'));
    expect(below(join(installed, 'examples')).sort()).toEqual(examples.sort());
    for (const path of examples) {
      const packed = readFileSync(join(installed, 'examples', path), 'utf8');
      expect(packed).toBe(readFileSync(join(ROOT, 'examples', path), 'utf8'));
    }
  });

  it('bring no copy of the peers', () => {
    expect(below(installed).filter((path) => path.includes('node_modules'))).toEqual([]);
    for (const name of PEERS) expect(project.has(name)).toBe(true);
  });
});

describe('an application in another project', () => {
  it('needs no bindings of a cloud that it does not use', () => {
    expect(project.has('@cdktf/provider-docker')).toBe(true);
    expect(project.has('@cdktf/provider-alicloud')).toBe(false);
  });

  beforeAll(async () => {
    writeFileSync(join(project.directory, 'app.cts'), composingSnippet());
    writeFileSync(join(project.directory, 'app.mts'), composingSnippet());
    await project.compile(
      { module: 'node16', outDir: 'compiled' },
      ['app.cts', 'app.mts'],
      'tsconfig.node16.json',
    );
  });

  it('compiles for a bundler as well', async () => {
    const options = { module: 'esnext', moduleResolution: 'bundler', noEmit: true };
    await expect(project.compile(options, ['app.mts'], 'tsconfig.json')).resolves.toBeUndefined();
  });

  it.each(['app.cjs', 'app.mjs'])(
    'synthesises as %s',
    async (script) => {
      const stack = await project.synthesise(script, 'messaging');
      const { resource } = JSON.parse(readFileSync(join(stack, 'cdk.tf.json'), 'utf8')) as {
        resource: Record<
          string,
          Record<string, { name: string; upload?: { file: string; content: string }[] }>
        >;
      };
      const containers = Object.values(resource['docker_container'] ?? {});
      expect(containers.map(({ name }) => name).sort()).toEqual([
        'front-1',
        'front-2',
        'orders-1',
        'orders-2',
        'orders-3',
      ]);
      expect(Object.keys(resource['docker_network'] ?? {})).toHaveLength(1);
      for (const { upload = [] } of containers) {
        const unpack = upload.find(({ file }) => file.endsWith('/unpack'));
        expect(unpack?.content).toMatch(/^#!\/bin\/sh\n/);
        const bundle = upload.find(({ file }) => file.endsWith('/bundle'));
        expect(bundle?.content).toContain('@@file /opt/brokers/bin/install-files\n#!/bin/sh\n');
      }
    },
    60_000,
  );

  it('has an agent beside the stack that runs without any package', async () => {
    const stack = await project.synthesise('app.cjs', 'messaging');
    const agent = below(stack).find((path) => path.endsWith('/main.js'));
    const alone = join(project.directory, 'alone');
    mkdirSync(alone);
    await expect(
      execute(process.execPath, [join(stack, agent ?? ''), 'ready'], { cwd: alone, env: {} }),
    ).rejects.toMatchObject({
      code: 1,
      stderr: 'the agent is started by Terraform: BROKERS_GROUP is not set\n',
    });
  });
});
