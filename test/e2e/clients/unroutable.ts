import { AMQPError, Connection } from 'rabbitmq-client';
import { describe, expect, it } from 'vitest';
import { replayBackup, watchUnroutable } from '../../../examples/clients/alternate-exchange';
import { FailoverPublisher } from '../../../examples/clients/failover';
import { MandatoryPublisher, UnroutableError } from '../../../examples/clients/mandatory';
import { eventually } from '../support/command';
import { Shop } from './shop';

const EVENTS = 'shop.events';
const BACKUP = 'shop.unroutable.backup';
const WARNING = 'shop.unroutable.warning';
const ORDERS = 'shop.orders';

/** An exchange without an alternate one, and a queue that is bound to it. */
async function plainExchange(connection: Connection): Promise<{ exchange: string; queue: string }> {
  const exchange = 'unroutable.plain';
  const queue = 'unroutable.plain';
  await connection.exchangeDeclare({ exchange, durable: true });
  await connection.queueDeclare({ queue, durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await connection.queueBind({ exchange, queue, routingKey: 'known' });
  return { exchange, queue };
}

/** Exchanges and queues are not there: who notices, and what stays. */
export function unroutable(shop: () => Shop): void {
  describe('an exchange is missing', () => {
    it('is an error for who waits for confirms, also for messages behind it, and for nobody else', async () => {
      const connection = shop().connect();
      const nowhere = new MandatoryPublisher(connection, 'unroutable.missing');
      const somewhere = new MandatoryPublisher(connection, EVENTS);
      const [known, ...refused] = await Promise.allSettled([
        somewhere.send('order', { id: 'known', body: 1 }),
        nowhere.send('order', { id: 'a', body: 1 }),
        nowhere.send('order', { id: 'b', body: 1 }),
      ]);
      expect(known).toMatchObject({ status: 'fulfilled' });
      for (const result of refused) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'NOT_FOUND' } });
        expect((result as PromiseRejectedResult).reason).toBeInstanceOf(AMQPError);
      }
      expect(await shop().drain(ORDERS)).toEqual(['known']);
    });

    it('goes unnoticed without confirms', async () => {
      const publisher = shop().connect().createPublisher();
      await expect(
        publisher.send({ exchange: 'unroutable.missing', routingKey: 'order' }, 'lost'),
      ).resolves.toBeUndefined();
    });
  });

  describe('no queue is bound', () => {
    it('is an error with `mandatory`; without, a confirm is no proof that a queue has the message', async () => {
      const connection = shop().connect();
      const { exchange, queue } = await plainExchange(connection);
      const message = (id: string): { id: string; body: number } => ({ id, body: 1 });

      const publisher = new FailoverPublisher(connection);
      await publisher.send({ exchange, routingKey: 'unknown', messageId: 'lost' }, 1);
      const mandatory = new MandatoryPublisher(connection, exchange);
      await mandatory.send('known', message('first'));
      await expect(mandatory.send('unknown', message('returned'))).rejects.toThrow(UnroutableError);
      await connection.queueUnbind({ exchange, queue, routingKey: 'known' });
      await expect(mandatory.send('known', message('returned too'))).rejects.toThrow(
        'message returned too with routing key "known" was returned: NO_ROUTE',
      );
      await connection.queueBind({ exchange, queue, routingKey: 'known' });
      await mandatory.send('known', message('second'));

      expect(await shop().drain(queue)).toEqual(['first', 'second']);
    });

    it('tells each of many messages under way whether it was returned', async () => {
      const connection = shop().connect();
      const { exchange, queue } = await plainExchange(connection);
      const mandatory = new MandatoryPublisher(connection, exchange);
      const ids = Array.from({ length: 500 }, (_, index) => String(index));
      const routable = (id: string): boolean => Number(id) % 3 !== 0;
      const results = await Promise.allSettled(
        ids.map((id) => mandatory.send(routable(id) ? 'known' : 'unknown', { id, body: 1 })),
      );
      const stored = ids.filter((_, index) => results[index]?.status === 'fulfilled');
      expect(stored).toEqual(ids.filter(routable));
      expect(await shop().drain(queue)).toEqual(stored);
    });
  });

  describe('an exchange with an alternate one', () => {
    it('keeps what it cannot route, warns, and has it sent again once the binding is back', async () => {
      await shop().purge(ORDERS, BACKUP, WARNING);
      const connection = shop().connect();
      const warned: string[] = [];
      const watch = watchUnroutable(connection, WARNING, ({ messageId = '' }) => void warned.push(messageId));
      const publisher = new MandatoryPublisher(connection, EVENTS);
      const publish = async (...ids: readonly string[]): Promise<void> => {
        // Not even with `mandatory` does it tell the publisher: the alternate exchange has a route.
        for (const id of ids) await publisher.send('order', { id, body: { id } });
      };

      await publish('1', '2');
      await connection.queueUnbind({ exchange: EVENTS, queue: ORDERS, routingKey: 'order' });
      await publish('3', '4');
      await connection.queueBind({ exchange: EVENTS, queue: ORDERS, routingKey: 'order' });
      await publish('5');

      await eventually('two warnings', 20, () => Promise.resolve(warned.length === 2 || undefined));
      expect(warned).toEqual(['3', '4']);
      expect(await replayBackup(connection, BACKUP)).toBe(2);
      expect(await replayBackup(connection, BACKUP)).toBe(0);
      expect(await shop().drain(ORDERS)).toEqual(['1', '2', '5', '3', '4']);
      await watch.close();
    });

    it('does not turn for ever when what is sent again is still unroutable', async () => {
      await shop().purge(BACKUP, WARNING);
      const connection = shop().connect();
      const publisher = new MandatoryPublisher(connection, EVENTS);
      await publisher.send('unknown', { id: '1', body: 1 });
      expect(await replayBackup(connection, BACKUP)).toBe(1);
      expect(await shop().drain(BACKUP)).toEqual(['1']);
      await shop().purge(WARNING);
    });
  });
}
