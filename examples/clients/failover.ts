// Publishing through a failover: each message is sent again, under the same id, until the broker confirms it. The other
// publishers of this folder send with it.
import { setTimeout as pause } from 'node:timers/promises';
import { AMQPError, Connection, Envelope, Publisher, ReturnedMessage } from 'rabbitmq-client';
import { connect, messagesOfInput } from './connection';

/** Times, and what else a publisher is told. */
export interface FailoverOptions {
  /**
   * For one confirm; then the message is sent again on a new channel. More than the connection's `acquireTimeout`, or a
   * connection that is away makes copies. @default 3000
   */
  readonly confirmMilliseconds?: number;
  /** For one message; then the caller gets the error. @default 60,000 */
  readonly giveUpMilliseconds?: number;
  /** Gets unroutable messages that were sent with `mandatory`. */
  readonly onReturn?: (message: ReturnedMessage) => void;
}

/** Another attempt would meet the same: the exchange does not exist, the user may not write, the arguments are wrong. */
const FINAL_CODES = ['NOT_FOUND', 'ACCESS_REFUSED', 'PRECONDITION_FAILED'];

class NoConfirmError extends Error {}

/** A publisher for one exchange: the broker closes the whole channel over a missing one, whoever else uses it. */
export class FailoverPublisher {
  private current: Publisher;

  public constructor(
    private readonly connection: Connection,
    private readonly options: FailoverOptions = {},
  ) {
    this.current = this.open();
  }

  /**
   * Sends a persistent message until it is confirmed, and returns the number of attempts. With more than one, the queue
   * may have copies.
   * @param giveUpMilliseconds for this message; 0 sends it once
   * @throws Error when the time is over: the message may be stored or not; AMQPError when another attempt would not help
   */
  public async send(
    envelope: Envelope & { readonly messageId: string },
    body: unknown,
    giveUpMilliseconds = this.options.giveUpMilliseconds ?? 60_000,
  ): Promise<number> {
    const { confirmMilliseconds = 3000 } = this.options;
    const deadline = Date.now() + giveUpMilliseconds;
    for (let attempt = 1; ; attempt += 1) {
      const publisher = this.current;
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
        if (error instanceof NoConfirmError) this.replace(publisher);
        await pause(Math.min(25 * 2 ** attempt, 1000) * (0.5 + Math.random() / 2));
      }
    }
  }

  public close(): Promise<void> {
    return this.current.close();
  }

  private open(): Publisher {
    const publisher = this.connection.createPublisher({ confirm: true });
    const { onReturn } = this.options;
    if (onReturn !== undefined) publisher.on('basic.return', onReturn);
    return publisher;
  }

  /**
   * A channel that was opened before the queue had its new leader sends to the old one, and the broker notices only after
   * 10 s; a new channel asks again. What else is outstanding on the old one fails, and is sent again as well.
   */
  private replace(stuck: Publisher): void {
    if (stuck !== this.current) return;
    this.current = this.open();
    stuck.close().catch(() => undefined);
  }
}

/** A confirm can stay out for ever, e.g. when the members of a queue have no majority. */
async function within(milliseconds: number, sent: Promise<void>): Promise<void> {
  const over = new AbortController();
  const late = pause(milliseconds, undefined, { signal: over.signal }).then(() => {
    throw new NoConfirmError(`no confirm within ${milliseconds} ms`);
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
  const publisher = new FailoverPublisher(connection);
  for await (const { id, body } of messagesOfInput()) {
    const attempts = await publisher.send({ routingKey: 'shop.orders', messageId: id }, body);
    console.log(`confirmed ${id} after ${attempts} attempts`);
  }
  await publisher.close();
  await connection.close();
}

if (require.main === module) void main();
