import { App, TerraformStack, Testing } from 'cdktf';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AlibabaCloudProvider } from '../../lib/alicloud';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { ProdStack } from '../../stacks/prod';
import { parseSettings } from '../../stacks/settings';
import { platformIn } from '../alicloud/ecs-fixture';
import { FEWEST } from '../stacks/fewest-settings';
import { AlicloudProvider, startAlicloudProvider } from './support/alicloud-provider';
import { INSTANCE, stack } from './support/alicloud-stack';
import { TerraformFolder } from './support/terraform';

const GUARD = 'terraform_data.deletion-protection';

let provider: AlicloudProvider;
let folder: TerraformFolder;
/** Types of resources that the cloud does not make now. */
let failing: RegExp | undefined;

beforeEach(async () => {
  failing = undefined;
  provider = await startAlicloudProvider({
    before: ({ type }) => {
      if (failing?.test(type) === true) throw new Error('ServiceUnavailable');
    },
  });
  folder = new TerraformFolder();
});

afterEach(() => {
  folder.remove();
  provider.stop();
});

function prod(changes: object = {}): object {
  const settings = parseSettings('test', { ...FEWEST, frontEnd: 'slb', ...changes });
  return JSON.parse(Testing.synth(new ProdStack(new App(), 'prod', settings), true)) as object;
}

async function apply(configuration: object, ...options: readonly string[]): Promise<void> {
  folder.write(configuration);
  const result = await folder.apply(provider.environment, ...options);
  expect(result.code, result.output).toBe(0);
}

/** What Terraform says of a change that it does not make. Nothing is touched. */
async function refusal(configuration: object, ...options: readonly string[]): Promise<string> {
  provider.journal.length = 0;
  folder.write(configuration);
  const result = await folder.apply(provider.environment, ...options);
  expect(result.code, result.output).toBe(1);
  expect(provider.journal).toEqual([]);
  return result.output.replace(/[\s│]+/g, ' ');
}

/** Types and operations of what was done, in the order in which it ended, without what surrounds the load balancers. */
function balancersDone(): string[] {
  return provider.journal
    .filter(({ type }) => type.endsWith('_load_balancer'))
    .map(({ operation, type }) => `${operation} ${type}`);
}

/** Address of the one resource of `type` whose address has `part`. */
function addressOf(type: string, part: string): string {
  const { resources } = JSON.parse(folder.state()) as { resources: { type: string; name: string }[] };
  const found = resources.find((resource) => resource.type === type && resource.name.includes(part));
  return `${type}.${found?.name ?? 'none'}`;
}

function idOf(address: string): string {
  const { resources } = JSON.parse(folder.state()) as {
    resources: { type: string; name: string; instances: { attributes: { id: string } }[] }[];
  };
  const found = resources.find(({ type, name }) => `${type}.${name}` === address);
  return found?.instances[0]?.attributes.id ?? '';
}

describe('deletion protection', () => {
  test('refuses what would take a machine, its disk, its network or the front end away, before anything is touched', async () => {
    await apply(prod());
    const settled = await folder.plan(provider.environment);
    expect(settled.code, settled.output).toBe(0);

    const fewer = await refusal(prod({ nodes: 1 }));
    expect(fewer).toContain(
      `${GUARD}["ecs/prod-rabbitmq/prod-rabbitmq-3 (machine)"] has lifecycle.prevent_d`,
    );
    for (const frontEnd of ['nlb', 'haproxy-keepalived']) {
      const other = await refusal(prod({ frontEnd }));
      expect(other).toContain(`${GUARD}["load-balancer (classic load balancer)"] has lifecycle.prevent_d`);
    }
    expect(await refusal(prod({ cidr: '10.1.0.0/16' }))).toMatch(
      /alicloud_vswitch\.\S+ has lifecycle\.prevent_d/,
    );
    for (const type of ['instance', 'ecs_disk_attachment', 'slb_load_balancer']) {
      const address = addressOf(`alicloud_${type}`, '');
      const told = await refusal(prod(), `-replace=${address}`);
      expect(told).toContain(`${address} has lifecycle.prevent_destroy set`);
    }
    // Both at once would take the disk first, and then be refused by the cloud.
    expect(await refusal(prod({ nodes: 1, deletionProtection: false }))).toContain(
      'prod-rabbitmq-2 (machine)',
    );

    provider.journal.length = 0;
    await apply(prod({ deletionProtection: false }));
    expect(
      provider.journal.map(({ operation, changed }) => [operation, ...changed].join(' ')).sort(),
    ).toEqual(['update delete_protection', ...Array.from({ length: 3 }, () => 'update deletion_protection')]);
    await apply(prod({ nodes: 1, deletionProtection: false }));
    expect(provider.resources('alicloud_instance')).toHaveLength(1);
    const moved = await refusal(prod({ nodes: 1, deletionProtection: false, cidr: '10.1.0.0/16' }));
    expect(moved).toContain('machine prod-rabbitmq-1 keeps address 10.0.0.11 and cannot have 10.1.0.11');
    await apply(prod({ nodes: 1 }));
    expect(await refusal(prod({ nodes: 1 }), '-destroy')).toContain('has lifecycle.prevent_destroy set');
  });

  test('would without it be noticed by the cloud when the disk of a broker is gone already', async () => {
    const disk = { zone_id: 'cn-hangzhou-h', category: 'cloud_essd', size: 100 };
    const machine = { ...INSTANCE, deletion_protection: true };
    const data = { disk_id: '${alicloud_ecs_disk.data.id}', instance_id: '${alicloud_instance.rabbit.id}' };
    const broker = {
      alicloud_instance: { rabbit: machine },
      alicloud_ecs_disk: { data: disk },
      alicloud_ecs_disk_attachment: { data },
    };
    const all = stack(broker) as { resource: Record<string, object> };
    await apply(all);
    const rest = Object.entries(all.resource).filter(([type]) => !(type in broker));
    folder.write({ ...all, resource: Object.fromEntries(rest) });
    provider.journal.length = 0;
    expect((await folder.apply(provider.environment)).output).toContain('is protected against deletion');
    expect(provider.journal.map(({ type, error }) => [type, error !== undefined])).toEqual(
      expect.arrayContaining([
        ['alicloud_ecs_disk_attachment', false],
        ['alicloud_instance', true],
      ]),
    );
    expect(provider.resources('alicloud_instance')).toMatchObject([{ values: { status: 'Running' } }]);
  });
});

