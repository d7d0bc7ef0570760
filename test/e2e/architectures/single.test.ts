import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must } from '../support/command';
import { Deployment, Outputs } from '../support/deployment';
import { connect, drain, publish } from '../support/traffic';

const PREFIX = 'e2e-m1';
const BROKER = `${PREFIX}-rabbitmq-1`;
const MESSAGES = 1500;

const deployment = new Deployment({ prefix: PREFIX, subnet: '172.30.70.0/24', architecture: 'single' });
let outputs: Outputs;

/** Publishes while `act` takes the broker away, and returns the ids of confirmed messages that are not there afterwards. */
async function lostWhile(what: string, act: () => Promise<unknown>): Promise<readonly number[]> {
  const connection = connect(outputs);
  const steps = new Map([[MESSAGES / 2, { mark: what, act }]]);
  const { confirmed, outages } = await publish(connection, 'orders', MESSAGES, steps);
  const consumed = await drain(connection, 'orders', MESSAGES);
  await connection.close();
  const lost = confirmed.filter((id) => !consumed.has(id));
  console.log(
    `single, ${what}: publisher waited ${((outages.get(what) ?? 0) / 1000).toFixed(1)} s, ${lost.length} of ${confirmed.length} confirmed messages lost`,
  );
  expect(confirmed).toHaveLength(MESSAGES);
  return lost;
}

beforeAll(async () => {
  await deployment.mustDeploy();
  outputs = await deployment.outputs();
}, 300_000);

afterAll(async () => {
  await deployment.remove();
}, 120_000);

describe('a single broker', () => {
  it('comes back by itself with its messages when it crashes', async () => {
    // The broker has no rights over processes of others, so its own user has to end it.
    const crash = (): Promise<string> =>
      must('docker', 'exec', '--user', 'rabbitmq', BROKER, 'bash', '-c', 'kill -KILL -1 || true');
    expect(await lostWhile('crashed', crash)).toEqual([]);
  });

  it('keeps its messages over a restart', async () => {
    const restart = (): Promise<string> => must('docker', 'restart', '--time', '60', BROKER);
    expect(await lostWhile('restarted', restart)).toEqual([]);
  });

  it('keeps its messages when its container is lost and a deploy makes a new one', async () => {
    const id = (): Promise<string> => must('docker', 'inspect', '--format', '{{.Id}}', BROKER);
    const before = await id();
    const replace = async (): Promise<void> => {
      await must('docker', 'rm', '--force', BROKER);
      await deployment.mustDeploy();
    };
    expect(await lostWhile('replaced', replace)).toEqual([]);
    expect(await id()).not.toBe(before);
  });
});
