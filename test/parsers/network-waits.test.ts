import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Engine } from '../../lib/docker/agent/engine';
import { nodeScript } from '../../lib/node/script';
import { must, run } from '../e2e/support/command';
import { engineImages } from '../e2e/support/engine-images';
import { provideImages } from '../e2e/support/test-images';

const NAME = `e2e-waits-${process.pid}`;
const TOOLS = 'cdktf-brokers-test/network-tools:trixie';
const BIN = '/opt/brokers/bin';
/** Of TEST-NET-1; what goes there is dropped, as on the way to a machine that is gone. */
const GONE = '192.0.2.1';

const SCRIPTS = ['rabbitmq-cli', 'rabbitmq-health', 'rabbitmq-ready'];

beforeAll(async () => {
  await provideImages();
  const { rabbitmq } = engineImages();
  const options = ['--detach', '--init', '--name', NAME, '--hostname', 'n-1', '--add-host', `n-2:${GONE}`];
  await must('docker', 'run', ...options, '--entrypoint', 'sleep', rabbitmq, '600');
  const own = ['--rm', '--network', `container:${NAME}`, '--cap-add', 'NET_ADMIN'];
  await must('docker', 'run', ...own, TOOLS, 'iptables', '-w', '-A', 'OUTPUT', '-d', GONE, '-j', 'DROP');
  const root = mkdtempSync(join(tmpdir(), 'brokers-waits-'));
  const files = {
    ...Object.fromEntries(SCRIPTS.map((name) => [`${BIN}/${name}`, nodeScript(name).text])),
    '/etc/brokers/cluster': '4.0\nmnesia\nrabbit@n-2\n',
    '/run/brokers/.keep': '',
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
});

afterAll(async () => {
  await must('docker', 'rm', '--force', NAME);
});

/** Runs a command in the container, and fails when it takes longer than `seconds`. */
async function within(seconds: number, ...command: string[]): ReturnType<typeof run> {
  const answer = await run('docker', [
    'exec',
    NAME,
    'timeout',
    '--signal',
    'KILL',
    String(seconds),
    ...command,
  ]);
  expect(answer.code).not.toBe(137);
  return answer;
}

describe('on the way to a machine whose packets get lost', () => {
  it('a connection is given up', async () => {
    expect((await within(8, `${BIN}/rabbitmq-health`, 'n-2')).code).not.toBe(0);
  });

  it('readiness keeps to its time', async () => {
    const answer = await within(10, `${BIN}/rabbitmq-ready`, '--wait', '1');
    expect(answer).toMatchObject({ code: 1, output: 'n-2 does not accept AMQP connections yet\n' });
  });

  it('a tool is ended, whatever limit it has of its own', async () => {
    const command = ['rabbitmqctl', '--quiet', '--node', 'rabbit@n-2', 'eval', 'ok.'];
    const answer = await within(25, 'env', 'LIMIT=4', `${BIN}/rabbitmq-cli`, ...command);
    expect(answer.code).not.toBe(0);
    expect(answer.output).toContain('Error: rabbitmqctl has no answer after 4 s');
  });
});

it('a command of the engine has a limit', async () => {
  const late = await new Engine().exec(NAME, ['sleep', '60'], { limitSeconds: 1 });
  expect(late.code).toBe(124);
  expect(late.stderr).toContain('docker exec has not ended after 1 s');
});
