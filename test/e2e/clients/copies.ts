import { Connection } from 'rabbitmq-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FailoverPublisher } from '../../../examples/clients/failover';
import { connectRedis, consumeOnce, Once, Redis } from '../../../examples/clients/idempotent-consumer';
import { eventually } from '../support/command';
import { Program, Shop } from './shop';

const ORDERS = 'shop.orders';
const LEASE_MILLISECONDS = 1000;

function until(what: string, condition: () => boolean): Promise<true> {
  return eventually(what, 30, () => Promise.resolve(condition() || undefined));
}

async function publish(connection: Connection, queue: string, ids: readonly string[]): Promise<void> {
  const publisher = new FailoverPublisher(connection);
  for (const id of ids) await publisher.send({ routingKey: queue, messageId: id }, { id });
  await publisher.close();
}

async function empty(connection: Connection, queue: string): Promise<void> {
  await eventually(`no message in ${queue}`, 20, async () =>
    (await connection.queueDeclare({ queue, passive: true })).messageCount === 0 ? true : undefined,
  );
}

/** Copies of messages: who works on them once, who twice, and who never. */
export function copies(shop: () => Shop): void {
  describe('copies of a message', () => {
    let redis: Redis;
    let once: Once;

    beforeAll(async () => {
      redis = connectRedis(shop().redis.endpoint, shop().redis.password);
      await redis.connect();
      once = new Once(redis, { leaseMilliseconds: LEASE_MILLISECONDS });
    });

    beforeEach(async () => {
      await redis.flushAll();
      await shop().purge(ORDERS);
    });

    afterAll(() => {
      redis.destroy();
    });

    it('are worked on once, whichever consumers get them', async () => {
      const connection = shop().connect();
      const ids = Array.from({ length: 20 }, (_, index) => `once-${index}`);
      await publish(connection, ORDERS, [...ids, ...ids, ...ids]);
      const worked: string[] = [];
      const consumers = [1, 2, 3].map(() =>
        consumeOnce(shop().connect(), ORDERS, once, ({ messageId = '' }) => void worked.push(messageId)),
      );
      await until('all ids', () => new Set(worked).size === ids.length);
      await empty(connection, ORDERS);
      await Promise.all(consumers.map((consumer) => consumer.close()));
      expect(worked.sort()).toEqual([...ids].sort());
      expect(await shop().drain(ORDERS)).toEqual([]);
    });

    it('of a worker that fails are worked on again, without the wait for its lease', async () => {
      await expect(once.run('fails', () => Promise.reject(new Error('fails')))).rejects.toThrow('fails');
      expect(await redis.exists('once:fails')).toBe(0);
      expect(await once.run('fails', () => undefined)).toBe(true);
      expect(await once.run('fails', () => undefined)).toBe(false);
    });

    it('of a slow worker wait for it: it prolongs its lease', async () => {
      const runs: string[] = [];
      const slow = once.run('slow', async () => {
        await new Promise((resolve) => setTimeout(resolve, 2.5 * LEASE_MILLISECONDS));
        runs.push('slow');
      });
      const second = once.run('slow', () => void runs.push('second'));
      expect(await Promise.all([slow, second])).toEqual([true, false]);
      expect(runs).toEqual(['slow']);
    });

    it('of a worker that dies are worked on by the next one when its lease is over', async () => {
      const connection = shop().connect();
      await publish(connection, ORDERS, ['half-way']);
      const environment = { LEASE_MILLISECONDS: String(LEASE_MILLISECONDS) };
      const program = 'examples/clients/idempotent-consumer';
      const dying = shop().start(program, { ...environment, WORK_MILLISECONDS: '600000' });
      await until('work in progress', () => dying.lines.includes('began half-way'));
      await dying.kill();
      const next = shop().start(program, environment);
      await until('the work', () => next.lines.includes('done half-way'));
      expect(next.lines).toEqual(['began half-way', 'done half-way']);
    });

    it('of a worker that dies are lost with a mark that is set before the work', async () => {
      const connection = shop().connect();
      const queue = 'copies.marked';
      await connection.queueDeclare({ queue, durable: true, arguments: { 'x-queue-type': 'quorum' } });
      await publish(connection, queue, ['half-way']);
      const program = 'test/e2e/clients/careless-mark';
      const worker = (milliseconds: number): Program =>
        shop().start(program, { QUEUE: queue, WORK_MILLISECONDS: String(milliseconds) });
      const dying = worker(600_000);
      await until('work in progress', () => dying.lines.includes('began half-way'));
      await dying.kill();
      const next = worker(0);
      await until('the next one', () => next.lines.length > 0);
      expect(next.lines).toEqual(['skipped half-way']);
      await empty(connection, queue);
      await next.kill();
      expect(await shop().drain(queue)).toEqual([]);
    });

    it('stay in the queue while Redis is away', async () => {
      const connection = shop().connect();
      const worked: string[] = [];
      const consumer = consumeOnce(
        connection,
        ORDERS,
        once,
        ({ messageId = '' }) => void worked.push(messageId),
      );
      await new Promise<void>((resolve) => consumer.on('ready', resolve));
      await publish(connection, ORDERS, ['before']);
      await until('the first', () => worked.length === 1);
      await shop().redis.stop();
      await publish(connection, ORDERS, ['during', 'before']);
      await empty(connection, ORDERS); // fetched, and not acknowledged
      expect(worked).toEqual(['before']);
      await shop().redis.startAgain();
      await until('the second', () => worked.length > 1);
      await consumer.close();
      expect(worked).toEqual(['before', 'during']);
      expect(await shop().drain(ORDERS)).toEqual([]);
    });
  });
}
