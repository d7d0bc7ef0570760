import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check, CHECK_TIMEOUT_MILLISECONDS } from '../checker/check';
import { diskAlarm } from '../checker/disk-alarm';
import { anyOf, kill, killAll, pause, stop } from '../checker/host-faults';
import { cutOff } from '../checker/network-cut';
import { broken } from '../checker/report';
import { eventually, must } from '../support/command';
import { Deployment, Outputs } from '../support/deployment';
import { LocalCluster, proxiesOf } from '../support/local-cluster';
import { stopInOrder } from '../support/orderly-stop';
import { Publishing } from '../support/publishing';
import { provideImages } from '../support/test-images';
import { accepts, connectionsOf, messagesOf, seconds, siteOf } from '../support/broker';

const PREFIX = 'e2e-w';
const HOSTS = [`${PREFIX}-rabbitmq-1`, `${PREFIX}-rabbitmq-2`] as const;
const [ACTIVE, STANDBY] = HOSTS;
const QUEUE = 'orders';
const CONSUMERS = 3;
const PREFETCH = 50;

const deployment = new Deployment({ prefix: PREFIX, subnet: '172.30.90.0/24', architecture: 'warren' });
let outputs: Outputs;

async function users(host: string): Promise<string> {
  return must('docker', 'exec', host, '/opt/brokers/bin/rabbitmq-cli', 'rabbitmqctl', '-q', 'list_users');
}

function connectionsOfStandby(): Promise<number> {
  return connectionsOf(outputs, outputs.management_urls[1]);
}

/** Whether both brokers serve and all clients are on the active one. */
async function whole(): Promise<true | undefined> {
  const both = await Promise.all(HOSTS.map((host) => accepts(host)));
  return both.every(Boolean) && (await connectionsOfStandby()) === 0 ? true : undefined;
}

/** Whether nothing is left on the standby, besides. */
async function handedBack(): Promise<true | undefined> {
  return (await whole()) === true && (await messagesOf(STANDBY)) === 0 ? true : undefined;
}

beforeAll(async () => {
  await provideImages();
  await deployment.mustDeploy();
  outputs = await deployment.outputs();
});

afterAll(async () => {
  await deployment.remove();
});

describe('a warren with independent stores', () => {
  let publishing: Publishing;

  it('gives all clients to the active broker', async () => {
    publishing = new Publishing(siteOf(outputs), QUEUE);
    await publishing.start(500);
    // The management API counts connections a moment after they are there.
    await eventually('all connections count on the active broker', 30, async () =>
      (await connectionsOf(outputs, outputs.management_urls[0])) === 3 ? true : undefined,
    );
    expect(await connectionsOfStandby()).toBe(0);
  });

  it('goes on with the standby, which has none of the messages of the killed broker', async () => {
    const waited = await publishing.longestWait(() => must('docker', 'kill', '--signal', 'KILL', ACTIVE));
    await publishing.finish();
    const taken = await messagesOf(STANDBY);
    const unavailable = publishing.confirmed.size - taken;
    console.log(`killed ${ACTIVE}: publishers waited ${seconds(waited)}`);
    console.log(`${publishing.confirmed.size} confirmed, ${unavailable} of them away with ${ACTIVE}`);
    expect(waited).toBeLessThan(10_000);
    expect(unavailable).toBeGreaterThanOrEqual(500);
    expect(taken).toBeGreaterThan(0);
  });

  it('hands back to the active broker when that returns, and then has lost nothing', async () => {
    const left = await messagesOf(STANDBY);
    await publishing.start(100);
    let returned = 0;
    let over = 0;
    const waited = await publishing.longestWait(
      () => must('docker', 'start', ACTIVE),
      async () => {
        if (!(await accepts(ACTIVE))) return undefined;
        if (returned === 0) returned = performance.now();
        if ((await handedBack()) === undefined) return undefined;
        over = performance.now();
        return true;
      },
    );
    await publishing.finish();
    console.log(
      `${ACTIVE} is back: ${left} messages and more of ${STANDBY} moved within ${seconds(over - returned)}, ` +
        `publishers waited ${seconds(waited)}`,
    );
    expect(waited).toBeLessThan(10_000);
    await eventually('the standby is without clients', 30, async () =>
      (await connectionsOfStandby()) === 0 ? true : undefined,
    );

    const came = await publishing.consume();
    const lost = [...publishing.confirmed].filter((id) => !came.has(id));
    const again = [...came.values()].reduce((sum, times) => sum + times - 1, 0);
    console.log(`${publishing.confirmed.size} confirmed, ${lost.length} lost, ${again} came again`);
    expect(lost).toEqual([]);
  });

  it('leaves no user, no link and no password of the hand-back behind', async () => {
    await eventually('the user is gone', 30, async () =>
      (await users(ACTIVE)).includes('hand-back') ? undefined : true,
    );
    for (const host of HOSTS) {
      const parameters = ['rabbitmqctl', '-q', 'list_parameters', '--no-table-headers'];
      expect(await must('docker', 'exec', host, '/opt/brokers/bin/rabbitmq-cli', ...parameters)).toBe('');
      expect((await must('sh', '-c', `docker logs ${host} 2>&1`)).match(/hand-back:[^@\s]+@/g)).toBeNull();
    }
  });
});

describe('a warren with independent stores under the checker', () => {
  it(
    'gives every confirmed message back, late, twice or out of order',
    async () => {
      const active = anyOf([ACTIVE]);
      const publishers = { publishers: { atMost: 8 } };
      const outcome = await check({
        architecture: 'warren',
        programs: [`RabbitMQ ${await must('docker', 'exec', ACTIVE, 'rabbitmqctl', 'version')}`],
        publishers: [{ group: 'publishers', site: siteOf(outputs), count: 4, routingKey: QUEUE }],
        consumers: [
          { group: 'consumers', site: siteOf(outputs), count: CONSUMERS, queue: QUEUE, prefetch: PREFETCH },
        ],
        faults: [
          kill('kill active', active),
          stop('stop active', active),
          // Longer than clients may wait: they go on with the standby and not when the fault ends.
          pause('pause active', active, [9, 14]),
          cutOff('cut active off', active, [...HOSTS, ...proxiesOf(PREFIX)], [9, 14]),
          kill('kill proxy with the address', () => new LocalCluster(PREFIX, outputs).holder()),
          diskAlarm(active),
          killAll(HOSTS),
        ],
        whole,
        settled: handedBack,
        promises: ({ faults }) => ({
          lost: { atMost: 0 },
          // What consumers had not acknowledged when they were sent back to the active broker.
          duplicated: { atMost: CONSUMERS * PREFETCH * faults.length },
          unhealed: { atMost: 0 },
          waits: {
            'kill active': publishers,
            'stop active': publishers,
            'pause active': publishers,
            'cut active off': publishers,
          },
        }),
      });
      expect(broken(outcome)).toEqual([]);
      expect(outcome.findings.confirmed).toBeGreaterThan(1000);
    },
    CHECK_TIMEOUT_MILLISECONDS,
  );
});

it('a stop of both brokers is one in order', async () => {
  await stopInOrder(HOSTS);
});
