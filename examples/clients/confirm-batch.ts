// Publisher confirms, a batch at a time: one wait for many messages. Simple, and the batches stay in order.
import { Connection } from 'rabbitmq-client';
import { connect, Message, messagesOfInput } from './connection';
import { FailoverPublisher } from './failover';

/** Publishes batches of `size` messages, each after the last one is stored as a whole; tells `confirmed` its ids. */
export async function publishInBatches(
  connection: Connection,
  queue: string,
  messages: Iterable<Message> | AsyncIterable<Message>,
  size: number,
  confirmed: (ids: readonly string[]) => void,
): Promise<void> {
  const publisher = new FailoverPublisher(connection);
  const flush = async (batch: readonly Message[]): Promise<void> => {
    // Each message tries on its own: after a failure only what is missing is sent again.
    await Promise.all(
      batch.map(({ id, body }) => publisher.send({ routingKey: queue, messageId: id }, body)),
    );
    confirmed(batch.map(({ id }) => id));
  };
  try {
    let batch: Message[] = [];
    for await (const message of messages) {
      batch.push(message);
      if (batch.length < size) continue;
      await flush(batch);
      batch = [];
    }
    if (batch.length > 0) await flush(batch);
  } finally {
    await publisher.close();
  }
}

async function main(): Promise<void> {
  const connection = connect('confirm-batch');
  await publishInBatches(connection, 'shop.orders', messagesOfInput(), 100, (ids) => {
    console.log(`confirmed ${ids.length} messages`);
  });
  await connection.close();
}

if (require.main === module) void main();
