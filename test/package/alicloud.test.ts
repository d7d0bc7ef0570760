import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../docs/repository';
import { below, EmptyProject } from './empty-project';

const APPLICATION = `
import { vpc } from '@cdktf/provider-alicloud';
import { Instance } from '@cdktf/provider-alicloud/lib/instance';
import { AlicloudProvider } from '@cdktf/provider-alicloud/lib/provider';
import { App, TerraformStack } from 'cdktf';
import { constrainAlicloudProvider } from 'cdktf-brokers/alicloud';

const app = new App();
const stack = new TerraformStack(app, 'cloud');
new AlicloudProvider(stack, 'alicloud', { region: 'cn-hangzhou' });
constrainAlicloudProvider(stack, '>= 1.289.0, < 1.300.0');
new vpc.Vpc(stack, 'vpc', { cidrBlock: '10.0.0.0/16' });
const instance: Instance = new Instance(stack, 'instance', { imageId: 'debian', instanceType: 'ecs.g7.large' });
const id: string = instance.id;
app.synth();
console.log(id.length);
`;

const project = new EmptyProject();
const installed = project.installed('@cdktf/provider-alicloud');

beforeAll(() => project.install('.', 'providers/alicloud'));

afterAll(() => {
  project.remove();
});

describe('the packed bindings', () => {
  it('are compiled modules with their types, the page and nothing else', () => {
    const files = below(installed);
    expect(files.filter((path) => !/^lib\/.*\.(?:js|d\.ts)$/.test(path)).sort()).toEqual([
      'README.md',
      'package.json',
    ]);
    const modules = files.filter((path) => path.endsWith('.js'));
    // A resource is behind the index of its folder, which has the types.
    const entries = modules.filter((path) => !path.endsWith('/resource.js'));
    expect(entries.length).toBeGreaterThan(80);
    expect(entries.filter((path) => !files.includes(path.replace(/js$/, 'd.ts')))).toEqual([]);
  });

  it('have a module for each resource and data source of the schema', () => {
    const { provider_schemas } = JSON.parse(
      readFileSync(join(ROOT, 'providers', 'alicloud', 'schema.json'), 'utf8'),
    ) as {
      provider_schemas: Record<
        string,
        { resource_schemas: Record<string, object>; data_source_schemas: Record<string, object> }
      >;
    };
    const folder = (name: string): string => name.replaceAll('_', '-');
    const folders = Object.values(provider_schemas).flatMap(({ resource_schemas, data_source_schemas }) => [
      ...Object.keys(resource_schemas).map((name) => folder(name.replace(/^alicloud_/, ''))),
      ...Object.keys(data_source_schemas).map((name) => folder(`data_${name}`)),
    ]);
    expect(folders.length).toBeGreaterThan(80);
    expect(folders.filter((name) => !existsSync(join(installed, 'lib', name, 'index.js')))).toEqual([]);
  });
});

describe('the bindings, when they are imported', () => {
  const node = (file: string, program: string): unknown => {
    writeFileSync(join(project.directory, file), program);
    return JSON.parse(execFileSync(process.execPath, [file], { cwd: project.directory, encoding: 'utf8' }));
  };
  const LOADED = `Object.keys(require.cache).flatMap((path) => /provider-alicloud.lib.(.+).js$/.exec(path)?.[1] ?? [])`;

  it('load what is asked of their index and nothing else', () => {
    const loaded = node(
      'index.cjs',
      `const { vpc } = require('@cdktf/provider-alicloud');
      console.log(JSON.stringify([typeof vpc.Vpc, ${LOADED}]));`,
    );
    expect(loaded).toEqual(['function', ['index', 'vpc/index', 'vpc/resource']]);
  });

  it('load a resource when its class is used', () => {
    const loaded = node(
      'resource.cjs',
      `const vpc = require('@cdktf/provider-alicloud/lib/vpc');
      const before = ${LOADED};
      console.log(JSON.stringify([before, vpc.Vpc === vpc.Vpc, typeof vpc.Vpc, ${LOADED}]));`,
    );
    expect(loaded).toEqual([['vpc/index'], true, 'function', ['vpc/index', 'vpc/resource']]);
  });

  it('have their names for ES modules too', () => {
    const types = node(
      'index.mjs',
      `import { dataAlicloudZones, vpc } from '@cdktf/provider-alicloud';
      import { Vpc } from '@cdktf/provider-alicloud/lib/vpc/index.js';
      console.log(JSON.stringify([typeof dataAlicloudZones.DataAlicloudZones, typeof vpc.Vpc, Vpc === vpc.Vpc]));`,
    );
    expect(types).toEqual(['function', 'function', true]);
  });
});

describe('an application with both packages', () => {
  beforeAll(async () => {
    writeFileSync(join(project.directory, 'app.cts'), APPLICATION);
    await project.compile({ module: 'node16', outDir: 'compiled' }, ['app.cts'], 'tsconfig.node16.json');
  });

  it('compiles for a bundler as well', async () => {
    const options = { module: 'esnext', moduleResolution: 'bundler', noEmit: true };
    writeFileSync(join(project.directory, 'app.mts'), APPLICATION);
    await expect(project.compile(options, ['app.mts'], 'tsconfig.json')).resolves.toBeUndefined();
  });

  it('synthesises', async () => {
    const stack = await project.synthesise('app.cjs', 'cloud');
    expect(JSON.parse(readFileSync(join(stack, 'cdk.tf.json'), 'utf8'))).toMatchObject({
      provider: { alicloud: [{ region: 'cn-hangzhou' }] },
      resource: {
        alicloud_instance: { instance: { image_id: 'debian', instance_type: 'ecs.g7.large' } },
        alicloud_vpc: { vpc: { cidr_block: '10.0.0.0/16' } },
      },
      terraform: {
        required_providers: {
          alicloud: {
            source: 'registry.terraform.io/aliyun/alicloud',
            version: '>= 1.289.0, < 1.300.0',
          },
        },
      },
    });
  });

  it('is refused by the compiler where an argument does not exist', async () => {
    writeFileSync(
      join(project.directory, 'wrong.cts'),
      APPLICATION.replace('instanceType:', 'instanceSort:'),
    );
    await expect(
      project.compile({ module: 'node16', noEmit: true }, ['wrong.cts'], 'tsconfig.wrong.json'),
    ).rejects.toThrow(/'instanceSort' does not exist in type 'InstanceConfig'/);
  });
});
