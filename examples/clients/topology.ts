// What the clients of this folder publish to and consume from, as code of a stack:
//   const cluster = new RabbitMqCluster(stack, 'orders', { ... });
//   declareShop(cluster);
import { RabbitMqCluster } from 'cdktf-brokers';
import { DELAYS_SECONDS, RETRIES_SECONDS } from './delays';

const DAY_MILLISECONDS = 86_400_000;

/** A cluster, or any other group of brokers. */
type Brokers = Pick<RabbitMqCluster, 'addExchange' | 'addQueue' | 'addBinding' | 'version'>;

/** Nothing is dropped on its way to the dead letters: the queue keeps a message until they have it. */
const KEPT = { deadLetterStrategy: 'at-least-once', overflow: 'reject-publish' } as const;

/** Declares the exchanges, queues and bindings of `shop.*`. */
export function declareShop(brokers: Brokers): void {
  declareEvents(brokers);
  declareOrders(brokers);
  declareDelays(brokers);
  // Priorities of any number are for classic queues: on one node, so back when that node is.
  brokers.addQueue('shop.priority', { type: 'classic', maxPriority: 10 });
  // Where the order matters: one consumer works, and the next one takes over when it dies.
  brokers.addQueue('shop.ledger', { singleActiveConsumer: true });
  brokers.addQueue('shop.backlog', { maxLength: 1000, overflow: 'reject-publish' });
  brokers.addQueue('shop.archive', {
    type: 'classic',
    ...(brokers.version.lazyQueues ? { lazy: true } : {}),
  });
}

/** An exchange that loses nothing: what it cannot route is kept, and somebody is told. */
function declareEvents(brokers: Brokers): void {
  brokers.addExchange('shop.events', { alternateExchange: 'shop.unroutable' });
  brokers.addExchange('shop.unroutable', { type: 'fanout' });
  brokers.addQueue('shop.unroutable.backup');
  // Alarms of which nobody took notice for a day are of no use any more; the messages are in the backup queue.
  brokers.addQueue('shop.unroutable.warning', {
    messageTtlMilliseconds: DAY_MILLISECONDS,
    maxLength: 10_000,
  });
  brokers.addBinding({ source: 'shop.unroutable', destination: 'shop.unroutable.backup' });
  brokers.addBinding({ source: 'shop.unroutable', destination: 'shop.unroutable.warning' });
}

/** A queue with a place for what cannot be worked on, and one for each time between two attempts. */
function declareOrders(brokers: Brokers): void {
  brokers.addExchange('shop.dead', { type: 'fanout' });
  brokers.addQueue('shop.dead');
  brokers.addBinding({ source: 'shop.dead', destination: 'shop.dead' });
  brokers.addQueue('shop.orders', { deadLetterExchange: 'shop.dead', ...KEPT, maxLength: 1_000_000 });
  brokers.addBinding({ source: 'shop.events', destination: 'shop.orders', routingKey: 'order' });
  for (const seconds of RETRIES_SECONDS) {
    brokers.addQueue(`shop.orders.retry.${seconds}s`, {
      messageTtlMilliseconds: seconds * 1000,
      deadLetterExchange: '',
      deadLetterRoutingKey: 'shop.orders',
      ...KEPT,
    });
  }
}

/** An exchange a delay: what is published to it reaches `shop.events` later, with its own routing key. */
function declareDelays(brokers: Brokers): void {
  for (const seconds of DELAYS_SECONDS) {
    const name = `shop.delay.${seconds}s`;
    brokers.addExchange(name, { type: 'fanout' });
    brokers.addQueue(name, {
      messageTtlMilliseconds: seconds * 1000,
      deadLetterExchange: 'shop.events',
      ...KEPT,
    });
    brokers.addBinding({ source: name, destination: name });
  }
}
