// What the clients of this folder publish to and consume from, as code of a stack:
//   const cluster = new RabbitMqCluster(stack, 'orders', { ... });
//   declareShop(cluster);
import { RabbitMqCluster } from 'cdktf-brokers';
import { DELAYS_SECONDS } from './delayed';
import { RETRIES_SECONDS } from './dead-letters';

const DAY_MILLISECONDS = 86_400_000;

/** Nothing is dropped on its way to the dead letters: the queue keeps a message until they have it. */
const KEPT = { deadLetterStrategy: 'at-least-once', overflow: 'reject-publish' } as const;

/** Declares the exchanges, queues and bindings of `shop.*`. */
export function declareShop(cluster: RabbitMqCluster): void {
  declareEvents(cluster);
  declareOrders(cluster);
  declareDelays(cluster);
  // Priorities of any number are for classic queues: on one node, so back when that node is.
  cluster.addQueue('shop.priority', { type: 'classic', maxPriority: 10 });
  cluster.addQueue('shop.backlog', { maxLength: 1000, overflow: 'reject-publish' });
  cluster.addQueue('shop.archive', {
    type: 'classic',
    ...(cluster.version.lazyQueues ? { lazy: true } : {}),
  });
}

/** An exchange that loses nothing: what it cannot route is kept, and somebody is told. */
function declareEvents(cluster: RabbitMqCluster): void {
  cluster.addExchange('shop.events', { alternateExchange: 'shop.unroutable' });
  cluster.addExchange('shop.unroutable', { type: 'fanout' });
  cluster.addQueue('shop.unroutable.backup');
  // Alarms of which nobody took notice for a day are of no use any more; the messages are in the backup queue.
  cluster.addQueue('shop.unroutable.warning', { messageTtlMilliseconds: DAY_MILLISECONDS, maxLength: 10_000 });
  cluster.addBinding({ source: 'shop.unroutable', destination: 'shop.unroutable.backup' });
  cluster.addBinding({ source: 'shop.unroutable', destination: 'shop.unroutable.warning' });
}

/** A queue with a place for what cannot be worked on, and one for each time between two attempts. */
function declareOrders(cluster: RabbitMqCluster): void {
  cluster.addExchange('shop.dead', { type: 'fanout' });
  cluster.addQueue('shop.dead');
  cluster.addBinding({ source: 'shop.dead', destination: 'shop.dead' });
  cluster.addQueue('shop.orders', { deadLetterExchange: 'shop.dead', ...KEPT, maxLength: 1_000_000 });
  cluster.addBinding({ source: 'shop.events', destination: 'shop.orders', routingKey: 'order' });
  for (const seconds of RETRIES_SECONDS) {
    cluster.addQueue(`shop.orders.retry.${seconds}s`, {
      messageTtlMilliseconds: seconds * 1000,
      deadLetterExchange: '',
      deadLetterRoutingKey: 'shop.orders',
      ...KEPT,
    });
  }
}

/** An exchange a delay: what is published to it reaches `shop.events` later, with its own routing key. */
function declareDelays(cluster: RabbitMqCluster): void {
  for (const seconds of DELAYS_SECONDS) {
    const name = `shop.delay.${seconds}s`;
    cluster.addExchange(name, { type: 'fanout' });
    cluster.addQueue(name, {
      messageTtlMilliseconds: seconds * 1000,
      deadLetterExchange: 'shop.events',
      ...KEPT,
    });
    cluster.addBinding({ source: name, destination: name });
  }
}
