import { App, Testing } from 'cdktf';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ValidationError } from '../../lib/model/errors';
import { ProdSitesStack } from '../../stacks/prod-sites';
import { parseSitesSettings } from '../../stacks/site-settings';
import { checkAgainstSchema } from '../alicloud/schema-check';
import { checkValues } from '../alicloud/value-check';
import { ROOT } from '../docs/repository';
import { FEWEST } from './fewest-settings';

const { region, zones, ...COMMON } = FEWEST;
const NORTH = { region, zones, cidr: '10.1.0.0/16' };
const EAST = {
  region: 'cn-hangzhou',
  zones: ['cn-hangzhou-h', 'cn-hangzhou-i'],
  cidr: '10.2.0.0/16',
  nodes: 1,
};
const SOUTH = {
  region: 'cn-shenzhen',
  zones: ['cn-shenzhen-d', 'cn-shenzhen-e'],
  cidr: '10.3.0.0/16',
  nodes: 1,
};
const SHOVEL = { ...COMMON, architecture: 'shovel', queues: ['orders'], sites: { near: NORTH, far: EAST } };
const FEDERATION = {
  ...COMMON,
  architecture: 'federation',
  queues: ['jobs'],
  sites: { north: NORTH, east: EAST, south: SOUTH },
};

interface Synthesised {
  readonly provider: { readonly alicloud: readonly { readonly alias: string; readonly region: string }[] };
  readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly output: Readonly<Record<string, unknown>>;
}

function synthesise(settings: object): { readonly text: string; readonly stack: Synthesised } {
  const text = Testing.synth(
    new ProdSitesStack(new App(), 'links', parseSitesSettings('test', settings)),
    true,
  );
  return { text, stack: JSON.parse(text) as Synthesised };
}

/** How many resources of a type each provider makes. */
function byProvider({ resource }: Synthesised, type: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { provider } of Object.values(resource[type] ?? {})) {
    counts[String(provider)] = (counts[String(provider)] ?? 0) + 1;
  }
  return counts;
}

describe.each([
  ['shovel', SHOVEL, ['near', 'far'], 1],
  ['federation', FEDERATION, ['north', 'east', 'south'], 3],
])('a %s over regions', (_, settings, sites, connections) => {
  it.each(['generated', 'kms', 'oos'])('with secrets %s is what the provider takes', (secrets) => {
    const { stack } = synthesise({ ...settings, secrets, ramRole: 'brokers' });
    expect([...checkAgainstSchema(stack), ...checkValues(stack)]).toEqual([]);
    expect(stack.provider.alicloud.map(({ alias }) => alias)).toEqual(sites);
  });

  it('has every resource made by the provider of its site', () => {
    const { stack } = synthesise(settings);
    const nodes = sites.map((site, index) => [`alicloud.${site}`, index === 0 ? 3 : 1]);
    expect(byProvider(stack, 'alicloud_instance')).toEqual(Object.fromEntries(nodes));
    for (const [type, resources] of Object.entries(stack.resource)) {
      if (!type.startsWith('alicloud_')) continue;
      for (const [id, { provider }] of Object.entries(resources)) {
        expect(provider, `${type}.${id}`).toMatch(/^alicloud\./);
      }
    }
    expect(Object.keys(stack.resource['alicloud_vpc_peer_connection'] ?? {})).toHaveLength(connections);
    expect(Object.keys(stack.resource['alicloud_route_entry'] ?? {})).toHaveLength(2 * connections);
  });

  it('connects one pair after the other', () => {
    const { stack } = synthesise(settings);
    const earlier = Object.values(stack.resource['alicloud_vpc_peer_connection'] ?? {}).map(
      ({ depends_on: others = [] }) => (others as unknown[]).length,
    );
    expect(earlier.sort()).toEqual(Array.from({ length: connections }, (_, index) => index));
  });

  it('says of each site how to reach it, and is the same bytes each time', () => {
    const { stack, text } = synthesise(settings);
    for (const site of sites) expect(stack.output).toHaveProperty(`${site}_amqp_endpoint`);
    expect(synthesise(settings).text).toBe(text);
  });
});

