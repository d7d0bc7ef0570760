import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check, CHECK_TIMEOUT_MILLISECONDS } from '../checker/check';
import { diskAlarm } from '../checker/disk-alarm';
import { anyOf, kill, killAll, pause, stop } from '../checker/host-faults';
import { cutOff } from '../checker/network-cut';
import { broken } from '../checker/report';
import { run } from '../checker/run';
import { pinnedPublishers, siteOf } from '../support/broker';
import { must } from '../support/command';
import { Deployment, Outputs } from '../support/deployment';
import { brokersOf, LocalCluster } from '../support/local-cluster';
import { provideImages } from '../support/test-images';
import { connect } from '../support/traffic';

const PREFIX = 'e2e-k';
const BROKERS = brokersOf(PREFIX);
const QUEUE = 'orders';

const deployment = new Deployment({
  prefix: PREFIX,
  subnet: '172.30.60.0/24',
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

describe('quorum queues under the checker', () => {
  it(
    'lose nothing that they confirmed, and a minority accepts nothing',
    async () => {
      const leader = (): Promise<string> => cluster.leader(QUEUE);
      const outcome = await check({
        architecture: 'quorum',
        programs: [`RabbitMQ ${await must('docker', 'exec', BROKERS[0] ?? '', 'rabbitmqctl', 'version')}`],
        publishers: [
          { group: 'publishers', site: siteOf(outputs), count: 4, routingKey: QUEUE },
          ...(await pinnedPublishers(outputs, BROKERS, QUEUE)),
        ],
        consumers: [{ group: 'consumers', site: siteOf(outputs), count: 3, queue: QUEUE }],
        faults: [
          kill('kill leader', leader),
          kill('kill a broker', anyOf(BROKERS)),
          stop('stop leader', leader),
          pause('pause leader', leader),
          cutOff('cut leader off', leader, BROKERS),
          kill('kill proxy with the address', () => cluster.holder()),
          diskAlarm(anyOf(BROKERS)),
          killAll(BROKERS),
        ],
        whole: async () => ((await cluster.isWhole(QUEUE)) ? true : undefined),
        promises: {
          lost: { atMost: 0 },
          reordered: { atMost: 0 },
          acceptedWhileIsolated: { atMost: 0 },
          unhealed: { atMost: 0 },
        },
      });
      expect(broken(outcome)).toEqual([]);
      expect(outcome.findings.confirmed).toBeGreaterThan(1000);
    },
    CHECK_TIMEOUT_MILLISECONDS,
  );
});

describe('the checker', () => {
  it('finds what is lost where something is: transient messages, on a node that stops', async () => {
    const queue = 'transient';
    const connection = connect(outputs);
    await connection.queueDeclare({ queue, durable: true, arguments: { 'x-queue-type': 'classic' } });
    await connection.close();
    const { confirmed, lost, examples } = await run({
      publishers: [
        {
          group: 'publishers',
          site: siteOf(outputs),
          count: 2,
          routingKey: queue,
          persistent: false,
        },
      ],
      consumers: [{ group: 'consumers', site: siteOf(outputs), count: 1, queue, start: 'after publishing' }],
      faults: [
        stop('stop the node of the queue', async () =>
          (await cluster.queue(queue)).node.replace('rabbit@', ''),
        ),
      ],
      whole: async () => ((await cluster.isWhole(QUEUE)) ? true : undefined),
      seconds: 0,
      seed: 1,
    });
    console.log(`transient messages: ${confirmed} confirmed, ${lost} lost`);
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(confirmed);
    expect(examples[0]).toMatch(/^lost: [01]\.\d+ for all$/);
  });
});
