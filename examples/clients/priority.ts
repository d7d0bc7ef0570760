// Priority queues: urgent messages overtake those that wait. Only what waits in the queue can be overtaken, so the consumer
// takes one message at a time.
import { AsyncMessage, Connection, Consumer } from 'rabbitmq-client';
import { connect, Message, messagesOfInput } from './connection';
import { FailoverPublisher } from './failover';

/** Publishes with a priority: 0 to the queue's `maxPriority`; quorum queues of 4.x tell 0-4 from 5 and more. */
export async function publishUrgent(
  publisher: FailoverPublisher,
  queue: string,
  priority: number,
  { id, body }: Message,
): Promise<void> {
  await publisher.send({ routingKey: queue, priority, messageId: id }, body);
}

/** Gets messages by their priority. A larger prefetch would fix the order of what was fetched. */
export function consumeByPriority(
  connection: Connection,
  queue: string,
  work: (message: AsyncMessage) => Promise<void> | void,
): Consumer {
  const consumer = connection.createConsumer(
    { queue, queueOptions: { passive: true }, qos: { prefetchCount: 1 }, concurrency: 1 },
    (message) => work(message),
  );
  consumer.on('error', (error: unknown) => {
    console.error(String(error));
  });
  return consumer;
}

/** A line that begins with `!` is urgent. */
async function main(): Promise<void> {
  const connection = connect('priority');
  const publisher = new FailoverPublisher(connection);
  for await (const message of messagesOfInput()) {
    const urgent = String(message.body).startsWith('!');
    await publishUrgent(publisher, 'shop.priority', urgent ? 10 : 0, message);
  }
  await publisher.close();
  await connection.close();
}

if (require.main === module) void main();
