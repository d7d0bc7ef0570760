import { AsyncMessage, Connection } from 'rabbitmq-client';
import { describe, expect, it } from 'vitest';
import { backlog, publishUnlessFull, RefusedError } from '../../../examples/clients/backlog';
import { publishInBatches } from '../../../examples/clients/confirm-batch';
import { publishLater } from '../../../examples/clients/delayed';
import { FailoverPublisher } from '../../../examples/clients/failover';
import { consumeByPriority, publishUrgent } from '../../../examples/clients/priority';
import { consumeReliably } from '../../../examples/clients/redelivery';
import { eventually } from '../support/command';
import { Shop } from './shop';

const ORDERS = 'shop.orders';
const PRIORITY = 'shop.priority';
const BACKLOG = 'shop.backlog';
const ARCHIVE = 'shop.archive';

/** Declares a queue of the tests' own. */
async function queueWith(
  connection: Connection,
  queue: string,
  values: Readonly<Record<string, string | number>>,
): Promise<string> {
  await connection.queueDeclare({
    queue,
    durable: true,
    arguments: { 'x-queue-type': 'quorum', ...values },
  });
  return queue;
}

/** Messages that wait in queues: for room, for their turn, for their time. */
export function waiting(shop: () => Shop): void {
  describe('a queue is full', () => {
    it('drops the oldest by default, though they were confirmed', async () => {
      const connection = shop().connect();
      const queue = await queueWith(connection, 'full.drop-head', { 'x-max-length': 10 });
      const publisher = new FailoverPublisher(connection);
      for (let id = 0; id < 30; id += 1) {
        await publisher.send({ routingKey: queue, messageId: String(id) }, id);
      }
      const stored = await shop().drain(queue);
      expect(stored.length).toBeLessThanOrEqual(10);
      expect(stored.at(-1)).toBe('29');
      expect(stored).not.toContain('0');
    });

    it('refuses new messages with `reject-publish`, so that what is confirmed is what is stored', async () => {
      await shop().purge(BACKLOG);
      const connection = shop().connect();
      const publisher = new FailoverPublisher(connection);
      const ids = Array.from({ length: 1500 }, (_, index) => String(index));
      const results = await Promise.allSettled(
        ids.map((id) => publishUnlessFull(publisher, BACKLOG, { id, body: id })),
      );
      const refused = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
      expect(refused.length).toBeGreaterThan(0);
      for (const { reason } of refused) expect(reason).toBeInstanceOf(RefusedError);
      expect(await backlog(connection, BACKLOG)).toBe(1500 - refused.length);

      // With room again, the same publisher goes on.
      await shop().purge(BACKLOG);
      await eventually('room', 20, () =>
        publishUnlessFull(publisher, BACKLOG, { id: 'later', body: 1 }).then(() => true),
      );
      expect(await shop().drain(BACKLOG)).toEqual(['later']);
    });
  });

  describe('a long queue', () => {
    it('keeps its messages on disk: a classic one of 4.0 needs no `lazy`', async () => {
      const connection = shop().connect();
      const messages = Array.from({ length: 5000 }, (_, index) => ({
        id: String(index),
        body: 'x'.repeat(1000),
      }));
      await publishInBatches(connection, ARCHIVE, messages, 500, () => undefined);
      const { inMemory, size } = await shop().memoryOf(ARCHIVE);
      expect(size).toBe(5_000_000);
      expect(inMemory).toBeLessThan(size / 100);
      // The process of a queue gives its garbage back when nobody has asked it anything for some seconds.
      const little = async (): Promise<true | undefined> =>
        (await shop().memoryOf(ARCHIVE)).memory < size / 10 ? true : undefined;
      await eventually('a queue that needs little memory', 30, little, 3000);
      expect(await shop().drain(ARCHIVE)).toHaveLength(5000);
    });
  });

  describe('urgent messages', () => {
    const seen: string[] = [];
    const note = ({ messageId = '' }: AsyncMessage): void => void seen.push(messageId);
    const publish = async (connection: Connection, queue: string): Promise<void> => {
      const publisher = new FailoverPublisher(connection);
      for (let id = 0; id < 20; id += 1) {
        await publishUrgent(publisher, queue, 0, { id: `normal ${id}`, body: id });
      }
      for (let id = 0; id < 3; id += 1) {
        await publishUrgent(publisher, queue, 10, { id: `urgent ${id}`, body: id });
      }
    };
    const all = (count: number): Promise<true> =>
      eventually('all messages', 20, () => Promise.resolve(seen.length >= count || undefined));

    it('overtake the others in a queue with priorities', async () => {
      seen.length = 0;
      const connection = shop().connect();
      await publish(connection, PRIORITY);
      const consumer = consumeByPriority(connection, PRIORITY, note);
      await all(23);
      await consumer.close();
      expect(seen.slice(0, 4)).toEqual(['urgent 0', 'urgent 1', 'urgent 2', 'normal 0']);
    });

    it('overtake nothing that a consumer has fetched already', async () => {
      seen.length = 0;
      const connection = shop().connect();
      let open: () => void = () => undefined;
      const opened = new Promise<void>((resolve) => (open = resolve));
      const fetching = { prefetch: 50, concurrency: 1 };
      const consumer = consumeReliably(connection, PRIORITY, fetching, async (message) => {
        await opened;
        note(message);
      });
      await new Promise<void>((resolve) => consumer.on('ready', resolve));
      await publish(connection, PRIORITY);
      open();
      await all(23);
      await consumer.close();
      expect(seen.slice(-3)).toEqual(['urgent 0', 'urgent 1', 'urgent 2']);
    });

    it('come twice as often as the others from a quorum queue of 4.0, which knows two priorities', async () => {
      seen.length = 0;
      const connection = shop().connect();
      const queue = await queueWith(connection, 'priority.quorum', {});
      await publish(connection, queue);
      const consumer = consumeByPriority(connection, queue, note);
      await all(23);
      await consumer.close();
      expect(seen.slice(0, 5).filter((id) => id.startsWith('urgent'))).toHaveLength(3);
      expect(seen.slice(0, 5)).not.toEqual(expect.arrayContaining(['normal 2']));
    });
  });

  describe('delayed messages', () => {
    it('come at their time, in their order', async () => {
      await shop().purge(ORDERS);
      const connection = shop().connect();
      const publisher = new FailoverPublisher(connection);
      const sent = performance.now();
      for (const id of ['1', '2', '3']) await publishLater(publisher, 1, 'order', { id, body: id });
      const seen: string[] = [];
      let first: number | undefined;
      const consumer = consumeReliably(connection, ORDERS, { prefetch: 10 }, ({ messageId = '' }) => {
        first ??= performance.now() - sent;
        seen.push(messageId);
      });
      await eventually('three messages', 20, () => Promise.resolve(seen.length === 3 || undefined));
      await consumer.close();
      expect(seen).toEqual(['1', '2', '3']);
      expect(first).toBeGreaterThanOrEqual(1000);
    });

    it('hold each other up when each has a time of its own in one queue', async () => {
      const connection = shop().connect();
      const target = await queueWith(connection, 'delayed.target', {});
      const queue = await queueWith(connection, 'delayed.mixed', {
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': target,
      });
      const publisher = new FailoverPublisher(connection);
      const send = (messageId: string, expiration: string): Promise<number> =>
        publisher.send({ routingKey: queue, messageId, expiration }, 1);
      const sent = performance.now();
      await send('long', '1500');
      await send('short', '1');
      const arrived = new Map<string, number>();
      const consumer = consumeReliably(connection, target, { prefetch: 10 }, ({ messageId = '' }) => {
        arrived.set(messageId, performance.now() - sent);
      });
      await eventually('both', 20, () => Promise.resolve(arrived.size === 2 || undefined));
      await consumer.close();
      expect(arrived.get('short')).toBeGreaterThanOrEqual(1500);
    });
  });
}
