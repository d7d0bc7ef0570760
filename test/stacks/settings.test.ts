import { App, Testing } from 'cdktf';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ValidationError } from '../../lib/model/errors';
import { ProdStack } from '../../stacks/prod';
import { parseSettings, readEnvironments } from '../../stacks/settings';
import { ROOT } from '../docs/repository';

/** As few as there can be: those that nobody can guess. */
const FEWEST = {
  region: 'cn-beijing',
  zones: ['cn-beijing-h', 'cn-beijing-i', 'cn-beijing-k'],
  instanceType: 'ecs.g8i.large',
  image: 'm-1',
  os: 'alinux-3',
  registry: 'registry.example.com/brokers',
  frontEnd: 'nlb',
  clients: ['10.0.0.0/8'],
};

describe('settings', () => {
  it('have a default for whatever can be guessed', () => {
    expect(parseSettings('test', FEWEST)).toEqual({
      ...FEWEST,
      cidr: '10.0.0.0/16',
      zoneSpread: 3,
      natGateway: false,
      architecture: 'quorum',
      docker: 'mirror',
      insecureRegistries: [],
      images: { proxy: 'proxy:3.0' },
      operators: [],
      heartbeatSeconds: 60,
      openFiles: 65_536,
      systemDiskGiB: 40,
      dataDiskGiB: 100,
      secrets: 'generated',
      deletionProtection: true,
      tags: {},
      queues: [],
      quorumQueues: [],
    });
  });

  it('are told apart from what they could be meant for, all at once', () => {
    expect(() =>
      parseSettings('environments/test.yaml', { ...FEWEST, region: 'Beijing', zones: [], node: 5 }),
    ).toThrow(
      new ValidationError(
        'environments/test.yaml',
        [
          'these settings cannot be used:',
          '  region: must look like cn-hangzhou or ap-southeast-1',
          '  zones: must name at least one zone',
          '  node: is no setting',
        ].join('\n'),
      ),
    );
  });

  it.each(Object.keys(FEWEST))('need %s', (missing) => {
    const given = Object.fromEntries(Object.entries(FEWEST).filter(([name]) => name !== missing));
    expect(() => parseSettings('test', given)).toThrow(
      new RegExp(`^test: these settings cannot be used:\n  ${missing}: `),
    );
  });

  const refused: [object, string][] = [
    [{ region: 'cn-beijing-h' }, 'region: must look like cn-hangzhou or ap-southeast-1'],
    [
      { zones: ['cn-beijing-h', 'cn-hangzhou-i'] },
      'zones.1: must be a zone of cn-beijing, got cn-hangzhou-i',
    ],
    [{ region: 'cn-bei' }, 'zones.0: must be a zone of cn-bei, got cn-beijing-h'],
    [{ cidr: '10.0.0.0' }, 'cidr: must be a network such as 10.0.0.0/16'],
    [{ clients: ['10.0.0.0/8', 'office'] }, 'clients.1: must be a network such as 10.0.0.0/16'],
    [{ clients: [] }, 'clients: must name at least one network'],
    [{ operators: ['everyone'] }, 'operators.0: must be a network'],
    [{ nodes: 2.5 }, 'nodes: must be a whole number'],
    [{ nodes: '3' }, 'nodes: must be a whole number from 1'],
    [{ zoneSpread: 0 }, 'zoneSpread: must be a whole number from 1'],
    [{ os: 'debian-11' }, 'os: must be debian-12, debian-13, ubuntu-22.04, ubuntu-24.04 or alinux-3'],
    [{ docker: 'podman' }, 'docker: must be mirror, distribution, image or the address of a mirror'],
    [{ docker: 'ftp://mirror.example.com' }, 'docker: must be mirror'],
    [
      { registry: 'https://registry.example.com' },
      'registry: must be a host and a namespace, e.g. registry.example.com/brokers',
    ],
    [{ registry: 'registry.example.com/' }, 'registry: must be a host'],
    [{ images: { redis: 'redis:7' } }, 'images.redis: is no setting'],
    [{ frontEnd: 'nginx' }, 'frontEnd: must be slb, nlb or haproxy-keepalived'],
    [{ heartbeatSeconds: 0 }, 'heartbeatSeconds: must be a whole number from 1'],
    [{ memoryMiB: 64 }, 'memoryMiB: must be a whole number from 256'],
    [{ openFiles: 1024 }, 'openFiles: must be a whole number from 4096'],
    [{ systemDiskGiB: 10 }, 'systemDiskGiB: must be 20 to 32768 GiB'],
    [{ dataDiskGiB: 40_000 }, 'dataDiskGiB: must be 20 to 32768 GiB'],
    [{ secrets: 'vault' }, 'secrets: must be generated, kms or oos'],
    [
      { secrets: 'kms' },
      'ramRole: is missing: with secrets kms the nodes need a RAM role that may read them',
    ],
    [{ secrets: 'oos' }, 'ramRole: is missing: with secrets oos'],
    [{ tags: { team: 7 } }, 'tags.team: must be a text'],
    [{ backend: { bucket: 'state' } }, 'backend.lockInstance: is missing'],
  ];
  it.each(refused)('refuse %j', (change, reason) => {
    expect(() => parseSettings('test', { ...FEWEST, ...change })).toThrow(ValidationError);
    expect(() => parseSettings('test', { ...FEWEST, ...change })).toThrow(
      `test: these settings cannot be used:\n  ${reason}`,
    );
  });
});

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
    expect(readEnvironments(folder, {}).map(({ name, settings: { nodes } }) => [name, nodes])).toEqual([
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
    expect(prod?.settings).toMatchObject({
      nodes: 5,
      instanceType: 'ecs.r7.large',
      zones: ['cn-beijing-a', 'cn-beijing-b', 'cn-beijing-c'],
      dataDiskGiB: 500,
      memoryMiB: 4096,
      deletionProtection: false,
    });
    expect(europe).toMatchObject({ name: 'prod-eu', settings: { nodes: 7, deletionProtection: true } });
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
    const stack = new ProdStack(new App(), 'second', second?.settings ?? ({} as never));
    expect(Testing.synth(stack, true)).toContain('second-rabbitmq-3');
    expect(Object.keys(FEWEST).length).toBeLessThan(10);
  });
});

it('the file of prod names settings, and nothing that only its owner knows is a secret', () => {
  const text = readFileSync(join(ROOT, 'environments', 'prod.yaml'), 'utf8');
  expect(parseSettings('prod', parse(text))).toMatchObject({ nodes: 3, architecture: 'quorum' });
  expect(text).not.toMatch(/password|access_?key|secret_?key/i);
});
