/** RabbitMQ's PerfTest from Maven Central. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError, must, run } from './command';
import { ROOT } from './names';

export const PERF_TEST_VERSION = '2.22.1';
/** The first of these seconds do not count: the Java machine still compiles. */
const WARM_UP_SECONDS = 8;
const MEASURED_SECONDS = 15;
/** One a broker, so that every way of balancing gives each broker the same share. */
const CONNECTIONS_A_SIDE = 3;
const COPY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** What PerfTest does, in words. */
export const LOAD =
  `${CONNECTIONS_A_SIDE} publishers and ${CONNECTIONS_A_SIDE} consumers, persistent messages of 1000 bytes, at most 200 unconfirmed a publisher, prefetch 500, ` +
  `${MEASURED_SECONDS} s a run after ${WARM_UP_SECONDS} s to warm up`;

/** Where and how PerfTest connects. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** A queue that exists and is empty. */
  readonly queue: string;
}

/** Fetches PerfTest once and returns the folder with its archives. @throws BenchError without Java or Maven */
export async function fetchPerfTest(): Promise<string> {
  const directory = join(ROOT, '.setup/perf-test', PERF_TEST_VERSION);
  for (const program of ['java', 'mvn']) {
    if (program === 'mvn' && existsSync(directory)) continue;
    if ((await run(program, ['-version'])).code !== 0) {
      throw new BenchError(
        'The throughput is measured with RabbitMQ PerfTest, which needs Java 11 or newer and Maven on PATH: install them, e.g. with `apt-get install default-jdk-headless maven`.',
      );
    }
  }
  if (existsSync(directory)) return directory;
  const unfinished = `${directory}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  await must('mvn', [
    '--batch-mode',
    '--quiet',
    '--file',
    join(ROOT, 'bench/perf-test/pom.xml'),
    COPY_PLUGIN,
    `-DoutputDirectory=${unfinished}`,
    '-DincludeScope=runtime',
  ]);
  renameSync(unfinished, directory);
  return directory;
}

/**
 * Publishes and consumes through `target` as fast as it goes. Returns messages a second: the mean of those that were
 * confirmed to the publishers and those that the consumers received.
 */
export async function runPerfTest(archives: string, target: Target, directory: string): Promise<number> {
  const file = join(directory, 'perf-test.csv');
  const login = [target.user, target.password].map(encodeURIComponent).join(':');
  const { code, output } = await run(
    'java',
    ['-cp', join(archives, '*'), 'com.rabbitmq.perf.PerfTest', ...load(target.queue), '--output-file', file],
    {
      // PerfTest reads each option from the variable of its name after this prefix. An argument would be in the process list.
      env: {
        RABBITMQ_PERF_TEST_ENV_PREFIX: 'BENCH_',
        BENCH_URI: `amqp://${login}@${target.host}:${target.port}/%2F`,
      },
      timeoutSeconds: WARM_UP_SECONDS + MEASURED_SECONDS + 60,
    },
  );
  if (code !== 0) {
    const words = output.replaceAll(target.password, '…').trim().split('\n').slice(-10).join('\n');
    throw new BenchError(`PerfTest failed against ${target.host}:\n${words}`);
  }
  const rate = meanRate(readFileSync(file, 'utf8'), WARM_UP_SECONDS);
  rmSync(file);
  return rate;
}

/**
 * Mean of confirmed and received messages a second in the CSV that PerfTest writes, one line an interval, from the
 * intervals that begin after `warmUpSeconds`.
 * @throws BenchError when there is none, or a column is missing
 */
export function meanRate(csv: string, warmUpSeconds: number): number {
  const [header = '', ...lines] = csv.trim().split('\n');
  const names = header.split(',');
  const [time, confirmed, received] = ['time (s)', 'confirmed (msg/s)', 'received (msg/s)'].map((name) => {
    const column = names.indexOf(name);
    if (column === -1) throw new BenchError(`PerfTest writes no column "${name}" but ${header}`);
    return lines.map((line) => Number(line.split(',')[column]));
  }) as [number[], number[], number[]];
  let messages = 0;
  let seconds = 0;
  for (const [index, end] of time.entries()) {
    const start = time[index - 1] ?? 0;
    if (start < warmUpSeconds) continue;
    messages += ((confirmed[index] ?? 0) + (received[index] ?? 0)) * 0.5 * (end - start);
    seconds += end - start;
  }
  if (seconds === 0) throw new BenchError(`PerfTest has measured nothing after ${warmUpSeconds} s`);
  return messages / seconds;
}

function load(queue: string): string[] {
  return [
    ['--predeclared'],
    ['--exchange', ''],
    ['--routing-key', queue],
    ['--queue', queue],
    ['--producers', String(CONNECTIONS_A_SIDE)],
    ['--consumers', String(CONNECTIONS_A_SIDE)],
    ['--flag', 'persistent'],
    ['--size', '1000'],
    ['--confirm', '200'],
    ['--qos', '500'],
    ['--multi-ack-every', '100'],
    ['--time', String(WARM_UP_SECONDS + MEASURED_SECONDS)],
  ].flat();
}
