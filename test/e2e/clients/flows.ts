import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from 'rabbitmq-client';
import { publishInBatches } from '../../../examples/clients/confirm-batch';
import { publishOneByOne } from '../../../examples/clients/confirm-one-by-one';
import { OutstandingPublisher } from '../../../examples/clients/confirm-outstanding';
import { Message } from '../../../examples/clients/connection';

const BATCH = 20;
const WINDOW = 100;

/** A publisher that goes on until it is stopped. Ids are `0`, `1`, … */
export class Flow {
  /** Ids of which the client said that they are safe, in that order. */
  public readonly safe: string[] = [];
  /** Longest time between two of them, in milliseconds. */
  public silence = 0;
  /** Ends when the last message is settled. */
  public readonly ended: Promise<void>;
  private stopped = false;
  private last = performance.now();

  public constructor(
    public readonly queue: string,
    publish: (messages: AsyncIterable<Message>, safe: (id: string) => void) => Promise<void>,
  ) {
    this.ended = publish(this.messages(), (id) => {
      this.safe.push(id);
      this.silence = Math.max(this.silence, performance.now() - this.last);
      this.last = performance.now();
    });
  }

  /** Publishes nothing further and waits for what is under way. */
  public stop(): Promise<void> {
    this.stopped = true;
    return this.ended;
  }

  private async *messages(): AsyncGenerator<Message> {
    for (let id = 0; !this.stopped; id += 1) {
      yield { id: String(id), body: { id } };
      // The flows share a process and brokers: none may take all of them.
      if (id % BATCH === 0) await pause(10);
    }
  }
}

export function oneByOne(connection: Connection, queue: string): Flow {
  return new Flow(queue, (messages, safe) => publishOneByOne(connection, queue, messages, safe));
}

export function inBatches(connection: Connection, queue: string): Flow {
  return new Flow(queue, (messages, safe) =>
    publishInBatches(connection, queue, messages, BATCH, (ids) => {
      ids.forEach(safe);
    }),
  );
}

export function withOutstanding(connection: Connection, queue: string): Flow {
  return new Flow(queue, async (messages, safe) => {
    const publisher = new OutstandingPublisher(connection, queue, WINDOW, {
      confirmed: safe,
      failed: (_, error) => {
        throw error;
      },
    });
    for await (const message of messages) await publisher.send(message);
    await publisher.close();
  });
}

/** What a client without confirms believes: the message is safe when the socket took it. */
export function careless(connection: Connection, queue: string): Flow {
  return new Flow(queue, async (messages, safe) => {
    const publisher = connection.createPublisher();
    for await (const { id, body } of messages) {
      try {
        await publisher.send({ routingKey: queue, messageId: id, durable: true }, body);
        safe(id);
      } catch {
        await pause(20); // the client says that this one was not sent
      }
    }
    await publisher.close();
  });
}
