import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeScript } from '../../lib/node/script';
import { must, run } from '../e2e/support/command';
import { engineImages } from '../e2e/support/engine-images';

const NAME = `e2e-membership-${process.pid}`;
const { rabbitmq: IMAGE } = engineImages();
const BIN = '/opt/brokers/bin';
const STATUS =
  '{"disk_nodes":["rabbit@n-1","rabbit@n-2"],"ram_nodes":[],"running_nodes":["rabbit@n-1","rabbit@n-2"]}';

/** Stands in for the tools of a broker, which fail or refuse in their own time only: a body of `case "$*" in`. */
async function tools(answers: string): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'brokers-membership-'));
  const files = {
    [`${BIN}/rabbitmq-cli`]: `#!/bin/bash\necho "$*" >>/tmp/calls\ncase "$*" in\n${answers}\nesac\n`,
    [`${BIN}/rabbitmq-members`]: nodeScript('rabbitmq-members').text,
    [`${BIN}/rabbitmq-leave`]: nodeScript('rabbitmq-leave').text,
    '/etc/brokers/cluster': '4.0\nkhepri\nrabbit@n-1\n',
    '/tmp/calls': '',
  };
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text, { mode: 0o755 });
    }
    await must('docker', 'cp', `${root}/.`, `${NAME}:/`);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Runs a script of a node; its minute is over at the first refusal when `hurried`. */
const script = (name: string, args: readonly string[], hurried = false): ReturnType<typeof run> =>
  run('docker', ['exec', '--env', `SECONDS=${hurried ? 61 : 0}`, NAME, `${BIN}/${name}`, ...args]);
const calls = async (): Promise<string[]> =>
  (await must('docker', 'exec', NAME, 'cat', '/tmp/calls')).split('\n');

beforeAll(async () => {
  const options = ['--detach', '--init', '--name', NAME, '--network', 'none', '--entrypoint', 'sleep'];
  await must('docker', 'run', ...options, IMAGE, '600');
});

afterAll(async () => {
  await must('docker', 'rm', '--force', NAME);
});

describe('rabbitmq-members', () => {
  it('fails when the tool fails, and says why', async () => {
    await tools("*) echo 'Error: this node is gone' >&2; exit 69 ;;");
    const failed = await script('rabbitmq-members', ['grow', 'rabbit@n-1'], true);
    expect(failed.code).toBe(1);
    expect(failed.output).toMatch(/^a minute was not enough to grow all quorum queues: .*this node is gone/);
  });

  it.each([
    ['as 4.0.5 tells it', "printf '/\\tq\\t1\\terror: cluster_change_not_permitted\\n'"],
    ['as 3.10.8 tells it', "printf 'error: cluster_change_not_permitted'; printf '/\\tq\\t1\\tok\\n'"],
  ])('asks again where a queue refused, %s', async (_, refusal) => {
    // 3.10.8 shows no refusal to who asks for errors only; see rabbitmq-server pull request 6601.
    await tools(
      `*--errors-only*) ;;\n*) [ -e /tmp/asked ] && rm /tmp/asked || { touch /tmp/asked; ${refusal}; } ;;`,
    );
    const answer = await script('rabbitmq-members', ['grow', 'rabbit@n-1']);
    expect(answer).toMatchObject({ code: 0, output: '' });
    expect(await calls()).toHaveLength(2);
  });

  it('asks a node itself for which queues get members, since 3.10.8 passes over one that is down', async () => {
    await tools("*'--node rabbit@n-2'*) echo 'Error: not running' >&2; exit 64 ;;");
    expect(await script('rabbitmq-members', ['grow', 'rabbit@n-1', 'rabbit@n-2'], true)).toMatchObject({
      code: 1,
    });
  });

  it('asks this node for which queues lose members, since the other one may be gone', async () => {
    await tools('*) ;;');
    expect(await script('rabbitmq-members', ['shrink', 'rabbit@n-2'])).toMatchObject({ code: 0, output: '' });
    expect(await calls()).toEqual(['rabbitmq-queues --silent shrink rabbit@n-2']);
  });

  it('asks once where every queue took its member', async () => {
    await tools("*) printf '/\\tq\\t2\\tok\\n' ;;");
    const answer = await script('rabbitmq-members', ['grow', 'rabbit@n-1', 'rabbit@n-2']);
    expect(answer).toMatchObject({ code: 0, output: '' });
    expect(await calls()).toHaveLength(2);
  });
});

