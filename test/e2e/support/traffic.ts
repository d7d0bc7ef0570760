import { Connection } from 'rabbitmq-client';
import { onTestFailed } from 'vitest';
import { Outputs } from './deployment';

/** How many unconfirmed messages a publisher keeps under way. */
const WINDOW = 100;

/** What a publisher saw. */
export interface Published {
  /** Ids that the broker confirmed, in that order. */
  readonly confirmed: readonly number[];
  /** Longest time without a confirm from `since(mark)` on, by mark. */
  readonly outages: ReadonlyMap<string, number>;
  /** Attempts that failed and were made again. */
  readonly retried: number;
}

/** Where a test connects, and as whom. */
export type Access = Pick<Outputs, 'amqp_endpoint' | 'administrator_name' | 'administrator_password'>;

/**
 * Connects through the floating address, or to the first that answers of several addresses. Errors show in what fails, so the
 * event itself is of no interest. Whoever opens it closes it.
 */
export function open(outputs: Access): Connection {
  const connection = new Connection({
    hosts: outputs.amqp_endpoint.split(','),
    username: outputs.administrator_name,
    password: outputs.administrator_password,
    connectionTimeout: 500,
    retryLow: 50,
    retryHigh: 200,
    acquireTimeout: 30_000,
  });
  connection.on('error', () => undefined);
  return connection;
}

/**
 * As `open`, in a test that closes the connection in the end; when it fails, it is closed as well. Otherwise the client would go on
 * trying, and once its network is gone the address may lead out of this machine.
 */
export function connect(outputs: Access): Connection {
  const connection = open(outputs);
  onTestFailed(() => connection.close());
  return connection;
}

/**
 * Publishes `count` persistent messages with the ids 0 to count - 1 and waits for each confirm; what fails is sent again
 * under the same id. `at` holds what to do once that many are confirmed; the longest silence after it is measured.
 */
export async function publish(
  connection: Connection,
  queue: string,
  count: number,
  at: ReadonlyMap<number, { readonly mark: string; readonly act: () => Promise<unknown> }> = new Map(),
): Promise<Published> {
  const publisher = connection.createPublisher({ confirm: true, maxAttempts: 1 });
  const confirmed: number[] = [];
  const outages = new Map<string, number>();
  const acts: Promise<unknown>[] = [];
  let retried = 0;
  let next = 0;
  let lastConfirm = performance.now();
  let mark: string | undefined;

  const confirm = (id: number): void => {
    const now = performance.now();
    if (mark !== undefined) outages.set(mark, Math.max(outages.get(mark) ?? 0, now - lastConfirm));
    lastConfirm = now;
    confirmed.push(id);
    const step = at.get(confirmed.length);
    if (step !== undefined) {
      mark = step.mark;
      acts.push(step.act());
    }
  };
  const worker = async (): Promise<void> => {
    for (let id = next++; id < count; id = next++) {
      for (let sent = false; !sent;) {
        try {
          await publisher.send({ routingKey: queue, durable: true, messageId: String(id) }, { id });
          sent = true;
        } catch {
          retried += 1;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
      confirm(id);
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, worker));
  await Promise.all(acts);
  await publisher.close();
  return { confirmed, outages, retried };
}

/** Publishes messages with the ids `from` to `from + count - 1` to an exchange, and waits for every confirm. */
export async function announce(
  connection: Connection,
  exchange: string,
  from: number,
  count: number,
  routingKey = 'news',
): Promise<void> {
  const publisher = connection.createPublisher({ confirm: true });
  const ids = Array.from({ length: count }, (_, index) => from + index);
  try {
    await Promise.all(ids.map((id) => publisher.send({ exchange, routingKey, durable: true }, { id })));
  } finally {
    await publisher.close();
  }
}

/**
 * Consumes until `expected` different ids have come and then nothing for half a second, at most `seconds` long, and
 * returns how often each id was delivered.
 */
export async function drain(
  connection: Connection,
  queue: string,
  expected: number,
  seconds = 60,
): Promise<ReadonlyMap<number, number>> {
  const seen = new Map<number, number>();
  const deadline = performance.now() + seconds * 1000;
  let last = performance.now();
  const consumer = connection.createConsumer(
    { queue, queueOptions: { passive: true, durable: true }, qos: { prefetchCount: 500 } },
    (message) => {
      last = performance.now();
      const { id } = message.body as { id: number };
      seen.set(id, (seen.get(id) ?? 0) + 1);
    },
  );
  consumer.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now();
      if (now < deadline && (seen.size < expected || now - last < 500)) return;
      clearInterval(timer);
      resolve();
    }, 50);
  });
  await consumer.close();
  return seen;
}
