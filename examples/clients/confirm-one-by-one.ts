// Publisher confirms, one at a time: the next message leaves when the broker has the last one. In order and simple, but
// each message costs a round trip.
import { Connection } from 'rabbitmq-client';
import { connect, Message, messagesOfInput } from './connection';
import { FailoverPublisher } from './failover';

/** Publishes in order; tells `confirmed` the id of each message that the queue has stored. */
export async function publishOneByOne(
  connection: Connection,
  queue: string,
  messages: Iterable<Message> | AsyncIterable<Message>,
  confirmed: (id: string) => void,
): Promise<void> {
  const publisher = new FailoverPublisher(connection);
  try {
    for await (const { id, body } of messages) {
      await publisher.send({ routingKey: queue, messageId: id }, body);
      confirmed(id);
    }
  } finally {
    await publisher.close();
  }
}

async function main(): Promise<void> {
  const connection = connect('confirm-one-by-one');
  await publishOneByOne(connection, 'shop.orders', messagesOfInput(), (id) => {
    console.log(`confirmed ${id}`);
  });
  await connection.close();
}

if (require.main === module) void main();
