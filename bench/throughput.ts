/** What messages a second go through our proxies, through a minimal HAProxy in their place, and without any. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchError, eventually, must, run } from './command';
import { Deployment, Outputs } from './deployment';
import { awaitCommand, sweep } from './engine';
import { brokerPrograms, imageOf } from './machine';
import { PASS_THROUGH_ADDRESS, PREFIX } from './names';
import { fetchPerfTest, LOAD, PERF_TEST_VERSION, runPerfTest } from './perf-test';
import { Part, ratio } from './report';

const ROUNDS = 5;
const PROXIES = [1, 2].map((number) => `${PREFIX}proxy-${number}`);
const FIRST_BROKER = `${PREFIX}rabbitmq-1`;
const PASS_THROUGH = `${PREFIX}pass-through`;
const QUEUE = 'throughput';
const PORT = 5672;

/** One way to the brokers. */
interface Way {
  readonly name: string;
  readonly host: string;
  /** Makes it the only way that is there. */
  readonly open: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Measures the throughput. @throws BenchError without Java or Maven, or when something does not come to serve */
export async function measureThroughput(say: (line: string) => void): Promise<Part> {
  const archives = await fetchPerfTest();
  const directory = mkdtempSync(join(tmpdir(), 'brokers-bench-'));
  const deployment = new Deployment();
  try {
    await sweep();
    await deployment.deploy();
    const outputs = await deployment.outputs();
    const brokers = outputs.management_urls.map((url) => new URL(url).hostname);
    const ways = waysTo(outputs, brokers, directory);
    await must('docker', ['stop', ...PROXIES]);

    const rates = ways.map((): number[] => []);
    let moved = 0;
    for (let round = 0; round < ROUNDS; round++) {
      // Each round begins with another way, so that none always comes first.
      for (const step of ways.keys()) {
        const index = (round + step) % ways.length;
        const way = ways[index];
        if (way === undefined) continue;
        await way.open();
        await createQueue(outputs);
        const rate = await runPerfTest(archives, target(outputs, way.host), directory);
        if ((await describeQueue(outputs))?.leader !== `rabbit@${FIRST_BROKER}`) moved += 1;
        await way.close();
        rates[index]?.push(rate);
        say(`  round ${round + 1}: ${way.name} ${rate.toFixed(0)} messages/s`);
      }
    }
    return await part(ways, rates, moved, brokers.length);
  } finally {
    await sweep();
    deployment.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function part(
  ways: readonly Way[],
  rates: readonly (readonly number[])[],
  moved: number,
  brokers: number,
): Promise<Part> {
  const [ours = [], plain = [], direct = []] = rates;
  return {
    title: 'Throughput',
    method: [
      `RabbitMQ PerfTest against a quorum queue with a member on each of ${brokers} brokers, its leader on the first: ${LOAD}.`,
      'A message counts half when it is confirmed and half when it is received.',
      'In each round every way is measured once, from another one on in each round, and the containers of the others are stopped; every run has a new queue.',
    ],
    programs: [...(await brokerPrograms()), `PerfTest ${PERF_TEST_VERSION}`, await javaVersion()],
    measurements: ways.map(({ name }, index) => ({
      what: name,
      unit: 'messages/s',
      values: rates[index] ?? [],
    })),
    figures: [
      ratio('throughput: our proxies / minimal HAProxy', ours, plain, { atLeast: 0.97 }),
      ratio('throughput: our proxies / direct', ours, direct),
      ratio('throughput: minimal HAProxy / direct', plain, direct),
    ],
    remarks: [
      'Client, proxies and brokers share the cores of one machine, and all are saturated: what a proxy needs is taken from the brokers and the client.',
      ...(moved === 0 ? [] : [`In ${moved} runs the leader of the queue moved to another broker.`]),
    ],
  };
}

function waysTo(outputs: Outputs, brokers: readonly string[], directory: string): readonly Way[] {
  const [floating = ''] = outputs.amqp_endpoint.split(':');
  return [
    {
      name: 'through our proxies',
      host: floating,
      open: async () => {
        await must('docker', ['start', ...PROXIES]);
        await awaitCommand(PROXIES, '/opt/brokers/bin/proxy-ready');
      },
      close: () => stop(...PROXIES),
    },
    {
      name: 'through a minimal HAProxy',
      host: PASS_THROUGH_ADDRESS,
      open: async () => {
        await startPassThrough(brokers, directory);
        await eventually('the minimal HAProxy listens', 30, () => listens(PASS_THROUGH_ADDRESS));
      },
      close: async () => {
        await stop(PASS_THROUGH);
        await must('docker', ['rm', PASS_THROUGH]);
      },
    },
    {
      name: 'direct to the first broker',
      host: brokers[0] ?? '',
      open: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
  ];
}

async function stop(...containers: readonly string[]): Promise<void> {
  await must('docker', ['stop', ...containers]);
}

async function startPassThrough(brokers: readonly string[], directory: string): Promise<void> {
  const file = join(directory, 'haproxy.cfg');
  const servers = brokers.map((address, index) => `  server broker-${index + 1} ${address}:${PORT}`);
  const timeouts = ['timeout connect 1s', 'timeout client 1h', 'timeout server 1h'].map(
    (line) => `  ${line}`,
  );
  writeFileSync(
    file,
    ['listen amqp', '  mode tcp', `  bind :${PORT}`, ...timeouts, ...servers, ''].join('\n'),
  );
  await must('docker', [
    'run',
    '--detach',
    `--name=${PASS_THROUGH}`,
    `--network=${PREFIX}brokers`,
    `--ip=${PASS_THROUGH_ADDRESS}`,
    `--volume=${file}:/etc/haproxy/haproxy.cfg:ro`,
    '--entrypoint=haproxy',
    imageOf('proxy'),
    '-db',
    '-f',
    '/etc/haproxy/haproxy.cfg',
  ]);
}

function listens(host: string): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port: PORT, timeout: 1000 });
    const end = (answer: true | undefined) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', end(true)).on('error', end(undefined)).on('timeout', end(undefined));
  });
}

