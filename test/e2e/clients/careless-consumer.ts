// What not to do: messages are acknowledged on arrival, so what is not done when the process dies is lost.
import { setTimeout as pause } from 'node:timers/promises';
import { connect, setting } from '../../../examples/clients/connection';

const connection = connect('careless-consumer');
const consumer = connection.createConsumer(
  { queue: setting('QUEUE'), queueOptions: { passive: true }, noAck: true },
  async ({ messageId = '' }) => {
    console.log(`began ${messageId}`);
    await pause(600_000);
    console.log(`done ${messageId}`);
  },
);
consumer.on('error', () => undefined);
