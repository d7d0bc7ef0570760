// `mandatory`: a confirm alone says that the broker took the message, even when no queue got it. With `mandatory` the
// broker hands an unroutable message back, and the publisher knows.
import { Connection } from 'rabbitmq-client';
import { connect, Message, messagesOfInput } from './connection';
import { FailoverPublisher } from './failover';

/** No queue is bound for this message: the broker returned it. */
export class UnroutableError extends Error {
  public constructor(
    public readonly messageId: string,
    public readonly routingKey: string,
    reason: string,
  ) {
    super(`message ${messageId} with routing key "${routingKey}" was returned: ${reason}`);
  }
}

/** Publishes to one exchange; what it confirms is in at least one queue. */
export class MandatoryPublisher {
  private readonly publisher: FailoverPublisher;
  private readonly returned = new Map<string, string>();

  public constructor(
    connection: Connection,
    private readonly exchange: string,
  ) {
    this.publisher = new FailoverPublisher(connection, {
      onReturn: ({ messageId = '', replyText }) => {
        this.returned.set(messageId, replyText);
      },
    });
  }

  /** @throws UnroutableError for a message that no queue got; AMQPError for an exchange that does not exist */
  public async send(routingKey: string, { id, body }: Message): Promise<void> {
    const { exchange } = this;
    try {
      await this.publisher.send({ exchange, routingKey, messageId: id, mandatory: true }, body);
      // The broker returns a message before it confirms it, but the client tells of the return one turn later.
      await new Promise((resolve) => setImmediate(resolve));
      const reason = this.returned.get(id);
      if (reason !== undefined) throw new UnroutableError(id, routingKey, reason);
    } finally {
      this.returned.delete(id);
    }
  }

  public close(): Promise<void> {
    return this.publisher.close();
  }
}

async function main(): Promise<void> {
  const connection = connect('mandatory');
  const publisher = new MandatoryPublisher(connection, 'shop.events');
  for await (const message of messagesOfInput()) {
    try {
      await publisher.send('order', message);
      console.log(`confirmed ${message.id}`);
    } catch (error) {
      console.error(String(error));
      process.exitCode = 1;
    }
  }
  await publisher.close();
  await connection.close();
}

if (require.main === module) void main();
