import { Connection } from 'rabbitmq-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { FailoverPublisher } from '../../../examples/clients/failover';
import { eventually, must } from '../support/command';
import { careless, Flow, inBatches, oneByOne, withOutstanding } from './flows';
import { kill, Shop } from './shop';

/** Messages that each publisher gets rid of before and after the broker dies. */
const BEFORE = 60;
const AFTER = 60;
const PUBLISHERS = { oneByOne, inBatches, withOutstanding, careless };
type Way = keyof typeof PUBLISHERS;
const STRATEGIES = ['at-least-once', 'at-most-once'] as const;
const DEAD_LETTERS = ['1', '2', '3'];

/** A broker dies that publishers are connected to, and that leads queues with dead letters. */
export function brokerKilled(shop: () => Shop): void {
  describe('a broker is killed', () => {
    const flows = new Map<Way, Flow>();
    const stored = new Map<Way, readonly string[]>();

    const flow = (way: Way): Flow => {
      const found = flows.get(way);
      if (found === undefined) throw new Error(`nothing was published ${way}`);
      return found;
    };
    /** Copies of what was sent again are no gap and no disorder: the first of each counts. */
    const distinct = (way: Way): readonly string[] => [...new Set(stored.get(way))];
    const missing = (way: Way): readonly string[] => {
      const there = new Set(stored.get(way));
      return flow(way).safe.filter((id) => !there.has(id));
    };

    beforeAll(async () => {
      const [broker = ''] = shop().brokers;
      const connection = await shop().connectTo(broker, 'publishers');
      for (const strategy of STRATEGIES) await expireUnrouted(connection, strategy);
      for (const way of Object.keys(PUBLISHERS) as Way[]) {
        const queue = `broker-killed.${way}`;
        await declare(connection, queue);
        flows.set(way, PUBLISHERS[way](connection, queue));
      }
      await progress([...flows.values()], BEFORE);
      // It hangs first, as a broker without power does to others: what was only sent is then nowhere.
      await must('docker', 'pause', broker);
      await progress([flow('careless')], BEFORE);
      await kill(broker);
      await progress([...flows.values()], AFTER);
      await must('docker', 'start', broker);
      await Promise.all([...flows.values()].map((each) => each.stop()));
      for (const [way, { queue }] of flows) stored.set(way, await shop().drain(queue));
      for (const [way, { safe, silence }] of flows) {
        const { length } = stored.get(way) ?? [];
        console.log(
          `${way}: ${safe.length} messages, ${missing(way).length} of them lost, ` +
            `${length - distinct(way).length} copies, silent for ${Math.round(silence)} ms`,
        );
      }
    });

    it.each<Way>(['oneByOne', 'inBatches', 'withOutstanding'])(
      'loses nothing that was confirmed %s',
      (way) => {
        expect(flow(way).safe.length).toBeGreaterThanOrEqual(BEFORE + AFTER);
        expect(missing(way)).toEqual([]);
      },
    );

    it('keeps the order of what was published one by one', () => {
      expect(distinct('oneByOne')).toEqual(flow('oneByOne').safe);
    });

    it('loses what was published without confirms', () => {
      expect(missing('careless').length).toBeGreaterThan(0);
    });

    it('brings dead letters that no queue was there for, at least once; at most once they were lost before', async () => {
      const connection = shop().connect();
      const kept = 'broker-killed.at-least-once.target';
      await eventually('the dead letters', 60, async () =>
        (await connection.queueDeclare({ queue: kept, passive: true })).messageCount >= DEAD_LETTERS.length
          ? true
          : undefined,
      );
      expect([...new Set(await shop().drain(kept))].sort()).toEqual(DEAD_LETTERS);
      expect(await shop().drain('broker-killed.at-most-once.target')).toEqual([]);
    });

    it('comes back', async () => {
      await expect(shop().whole()).resolves.toBeUndefined();
    });
  });
}

async function declare(
  connection: Connection,
  queue: string,
  values: Readonly<Record<string, string | number>> = {},
): Promise<void> {
  await connection.queueDeclare({ queue, durable: true, arguments: { 'x-queue-type': 'quorum', ...values } });
}

/** Lets messages expire while their dead-letter exchange has no queue, and binds one afterwards. */
async function expireUnrouted(connection: Connection, strategy: string): Promise<void> {
  const source = `broker-killed.${strategy}`;
  const exchange = `${source}.dead`;
  const target = `${source}.target`;
  await connection.exchangeDeclare({ exchange, type: 'fanout', durable: true });
  await declare(connection, source, {
    'x-message-ttl': 1,
    'x-dead-letter-exchange': exchange,
    'x-dead-letter-strategy': strategy,
    'x-overflow': 'reject-publish',
  });
  const publisher = new FailoverPublisher(connection);
  for (const messageId of DEAD_LETTERS) {
    await publisher.send({ routingKey: source, messageId }, messageId);
  }
  await publisher.close();
  await eventually('the end of their time', 20, async () =>
    (await connection.queueDeclare({ queue: source, passive: true })).messageCount === 0 ? true : undefined,
  );
  await declare(connection, target);
  await connection.queueBind({ exchange, queue: target });
}

/** Waits until each flow has `count` safe messages more. */
function progress(flows: readonly Flow[], count: number): Promise<true> {
  const goals = flows.map((flow) => ({ flow, length: flow.safe.length + count }));
  return eventually(`${count} more messages of each`, 60, () =>
    Promise.resolve(goals.every(({ flow, length }) => flow.safe.length >= length) || undefined),
  );
}
