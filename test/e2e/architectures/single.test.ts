import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check, CHECK_TIMEOUT_MILLISECONDS } from '../checker/check';
import { diskAlarm } from '../checker/disk-alarm';
import { Fault } from '../checker/fault';
import { anyOf, kill, pause, stop } from '../checker/host-faults';
import { cut } from '../checker/network-cut';
import { broken } from '../checker/report';
import { accepts, seconds, siteOf } from '../support/broker';
import { must } from '../support/command';
import { Deployment, Outputs } from '../support/deployment';
import { Publishing } from '../support/publishing';
import { provideImages } from '../support/test-images';

const PREFIX = 'e2e-m1';
const BROKER = `${PREFIX}-rabbitmq-1`;
const QUEUE = 'orders';

const deployment = new Deployment({ prefix: PREFIX, subnet: '172.30.70.0/24', architecture: 'single' });
let outputs: Outputs;

/** The broker's process dies, and the engine starts its container again. */
const crash: Fault = {
  name: 'crash',
  holdSeconds: [0, 0],
  aim: () =>
    Promise.resolve({
      target: BROKER,
      // The broker has no rights over processes of others, so its own user has to end it.
      inject: [
        {
          command: ['docker', 'exec', '--user', 'rabbitmq', BROKER, 'bash', '-c', 'kill -KILL -1 || true'],
        },
      ],
      heal: [],
    }),
};

/** Address from which clients on this machine reach the broker. */
async function gateway(): Promise<string> {
  const format = '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}';
  return must('docker', 'inspect', '--format', format, BROKER);
}

beforeAll(async () => {
  await provideImages();
  await deployment.mustDeploy();
  outputs = await deployment.outputs();
});

afterAll(async () => {
  await deployment.remove();
});

describe('a single broker', () => {
  it('keeps its messages when its container is lost and a deploy makes a new one', async () => {
    const id = (): Promise<string> => must('docker', 'inspect', '--format', '{{.Id}}', BROKER);
    const before = await id();
    const replace = async (): Promise<void> => {
      await must('docker', 'rm', '--force', BROKER);
      await deployment.mustDeploy();
    };
    const publishing = new Publishing(siteOf(outputs), QUEUE);
    await publishing.start(500);
    const waited = await publishing.longestWait(replace);
    await publishing.finish();
    const came = await publishing.consume();
    const lost = [...publishing.confirmed].filter((message) => !came.has(message));
    console.log(
      `single, replaced: publishers waited ${seconds(waited)}, ${lost.length} of ${publishing.confirmed.size} confirmed messages lost`,
    );
    expect(waited).toBeGreaterThan(1000);
    expect(lost).toEqual([]);
    expect(await id()).not.toBe(before);
  });
});

describe('a single broker under the checker', () => {
  it(
    'loses nothing that it confirmed, and comes back by itself when it crashes',
    async () => {
      const broker = anyOf([BROKER]);
      const outcome = await check({
        architecture: 'single',
        programs: [`RabbitMQ ${await must('docker', 'exec', BROKER, 'rabbitmqctl', 'version')}`],
        publishers: [{ group: 'publishers', site: siteOf(outputs), count: 4, routingKey: QUEUE }],
        consumers: [{ group: 'consumers', site: siteOf(outputs), count: 3, queue: QUEUE }],
        faults: [
          crash,
          kill('kill', broker),
          stop('stop', broker),
          pause('pause', broker),
          cut('cut off', async () => ({ hosts: [BROKER], from: [await gateway()] })),
          diskAlarm(broker),
        ],
        whole: async () => ((await accepts(BROKER)) ? true : undefined),
        promises: { lost: { atMost: 0 }, reordered: { atMost: 0 }, unhealed: { atMost: 0 } },
      });
      expect(broken(outcome)).toEqual([]);
      expect(outcome.findings.confirmed).toBeGreaterThan(1000);
    },
    CHECK_TIMEOUT_MILLISECONDS,
  );
});
