import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Connection } from 'rabbitmq-client';
import { eventually, must, run } from './support/command';
import { Deployment, Outputs } from './support/deployment';
import { brokersOf, LocalCluster, proxiesOf } from './support/local-cluster';
import { ask, membersOf, NodeDescription, statusFor } from './support/management';
import { stopInOrder } from './support/orderly-stop';
import { reachability } from './support/probe';
import { connect, drain, publish } from './support/traffic';

const PREFIX = 'e2e-c';
const BROKERS = brokersOf(PREFIX);
const PROXIES = proxiesOf(PREFIX);
const MESSAGES = 20_000;

const deployment = new Deployment({ prefix: PREFIX, subnet: '172.30.10.0/24' });
let outputs: Outputs;
let local: LocalCluster;

async function start(proxy: string): Promise<void> {
  await must('docker', 'start', proxy);
  await eventually(`${proxy} runs again`, 30, async () =>
    (await run('docker', ['exec', proxy, '/opt/brokers/bin/proxy-ready'])).code === 0 ? true : undefined,
  );
}

async function makeHolder(proxy: string): Promise<void> {
  const current = await local.holder();
  if (current === proxy) return;
  await must('docker', 'stop', '--time', '30', current);
  await start(current);
  expect(await local.holder()).toBe(proxy);
}

async function reset(): Promise<Connection> {
  const connection = connect(outputs);
  await connection.queuePurge('orders');
  return connection;
}

beforeAll(async () => {
  await deployment.mustDeploy();
  outputs = await deployment.outputs();
  local = new LocalCluster(PREFIX, outputs);
});

afterAll(async () => {
  await deployment.remove();
});

describe('a three-node cluster behind a proxy pair', () => {
  it('is one cluster: each node sees all three, without alarm or partition', async () => {
    expect(outputs.management_urls).toHaveLength(3);
    for (const url of outputs.management_urls) {
      // Each node tells the others of its alarms every 5 s.
      const nodes = await eventually('figures of all nodes', 20, async () => {
        const found = await ask<Partial<NodeDescription>[]>(outputs, url, '/api/nodes');
        return found.every(({ mem_alarm: told }) => told !== undefined) ? found : undefined;
      });
      expect(nodes.map(({ name }) => name).sort()).toEqual(BROKERS.map((host) => `rabbit@${host}`));
      for (const node of nodes) {
        expect(node).toMatchObject({
          running: true,
          mem_alarm: false,
          disk_free_alarm: false,
          partitions: [],
        });
      }
    }
  });

  it('lets the administrator in and not guest', async () => {
    for (const url of outputs.management_urls) {
      expect(await statusFor(url, outputs.administrator_name, outputs.administrator_password)).toBe(200);
      expect(await statusFor(url, outputs.administrator_name, 'wrong')).toBe(401);
      expect(await statusFor(url, 'guest', 'guest')).toBe(401);
    }
  });

  it('shows the statistics page only with its password', async () => {
    const page = (password: string): Promise<Response> =>
      fetch(outputs.statistics_url, {
        headers: {
          authorization: `Basic ${Buffer.from(`${outputs.statistics_name}:${password}`).toString('base64')}`,
        },
      });
    expect((await page(outputs.statistics_password)).status).toBe(200);
    expect((await page('admin')).status).toBe(401);
  });

  it('has a queue member on every node, also of a queue declared at the first boot', async () => {
    expect(membersOf(await local.queue('orders'))).toEqual(BROKERS.map((host) => `rabbit@${host}`));
  });

  it('loses no confirmed message when a broker and later the proxy with the address are killed', async () => {
    const connection = await reset();
    const leader = (await local.queue('orders')).leader.replace('rabbit@', '');
    const proxy = await local.holder();
    const published = await publish(
      connection,
      'orders',
      MESSAGES,
      new Map([
        [5000, { mark: `broker ${leader}`, act: () => must('docker', 'kill', '--signal', 'KILL', leader) }],
        [12_000, { mark: `proxy ${proxy}`, act: () => must('docker', 'kill', '--signal', 'KILL', proxy) }],
      ]),
    );
    const consumed = await drain(connection, 'orders', MESSAGES);
    await connection.close();
    await must('docker', 'start', leader);
    await start(proxy);

    const lost = published.confirmed.filter((id) => !consumed.has(id));
    const duplicates = [...consumed.values()].reduce((sum, count) => sum + count - 1, 0);
    for (const [mark, gap] of published.outages)
      console.log(`killed ${mark}: publisher waited ${gap.toFixed(0)} ms`);
    console.log(
      `${published.confirmed.length} confirmed, ${lost.length} lost, ${duplicates} duplicates, ${published.retried} sent again`,
    );
    expect(published.confirmed).toHaveLength(MESSAGES);
    expect(new Set(published.confirmed).size).toBe(MESSAGES);
    expect(lost).toEqual([]);
    expect([...published.outages.keys()]).toEqual([`broker ${leader}`, `proxy ${proxy}`]);
    await local.whole('orders');
  });
});

