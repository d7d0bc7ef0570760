// A client of the demo's cluster: checks that every node sees all others, then sends messages through the floating
// address and receives them again. The outputs of the stack come in on standard input, since a password in an argument
// or in the environment could be read by others.
import { readFileSync } from 'node:fs';
import { Connection } from 'rabbitmq-client';

const MESSAGES = 5000;
/** Unconfirmed messages under way at a time. */
const WINDOW = 200;
const QUEUE = 'cdktf-brokers-demo';
const HEALTHY_SECONDS = 60;
const RECEIVE_SECONDS = 60;

interface Outputs {
  readonly amqp_endpoint: string;
  readonly management_urls: readonly string[];
  readonly administrator_name: string;
  readonly administrator_password: string;
}

interface NodeState {
  readonly name: string;
  readonly running: boolean;
  readonly mem_alarm: boolean;
  readonly disk_free_alarm: boolean;
  readonly partitions: readonly string[];
}

async function main(): Promise<void> {
  const outputs = JSON.parse(readFileSync(0, 'utf8')) as Outputs;
  const names = await healthy(outputs);
  console.log(`healthy: ${names.join(', ')}, each sees all ${names.length}, no alarm, no partition`);

  const [hostname = '', port = ''] = outputs.amqp_endpoint.split(':');
  const connection = new Connection({
    hostname,
    port,
    username: outputs.administrator_name,
    password: outputs.administrator_password,
    connectionName: 'demo',
  });
  let lastProblem = 'it does not answer';
  connection.on('error', (error: unknown) => (lastProblem = String(error)));
  try {
    await connection.onConnect(30_000, true).catch(() => {
      throw new Error(`no connection to ${outputs.amqp_endpoint} within 30 s: ${lastProblem}`);
    });
    await exchange(connection, outputs.amqp_endpoint);
  } finally {
    connection.unsafeDestroy();
  }
}

/** Sends and receives, and leaves no queue behind. */
async function exchange(connection: Connection, endpoint: string): Promise<void> {
  await connection.queueDelete(QUEUE);
  await connection.queueDeclare({ queue: QUEUE, durable: true, arguments: { 'x-queue-type': 'quorum' } });
  try {
    const publishing = performance.now();
    await publish(connection);
    console.log(
      `published: ${MESSAGES} persistent messages to a quorum queue at ${endpoint}, each confirmed, in ${seconds(publishing)}`,
    );
    const consuming = performance.now();
    const received = await consume(connection);
    const duplicates = received.total - received.ids.size;
    console.log(
      `consumed: ${received.ids.size} messages, ${MESSAGES - received.ids.size} lost, ${duplicates} duplicates, in ${seconds(consuming)}`,
    );
    if (received.ids.size !== MESSAGES) throw new Error('confirmed messages are missing');
  } finally {
    await connection.queueDelete(QUEUE);
  }
}

async function publish(connection: Connection): Promise<void> {
  const publisher = connection.createPublisher({ confirm: true, maxAttempts: 5 });
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let id = next++; id < MESSAGES; id = next++) {
      await publisher.send({ routingKey: QUEUE, durable: true, messageId: String(id) }, { id });
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, worker));
  await publisher.close();
}

async function consume(connection: Connection): Promise<{ ids: Set<unknown>; total: number }> {
  const ids = new Set<unknown>();
  let total = 0;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, RECEIVE_SECONDS * 1000);
    const consumer = connection.createConsumer(
      { queue: QUEUE, queueOptions: { passive: true }, qos: { prefetchCount: 500 } },
      ({ messageId }) => {
        total += 1;
        if (ids.add(messageId).size === MESSAGES) done();
      },
    );
    consumer.on('error', () => undefined); // it tries again by itself
    function done(): void {
      clearTimeout(timer);
      // The last acknowledgement must leave first: the handler is still in its call.
      setImmediate(() => void consumer.close().then(resolve));
    }
  });
  return { ids, total };
}

/** Waits until each node reports all of them as running. Returns their names. */
async function healthy(outputs: Outputs): Promise<readonly string[]> {
  const deadline = Date.now() + HEALTHY_SECONDS * 1000;
  for (;;) {
    try {
      const views = await Promise.all(outputs.management_urls.map((url) => nodesSeenBy(url, outputs)));
      return views[0] ?? [];
    } catch (error) {
      if (Date.now() > deadline) {
        throw new Error(`the cluster is not healthy after ${HEALTHY_SECONDS} s: ${describe(error)}`, {
          cause: error,
        });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function nodesSeenBy(url: string, outputs: Outputs): Promise<readonly string[]> {
  const login = `${outputs.administrator_name}:${outputs.administrator_password}`;
  const response = await fetch(`${url}/api/nodes`, {
    headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}` },
    signal: AbortSignal.timeout(5000),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const nodes = (await response.json()) as readonly NodeState[];
  const sound = nodes.filter(
    (node) => node.running && !node.mem_alarm && !node.disk_free_alarm && node.partitions.length === 0,
  );
  if (sound.length !== outputs.management_urls.length) {
    throw new Error(`${url} sees ${sound.length} sound nodes of ${outputs.management_urls.length}`);
  }
  return sound.map(({ name }) => name).sort();
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

main().catch((error: unknown) => {
  console.error(describe(error));
  process.exitCode = 1;
});
