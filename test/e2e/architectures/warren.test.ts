import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, must } from '../support/command';
import { Deployment, Outputs } from '../support/deployment';
import { LocalCluster } from '../support/local-cluster';
import { Publishing } from '../support/publishing';
import { accepts, connectionsOf, messagesOf, seconds, siteOf } from '../support/warren';

const PREFIX = 'e2e-w';
const [ACTIVE, STANDBY] = [`${PREFIX}-rabbitmq-1`, `${PREFIX}-rabbitmq-2`];
const QUEUE = 'orders';

const deployment = new Deployment({ prefix: PREFIX, subnet: '172.30.90.0/24', architecture: 'warren' });
let outputs: Outputs;
let proxies: LocalCluster;

async function users(host: string): Promise<string> {
  return must('docker', 'exec', host, '/opt/brokers/bin/rabbitmq-cli', 'rabbitmqctl', '-q', 'list_users');
}

beforeAll(async () => {
  await deployment.mustDeploy();
  outputs = await deployment.outputs();
  proxies = new LocalCluster(PREFIX, outputs);
}, 300_000);

afterAll(async () => {
  await deployment.remove();
}, 120_000);

describe('a warren with independent stores', () => {
  let publishing: Publishing;

  it('gives all clients to the active broker', async () => {
    publishing = new Publishing(siteOf(outputs), QUEUE);
    await publishing.start(500);
    expect(await connectionsOf(ACTIVE)).toBe(3);
    expect(await connectionsOf(STANDBY)).toBe(0);
  });

  it('goes on with the standby, which has none of the messages of the killed broker', async () => {
    const broker = await publishing.longestWait(() => must('docker', 'kill', '--signal', 'KILL', ACTIVE));
    const holder = await proxies.holder();
    const proxy = await publishing.longestWait(() => must('docker', 'kill', '--signal', 'KILL', holder));
    await must('docker', 'start', holder);
    await publishing.finish();
    const taken = await messagesOf(STANDBY);
    const unavailable = publishing.confirmed.size - taken;
    console.log(
      `killed ${ACTIVE}: publishers waited ${seconds(broker)}; killed ${holder}: ${seconds(proxy)}`,
    );
    console.log(`${publishing.confirmed.size} confirmed, ${unavailable} of them away with ${ACTIVE}`);
    expect(broker).toBeLessThan(10_000);
    expect(unavailable).toBeGreaterThanOrEqual(500);
    expect(taken).toBeGreaterThan(0);
  });

  it('hands back to the active broker when that returns, and then has lost nothing', async () => {
    const left = await messagesOf(STANDBY);
    await publishing.start(100);
    let returned = 0;
    let handedBack = 0;
    const waited = await publishing.longestWait(
      () => must('docker', 'start', ACTIVE),
      async () => {
        if (!(await accepts(ACTIVE))) return undefined;
        if (returned === 0) returned = performance.now();
        if ((await connectionsOf(STANDBY)) > 0 || (await messagesOf(STANDBY)) > 0) return undefined;
        handedBack = performance.now();
        return true;
      },
    );
    await publishing.finish();
    console.log(
      `${ACTIVE} is back: ${left} messages and more of ${STANDBY} moved within ${seconds(handedBack - returned)}, ` +
        `publishers waited ${seconds(waited)}`,
    );
    expect(waited).toBeLessThan(10_000);
    expect(await connectionsOf(STANDBY)).toBe(0);

    const came = await publishing.consume();
    const lost = [...publishing.confirmed].filter((id) => !came.has(id));
    const again = [...came.values()].reduce((sum, times) => sum + times - 1, 0);
    console.log(`${publishing.confirmed.size} confirmed, ${lost.length} lost, ${again} came again`);
    expect(lost).toEqual([]);
  });

  it('leaves no user, no link and no password of the hand-back behind', async () => {
    await eventually('the user is gone', 10, async () =>
      (await users(ACTIVE)).includes('hand-back') ? undefined : true,
    );
    for (const host of [ACTIVE, STANDBY]) {
      const parameters = ['rabbitmqctl', '-q', 'list_parameters', '--no-table-headers'];
      expect(await must('docker', 'exec', host, '/opt/brokers/bin/rabbitmq-cli', ...parameters)).toBe('');
      expect((await must('sh', '-c', `docker logs ${host} 2>&1`)).match(/hand-back:[^@\s]+@/g)).toBeNull();
    }
  });
});
