// Delayed delivery without a plugin: a message waits in a queue that nobody consumes, and its time to live takes it to the
// exchange that it is meant for. One queue a delay, since messages leave a queue in the order in which they came: with
// times of their own, a long one would hold up the short ones behind it.
import { connect, Message, messagesOfInput } from './connection';
import { DELAYS_SECONDS } from './delays';
import { FailoverPublisher } from './failover';

/** Publishes to `shop.events` after a delay. Confirmed means that the message is safe while it waits. */
export async function publishLater(
  publisher: FailoverPublisher,
  seconds: (typeof DELAYS_SECONDS)[number],
  routingKey: string,
  { id, body }: Message,
): Promise<void> {
  await publisher.send({ exchange: `shop.delay.${seconds}s`, routingKey, messageId: id }, body);
}

async function main(): Promise<void> {
  const connection = connect('delayed');
  const publisher = new FailoverPublisher(connection);
  for await (const message of messagesOfInput()) {
    await publishLater(publisher, 10, 'order', message);
    console.log(`${message.id} comes in 10 s`);
  }
  await publisher.close();
  await connection.close();
}

if (require.main === module) void main();
