import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, must, run } from '../support/command';
import { Deployment, Outputs } from '../support/deployment';
import { LocalCluster } from '../support/local-cluster';
import { Publishing } from '../support/publishing';
import { accepts, messagesOf, seconds, siteOf } from '../support/warren';

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

/** Waits until `host` runs and has nothing to do. */
async function standsBy(host: string): Promise<void> {
  const ready = ['/opt/brokers/bin/warren-if-active', 'false'];
  await eventually(`${host} stands by`, 30, async () =>
    (await run('docker', ['exec', host, ...ready])).code === 0 ? true : undefined,
  );
}

async function nothingLost(): Promise<void> {
  const came = await publishing.consume();
  const lost = [...publishing.confirmed].filter((id) => !came.has(id));
  console.log(`${publishing.confirmed.size} confirmed, ${lost.length} lost`);
  expect(lost).toEqual([]);
}

beforeAll(async () => {
  await deployment.mustDeploy();
  outputs = await deployment.outputs();
  publishing = new Publishing(siteOf(outputs), QUEUE);
}, 300_000);

afterAll(async () => {
  await deployment.remove();
}, 120_000);

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

  it('goes on with all messages when the broker is killed, and when the proxy with the address is', async () => {
    await publishing.start(500);
    const { active, standby } = await roles();
    const broker = await publishing.longestWait(() => must('docker', 'kill', '--signal', 'KILL', active));
    const holder = await new LocalCluster(PREFIX, outputs).holder();
    const proxy = await publishing.longestWait(() => must('docker', 'kill', '--signal', 'KILL', holder));
    await must('docker', 'start', holder);
    await publishing.finish();
    console.log(
      `killed ${active}: publishers waited ${seconds(broker)}; killed ${holder}: ${seconds(proxy)}`,
    );
    expect(broker).toBeLessThan(20_000);
    // Nothing is away with the dead broker, which does not run here.
    expect(await messagesOf(standby)).toBeGreaterThanOrEqual(publishing.confirmed.size);
    await nothingLost();
  });

  it('lets the killed broker stand by when it returns', async () => {
    const { active } = await roles();
    const [returning = ''] = HOSTS.filter((host) => host !== active);
    await must('docker', 'start', returning);
    await standsBy(returning);
    expect(await roles()).toEqual({ active, standby: returning });
  });

  it('moves in an orderly way when the active host is restarted, and loses nothing', async () => {
    await publishing.start(200);
    const { active, standby } = await roles();
    const waited = await publishing.longestWait(() => must('docker', 'restart', '--time', '60', active));
    await publishing.finish();
    console.log(`restarted ${active}: publishers waited ${seconds(waited)}`);
    expect(await roles()).toEqual({ active: standby, standby: active });
    expect(waited).toBeLessThan(20_000);
    await standsBy(active);
    await nothingLost();
  });

  it('gives the store away when the broker dies and its container does not', async () => {
    const { active, standby } = await roles();
    await must('docker', 'exec', '--user', 'rabbitmq', active, 'pkill', '-KILL', 'beam.smp');
    await eventually(`${standby} has the store`, 30, async () =>
      (await accepts(standby)) ? true : undefined,
    );
    await standsBy(active);
  });
});
