import { App, Testing } from 'cdktf';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ValidationError } from '../../lib/model/errors';
import { Environment, readEnvironments } from '../../stacks/environments';
import { ProdStack } from '../../stacks/prod';
import { EnvironmentSettings } from '../../stacks/settings';
import { FEWEST } from './fewest-settings';

/** Of an environment of one network. */
function settingsOf(environment: Environment | undefined): EnvironmentSettings {
  if (environment === undefined || !('settings' in environment))
    throw new Error('no environment of one network');
  return environment.settings;
}

describe('environments', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'environments-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text);
  };
  const settings = (name: string, changes: object = {}): void => {
    write(`${name}.yaml`, JSON.stringify({ ...FEWEST, ...changes }));
  };

  it('are the files of a folder, in the order of their names', () => {
    settings('prod');
    settings('dev', { nodes: 1 });
    write('README.md', 'not one');
    expect(readEnvironments(folder, {}).map((found) => [found.name, settingsOf(found).nodes])).toEqual([
      ['dev', 1],
      ['prod', undefined],
    ]);
  });

  it('need no folder', () => {
    expect(readEnvironments(join(folder, 'none'), {})).toEqual([]);
  });

  it('take a variable in place of a setting, read as YAML', () => {
    settings('prod');
    settings('prod-eu');
    const [prod, europe] = readEnvironments(folder, {
      BROKERS_PROD_NODES: '5',
      BROKERS_PROD_INSTANCE_TYPE: 'ecs.r7.large',
      BROKERS_PROD_ZONES: '[cn-beijing-a, cn-beijing-b, cn-beijing-c]',
      BROKERS_PROD_DATA_DISK_GIB: '500',
      BROKERS_PROD_MEMORY_MIB: '4096',
      BROKERS_PROD_DELETION_PROTECTION: 'false',
      BROKERS_PROD_EU_NODES: '7',
      BROKERS_OTHER: 'x',
    });
    expect(settingsOf(prod)).toMatchObject({
      nodes: 5,
      instanceType: 'ecs.r7.large',
      zones: ['cn-beijing-a', 'cn-beijing-b', 'cn-beijing-c'],
      dataDiskGiB: 500,
      memoryMiB: 4096,
      deletionProtection: false,
    });
    expect(europe).toMatchObject({ name: 'prod-eu', settings: { nodes: 7, deletionProtection: true } });
  });

  it('of several sites take a variable for all of them, or for one', () => {
    const { region, zones, ...common } = FEWEST;
    const place = { region, zones };
    const sites = { near: place, far: place };
    write('links.yaml', JSON.stringify({ ...common, architecture: 'shovel', queues: ['orders'], sites }));
    const [links] = readEnvironments(folder, { BROKERS_LINKS_NODES: '5', BROKERS_LINKS_FAR_NODES: '1' });
    if (links === undefined || !('sites' in links)) throw new Error('no environment of several sites');
    expect([...links.sites.sites].map(([name, { nodes }]) => [name, nodes])).toEqual([
      ['near', 5],
      ['far', 1],
    ]);
    expect(() => readEnvironments(folder, { BROKERS_LINKS_FAR_NODE: '1' })).toThrow(
      /^BROKERS_LINKS_FAR_NODE: names no setting of links-far: use BROKERS_LINKS_FAR_ and one of REGION, /,
    );
  });

  it.each([
    [
      'BROKERS_PROD_NODE',
      '5',
      /^BROKERS_PROD_NODE: names no setting of prod: use BROKERS_PROD_ and one of REGION, ZONES, /,
    ],
    ['BROKERS_PROD_NODES', 'five', /prod\.yaml: these settings cannot be used:\n {2}nodes: /],
    ['BROKERS_PROD_ZONES', '[cn-beijing-a', /^BROKERS_PROD_ZONES: cannot be read as YAML: /],
  ])('refuse the variable %s=%s', (variable, value, message) => {
    settings('prod');
    expect(() => readEnvironments(folder, { [variable]: value })).toThrow(ValidationError);
    expect(() => readEnvironments(folder, { [variable]: value })).toThrow(message);
  });

  it.each([
    ['prod.yaml', 'zones: [', /prod\.yaml: cannot be read as YAML: /],
    ['prod.yaml', 'nodes: 3\nnodes: 5\n', /prod\.yaml: cannot be read as YAML: Map keys must be unique/],
    ['prod.yaml', '- a\n', /prod\.yaml: these settings cannot be used:/],
    ['prod.yaml', '', /prod\.yaml: these settings cannot be used:\n {2}region: is missing: name the region/],
    ['Prod.yaml', '', /Prod\.yaml: an environment is named after its file: use lower-case letters/],
    ['local.yaml', '', /local\.yaml: an environment is named after its file: .* none of local, mirrored, /],
    ['single.yaml', '', /single\.yaml: an environment is named after its file/],
  ])('refuse the file %s with %j', (name, text, message) => {
    write(name, text);
    expect(() => readEnvironments(folder, {})).toThrow(ValidationError);
    expect(() => readEnvironments(folder, {})).toThrow(message);
  });

  it('are a cluster each, from one small file', () => {
    settings('second');
    const [second] = readEnvironments(folder, {});
    const stack = new ProdStack(new App(), 'second', settingsOf(second));
    expect(Testing.synth(stack, true)).toContain('second-rabbitmq-3');
    expect(Object.keys(FEWEST).length).toBeLessThan(10);
  });
});
