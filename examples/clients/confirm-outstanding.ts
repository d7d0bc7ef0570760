// Publisher confirms, asynchronously: messages leave without waiting, and a table of the outstanding ones says what is
// not yet safe. The fastest way; the order is lost where something is sent again.
import { Connection } from 'rabbitmq-client';
import { connect, Message, messagesOfInput } from './connection';
import { FailoverPublisher } from './failover';

/** What is told of each message in the end. */
export interface Outcome {
  readonly confirmed: (id: string) => void;
  /** The time is over: the message may be stored or not, and is the caller's to keep. */
  readonly failed: (message: Message, error: unknown) => void;
}

/** Publishes without waiting for each confirm, but never has more than `window` messages outstanding. */
export class OutstandingPublisher {
  private readonly publisher: FailoverPublisher;
  private readonly table = new Map<string, Message>();
  private waiting: (() => void)[] = [];

  public constructor(
    connection: Connection,
    private readonly queue: string,
    private readonly window: number,
    private readonly outcome: Outcome,
  ) {
    this.publisher = new FailoverPublisher(connection);
  }

  /** What was sent and is not confirmed: what to write down when the process has to end now. */
  public get outstanding(): readonly Message[] {
    return [...this.table.values()];
  }

  /** Returns once the message is under way, after a wait while the window is full. */
  public async send(message: Message): Promise<void> {
    while (this.table.size >= this.window) await this.anyOutcome();
    this.table.set(message.id, message);
    void this.deliver(message);
  }

  /** Waits until nothing is outstanding. */
  public async close(): Promise<void> {
    while (this.table.size > 0) await this.anyOutcome();
    await this.publisher.close();
  }

  private async deliver(message: Message): Promise<void> {
    const { id, body } = message;
    try {
      await this.publisher.send({ routingKey: this.queue, messageId: id }, body);
      this.outcome.confirmed(id);
    } catch (error) {
      this.outcome.failed(message, error);
    }
    this.table.delete(id);
    for (const resume of this.waiting.splice(0)) resume();
  }

  private anyOutcome(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

async function main(): Promise<void> {
  const connection = connect('confirm-outstanding');
  const publisher = new OutstandingPublisher(connection, 'shop.orders', 200, {
    confirmed: (id) => {
      console.log(`confirmed ${id}`);
    },
    failed: ({ id }, error) => {
      console.error(`not confirmed: ${id}: ${String(error)}`);
      process.exitCode = 1;
    },
  });
  for await (const message of messagesOfInput()) await publisher.send(message);
  await publisher.close();
  await connection.close();
}

if (require.main === module) void main();
