// Redelivery and prefetch: a message is acknowledged after the work, never on arrival. Whatever a consumer had fetched and
// not finished when it died goes to another one.
import { setTimeout as pause } from 'node:timers/promises';
import { AsyncMessage, Connection, Consumer } from 'rabbitmq-client';
import { connect } from './connection';

/** Limits of a consumer. */
export interface Fetching {
  /** Unacknowledged messages that this consumer may hold: what is delivered again when it dies. */
  readonly prefetch: number;
  /** Messages worked on at a time. @default all that were fetched */
  readonly concurrency?: number;
}

/**
 * Works on a queue. When `work` throws, the message goes back at once; quorum queues of 4.x dead-letter it after 20
 * redeliveries, and drop it when the queue has no dead-letter exchange. Classic queues repeat it for ever.
 */
export function consumeReliably(
  connection: Connection,
  queue: string,
  { prefetch, concurrency = prefetch }: Fetching,
  work: (message: AsyncMessage) => Promise<void> | void,
): Consumer {
  const consumer = connection.createConsumer(
    { queue, queueOptions: { passive: true }, qos: { prefetchCount: prefetch }, concurrency, requeue: true },
    (message) => work(message),
  );
  consumer.on('error', (error: unknown) => {
    console.error(String(error));
  });
  return consumer;
}

function main(): void {
  const milliseconds = Number(process.env['WORK_MILLISECONDS'] ?? 0);
  const connection = connect('redelivery');
  const fetching = { prefetch: 10 };
  const consumer = consumeReliably(
    connection,
    'shop.orders',
    fetching,
    async ({ messageId = '', redelivered }) => {
      console.log(`began ${messageId}${redelivered ? ' again' : ''}`);
      await pause(milliseconds);
      console.log(`done ${messageId}`);
    },
  );
  process.once('SIGTERM', () => void consumer.close().then(() => connection.close()));
}

if (require.main === module) main();
