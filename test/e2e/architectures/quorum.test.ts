import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check, CHECK_TIMEOUT_MILLISECONDS } from '../checker/check';
import { Site } from '../checker/clients';
import { diskAlarm } from '../checker/disk-alarm';
import { anyOf, kill, killAll, pause, restartAll, stop } from '../checker/host-faults';
import { addressOf, cut } from '../checker/network-cut';
import { broken } from '../checker/report';
import { must } from '../support/command';
import { Deployment, Outputs } from '../support/deployment';
import { brokersOf, LocalCluster } from '../support/local-cluster';
import { provideImages } from '../support/test-images';

const PREFIX = 'e2e-k';
const BROKERS = brokersOf(PREFIX);
const QUEUE = 'orders';

const deployment = new Deployment({
  prefix: PREFIX,
  subnet: '172.30.60.0/24',
  metadataStore: process.env['BROKERS_CHECK_STORE'] === 'mnesia' ? 'mnesia' : 'khepri',
});
let outputs: Outputs;
let cluster: LocalCluster;

function site(...endpoints: readonly string[]): Site {
  return { endpoints, username: outputs.administrator_name, password: outputs.administrator_password };
}

beforeAll(async () => {
  await provideImages();
  await deployment.mustDeploy();
  outputs = await deployment.outputs();
  cluster = new LocalCluster(PREFIX, outputs);
}, 300_000);

afterAll(async () => {
  await deployment.remove();
}, 120_000);

describe('quorum queues under the checker', () => {
  it(
    'lose nothing that they confirmed, and a minority accepts nothing',
    async () => {
      const addresses = await Promise.all(BROKERS.map((host) => addressOf(host)));
      const leader = (): Promise<string> => cluster.leader(QUEUE);
      const outcome = await check({
        architecture: 'quorum',
        programs: [`RabbitMQ ${await must('docker', 'exec', BROKERS[0] ?? '', 'rabbitmqctl', 'version')}`],
        publishers: [
          { group: 'publishers', site: site(outputs.amqp_endpoint), count: 4, routingKey: QUEUE },
          ...BROKERS.map((host, index) => ({
            group: `publisher on ${host}`,
            site: site(`${addresses[index] ?? ''}:5672`),
            count: 1,
            routingKey: QUEUE,
            pinnedTo: host,
            messagesPerSecond: 20,
          })),
        ],
        consumers: [{ group: 'consumers', site: site(outputs.amqp_endpoint), count: 3, queue: QUEUE }],
        faults: [
          kill('kill leader', leader),
          kill('kill a broker', anyOf(BROKERS)),
          stop('stop leader', leader),
          pause('pause leader', leader),
          cut('cut leader off', async () => {
            const host = await leader();
            const from = addresses.filter((_, index) => BROKERS[index] !== host);
            return { hosts: [host], from, isolated: [host] };
          }),
          kill('kill proxy with the address', () => cluster.holder()),
          diskAlarm(anyOf(BROKERS)),
          restartAll(BROKERS),
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
