import { Connection } from 'rabbitmq-client';
import { describe, expect, it } from 'vitest';
import { consumeWithRetries, deathReasonOf } from '../../../examples/clients/dead-letters';
import { FailoverPublisher } from '../../../examples/clients/failover';
import { consumeReliably } from '../../../examples/clients/redelivery';
import { eventually } from '../support/command';
import { Program, Shop } from './shop';

const ORDERS = 'shop.orders';
const DEAD = 'shop.dead';
/** What `examples/clients/redelivery` fetches ahead. */
const PREFETCH = 10;

async function publish(connection: Connection, queue: string, ids: readonly string[]): Promise<void> {
  const publisher = new FailoverPublisher(connection);
  await Promise.all(ids.map((id) => publisher.send({ routingKey: queue, messageId: id }, { id })));
  await publisher.close();
}

function until(what: string, condition: () => boolean): Promise<true> {
  return eventually(what, 30, () => Promise.resolve(condition() || undefined));
}

/** The dead letters, with the reason of each; the queue is empty afterwards. */
async function deadLetters(connection: Connection, count: number): Promise<ReadonlyMap<string, string>> {
  const reasons = new Map<string, string>();
  const consumer = consumeReliably(connection, DEAD, { prefetch: 10 }, (message) => {
    reasons.set(message.messageId ?? '', deathReasonOf(message) ?? 'none');
  });
  await until(`${count} dead letters`, () => reasons.size >= count);
  await consumer.close();
  return reasons;
}

/** Ids that a program said it began with. */
function begun({ lines }: Program): readonly string[] {
  return lines.flatMap((line) => /^began (\S+)$/.exec(line)?.[1] ?? []);
}

