// What not to do: an id is marked before the work and for good, so the message of a worker that dies in between counts as
// done for ever.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, setting } from '../../../examples/clients/connection';
import { connectRedis } from '../../../examples/clients/idempotent-consumer';

async function main(): Promise<void> {
  const redis = connectRedis(
    setting('REDIS_ENDPOINT'),
    readFileSync(setting('REDIS_PASSWORD_FILE'), 'utf8').trim(),
  );
  await redis.connect();
  const connection = connect('careless-mark');
  const consumer = connection.createConsumer(
    { queue: setting('QUEUE'), queueOptions: { passive: true }, qos: { prefetchCount: 1 } },
    async ({ messageId = '' }) => {
      if ((await redis.set(`careless:${messageId}`, 'done', { condition: 'NX' })) === null) {
        console.log(`skipped ${messageId}`);
        return;
      }
      console.log(`began ${messageId}`);
      await pause(Number(setting('WORK_MILLISECONDS')));
      console.log(`done ${messageId}`);
    },
  );
  consumer.on('error', () => undefined);
}

void main();