test('without protection a load balancer of the other kind takes the place and the address, one after the other', async () => {
  const behind = (frontEnd: string) => prod({ frontEnd, deletionProtection: false });
  await apply(behind('slb'));
  provider.journal.length = 0;
  await apply(behind('nlb'));
  await apply(behind('slb'));
  expect(balancersDone()).toEqual([
    'delete alicloud_slb_load_balancer',
    'create alicloud_nlb_load_balancer',
    'delete alicloud_nlb_load_balancer',
    'create alicloud_slb_load_balancer',
  ]);
  const settled = await folder.plan(provider.environment);
  expect(settled.code, settled.output).toBe(0);
});

test('a group above another does not renumber the machines below: it is refused with the ways out', async () => {
  const built = (pinned: Readonly<Record<string, readonly string[] | undefined>>): object => {
    const app = new TerraformStack(new App(), 'brokers');
    new AlibabaCloudProvider(app, 'provider', { region: 'cn-hangzhou' });
    const platform = platformIn(app, { deletionProtection: false });
    for (const [id, addresses] of Object.entries(pinned)) {
      const options = addresses === undefined ? {} : { addresses };
      new RabbitMqCluster(app, id, { platform, nodes: 1, version: RabbitMqVersion.V4_0, ...options });
    }
    return JSON.parse(Testing.synth(app, true)) as object;
  };
  await apply(built({ old: undefined }));
  const refused = await refusal(built({ new: undefined, old: undefined }));
  expect(refused).toContain(
    'machine old-1 keeps address 10.0.0.11 and cannot have 10.0.0.21: take back what gives it another one',
  );
  await apply(built({ new: ['10.0.0.21'], old: ['10.0.0.11'] }));
  expect(provider.journal.filter(({ operation }) => operation !== 'create')).toEqual([]);
  await apply(built({ old: undefined, new: undefined }));
  expect(provider.journal.filter(({ operation }) => operation !== 'create')).toEqual([]);
});

test('a first deploy that was killed goes on after what it had made is imported, and nothing is stopped', async () => {
  failing = /attachment|listener|invocation/;
  folder.write(prod());
  expect((await folder.apply(provider.environment)).output).toContain('ServiceUnavailable');
  failing = undefined;
  const [machine, balancer] = ['alicloud_instance', 'alicloud_slb_load_balancer'].map((type) => {
    const address = addressOf(type, '');
    return { address, id: idOf(address) };
  });
  if (machine === undefined || balancer === undefined) throw new Error('nothing was made');
  for (const { address } of [machine, balancer]) await folder.forget(provider.environment, address);
  const failed = await folder.apply(provider.environment);
  expect(failed.output).toContain(`belongs to ${machine.id}`);
  provider.journal.length = 0;
  for (const { address, id } of [machine, balancer]) {
    const imported = await folder.import(provider.environment, address, id);
    expect(imported.code, imported.output).toBe(0);
  }
  await apply(prod());
  expect(
    provider.journal.filter(({ operation, interruption }) => operation === 'delete' || interruption),
  ).toEqual([]);
  expect(provider.resources('alicloud_instance')).toHaveLength(3);
  const settled = await folder.plan(provider.environment);
  expect(settled.code, settled.output).toBe(0);
});