it('a password that nodes fetch is in no stack of several sites', () => {
  const { text } = synthesise({ ...SHOVEL, secrets: 'kms', ramRole: 'brokers' });
  expect(text).toContain('links-link-password');
  const made = 'sensitive(sha256(uuid()))';
  expect(synthesise(SHOVEL).text).toContain(made);
  expect(text).not.toContain(made);
  expect(text).not.toContain('sensitive(');
});

it('the settings on the page are a shovel from one region to another', () => {
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(readFileSync(join(ROOT, 'docs/alicloud.md'), 'utf8')) ?? [];
  const { stack } = synthesise(parse(yaml) as object);
  expect([...checkAgainstSchema(stack), ...checkValues(stack)]).toEqual([]);
  expect(stack.provider.alicloud.map(({ region: at }) => at)).toEqual(['cn-hangzhou', 'cn-beijing']);
});

describe('settings of several sites', () => {
  it('hold for every site that has no others', () => {
    const { sites } = parseSitesSettings(
      'test',
      { ...SHOVEL, nodes: 5, dataDiskGiB: 200 },
      { heartbeatSeconds: 30 },
      { far: { nodes: 3 } },
    );
    expect(sites.get('near')).toMatchObject({ region, nodes: 5, dataDiskGiB: 200, heartbeatSeconds: 30 });
    expect(sites.get('far')).toMatchObject({ region: 'cn-hangzhou', nodes: 3, dataDiskGiB: 200 });
  });

  it.each([
    [
      { architecture: 'quorum' },
      /^test: sites are for an architecture of several, got "quorum": name federation or shovel/,
    ],
    [{ sites: { near: NORTH } }, /sites: must be near, where messages are published, and far, .* got near$/],
    [{ sites: { near: NORTH, south: EAST } }, /sites: must be near, .* got near, south$/],
    [{ sites: {} }, /sites: must be near, .* got none$/],
    [{ sites: { near: 3, far: EAST } }, /^test, site near: must be settings by name/],
    [{ queues: [] }, /queues: name at least one that is moved/],
    [
      { sites: { near: { ...NORTH, queues: ['x'] }, far: EAST } },
      /^test, site near: queues: is the same for all sites/,
    ],
    [{ sites: { near: { ...NORTH, node: 3 }, far: EAST } }, /^test, site near: .*\n {2}node: is no setting/],
    [{ architecture: 'federation', sites: { north: NORTH } }, /sites: must be two or three, got north$/],
    [
      { architecture: 'federation', queues: ['a', 'b'] },
      /queues: name the one that is shared by the sites, .* got a, b$/,
    ],
  ])('refuse %j', (changes, message) => {
    const parse = (): unknown => parseSitesSettings('test', { ...SHOVEL, ...changes });
    expect(parse).toThrow(ValidationError);
    expect(parse).toThrow(message);
  });

  it.each([
    [
      { quorumQueues: ['a'] },
      {},
      /quorumQueues: name them in queues, all of which are quorum queues, got a$/,
    ],
    [{}, { queues: ['b'] }, /^test, site far: queues: is the same for all sites/],
    [{}, { secrets: 'kms' }, /^test, site far: secrets: is the same for all sites/],
  ])('refuse %j with %j for one site', (changes, override, message) => {
    const parse = (): unknown => parseSitesSettings('test', { ...SHOVEL, ...changes }, {}, { far: override });
    expect(parse).toThrow(ValidationError);
    expect(parse).toThrow(message);
  });

  it('refuse networks that share addresses', () => {
    const sites = { near: NORTH, far: { ...EAST, cidr: NORTH.cidr } };
    expect(() => synthesise({ ...SHOVEL, sites })).toThrow(
      /networks that are connected must not share addresses, got 10\.1\.0\.0\/16 and 10\.1\.0\.0\/16/,
    );
  });
});
