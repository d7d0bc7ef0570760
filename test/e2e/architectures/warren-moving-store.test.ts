import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check, CHECK_TIMEOUT_MILLISECONDS } from '../checker/check';
import { diskAlarm } from '../checker/disk-alarm';
import { kill, killAll, pause, stop } from '../checker/host-faults';
import { cutOff } from '../checker/network-cut';
import { broken } from '../checker/report';
import { eventually, must, run } from '../support/command';
import { Deployment, Outputs } from '../support/deployment';
import { LocalCluster, proxiesOf } from '../support/local-cluster';
import { exitCode, stopInOrder } from '../support/orderly-stop';
import { Publishing } from '../support/publishing';
import { provideImages } from '../support/test-images';
import { accepts, messagesOf, seconds, siteOf } from '../support/broker';

const PREFIX = 'e2e-wm';
const HOSTS = [`${PREFIX}-rabbitmq-1`, `${PREFIX}-rabbitmq-2`] as const;
const QUEUE = 'orders';

const deployment = new Deployment({
  prefix: PREFIX,
  subnet: '172.30.91.0/24',
  architecture: 'warren-moving-store',
});
let outputs: Outputs;
let publishing: Publishing;

/** The host whose broker has the store, and the other one. */
async function roles(): Promise<{ readonly active: string; readonly standby: string }> {
  return eventually('one broker that accepts connections', 60, async () => {
    const [first, second] = await Promise.all(HOSTS.map((host) => accepts(host)));
    if (first === second) return undefined;
    const [one, other] = HOSTS;
    return first === true ? { active: one, standby: other } : { active: other, standby: one };
  });
}

async function holdsStore(host: string): Promise<boolean> {
  return (await run('docker', ['exec', host, 'test', '-e', '/run/brokers/holds-store'])).code === 0;
}

/** Whether `host` runs and has nothing to do. */
async function standsBy(host: string): Promise<true | undefined> {
  const ready = ['/opt/brokers/bin/warren-if-active', 'false'];
  return (await run('docker', ['exec', host, ...ready])).code === 0 ? true : undefined;
}

/** Waits until `active` serves and `standby` stands by. */
async function haveRoles(active: string, standby: string): Promise<void> {
  await eventually(`${active} serves and ${standby} stands by`, 60, async () =>
    (await accepts(active)) ? standsBy(standby) : undefined,
  );
}

beforeAll(async () => {
  await provideImages();
  await deployment.mustDeploy();
  outputs = await deployment.outputs();
  publishing = new Publishing(siteOf(outputs), QUEUE);
});

afterAll(async () => {
  await deployment.remove();
});

describe('a warren whose store moves', () => {
  it('has one broker with the store; the other host runs none, and is healthy', async () => {
    const { active, standby } = await roles();
    expect([await holdsStore(active), await holdsStore(standby)]).toEqual([true, false]);
    const brokers = await run('docker', ['exec', standby, 'pgrep', '-c', 'beam.smp']);
    expect(brokers.stdout.trim()).toBe('0');
    await eventually('a healthy standby', 30, async () =>
      (await must('docker', 'inspect', '--format', '{{.State.Health.Status}}', standby)) === 'healthy'
        ? true
        : undefined,
    );
  });

  it('goes on with all messages when the broker is killed, which stands by when it returns', async () => {
    await publishing.start(500);
    const { active, standby } = await roles();
    const waited = await publishing.longestWait(() => must('docker', 'kill', '--signal', 'KILL', active));
    await publishing.finish();
    console.log(`killed ${active}: publishers waited ${seconds(waited)}`);
    expect(waited).toBeLessThan(20_000);
    // Nothing is away with the dead broker, which does not run here.
    expect(await messagesOf(standby)).toBeGreaterThanOrEqual(publishing.confirmed.size);
    const came = await publishing.consume();
    const lost = [...publishing.confirmed].filter((id) => !came.has(id));
    console.log(`${publishing.confirmed.size} confirmed, ${lost.length} lost`);
    expect(lost).toEqual([]);

    await must('docker', 'start', active);
    await haveRoles(standby, active);
  });

  it('moves in an orderly way when the active host is restarted', async () => {
    const { active, standby } = await roles();
    await must('docker', 'restart', '--time', '60', active);
    await expect(haveRoles(standby, active)).resolves.toBeUndefined();
  });

  it('gives the store away when the broker dies and its container does not', async () => {
    const { active, standby } = await roles();
    // What it answers may get lost when the container starts again at once.
    await run('docker', ['exec', '--user', 'rabbitmq', active, 'pkill', '-KILL', 'beam.smp']);
    await expect(haveRoles(standby, active)).resolves.toBeUndefined();
  });
});

describe('a warren whose store moves under the checker', () => {
  it(
    'loses nothing, and stands still while the broker that has the store does',
    async () => {
      const active = async (): Promise<string> => (await roles()).active;
      const publishers = { publishers: { atMost: 30 } };
      const outcome = await check({
        architecture: 'warren-moving-store',
        programs: [
          `RabbitMQ ${await must('docker', 'exec', (await roles()).active, 'rabbitmqctl', 'version')}`,
        ],
        publishers: [{ group: 'publishers', site: siteOf(outputs), count: 4, routingKey: QUEUE }],
        consumers: [{ group: 'consumers', site: siteOf(outputs), count: 3, queue: QUEUE }],
        faults: [
          kill('kill active', active),
          stop('stop active', active),
          pause('pause active', active, [8, 12]),
          cutOff('cut active off', active, [...HOSTS, ...proxiesOf(PREFIX)], [8, 12]),
          kill('kill proxy with the address', () => new LocalCluster(PREFIX, outputs).holder()),
          diskAlarm(active),
          killAll(HOSTS),
        ],
        whole: async () => standsBy((await roles()).standby),
        promises: {
          lost: { atMost: 0 },
          reordered: { atMost: 0 },
          unhealed: { atMost: 0 },
          waits: {
            'kill active': publishers,
            'stop active': publishers,
            // It keeps the lock on the store.
            'pause active': { publishers: { atLeast: 8 } },
            'cut active off': { publishers: { atLeast: 8 } },
          },
        },
      });
      expect(broken(outcome)).toEqual([]);
      expect(outcome.findings.confirmed).toBeGreaterThan(1000);
    },
    CHECK_TIMEOUT_MILLISECONDS,
  );
});

it('a stop of both hosts is one in order, also where no broker runs', async () => {
  const { active, standby } = await roles();
  await must('docker', 'stop', standby);
  expect(await exitCode(standby)).toBe('0');
  await stopInOrder([active]);
});