/** Consumers that fail, and consumers that die half-way. */
export function failingWork(shop: () => Shop): void {
  describe('work fails', () => {
    it('is tried again later, and parked after the last attempt', async () => {
      await shop().purge(ORDERS, DEAD);
      const connection = shop().connect();
      const attempts = new Map<string, number[]>();
      const began = performance.now();
      const consumer = consumeWithRetries(connection, ORDERS, [1], ({ messageId = '' }) => {
        const times = attempts.get(messageId) ?? [];
        attempts.set(messageId, [...times, performance.now() - began]);
        if (messageId === 'never' || (messageId === 'later' && times.length === 0)) throw new Error('fails');
      });
      await publish(connection, ORDERS, ['at once', 'later', 'never']);
      expect(await deadLetters(connection, 1)).toEqual(new Map([['never', 'rejected']]));
      await consumer.close();
      expect([...attempts].map(([id, times]) => `${id}: ${times.length}`).sort()).toEqual([
        'at once: 1',
        'later: 2',
        'never: 2',
      ]);
      const [first = 0, second = 0] = attempts.get('later') ?? [];
      expect(second - first).toBeGreaterThanOrEqual(1000);
    });

    it('at every attempt ends after 20 redeliveries from a quorum queue of 4.x, and stops nothing else', async () => {
      await shop().purge(ORDERS, DEAD);
      const connection = shop().connect();
      let deliveries = 0;
      const done: string[] = [];
      const consumer = consumeReliably(connection, ORDERS, { prefetch: 1 }, ({ messageId = '' }) => {
        if (messageId !== 'poison') return void done.push(messageId);
        deliveries += 1;
        throw new Error('fails');
      });
      await publish(connection, ORDERS, ['poison', '1', '2']);
      expect(await deadLetters(connection, 1)).toEqual(new Map([['poison', 'delivery_limit']]));
      await until('the others', () => done.length === 2);
      await consumer.close();
      expect(deliveries).toBe(21);
    });

    it('loses the message after them when the queue has no dead-letter exchange', async () => {
      const connection = shop().connect();
      const queue = 'failing.no-dead-letters';
      await connection.queueDeclare({ queue, durable: true, arguments: { 'x-queue-type': 'quorum' } });
      let deliveries = 0;
      const consumer = consumeReliably(connection, queue, { prefetch: 1 }, () => {
        deliveries += 1;
        throw new Error('fails');
      });
      await publish(connection, queue, ['poison']);
      await until('21 deliveries', () => deliveries === 21);
      await consumer.close();
      expect(await shop().drain(queue)).toEqual([]);
    });

    it('goes on for ever in a classic queue', async () => {
      const connection = shop().connect();
      const queue = 'failing.classic';
      await connection.queueDeclare({ queue, durable: true, arguments: { 'x-queue-type': 'classic' } });
      let deliveries = 0;
      const consumer = consumeReliably(connection, queue, { prefetch: 1 }, () => {
        deliveries += 1;
        throw new Error('fails');
      });
      await publish(connection, queue, ['poison']);
      await until('100 deliveries', () => deliveries >= 100);
      await consumer.close();
      expect(await shop().drain(queue)).toEqual(['poison']);
    });
  });

  describe('a consumer dies half-way', () => {
    const ids = Array.from({ length: 30 }, (_, index) => `order-${index}`);

    it('loses nothing: another one gets what it had fetched, and can tell', async () => {
      await shop().purge(ORDERS);
      const connection = shop().connect();
      await publish(connection, ORDERS, ids);
      const dying = shop().start('examples/clients/redelivery', { WORK_MILLISECONDS: '600000' });
      await until('work in progress', () => begun(dying).length === PREFETCH);
      await dying.kill();
      const again = new Map<string, boolean>();
      const consumer = consumeReliably(connection, ORDERS, { prefetch: 10 }, (message) => {
        again.set(message.messageId ?? '', message.redelivered);
      });
      await until('all messages', () => again.size === ids.length);
      await consumer.close();
      expect([...again.keys()].sort()).toEqual([...ids].sort());
      expect(
        [...again]
          .filter(([, redelivered]) => redelivered)
          .map(([id]) => id)
          .sort(),
      ).toEqual([...begun(dying)].sort());
    });

    it.each([
      ['shop.ledger', 'keeps the order in a queue with a single active consumer'],
      ['failing.shared', 'takes over what others have worked on out of order in any other queue'],
    ])('%s: %s', async (queue) => {
      const connection = shop().connect();
      const single = queue === 'shop.ledger';
      if (!single) {
        await connection.queueDeclare({ queue, durable: true, arguments: { 'x-queue-type': 'quorum' } });
      }
      await publish(connection, queue, ids);
      const dying = shop().connect('dying');
      const stuck: string[] = [];
      consumeReliably(dying, queue, { prefetch: 1 }, ({ messageId = '' }) => {
        stuck.push(messageId);
        return new Promise<void>(() => undefined);
      });
      await until('the first message', () => stuck.length === 1);
      const worked: string[] = [];
      const next = consumeReliably(connection, queue, { prefetch: 1 }, ({ messageId = '' }) => {
        worked.push(messageId);
      });
      await new Promise<void>((resolve) => next.on('ready', resolve));
      if (!single) await until('the others', () => worked.length === ids.length - 1);
      dying.unsafeDestroy();
      await until('all messages', () => worked.length === ids.length);
      await next.close();
      expect(worked).toEqual(single ? ids : [...ids.slice(1), ...ids.slice(0, 1)]);
    });

    it('loses all that was sent to it when it acknowledges on arrival', async () => {
      const connection = shop().connect();
      const queue = 'failing.no-acks';
      await connection.queueDeclare({ queue, durable: true, arguments: { 'x-queue-type': 'quorum' } });
      await publish(connection, queue, ids);
      const dying = shop().start('test/e2e/clients/careless-consumer', { QUEUE: queue });
      await until('work in progress', () => begun(dying).length > 0);
      await dying.kill();
      expect((await shop().drain(queue)).length).toBeLessThan(ids.length);
      expect(dying.lines.filter((line) => line.startsWith('done'))).toEqual([]);
    });
  });
}
