import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accepts, endpointOf } from './support/broker';
import { eventually, must, run } from './support/command';
import { Deployment, Outputs } from './support/deployment';
import { ask, membersOf, NodeDescription, QueueDescription } from './support/management';
import { connect, drain, open, publish } from './support/traffic';

const ROOT = resolve(__dirname, '../..');
const PREFIX = 'e2e-d';
const BIN = '/opt/brokers/bin';
const deployment = new Deployment({ prefix: PREFIX, subnet: '172.30.11.0/24' });
let outputs: Outputs;

/** Container ids of the first three brokers. */
async function firstThree(): Promise<string[]> {
  const names = [1, 2, 3].map((n) => `${PREFIX}-rabbitmq-${n}`);
  return (await must('docker', 'inspect', '--format', '{{.Id}} {{.State.StartedAt}}', ...names)).split('\n');
}

async function members(): Promise<string[]> {
  const [url = ''] = outputs.management_urls;
  const nodes = await ask<NodeDescription[]>(outputs, url, '/api/nodes');
  return nodes.filter(({ running }) => running).map(({ name }) => name);
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

/** A message that comes to a classic queue of the fifth node while that leaves, from a client of another node. */
async function refusesToLeave(before: QueueDescription): Promise<void> {
  const [first, last] = [1, 5].map((n) => `${PREFIX}-rabbitmq-${n}`) as [string, string];
  const local = open({ ...outputs, amqp_endpoint: await endpointOf(last) });
  await local.queueDeclare({ queue: 'beside', durable: true, arguments: { 'x-queue-type': 'classic' } });
  await local.close();
  const other = open({ ...outputs, amqp_endpoint: await endpointOf(first) });
  // The last step before the node drains waits until the message is there.
  const wait = 'touch /tmp/leaving; until [[ -e /tmp/go || $1 != shrink ]]; do sleep 0.1; done';
  const halted = `cd ${BIN} && cp -p rabbitmq-members whole && sed -i '2i ${wait}' rabbitmq-members`;
  await must('docker', 'exec', first, 'bash', '-c', halted);
  const [left] = await Promise.all([
    run('docker', ['exec', first, `${BIN}/rabbitmq-leave`, last]),
    (async () => {
      await eventually('the node was asked', 60, async () =>
        (await run('docker', ['exec', first, 'test', '-e', '/tmp/leaving'])).code === 0 ? true : undefined,
      );
      await publish(other, 'beside', 1);
      await must('docker', 'exec', first, 'touch', '/tmp/go');
    })(),
  ]);
  await must('docker', 'exec', first, 'mv', `${BIN}/whole`, `${BIN}/rabbitmq-members`);
  expect(left.code).toBe(1);
  expect(left.output).toContain(
    `${last} stays a member: it got 1 messages of classic queue beside in vhost / `,
  );
  expect(await accepts(last)).toBe(true);
  const [url = ''] = outputs.management_urls;
  await eventually('the queue has its members again', 20, async () => {
    const now = await ask<QueueDescription>(outputs, url, '/api/queues/%2F/orders');
    return membersOf(now).join() === membersOf(before).join() ? true : undefined;
  });
  expect((await drain(other, 'beside', 1)).size).toBe(1);
  await other.queueDelete('beside');
  await other.close();
}

beforeAll(async () => {
  await deployment.mustDeploy();
  outputs = await deployment.outputs();
});

afterAll(async () => {
  const destroyed = await deployment.destroy();
  const leftovers = await deployment.leftovers();
  await deployment.remove();
  expect(destroyed.code).toBe(0);
  expect(leftovers).toEqual([]);
});

describe('cdktf output', () => {
  it('writes all outputs into a file, the sensitive ones where that is asked for', async () => {
    const file = join(deployment.directory, 'outputs.json');
    const options = ['--outputs-file', file, '--outputs-file-include-sensitive-outputs'];
    const { code } = await deployment.cdktf('output', 'local', ...options);
    const written: unknown = JSON.parse(readFileSync(file, 'utf8'));
    rmSync(file);
    expect(code).toBe(0);
    expect(written).toEqual({ local: outputs });
    expect(outputs.administrator_password).toMatch(/^.{20,}$/);
  });
});

describe('cdktf diff', () => {
  it('shows no changes right after a deploy', async () => {
    const diff = await deployment.diff();
    expect(diff.code).toBe(0);
    expect(diff.output).toContain('No changes. Your infrastructure matches the configuration.');
  });

  it('shows a changed idle timeout as its line of haproxy.cfg, and applying it restarts nothing', async () => {
    const before = await firstThree();
    const started = await must('docker', 'inspect', '--format', '{{.State.StartedAt}}', `${PREFIX}-proxy-1`);
    deployment.change({ idleTimeoutSeconds: 7201 });
    const diff = await deployment.diff();
    expect(diff.output).toMatch(/^.*- +timeout client +\S+$/m);
    expect(diff.output).toMatch(/^.*\+ +timeout client +7201s$/m);

    await deployment.mustDeploy();
    const config = await must('docker', 'exec', `${PREFIX}-proxy-1`, 'cat', '/etc/haproxy/haproxy.cfg');
    expect(config).toMatch(/timeout client +7201s/);
    expect(await must('docker', 'inspect', '--format', '{{.State.StartedAt}}', `${PREFIX}-proxy-1`)).toBe(
      started,
    );
    expect(await firstThree()).toEqual(before);
  });
});

describe('a configuration that brokers do not take', () => {
  it('is refused with their reason before anything is stopped or put in place', async () => {
    const before = await firstThree();
    deployment.change({ userLines: ['log.consle.level = info'] });
    const { code, output } = await deployment.deploy();
    expect(code).not.toBe(0);
    expect(output.replace(/[\s│]+/g, ' ')).toContain(
      `${PREFIX}-rabbitmq-1: rabbitmq refuses its configuration: You've tried to set log.consle.level, but there is no ` +
        'setting with that name.',
    );
    expect(await firstThree()).toEqual(before);
    const conf = await must(
      'docker',
      'exec',
      `${PREFIX}-rabbitmq-1`,
      'cat',
      '/etc/rabbitmq/conf.d/zz-90-user.conf',
    );
    expect(conf).not.toContain('consle');
    deployment.change({ userLines: undefined as never });
    await deployment.mustDeploy();
    expect(await firstThree()).toEqual(before);
  });
});

describe('growing and shrinking', () => {
  it('adds two nodes and takes them away again without touching the first three or their messages', async () => {
    const connection = connect(outputs);
    const { confirmed } = await publish(connection, 'orders', 1000);
    const before = await firstThree();

    deployment.change({ nodes: 5 });
    await deployment.mustDeploy();
    expect(await firstThree()).toEqual(before);
    expect(await members()).toHaveLength(5);
    const [url = ''] = outputs.management_urls;
    const grown = await ask<QueueDescription>(outputs, url, '/api/queues/%2F/orders');
    expect(membersOf(grown)).toHaveLength(5);
    const config = await must('docker', 'exec', `${PREFIX}-proxy-2`, 'cat', '/etc/haproxy/haproxy.cfg');
    expect(config).toContain(`${PREFIX}-rabbitmq-5`);

    await refusesToLeave(grown);

    deployment.change({ nodes: 3 });
    await deployment.mustDeploy();
    expect(await firstThree()).toEqual(before);
    const status = await must(
      'docker',
      'exec',
      `${PREFIX}-rabbitmq-1`,
      'rabbitmqctl',
      '--quiet',
      'cluster_status',
      '--formatter',
      'json',
    );
    const { disk_nodes: remembered } = JSON.parse(status) as { disk_nodes: string[] };
    expect([...remembered].sort()).toEqual([1, 2, 3].map((n) => `rabbit@${PREFIX}-rabbitmq-${n}`));
    const shrunk = await ask<QueueDescription>(outputs, url, '/api/queues/%2F/orders');
    expect(membersOf(shrunk)).toEqual([...remembered].sort());
    expect((await deployment.leftovers()).filter((name) => /rabbitmq-[45]/.test(name))).toEqual([]);

    const consumed = await drain(connection, 'orders', confirmed.length);
    await connection.close();
    expect(confirmed.filter((id) => !consumed.has(id))).toEqual([]);
  });
});

describe('a queue with too few members', () => {
  it('gets one on every node, though it takes one at a time', async () => {
    const connection = connect(outputs);
    const type = { 'x-queue-type': 'quorum', 'x-quorum-initial-group-size': 1 } as const;
    await connection.queueDeclare({ queue: 'narrow', durable: true, arguments: type });
    const [url = ''] = outputs.management_urls;
    const narrow = () => ask<QueueDescription>(outputs, url, '/api/queues/%2F/narrow?disable_stats=true');
    const leader = (await narrow()).leader.replace('rabbit@', '');
    // While the log is not written, the first new member keeps the other one out.
    const hold =
      'ok = sys:suspend(ra_log_wal), {ok, _} = timer:apply_after(6000, sys, resume, [ra_log_wal]), ok.';
    await must('docker', 'exec', leader, `${BIN}/rabbitmq-cli`, 'rabbitmqctl', '--quiet', 'eval', hold);
    await must('docker', 'exec', leader, `${BIN}/rabbitmq-joined`);
    expect(membersOf(await narrow())).toHaveLength(3);
    await connection.queueDelete('narrow');
    await connection.close();
  });
});

describe('a queue that is declared later', () => {
  // After the cluster was larger: its nodes remember the size at which they booted.
  it('exists after the deploy, with a member on every node, and nothing restarts', async () => {
    const before = await firstThree();
    deployment.change({ queues: ['orders', 'late'] });
    await deployment.mustDeploy();
    expect(await firstThree()).toEqual(before);
    const [url = ''] = outputs.management_urls;
    expect(membersOf(await ask<QueueDescription>(outputs, url, '/api/queues/%2F/late'))).toHaveLength(3);
    expect((await deployment.diff()).output).toContain('No changes.');
  });
});

describe('secrets', () => {
  it('are in no synthesised file, no diff, no log and no process list', async () => {
    const state = JSON.parse(readFileSync(deployment.stateFile, 'utf8')) as {
      resources: { name: string; instances: { attributes: { triggers_replace?: { value: unknown } } }[] }[];
    };
    const generated = state.resources
      .flatMap(({ instances }) => instances.map(({ attributes }) => attributes.triggers_replace?.value))
      .filter((value): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value));
    expect(generated).toContain(outputs.administrator_password);
    expect(generated.length).toBeGreaterThanOrEqual(3);

    const logs = await Promise.all(
      (await deployment.leftovers())
        .filter((name) => !name.endsWith('-data'))
        .map((name) =>
          must('sh', '-c', `docker logs ${name} 2>&1; docker top ${name}; docker inspect ${name}`),
        ),
    );
    const texts = filesBelow(join(deployment.directory, 'cdktf.out'))
      // cdktf saves the plan of a diff, and with it the state; `npm run cdktf` removes it, as the next test shows.
      .filter((path) => !path.includes('/.terraform/') && !path.endsWith('/plan'))
      .map((path) => readFileSync(path, 'utf8'));
    expect(deployment.transcript).toContain('Apply complete!');
    expect(logs.filter((text) => text.includes('rabbitmq-entrypoint')).length).toBeGreaterThanOrEqual(3);
    expect(texts.filter((text) => text.includes('rabbitmq-entrypoint')).length).toBeGreaterThanOrEqual(1);
    for (const secret of generated) {
      expect(deployment.transcript.includes(secret)).toBe(false);
      expect(logs.some((text) => text.includes(secret))).toBe(false);
      expect(texts.some((text) => text.includes(secret))).toBe(false);
    }
  });

  it('leave with the saved plan when `npm run cdktf -- diff` ends', async () => {
    const diff = await run('npm', ['run', '--silent', 'cdktf', '--', 'diff', 'local'], { cwd: ROOT });
    expect(diff.code, diff.output).toBe(0);
    const synthesised = filesBelow(join(ROOT, 'cdktf.out', 'stacks', 'local'));
    expect(synthesised.some((path) => path.endsWith('/cdk.tf.json'))).toBe(true);
    expect(synthesised.filter((path) => path.endsWith('/plan'))).toEqual([]);
  });
});
