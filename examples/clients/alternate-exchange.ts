// Alternate exchange: what an exchange cannot route goes to a backup queue and a warning queue, so the publisher needs no
// code for it. It comes before `mandatory`: a message that the alternate exchange routes is not returned.
import { randomUUID } from 'node:crypto';
import { AsyncMessage, Connection, Consumer } from 'rabbitmq-client';
import { connect } from './connection';
import { FailoverPublisher } from './failover';

/** Calls `warn` for each unroutable message, e.g. to raise an alarm. The backup queue keeps a copy of its own. */
export function watchUnroutable(
  connection: Connection,
  warningQueue: string,
  warn: (message: AsyncMessage) => Promise<void> | void,
): Consumer {
  const consumer = connection.createConsumer(
    { queue: warningQueue, queueOptions: { passive: true }, qos: { prefetchCount: 10 } },
    (message) => warn(message),
  );
  consumer.on('error', (error: unknown) => {
    console.error(String(error));
  });
  return consumer;
}

/**
 * Sends what is in the backup queue to its exchange again, once the missing binding is there, and returns how many
 * messages it was. What is still unroutable ends up in the backup queue again.
 */
export async function replayBackup(connection: Connection, backupQueue: string): Promise<number> {
  const channel = await connection.acquire();
  const publisher = new FailoverPublisher(connection);
  try {
    const { messageCount } = await channel.queueDeclare({ queue: backupQueue, passive: true });
    let replayed = 0;
    for (; replayed < messageCount; replayed += 1) {
      const message = await channel.basicGet({ queue: backupQueue });
      if (message === undefined) break;
      const { exchange, routingKey, headers, contentType, messageId = randomUUID() } = message;
      const body: unknown = message.body;
      const envelope = {
        exchange,
        routingKey,
        messageId,
        ...(headers === undefined ? {} : { headers }),
        ...(contentType === undefined ? {} : { contentType }),
      };
      await publisher.send(envelope, body);
      channel.basicAck({ deliveryTag: message.deliveryTag });
    }
    return replayed;
  } finally {
    await publisher.close();
    await channel.close();
  }
}

function main(): void {
  const connection = connect('alternate-exchange');
  const consumer = watchUnroutable(
    connection,
    'shop.unroutable.warning',
    ({ exchange, routingKey, messageId }) => {
      console.log(`unroutable: ${messageId ?? 'a message'} to ${exchange} with routing key ${routingKey}`);
    },
  );
  process.once('SIGTERM', () => void consumer.close().then(() => connection.close()));
}

if (require.main === module) main();
