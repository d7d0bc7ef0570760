// Dead letters: a message that fails is tried again later, and after the last attempt it is parked where people can look
// at it, instead of going round for ever or getting lost.
import { randomUUID } from 'node:crypto';
import { AsyncMessage, Connection, Consumer, ConsumerStatus } from 'rabbitmq-client';
import { connect } from './connection';
import { RETRIES_SECONDS } from './delays';
import { FailoverPublisher } from './failover';

const ATTEMPT_HEADER = 'attempt';

/** Works on a queue; `work` throws when it fails. A message is worked on at least once: see `idempotent-consumer.ts`. */
export function consumeWithRetries(
  connection: Connection,
  queue: string,
  retriesSeconds: readonly number[],
  work: (message: AsyncMessage) => Promise<void> | void,
): Consumer {
  const publisher = new FailoverPublisher(connection);
  const consumer = connection.createConsumer(
    { queue, queueOptions: { passive: true }, qos: { prefetchCount: 20 } },
    async (message) => {
      try {
        await work(message);
        return ConsumerStatus.ACK;
      } catch (error) {
        const failed = Number(message.headers?.[ATTEMPT_HEADER] ?? 0);
        const seconds = retriesSeconds[failed];
        console.error(`${message.messageId ?? 'a message'}, attempt ${failed + 1}: ${String(error)}`);
        // Rejected, so the broker takes it to the queue's dead-letter exchange.
        if (seconds === undefined) return ConsumerStatus.DROP;
        await publisher.send(retryOf(message, `${queue}.retry.${seconds}s`, failed + 1), message.body);
        // Only now: who dies before has sent a copy, and never lost the message.
        return ConsumerStatus.ACK;
      }
    },
  );
  consumer.on('error', (error: unknown) => {
    console.error(String(error));
  });
  return consumer;
}

/** Why the broker dead-lettered a message, last time: `rejected`, `expired`, `maxlen` or `delivery_limit`. */
export function deathReasonOf({ headers }: AsyncMessage): string | undefined {
  const [latest] = (headers?.['x-death'] ?? []) as readonly { readonly reason: string }[];
  return latest?.reason;
}

function retryOf(
  { headers, contentType, messageId = randomUUID() }: AsyncMessage,
  routingKey: string,
  attempt: number,
): { routingKey: string; messageId: string; headers: Record<string, unknown>; contentType?: string } {
  // What the broker noted of earlier deaths is not the publisher's to send.
  const own = Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => !name.startsWith('x-')));
  return {
    routingKey,
    messageId,
    headers: { ...own, [ATTEMPT_HEADER]: attempt },
    ...(contentType === undefined ? {} : { contentType }),
  };
}

/** Takes only JSON: anything else is parked after three attempts. */
function main(): void {
  const connection = connect('dead-letters');
  const consumer = consumeWithRetries(connection, 'shop.orders', RETRIES_SECONDS, ({ messageId, body }) => {
    JSON.parse(String(body));
    console.log(`done ${messageId ?? ''}`);
  });
  process.once('SIGTERM', () => void consumer.close().then(() => connection.close()));
}

if (require.main === module) main();
