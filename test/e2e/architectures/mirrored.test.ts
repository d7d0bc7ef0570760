import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check, CHECK_TIMEOUT_MILLISECONDS } from '../checker/check';
import { within } from '../checker/clients';
import { diskAlarm } from '../checker/disk-alarm';
import { anyOf, kill, killAll, pause, stop } from '../checker/host-faults';
import { cutOff } from '../checker/network-cut';
import { WINDOW } from '../checker/publisher';
import { broken } from '../checker/report';
import { endpointOf, pinnedPublishers, siteOf } from '../support/broker';
import { eventually, must } from '../support/command';
import { Deployment } from '../support/deployment';
import { brokersOf, LocalCluster } from '../support/local-cluster';
import { QueueDescription } from '../support/management';
import { MigrationOutputs, MigrationSettings, SUCCESSOR } from '../support/migration';
import { stopInOrder } from '../support/orderly-stop';
import { provideImages, provideSeries } from '../support/test-images';
import { connect, drain, publish } from '../support/traffic';

const PREFIX = 'e2e-m';
const BROKERS = brokersOf(PREFIX);
const [HOME = '', ...OTHERS] = BROKERS;
/** The queue of the checker. */
const CHECKED = 'checked';
const PUBLISHERS = 4;
/** All of those, if chance has it so, and the one that knows no other host. */
const PUBLISHERS_OF_A_HOST = PUBLISHERS + 1;
/** Of one publisher: all that wait for a confirm, and those of a second until the node pauses. */
const MESSAGES_OF_A_CUT = WINDOW + 50;
const MESSAGES = 10_000;
const BACKLOG = 1000;
const UNANSWERED_MILLISECONDS = 3000;

const deployment = new Deployment<MigrationSettings>(
  { prefix: PREFIX, subnet: '172.30.72.0/24', phase: 'before' },
  'migration-app',
);
let outputs: MigrationOutputs;
let cluster: LocalCluster;

/** A classic queue with mirrors, as the management API tells it. */
interface MirroredQueue extends QueueDescription {
  readonly state: string;
  readonly policy: string | null;
  readonly slave_nodes?: readonly string[];
  readonly synchronised_slave_nodes?: readonly string[];
}

/** The queue, once all nodes run and `ready` says so of it. */
async function settled(
  name: string,
  ready: (queue: MirroredQueue) => boolean = inSync,
): Promise<MirroredQueue | undefined> {
  if (!(await cluster.allRun())) return undefined;
  const queue = await cluster.queue<MirroredQueue>(name);
  return ready(queue) ? queue : undefined;
}

function inSync({ state, synchronised_slave_nodes: mirrors = [] }: MirroredQueue): boolean {
  return state === 'running' && mirrors.length > 0;
}

function whole(name: string, ready: (queue: MirroredQueue) => boolean = inSync): Promise<MirroredQueue> {
  return eventually(`${name} as it should be, and all nodes running`, 120, () => settled(name, ready));
}

function rabbitmqctl(host: string, ...args: readonly string[]): Promise<string> {
  return must('docker', 'exec', host, '/opt/brokers/bin/rabbitmq-cli', 'rabbitmqctl', '--quiet', ...args);
}

function setPolicy(name: string, definition: object): Promise<string> {
  const scope = ['--priority', '1', '--apply-to', 'queues'];
  return rabbitmqctl(HOME, 'set_policy', ...scope, name, `^${name}$`, JSON.stringify(definition));
}