describe('rabbitmq-leave', () => {
  const answers = (queues: string, streams: string, evaluated = "printf 'stopped\\nok\\n'"): string =>
    [
      `*' eval '*) ${evaluated} ;;`,
      `*cluster_status*) echo '${STATUS}' ;;`,
      "*list_vhosts*) printf '/\\n spaces \\n' ;;",
      `*'name type messages'*) ${queues} ;;`,
      `*'name type members'*) ${streams} ;;`,
    ].join('\n');
  const timedOut = "echo 'Error: operation list_queues timed out' >&2; exit 75";
  // What 4.0.5 writes when a queue does not answer within --timeout.
  const unresponsive = `printf 'q\\tclassic\\t0\\n{:badrpc, {:timeout, 60.0, "list_queues timed out"}}\\n'`;
  const members = "printf 's\\tstream\\t[rabbit@n-1, rabbit@n-2]\\n'";

  it.each([
    ['the queues of the leaving node', answers(timedOut, members)],
    ['a queue of the leaving node', answers(unresponsive, members)],
    ['the streams', answers("printf 'q\\tclassic\\t0\\n'", timedOut)],
  ])('keeps a node when %s cannot be listed', async (_, broker) => {
    await tools(broker);
    const answer = await script('rabbitmq-leave', ['n-2']);
    expect(answer.code).not.toBe(0);
    expect(answer.output).toContain('list_queues timed out');
    expect((await calls()).filter((call) => /drain|rabbit:stop|forget/.test(call))).toEqual([]);
  });

  it('takes the replicas of streams in all vhosts away before the node is forgotten', async () => {
    await tools(answers("printf 'q\\tclassic\\t0\\n'", members));
    expect(await script('rabbitmq-leave', ['n-2'])).toMatchObject({
      code: 0,
      output: 'n-2 has left the cluster\n',
    });
    const made = await calls();
    expect(made).toContain('rabbitmq-streams --quiet delete_replica --vhost / s rabbit@n-2');
    expect(made).toContain('rabbitmq-streams --quiet delete_replica --vhost  spaces  s rabbit@n-2');
    expect(made.at(-1)).toContain('forget_cluster_node rabbit@n-2');
  });

  it.each([
    ['it got a message meanwhile', "printf 'it got 1 messages\\nok\\n'", 'it got 1 messages'],
    ['it does not tell', "echo 'Error: no answer' >&2; exit 69", 'it does not tell what its classic queues'],
  ])('gives a node everything back when %s', async (_, evaluated, told) => {
    await tools(answers("printf 'q\\tclassic\\t0\\n'", members, evaluated));
    const answer = await script('rabbitmq-leave', ['n-2']);
    expect(answer.code).toBe(1);
    expect(answer.output).toContain(`n-2 stays a member: ${told}`);
    const made = await calls();
    const [drained, revived] = ['drain', 'revive'].map((action) =>
      made.indexOf(`rabbitmq-upgrade --quiet --node rabbit@n-2 ${action}`),
    );
    expect(drained).toBeGreaterThan(0);
    expect(revived).toBeGreaterThan(drained ?? 0);
    expect(made).toContain('rabbitmq-streams --quiet add_replica --vhost  spaces  s rabbit@n-2');
    expect(made.at(-1)).toBe('rabbitmq-queues --silent --node rabbit@n-2 grow rabbit@n-2 all');
    expect(made.join('\n')).not.toContain('forget_cluster_node');
  });

  it.each([
    ["printf 'done\\n'", 0, 'n-2 has left the cluster'],
    ["printf 'q in vhost /\\ndone\\n'", 1, 'what its classic queue q in vhost / holds is unknown'],
  ])('forgets a node that is down unless it may have messages: %s', async (evaluated, code, told) => {
    const down = STATUS.replace(',"rabbit@n-2"]}', ']}');
    await tools(`*' eval '*) ${evaluated} ;;\n*cluster_status*) echo '${down}' ;;`);
    const answer = await script('rabbitmq-leave', ['n-2']);
    expect(answer.code).toBe(code);
    expect(answer.output).toContain(told);
    expect((await calls()).join('\n').includes('forget_cluster_node')).toBe(code === 0);
  });
});
