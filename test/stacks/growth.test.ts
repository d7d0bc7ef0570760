import { App, Testing } from 'cdktf';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ProdStack } from '../../stacks/prod';
import { parseSettings } from '../../stacks/settings';
import { ROOT } from '../docs/repository';
import { FIRST_BOOT } from './first-boot';

type Values = Readonly<Record<string, unknown>>;

/** Everything that a stack could show in its plan. */
const EVERYTHING = {
  ...(parse(readFileSync(join(ROOT, 'environments', 'prod.yaml'), 'utf8')) as object),
  natGateway: true,
  dnsZone: 'brokers.internal',
  ramRole: 'brokers',
  operators: ['10.1.0.0/16'],
  queues: ['orders'],
  image: 'm-bp1first',
};
const FOUR_ZONES = { zones: ['cn-hangzhou-h', 'cn-hangzhou-i', 'cn-hangzhou-j', 'cn-hangzhou-k'] };

/** Each argument of each resource, and each local value, by `<type>.<path of the construct> <argument>`. */
function argumentsOf(settings: object): Values {
  const stack = new ProdStack(new App(), 'prod', parseSettings('test', { ...EVERYTHING, ...settings }));
  const synthesised = JSON.parse(Testing.synth(stack, true)) as {
    readonly resource: Readonly<Record<string, Readonly<Record<string, Values>>>>;
    readonly locals: Values;
  };
  const unhashed = (id: string): string => id.replace(/_[0-9A-F]{8}$/, '');
  return Object.fromEntries([
    ...Object.entries(synthesised.resource).flatMap(([type, resources]) =>
      Object.entries(resources).flatMap(([id, content]) =>
        Object.entries(content).map(([name, value]) => [`${type}.${unhashed(id)} ${name}`, value]),
      ),
    ),
    ...Object.entries(synthesised.locals).map(([id, value]) => [`local.${unhashed(id)}`, value]),
  ]) as Values;
}

/** What is no longer there, and what is different, when settings change; and the resources that are new. */
function changes(before: object, after: object): { readonly changed: string[]; readonly added: string[] } {
  const [old, fresh] = [argumentsOf(before), argumentsOf(after)];
  return {
    changed: Object.keys(old)
      .filter((name) => JSON.stringify(old[name]) !== JSON.stringify(fresh[name]))
      .sort(),
    added: [
      ...new Set(
        Object.keys(fresh)
          .filter((name) => !(name in old) && !name.startsWith('local.'))
          .map((name) => name.replace(/ .*$/, '')),
      ),
    ].sort(),
  };
}

/** The text in the diff and the bundle of new machines; the user data of a running one is ignored. */
function filesOf(group: string, hosts: readonly number[]): string[] {
  return hosts.flatMap((number) => [
    `local.ecs_prod-${group}_prod-${group}-${number}-user-data_opt-brokers-bundle`,
    `terraform_data.ecs_prod-${group}_prod-${group}-${number}-files triggers_replace`,
  ]);
}

const MEMBERS = [
  'terraform_data.deletion-protection depends_on',
  'terraform_data.deletion-protection for_each',
  'terraform_data.ecs_prod-rabbitmq_members depends_on',
  'terraform_data.ecs_prod-rabbitmq_members triggers_replace',
];

describe('two brokers more', () => {
  it.each([
    ['slb', ['alicloud_slb_listener.load-balancer_listener-amqp depends_on']],
    ['nlb', ['alicloud_nlb_listener.load-balancer_listener-amqp depends_on']],
    ['haproxy-keepalived', filesOf('proxy', [1, 2])],
  ])('change what must know them and nothing else, behind %s', (frontEnd, known) => {
    const { changed, added } = changes({ frontEnd }, { frontEnd, nodes: 5 });
    expect(changed).toEqual([...filesOf('rabbitmq', [1, 2, 3]), ...MEMBERS, ...known].sort());
    expect(added).toEqual(
      expect.arrayContaining(
        [4, 5].map((node) => `alicloud_instance.ecs_prod-rabbitmq_prod-rabbitmq-${node}`),
      ),
    );
    expect(added.filter((name) => !/prod-rabbitmq-[45]/.test(name))).toEqual([]);
  });
});

describe('a zone more at the end', () => {
  const ADDED = [
    'alicloud_snat_entry.network_snat-cn-hangzhou-k',
    'alicloud_vswitch.network_vswitch-cn-hangzhou-k',
  ];

  it.each<[string, string[], string[]]>([
    ['slb', [], []],
    [
      'nlb',
      ['alicloud_nlb_load_balancer.load-balancer zone_mappings'],
      // It sends from an address in each of its vSwitches.
      [15672, 5672].map(
        (port) =>
          `alicloud_security_group_rule.ecs_prod-rabbitmq_firewall_ingress-tcp-${port}-from-10-0-3-0-24`,
      ),
    ],
    ['haproxy-keepalived', [], []],
  ])('changes what must know it and nothing else, behind %s', (frontEnd, known, rules) => {
    expect(changes({ frontEnd }, { frontEnd, ...FOUR_ZONES })).toEqual({
      changed: known,
      added: [...ADDED, ...rules].sort(),
    });
  });
});

it('a queue more is a changed file of the brokers', () => {
  const { changed, added } = changes({}, { queues: ['orders', 'payments'] });
  expect({ changed, added }).toEqual({ changed: filesOf('rabbitmq', [1, 2, 3]).sort(), added: [] });
});

describe('what only a first boot brings to a machine is in the diff as text, and touches nothing that runs', () => {
  it.each(Object.entries(FIRST_BOOT))('%s', (setting, value) => {
    const { changed, added } = changes({ queues: [] }, { queues: [], [setting]: value });
    const texts = [1, 2, 3].map(
      (number) => `terraform_data.ecs_prod-rabbitmq_prod-rabbitmq-${number}-files triggers_replace`,
    );
    expect(changed).toEqual(expect.arrayContaining(texts));
    // Terraform is told to ignore another image_id.
    const running = changed.filter((name) => !/^local\.| image_id$/.test(name) && !texts.includes(name));
    expect(running).toEqual([]);
    expect(added).toEqual([]);
  });
});
