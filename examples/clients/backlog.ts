// Long queues. Where the messages are is the broker's matter: quorum queues and, from 3.12, all classic queues keep them on
// disk; before, `lazy` makes a classic queue do so. What a publisher has to know is that a queue is full: a limit with
// `reject-publish` tells it, while the default silently drops the oldest message, confirmed or not.
import { AMQPError, Connection } from 'rabbitmq-client';
import { connect, Message, messagesOfInput } from './connection';
import { FailoverPublisher } from './failover';

/** The queue did not take the message: it is full, or has no majority. */
export class RefusedError extends Error {
  public constructor(
    public readonly messageId: string,
    queue: string,
  ) {
    super(`queue ${queue} refused message ${messageId}: it is full, or cannot be reached`);
  }
}

/** Publishes once. @throws RefusedError when the queue refuses, so that the caller can slow down or put it elsewhere */
export async function publishUnlessFull(
  publisher: FailoverPublisher,
  queue: string,
  { id, body }: Message,
): Promise<void> {
  try {
    await publisher.send({ routingKey: queue, messageId: id }, body, 0);
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof AMQPError && cause.code === 'NACK') throw new RefusedError(id, queue);
    throw error;
  }
}

/** Number of messages that wait in a queue. */
export async function backlog(connection: Connection, queue: string): Promise<number> {
  return (await connection.queueDeclare({ queue, passive: true })).messageCount;
}

async function main(): Promise<void> {
  const connection = connect('backlog');
  const publisher = new FailoverPublisher(connection);
  for await (const message of messagesOfInput()) {
    await publishUnlessFull(publisher, 'shop.backlog', message);
  }
  console.log(`${await backlog(connection, 'shop.backlog')} messages wait`);
  await publisher.close();
  await connection.close();
}

if (require.main === module) void main();