function killHost(host: string): Promise<string> {
  return must('docker', 'kill', '--signal', 'KILL', host);
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

beforeAll(async () => {
  await provideImages();
  await provideSeries('3.10');
  await deployment.mustDeploy();
  outputs = await deployment.outputs();
  cluster = new LocalCluster(PREFIX, outputs);
});

afterAll(async () => {
  await deployment.remove();
});

describe('a mirrored queue', () => {
  it('has a copy in step on a majority of the nodes', async () => {
    const queue = await whole('orders');
    expect(queue.policy).toBe('mirrored');
    expect(queue.synchronised_slave_nodes).not.toContain(queue.node);
  });

  it('loses nothing that was confirmed when the node of its leader is killed', async () => {
    const leader = await cluster.home('orders');
    const connection = connect(outputs);
    const { confirmed, outages, retried } = await publish(
      connection,
      'orders',
      MESSAGES,
      new Map([[MESSAGES / 2, { mark: 'kill', act: () => killHost(leader) }]]),
    );
    const consumed = await drain(connection, 'orders', MESSAGES);
    await connection.close();
    const lost = confirmed.filter((id) => !consumed.has(id));
    const duplicates = [...consumed.values()].reduce((sum, count) => sum + count - 1, 0);
    console.log(
      `mirrored, leader killed: publisher waited ${(outages.get('kill') ?? 0).toFixed(0)} ms, ${lost.length} of ${confirmed.length} confirmed lost, ${duplicates} duplicates, ${retried} sent again`,
    );
    expect(confirmed).toHaveLength(MESSAGES);
    expect(lost).toEqual([]);
    expect(await cluster.home('orders')).not.toBe(leader);
    await must('docker', 'start', leader);
    await whole('orders');
  });

  it('loses what its mirrors lack when they may take over without, and waits for its node when they may not', async () => {
    const direct = connect({ ...outputs, amqp_endpoint: await endpointOf(HOME) });
    for (const name of ['careless', 'careful']) {
      // A policy wins by its priority: the queues have no mirror while they fill.
      await setPolicy(name, { 'max-length': 1_000_000 });
      await direct.queueDeclare({ queue: name, durable: true, arguments: { 'x-queue-type': 'classic' } });
      await publish(direct, name, BACKLOG);
    }
    await direct.close();
    const late = { 'ha-mode': 'all', 'ha-sync-mode': 'manual' };
    await setPolicy('careless', { ...late, 'ha-promote-on-failure': 'always' });
    await setPolicy('careful', { ...late, 'ha-promote-on-failure': 'when-synced' });
    for (const name of ['careless', 'careful']) {
      const queue = await whole(name, ({ slave_nodes: mirrors = [] }) => mirrors.length === 2);
      expect(queue).toMatchObject({ node: `rabbit@${HOME}`, synchronised_slave_nodes: [] });
    }

    await killHost(HOME);
    const endpoints = await Promise.all(OTHERS.map(endpointOf));
    const elsewhere = connect({ ...outputs, amqp_endpoint: endpoints.join(',') });
    const declared = (name: string): Promise<{ messageCount: number }> =>
      elsewhere.queueDeclare({ queue: name, passive: true });
    const { messageCount: left } = await eventually('careless serves', 30, () => declared('careless'));
    await expect(within(UNANSWERED_MILLISECONDS, declared('careful'))).rejects.toThrow('no answer');
    await must('docker', 'start', HOME);
    const { messageCount: kept } = await eventually('careful serves', 60, () => declared('careful'));
    await elsewhere.close();
    console.log(
      `mirrored, leader killed without a mirror in step: ${BACKLOG - left} of ${BACKLOG} lost with promote-on-failure always, ${BACKLOG - kept} with when-synced, which served nobody until its node was back`,
    );
    expect([left, kept]).toEqual([0, BACKLOG]);
    await whole('orders');
  });
});

describe('mirrored queues under the checker', () => {
  it(
    'lose no more than their page says',
    async () => {
      const leader = (): Promise<string> => cluster.home(CHECKED);
      let cut = '';
      const leaderToCut = async (): Promise<string> => (cut = await leader());
      const outcome = await check({
        architecture: 'mirrored',
        programs: [`RabbitMQ ${await must('docker', 'exec', HOME, 'rabbitmqctl', 'version')}`],
        publishers: [
          { group: 'publishers', site: siteOf(outputs), count: PUBLISHERS, routingKey: CHECKED },
          ...(await pinnedPublishers(outputs, BROKERS, CHECKED)),
        ],
        consumers: [{ group: 'consumers', site: siteOf(outputs), count: 3, queue: CHECKED }],
        faults: [
          kill('kill leader', leader),
          stop('stop leader', leader),
          pause('pause leader', leader, [2, 5]),
          cutOff('cut leader off', leaderToCut, BROKERS),
          kill('kill proxy with the address', () => cluster.holder()),
          diskAlarm(anyOf(BROKERS)),
          killAll(BROKERS),
        ],
        whole: async () => ((await settled(CHECKED)) === undefined ? undefined : true),
        // Mnesia may keep a node that was cut off out of the cluster for good: a person restarts it.
        repair: () => must('docker', 'restart', '--time', '60', cut),
        healSeconds: 45,
        // A leader that is cut off confirms what it could not copy when it takes its mirrors for dead, and then pauses.
        promises: ({ faults }) => {
          const cuts = faults.filter(({ isolated }) => isolated.length > 0).length;
          return {
            lost: { atMost: cuts * PUBLISHERS_OF_A_HOST * MESSAGES_OF_A_CUT },
            acceptedWhileIsolated: { atMost: cuts * MESSAGES_OF_A_CUT },
            unhealed: { atMost: cuts },
          };
        },
      });
      expect(broken(outcome)).toEqual([]);
      expect(outcome.findings.confirmed).toBeGreaterThan(1000);
    },
    CHECK_TIMEOUT_MILLISECONDS,
  );
});

describe('the migration', () => {
  it('to a quorum queue of the same cluster loses nothing, with publishers that are switched late', async () => {
    const connection = connect(outputs);
    await publish(connection, 'orders', 2 * BACKLOG);
    const started = performance.now();
    deployment.change({ phase: 'moving' });
    await deployment.mustDeploy();
    console.log(`migration: the deploy took ${seconds(started)}`);
    outputs = await deployment.outputs();
    await publish(connection, 'orders', BACKLOG);
    await publish(connection, SUCCESSOR, BACKLOG);

    const published = performance.now();
    await eventually('all messages are in the successor', 60, async () =>
      (await cluster.queue(SUCCESSOR)).messages >= 4 * BACKLOG ? true : undefined,
    );
    const waited = seconds(published);
    const consumed = await drain(connection, SUCCESSOR, 2 * BACKLOG);
    // The first ids were published three times, the others once.
    const missing = [...Array(2 * BACKLOG).keys()].filter(
      (id) => (consumed.get(id) ?? 0) < (id < BACKLOG ? 3 : 1),
    );
    const came = [...consumed.values()].reduce((sum, count) => sum + count, 0);
    console.log(
      `migration: ${came} deliveries of ${4 * BACKLOG} messages from the quorum queue, ${missing.length} missing, all there ${waited} after the last was published`,
    );
    expect(missing).toEqual([]);

    deployment.change({ phase: 'moved' });
    await deployment.mustDeploy();
    await rabbitmqctl(HOME, 'clear_parameter', 'shovel', 'orders');
    await rabbitmqctl(HOME, 'delete_queue', 'orders', '--if-empty');
    const queues = await rabbitmqctl(HOME, 'list_queues', '--no-table-headers', 'name', 'type');
    expect(queues).toContain(`${SUCCESSOR}\tquorum`);
    expect(queues).not.toMatch(/^orders\t/m);
    await connection.close();
  });

  it('to a new cluster of RabbitMQ 4 loses nothing over a shovel', async () => {
    const publisher = connect(outputs);
    const consumer = connect({
      ...outputs,
      amqp_endpoint: outputs.new_amqp_endpoint,
      administrator_password: outputs.new_administrator_password,
    });
    const started = performance.now();
    const [{ confirmed }, consumed] = await Promise.all([
      publish(publisher, 'invoices', MESSAGES),
      drain(consumer, 'invoices', MESSAGES),
    ]);
    const lost = confirmed.filter((id) => !consumed.has(id));
    console.log(
      `migration to RabbitMQ 4: ${lost.length} of ${MESSAGES} confirmed messages lost, the last came after ${seconds(started)}`,
    );
    expect(lost).toEqual([]);
    await Promise.all([publisher.close(), consumer.close()]);
  });
});

it('a stop of all brokers is one in order', async () => {
  await stopInOrder(BROKERS);
});
