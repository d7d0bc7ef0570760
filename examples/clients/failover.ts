// Publishing through a failover: each message is sent again, under the same id, until the broker confirms it. The other
// publishers of this folder send with it.
import { setTimeout as pause } from 'node:timers/promises';
import { AMQPError, Connection, Envelope, Publisher } from 'rabbitmq-client';
import { connect, messagesOfInput } from './connection';

/** How long to try. */
export interface Patience {
  /**
   * For one confirm; then the message is sent again. More than the connection's `acquireTimeout`, or a connection that is
   * away makes copies. After a failover a broker itself needs up to 10 s to notice that a queue's leader never got it.
   * @default 3000
   */
  readonly confirmMilliseconds?: number;
  /** For one message; then the caller gets the error. @default 60,000 */
  readonly giveUpMilliseconds?: number;
}

/** Another attempt would meet the same: the exchange does not exist, the user may not write, the arguments are wrong. */
const FINAL_CODES = ['NOT_FOUND', 'ACCESS_REFUSED', 'PRECONDITION_FAILED'];

/** A publisher for one exchange: the broker closes the whole channel over a missing one, whoever else uses it. */
export function createPublisher(connection: Connection): Publisher {
  return connection.createPublisher({ confirm: true });
}

/**
 * Sends a persistent message until it is confirmed, and returns the number of attempts. With more than one, the queue may
 * have copies.
 * @throws Error when the time is over: the message may be stored or not; AMQPError when another attempt would not help
 */
export async function sendUntilConfirmed(
  publisher: Publisher,
  envelope: Envelope & { readonly messageId: string },
  body: unknown,
  { confirmMilliseconds = 3000, giveUpMilliseconds = 60_000 }: Patience = {},
): Promise<number> {
  const deadline = Date.now() + giveUpMilliseconds;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await within(confirmMilliseconds, publisher.send({ ...envelope, durable: true }, body));
      return attempt;
    } catch (error) {
      if (error instanceof AMQPError && FINAL_CODES.includes(error.code)) throw error;
      if (Date.now() >= deadline) {
        throw new Error(
          `message ${envelope.messageId} was not confirmed within ${giveUpMilliseconds} ms: it may be stored or not`,
          { cause: error },
        );
      }
      await pause(Math.min(25 * 2 ** attempt, 1000) * (0.5 + Math.random() / 2));
    }
  }
}

/** A confirm can stay out for ever: no majority of the queue's members, or a channel that closed at the wrong moment. */
async function within(milliseconds: number, sent: Promise<void>): Promise<void> {
  const over = new AbortController();
  const late = pause(milliseconds, undefined, { signal: over.signal }).then(() => {
    throw new Error(`no confirm within ${milliseconds} ms`);
  });
  late.catch(() => undefined); // ends with an error when it is aborted
  try {
    await Promise.race([sent, late]);
  } finally {
    over.abort();
  }
}

async function main(): Promise<void> {
  const connection = connect('failover');
  const publisher = createPublisher(connection);
  for await (const { id, body } of messagesOfInput()) {
    const attempts = await sendUntilConfirmed(publisher, { routingKey: 'shop.orders', messageId: id }, body);
    console.log(`confirmed ${id} after ${attempts} attempts`);
  }
  await publisher.close();
  await connection.close();
}

if (require.main === module) void main();
