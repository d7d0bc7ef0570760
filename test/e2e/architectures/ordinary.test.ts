import { Connection } from 'rabbitmq-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check, CHECK_TIMEOUT_MILLISECONDS } from '../checker/check';
import { within } from '../checker/clients';
import { diskAlarm } from '../checker/disk-alarm';
import { anyOf, kill, killAll, pause, stop } from '../checker/host-faults';
import { cutOff } from '../checker/network-cut';
import { broken } from '../checker/report';
import { endpointOf, pinnedPublishers, siteOf } from '../support/broker';
import { eventually, must } from '../support/command';
import { Deployment, Outputs } from '../support/deployment';
import { brokersOf, LocalCluster } from '../support/local-cluster';
import { provideImages } from '../support/test-images';
import { drain, open, publish } from '../support/traffic';

const PREFIX = 'e2e-o';
const BROKERS = brokersOf(PREFIX);
const QUEUE = 'orders';
/** The queue of the checker. */
const CHECKED = 'checked';
const BACKLOG = 1000;
const UNANSWERED_MILLISECONDS = 3000;
/** A node tries for up to 7 s to reach the one that is gone before it refuses a message for it. */
const REFUSED_MILLISECONDS = 30_000;
/** As the architecture declares it. */
const DECLARATION = {
  queue: QUEUE,
  durable: true,
  arguments: { 'x-queue-type': 'classic', 'x-queue-leader-locator': 'balanced' },
} as const;

const deployment = new Deployment({
  prefix: PREFIX,
  subnet: '172.30.74.0/24',
  architecture: 'ordinary',
  queues: [QUEUE, CHECKED],
  // With Mnesia, a node that was cut off for about 8 to 24 s does not come back by itself.
  metadataStore: process.env['BROKERS_CHECK_STORE'] === 'mnesia' ? 'mnesia' : 'khepri',
});
let outputs: Outputs;
let cluster: LocalCluster;

beforeAll(async () => {
  await provideImages();
  await deployment.mustDeploy();
  outputs = await deployment.outputs();
  cluster = new LocalCluster(PREFIX, outputs);
});

afterAll(async () => {
  await deployment.remove();
});

describe('an ordinary cluster whose queue lost its home node', () => {
  let home: string;
  let published: readonly number[];
  const connections: Connection[] = [];

  /** A connection to the nodes that are left. */
  async function elsewhere(): Promise<Connection> {
    const others = await Promise.all(BROKERS.filter((host) => host !== home).map(endpointOf));
    const connection = open({ ...outputs, amqp_endpoint: others.join(',') });
    connections.push(connection);
    return connection;
  }

  function messages(connection: Connection): Promise<number> {
    return connection.queueDeclare({ queue: QUEUE, passive: true }).then(({ messageCount }) => messageCount);
  }

  beforeAll(async () => {
    home = await cluster.home(QUEUE);
    ({ confirmed: published } = await publish(await elsewhere(), QUEUE, BACKLOG));
    await must('docker', 'kill', '--signal', 'KILL', home);
  });

  afterAll(() => {
    // Those that wait for an answer could not be closed in an orderly way.
    for (const connection of connections) connection.unsafeDestroy();
  });

  it('has the queue nowhere: nobody is answered who asks for it, or declares it again', async () => {
    const requests: ((connection: Connection) => Promise<unknown>)[] = [
      messages,
      (connection: Connection) => connection.queueDeclare(DECLARATION),
    ];
    await Promise.all(
      requests.map(async (request) => {
        const answer = request(await elsewhere());
        await expect(within(UNANSWERED_MILLISECONDS, answer)).rejects.toThrow('no answer');
      }),
    );
  });

  it.each([true, false])('refuses what is published to it, mandatory %s', async (mandatory) => {
    const publisher = (await elsewhere()).createPublisher({ confirm: true, maxAttempts: 1 });
    const answer = publisher.send({ routingKey: QUEUE, durable: true, mandatory }, { id: BACKLOG });
    await expect(within(REFUSED_MILLISECONDS, answer)).rejects.toThrow('rejected by server');
  });

  it('goes on with the queues of other nodes, and with new ones', async () => {
    const connection = await elsewhere();
    await connection.queueDeclare({ ...DECLARATION, queue: 'beside' });
    await publish(connection, 'beside', BACKLOG);
    expect((await drain(connection, 'beside', BACKLOG)).size).toBe(BACKLOG);
  });

  it('has the queue with all its messages again when the node is back, and nothing that it refused', async () => {
    await must('docker', 'start', home);
    const started = performance.now();
    const kept = await eventually('the queue serves', 60, async () =>
      within(1000, messages(await elsewhere())),
    );
    const waited = ((performance.now() - started) / 1000).toFixed(1);
    const consumed = await drain(await elsewhere(), QUEUE, BACKLOG);
    const lost = published.filter((id) => !consumed.has(id));
    console.log(
      `ordinary, home killed: ${lost.length} of ${BACKLOG} confirmed messages lost, the queue served ${waited} s after its node was started`,
    );
    expect([kept, consumed.size, lost]).toEqual([BACKLOG, BACKLOG, []]);
  });
});

describe('an ordinary cluster under the checker', () => {
  it(
    'keeps what it confirmed, and serves a queue only while its home does',
    async () => {
      const home = await cluster.home(CHECKED);
      const target = (): Promise<string> => Promise.resolve(home);
      const outcome = await check({
        architecture: 'ordinary',
        programs: [`RabbitMQ ${await must('docker', 'exec', home, 'rabbitmqctl', 'version')}`],
        publishers: [
          { group: 'publishers', site: siteOf(outputs), count: 4, routingKey: CHECKED },
          ...(await pinnedPublishers(outputs, BROKERS, CHECKED)),
        ],
        consumers: [{ group: 'consumers', site: siteOf(outputs), count: 3, queue: CHECKED }],
        faults: [
          kill('kill home', target),
          stop('stop home', target),
          pause('pause home', target, [2, 5]),
          cutOff('cut home off', target, BROKERS),
          kill('kill proxy with the address', () => cluster.holder()),
          diskAlarm(anyOf(BROKERS)),
          killAll(BROKERS),
        ],
        whole: async () => ((await cluster.allRun()) ? true : undefined),
        // Nobody takes the queue over: publishers wait for a boot of its home.
        promises: {
          lost: { atMost: 0 },
          unhealed: { atMost: 0 },
          waits: { 'kill home': { publishers: { atLeast: 3 } } },
        },
      });
      expect(broken(outcome)).toEqual([]);
      expect(outcome.findings.confirmed).toBeGreaterThan(1000);
    },
    CHECK_TIMEOUT_MILLISECONDS,
  );
});
