import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ValidationError } from '../../lib/model/errors';
import { parseSettings } from '../../stacks/settings';
import { ROOT } from '../docs/repository';
import { FEWEST } from './fewest-settings';

describe('settings', () => {
  it('have a default for whatever can be guessed', () => {
    expect(parseSettings('test', FEWEST)).toEqual({
      ...FEWEST,
      cidr: '10.0.0.0/16',
      zoneSpread: 3,
      natGateway: false,
      architecture: 'quorum',
      docker: 'mirror',
      httpTokens: 'required',
      awaitFirstBoot: true,
      deploymentSet: true,
      insecureRegistries: [],
      images: {},
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
    [{ nodes: 4 }, 'nodes: must be odd for quorum queues, got 4: use 3 or 5'],
    [{ nodes: 9 }, 'nodes: must be 1, 3, 5 or 7, got 9: use 7'],
    [
      { architecture: 'single', nodes: 3 },
      'nodes: of the architecture single must be 1, got 3: leave it out',
    ],
    [
      { architecture: 'ram-nodes', nodes: 1 },
      'nodes: of the architecture ram-nodes must be 3, 5 or 7, got 1',
    ],
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
    [{ systemDiskGiB: 10 }, 'systemDiskGiB: must be 20 to 2048 GiB'],
    [{ systemDiskGiB: 4096 }, 'systemDiskGiB: must be 20 to 2048 GiB'],
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

it('the file of prod names settings, and nothing that only its owner knows is a secret', () => {
  const text = readFileSync(join(ROOT, 'environments', 'prod.yaml'), 'utf8');
  expect(parseSettings('prod', parse(text))).toMatchObject({ nodes: 3, architecture: 'quorum' });
  expect(text).not.toMatch(/password|access_?key|secret_?key/i);
});