describe('the floating address', () => {
  it('moves in under 1 s when its holder is killed and stays when the old holder returns', async () => {
    const first = await local.holder();
    const { gap, attempts } = await reachability(outputs.amqp_endpoint, async () => {
      await must('docker', 'kill', '--signal', 'KILL', first);
      await eventually('the other proxy holds the address', 10, async () =>
        (await local.holders()).some((proxy) => proxy !== first) ? true : undefined,
      );
      await new Promise((resolve) => setTimeout(resolve, 500));
    });
    console.log(`killed ${first}: no connection for ${gap.toFixed(0)} ms (${attempts} attempts)`);
    // Less than two intervals would mean that nothing was measured.
    expect(gap).toBeGreaterThan(20);
    expect(gap).toBeLessThan(1000);
    const second = await local.holder();
    expect(second).not.toBe(first);

    await start(first);
    const until = Date.now() + 3000;
    while (Date.now() < until) expect(await local.holders()).toEqual([second]);
  });

  it('moves without a failed connection when its holder is stopped in an orderly way', async () => {
    const first = await local.holder();
    const { failed, gap } = await reachability(outputs.amqp_endpoint, async () => {
      await must('docker', 'stop', '--time', '30', first);
      await local.holder();
    });
    console.log(`stopped ${first}: ${failed} failed connections, longest wait ${gap.toFixed(0)} ms`);
    expect(failed).toBe(0);
    expect(await local.holder()).not.toBe(first);
    await start(first);
  });

  it.each(PROXIES)('is held once after %s was paused and resumed', async (paused) => {
    await makeHolder(paused);
    await must('docker', 'pause', paused);
    const [other = ''] = PROXIES.filter((proxy) => proxy !== paused);
    await eventually('the other proxy takes over', 10, async () => {
      const listing = await run('docker', ['exec', other, 'cat', '/proc/net/fib_trie']);
      return listing.stdout.includes(`${outputs.amqp_endpoint.split(':')[0] ?? ''}\n`) ? true : undefined;
    });
    const resumed = performance.now();
    await must('docker', 'unpause', paused);
    let doubled = 0;
    const { gap, failed } = await reachability(outputs.amqp_endpoint, async () => {
      while (performance.now() - resumed < 4000) {
        const since = performance.now() - resumed;
        if ((await local.holders()).length > 1) doubled = since;
      }
    });
    console.log(
      `resumed ${paused}: last seen twice ${doubled.toFixed(0)} ms after, ${failed} failed connections, longest wait ${gap.toFixed(0)} ms`,
    );
    expect(doubled).toBeLessThan(1000);
    expect(await local.holders()).toHaveLength(1);
    expect(gap).toBeLessThan(1000);
  });
});

describe('a cluster whose nodes were all stopped', () => {
  it('comes back by itself with its messages, those as well that it has not confirmed', async () => {
    const connection = await reset();
    const { confirmed } = await publish(connection, 'orders', 500);
    const type = { 'x-queue-type': 'classic' } as const;
    await connection.queueDeclare({ queue: 'unconfirmed', durable: true, arguments: type });
    const channel = await connection.acquire();
    const message = { routingKey: 'unconfirmed', durable: true };
    for (let id = 0; id < MESSAGES; id++) await channel.basicPublish(message, { id });
    // Answered after all of them.
    const { messageCount: accepted } = await channel.queueDeclare({ queue: 'unconfirmed', passive: true });
    await channel.close();
    await connection.close();
    await stopInOrder(BROKERS);
    await must('docker', 'start', ...BROKERS);
    await local.whole('orders');
    const again = connect(outputs);
    const consumed = await drain(again, 'orders', confirmed.length);
    expect([...consumed.keys()].sort((a, b) => a - b)).toEqual([...confirmed].sort((a, b) => a - b));
    const kept = await again.queueDeclare({ queue: 'unconfirmed', passive: true });
    await again.close();
    expect([accepted, kept.messageCount]).toEqual([MESSAGES, MESSAGES]);
  });
});
