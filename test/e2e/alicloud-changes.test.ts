import { App, Testing } from 'cdktf';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ProdStack } from '../../stacks/prod';
import { parseSettings } from '../../stacks/settings';
import { ROOT } from '../scripts/load';
import { FIRST_BOOT } from '../stacks/first-boot';
import { AlicloudProvider, startAlicloudProvider } from './support/alicloud-provider';
import { interruptionOf } from './support/alicloud-provider/interruptions';
import { PlannedChange, TerraformFolder } from './support/terraform';

const FILE = parse(readFileSync(join(ROOT, 'environments', 'prod.yaml'), 'utf8')) as object;
const PAGE = readFileSync(join(ROOT, 'docs', 'alicloud.md'), 'utf8');
const BROKERS = ['prod-rabbitmq-1', 'prod-rabbitmq-2', 'prod-rabbitmq-3'];
const ZONES = ['cn-hangzhou-h', 'cn-hangzhou-i', 'cn-hangzhou-j'];

/** What a plan would do. */
interface Outcome {
  /** What exists and is removed or made anew, and what runs and is interrupted. */
  readonly harm: readonly string[];
  /** Types of resources of the cloud that are made. */
  readonly made: readonly string[];
  /** Types of those that are changed in place. */
  readonly updated: readonly string[];
  /** Whether a text of a running machine's files or settings changes. */
  readonly text: boolean;
  /** Machines of which Terraform warns. */
  readonly warned: readonly string[];
}

const NOTHING: Outcome = { harm: [], made: [], updated: [], text: false, warned: [] };
const TEXT: Outcome = { ...NOTHING, text: true };

let provider: AlicloudProvider;
let folder: TerraformFolder;
/** Called while a machine is stopped for a change. */
let whileStopped: () => void;

beforeAll(async () => {
  provider = await startAlicloudProvider({
    whileStopped: () => {
      whileStopped();
    },
  });
  folder = new TerraformFolder();
  await deploy();
});

beforeEach(() => {
  whileStopped = () => undefined;
});

afterAll(() => {
  folder.remove();
  provider.stop();
});

/** Writes the stack `prod` with single settings changed. */
function write(changes: object): void {
  const settings = parseSettings('test', { ...FILE, ...changes });
  folder.write(JSON.parse(Testing.synth(new ProdStack(new App(), 'prod', settings), true)) as object);
}

async function deploy(changes: object = {}, ...options: readonly string[]): Promise<void> {
  write(changes);
  provider.journal.length = 0;
  const { code, output } = await folder.apply(provider.environment, ...options);
  expect(code, output).toBe(0);
}

async function planned(changes: object): Promise<Outcome> {
  write(changes);
  const environment = { ...provider.environment, TF_VAR_registry_password: 'a-password' };
  const { changes: all, output } = await folder.planned(environment);
  const cloud = all.filter(({ address }) => address.startsWith('alicloud_'));
  const types = (action: string): string[] =>
    [...new Set(cloud.filter(({ change }) => change.actions.join() === action).map(typeOf))].sort();
  return {
    harm: cloud.flatMap(harmOf).sort(),
    made: types('create'),
    updated: types('update'),
    text: all.some(({ address }) => /-files_\w+$/.test(address)),
    warned: [
      ...new Set(
        [...output.replace(/\s+/g, ' ').matchAll(/machine (\S+) is yet to/g)].map(([, name = '']) => name),
      ),
    ],
  };
}

function typeOf({ address }: PlannedChange): string {
  return address.replace(/^alicloud_|\..*$/g, '');
}

function harmOf(planned: PlannedChange): string[] {
  const { actions, before, after } = planned.change;
  const type = typeOf(planned);
  if (actions.includes('delete')) return [`${actions.join(' ')} ${type}`];
  if (!actions.includes('update')) return [];
  const changed = Object.keys(after ?? {}).filter(
    (name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]),
  );
  const interruption = interruptionOf(`alicloud_${type}`, changed);
  return interruption === undefined ? [] : [`${String(before?.['instance_name'])} ${interruption}`];
}

/** Machines that the last deploy interrupted. */
function interrupted(): string[] {
  return provider.journal.flatMap(({ name, interruption }) =>
    interruption === undefined ? [] : [`${name} ${interruption}`],
  );
}