/** A new queue whose leader is on the first broker and that has a member on each. */
async function createQueue(outputs: Outputs): Promise<void> {
  const queue = {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-queue-leader-locator': 'client-local' },
  };
  await api(outputs, 'DELETE');
  const created = await api(outputs, 'PUT', queue);
  if (!created.ok)
    throw new BenchError(`the queue could not be declared: the broker answered ${created.status}`);
  await eventually('a queue with a member on each broker', 60, async () => {
    const online = (await describeQueue(outputs))?.online ?? [];
    return online.length === outputs.management_urls.length ? true : undefined;
  });
}

interface QueueDescription {
  readonly leader?: string;
  readonly online?: readonly string[];
}

async function describeQueue(outputs: Outputs): Promise<QueueDescription | undefined> {
  const response = await api(outputs, 'GET');
  return response.ok ? ((await response.json()) as QueueDescription) : undefined;
}

function api(outputs: Outputs, method: string, body?: unknown): Promise<Response> {
  const { administrator_name, administrator_password, management_urls } = outputs;
  const login = Buffer.from(`${administrator_name}:${administrator_password}`).toString('base64');
  return fetch(`${management_urls[0] ?? ''}/api/queues/%2F/${QUEUE}`, {
    method,
    headers: { authorization: `Basic ${login}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(30_000),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function target(outputs: Outputs, host: string): Parameters<typeof runPerfTest>[1] {
  const { administrator_name: user, administrator_password: password } = outputs;
  return { host, port: PORT, user, password, queue: QUEUE };
}

async function javaVersion(): Promise<string> {
  const [, version = 'of unknown version'] =
    /version "([^"]+)"/.exec((await run('java', ['-version'])).output) ?? [];
  return `Java ${version}`;
}