function machine(name: string): { readonly id: string; readonly status: unknown; readonly type: unknown } {
  const found = provider
    .resources('alicloud_instance')
    .find(({ values }) => values['instance_name'] === name);
  if (found === undefined) throw new Error(`there is no machine ${name}`);
  return { id: found.id, status: found.values['status'], type: found.values['instance_type'] };
}

/** Address of a machine's resource, for `-target` and `-replace`. */
function addressOf(name: string): string {
  const [address] = new RegExp(`ecs_prod-rabbitmq_${name}_[0-9A-F]{8}`).exec(folder.state()) ?? [];
  return `alicloud_instance.${address ?? ''}`;
}

/** What stands in the first column of the page's table, row by row. */
function rows(): string[] {
  const section = /\n## What a change does[^]*?(?=\n##)/.exec(PAGE)?.[0] ?? '';
  return [...section.matchAll(/^\| (`.*?|[a-z].*?) *\|/gm)].map(([, cell = '']) => cell).slice(1);
}

/** Each row of the table with settings that are changed so, and what the plan then does. */
const PLANS: readonly (readonly [row: string, changes: object, outcome: Outcome])[] = [
  [
    '`nodes` up, `zones` more at the end',
    { nodes: 5, zones: [...ZONES, 'cn-hangzhou-k'] },
    {
      ...TEXT,
      made: [
        'ecs_disk',
        'ecs_disk_attachment',
        'ecs_invocation',
        'instance',
        'slb_server_group_server_attachment',
        'vswitch',
      ],
    },
  ],
  // That each of them is in the text: test/stacks/growth.test.ts.
  [
    '`queues`, `quorumQueues`, `memoryMiB`, `heartbeatSeconds`, `openFiles`, `registry`, `registryUser`, ' +
      '`insecureRegistries`, `images`, `docker`, `os`, `image`, secrets',
    FIRST_BOOT,
    TEXT,
  ],
  ['`kmsKey`', { kmsKey: 'key-hzz1' }, TEXT],
  [
    '`instanceType`, `proxyInstanceType`, `keyPair`',
    { instanceType: 'ecs.g8i.xlarge' },
    { ...NOTHING, warned: BROKERS },
  ],
  ['`instanceType`, `proxyInstanceType`, `keyPair`', { keyPair: 'ops' }, { ...NOTHING, warned: BROKERS }],
  ['`dataDiskGiB`', { dataDiskGiB: 200 }, { ...NOTHING, updated: ['ecs_disk'] }],
  ['`systemDiskGiB`', { systemDiskGiB: 60 }, { ...NOTHING, updated: ['instance'] }],
  [
    '`clients`, `operators`, `tags`, `natGateway`, `dnsZone`, `ramRole`, `httpTokens`, `deletionProtection`',
    {
      clients: ['10.0.0.0/8', '192.168.0.0/16'],
      operators: ['10.9.0.0/16'],
      tags: { environment: 'prod', team: 'mq' },
      natGateway: true,
      dnsZone: 'brokers.internal',
      ramRole: 'brokers',
      httpTokens: 'optional',
      deletionProtection: false,
    },
    expect.objectContaining({ harm: [] }) as Outcome,
  ],
];

/** Rows that tests of their own show, here and in alicloud-protection.test.ts. */
const OTHERS = [
  '`cidr`, `zoneSpread`, `zones` in another order, a group of machines above another',
  '`nodes` down',
  '`frontEnd`',
];

describe('the table of changes', () => {
  it('has the rows that are tried here, and no others', () => {
    expect(rows()).toEqual(expect.arrayContaining(OTHERS));
    expect(new Set(rows())).toEqual(new Set([...PLANS.map(([row]) => row), ...OTHERS]));
  });

  it.each(PLANS)('is true of %s', async (_, changes, outcome) => {
    expect(await planned(changes)).toEqual(outcome);
  });

  it.each([
    [
      'another network',
      { cidr: '10.1.0.0/16' },
      /machine prod-rabbitmq-1 keeps address 10\.0\.0\.11 and cannot have 10\.1\.0\.11/,
    ],
    [
      'another spread over zones',
      { zoneSpread: 2 },
      /machine prod-rabbitmq-3 stays in zone cn-hangzhou-j and cannot be in cn-hangzhou-h/,
    ],
    [
      'another order of zones',
      { zones: [...ZONES].reverse() },
      /machine prod-rabbitmq-1 stays in zone cn-hangzhou-h and cannot be in cn-hangzhou-j/,
    ],
  ])('is true of %s, which the plan refuses', async (_, changes, message) => {
    write({ ...changes, deletionProtection: false });
    const { code, output } = await folder.plan(provider.environment);
    expect(code).toBe(1);
    expect(output.replace(/\s+/g, ' ')).toMatch(message);
  });

  it('is true of a disk that would become smaller, which the cloud refuses', async () => {
    write({ dataDiskGiB: 50 });
    const { code, output } = await folder.apply(provider.environment);
    expect(code).toBe(1);
    expect(output).toContain('InvalidDiskSize.TooSmall');
    await deploy();
  });
});

describe('a disk', () => {
  it('is made larger for the machine that runs, not for its next start', async () => {
    await deploy({ dataDiskGiB: 200 });
    const resized = provider.journal.filter(({ type }) => type === 'alicloud_ecs_disk');
    expect(resized.map(({ changed, unseen }) => ({ changed, unseen }))).toEqual(
      Array(3).fill({ changed: ['size'], unseen: undefined }),
    );
    expect(interrupted()).toEqual([]);
    expect(await planned({ dataDiskGiB: 200 })).toEqual(NOTHING);
  });
});

describe('a machine', () => {
  const larger = { dataDiskGiB: 200, instanceType: 'ecs.g8i.xlarge', keyPair: 'ops' };

  it('that is stopped by hand is started by the next deploy', async () => {
    provider.change('alicloud_instance', machine('prod-rabbitmq-1').id, { status: 'Stopped' });
    expect(await planned({ dataDiskGiB: 200 })).toEqual({ ...NOTHING, updated: ['instance'] });
    await deploy({ dataDiskGiB: 200 });
    expect(machine('prod-rabbitmq-1').status).toBe('Running');
    expect(interrupted()).toEqual([]);
  });

  it('alone is stopped for another type, when it is named, and the others are told of', async () => {
    await provider.add('alicloud_ecs_key_pair', { key_pair_name: 'ops' });
    const changes = { ...larger, mayStop: 'prod-rabbitmq-1' };
    expect(await planned(changes)).toEqual({
      ...NOTHING,
      harm: ['prod-rabbitmq-1 stopped'],
      updated: ['instance'],
      warned: BROKERS.slice(1),
    });
    await deploy(changes);
    expect(interrupted()).toEqual(['prod-rabbitmq-1 stopped']);
    expect(BROKERS.map((name) => machine(name).type)).toEqual([
      'ecs.g8i.xlarge',
      'ecs.g8i.large',
      'ecs.g8i.large',
    ]);
  });

  it('whose change failed while it was stopped is started by the next deploy, changed or not', async () => {
    whileStopped = () => {
      throw new Error('OperationDenied.NoStock');
    };
    write({ ...larger, mayStop: 'prod-rabbitmq-2' });
    const failed = await folder.apply(provider.environment);
    expect(failed.output).toContain('OperationDenied.NoStock');
    expect(machine('prod-rabbitmq-2')).toMatchObject({ status: 'Stopped', type: 'ecs.g8i.large' });
    expect(BROKERS.map((name) => machine(name).status)).toEqual(['Running', 'Stopped', 'Running']);

    await deploy(larger);
    expect(machine('prod-rabbitmq-2')).toMatchObject({ status: 'Running', type: 'ecs.g8i.large' });
    expect(interrupted()).toEqual([]);
  });

  it('is put in the place of another beside a change that the others wait for', async () => {
    const old = BROKERS.map((name) => machine(name).id);
    await deploy({ ...larger, deletionProtection: false });
    expect(interrupted()).toEqual([]);
    await deploy({ ...larger, deletionProtection: false }, `-replace=${addressOf('prod-rabbitmq-3')}`);
    expect(interrupted()).toEqual([]);
    const fresh = BROKERS.map((name) => machine(name).id);
    expect(fresh.slice(0, 2)).toEqual(old.slice(0, 2));
    expect(fresh[2]).not.toBe(old[2]);
    expect(machine('prod-rabbitmq-3').type).toBe('ecs.g8i.xlarge');
  });
});
