import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeScript } from '../../lib/node/script';
import { DEFINITIONS_PATH, nodeConfigurationFiles } from '../../lib/rabbitmq/node-configuration';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { must, run } from '../e2e/support/command';
import { engineImages } from '../e2e/support/engine-images';
import { provideSeries } from '../e2e/support/test-images';

const BIN = '/opt/brokers/bin';
const CHECKED = '/tmp/checked';
const USER_LINES = '/etc/rabbitmq/conf.d/zz-90-user.conf';
const ADVANCED = '/etc/rabbitmq/advanced.config';

/** No broker runs in the container: the check needs none. */
describe.each([
  { version: RabbitMqVersion.V4_0, provide: () => Promise.resolve(engineImages().rabbitmq) },
  { version: RabbitMqVersion.V3_10, provide: () => provideSeries('3.10') },
])('the check of a configuration of RabbitMQ $version.line', ({ version, provide }) => {
  const name = `e2e-check-${version.line}-${process.pid}`;
  const configuration = Object.fromEntries(
    nodeConfigurationFiles('test', {
      version,
      plugins: ['rabbitmq_management', 'rabbitmq_prometheus'],
      clusterName: 'orders',
      nodes: ['orders-1'],
      nodeType: 'disc',
      memoryMiB: 1024,
    }).map(({ path, text }) => [path, text] as const),
  );
  // As a delivery brings it: it is not in its place yet.
  const brought = { [DEFINITIONS_PATH]: '{}\n' };
  /** Where the image has Erlang. */
  let erl: string;

  async function put(files: Readonly<Record<string, string>>): Promise<void> {
    const root = mkdtempSync(join(tmpdir(), 'brokers-check-'));
    try {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text, { mode: 0o755 });
      }
      await must('docker', 'cp', `${root}/.`, `${name}:/`);
    } finally {
      rmSync(root, { recursive: true });
    }
  }

  /** What the check says of the files that a node has, with `changed` in the place of some. */
  async function check(changed: Readonly<Record<string, string>>): Promise<object> {
    const files = Object.entries({ ...configuration, ...brought, ...changed });
    await put(Object.fromEntries(files.map(([path, text]) => [CHECKED + path, text] as const)));
    const { code, output } = await run('docker', ['exec', name, `${BIN}/rabbitmq-check`, CHECKED]);
    return { code, output };
  }

  beforeAll(async () => {
    const options = ['--detach', '--init', '--network', 'none', '--entrypoint', 'sleep'];
    await must('docker', 'run', ...options, '--name', name, await provide(), '600');
    const scripts = ['rabbitmq-check', 'rabbitmq-cli', 'rabbitmq-redact'].map(nodeScript);
    await put({
      ...Object.fromEntries(scripts.map((script) => [`${BIN}/${script.name}`, script.text] as const)),
      ...configuration,
    });
    erl = (await must('docker', 'exec', name, 'sh', '-c', 'command -v erl')).trim();
  });

  afterAll(async () => {
    await must('docker', 'rm', '--force', '--volumes', name);
  });

  it('takes what has not changed, without a look', async () => {
    await must('docker', 'exec', name, 'mv', erl, `${erl}-away`);
    expect(await check({})).toEqual({ code: 0, output: '' });
    await must('docker', 'exec', name, 'mv', `${erl}-away`, erl);
  });

  it('takes what the broker takes', async () => {
    const lines = 'channel_max = 50\nlog.connection.level = warning\n';
    expect(await check({ [USER_LINES]: lines })).toEqual({ code: 0, output: '' });
  });

  it.each([
    [
      'a setting that there is not',
      { [USER_LINES]: 'log.consle.level = info\n' },
      "You've tried to set log.consle.level, but there is no setting with that name. Did you mean one of these? log.console.level",
    ],
    [
      'a value of another kind',
      { [USER_LINES]: 'heartbeat = soon\n' },
      'Error transforming datatype for: heartbeat "soon" cannot be converted to a(n) integer\n',
    ],
    [
      'a line that is none',
      { [USER_LINES]: 'channel_max = 5\nx y\n' },
      'Error parsing configuration: Syntax error in /etc/rabbitmq/conf.d/zz-90-user.conf after line 2 column 1',
    ],
    [
      'a file that is not there',
      { [USER_LINES]: 'ssl_options.cacertfile = /nowhere.pem\n' },
      'ssl_options.cacertfile invalid, file does not exist or cannot be read by the node\n',
    ],
    [
      'a term that is none',
      { [ADVANCED]: '[{rabbit, [}].\n' },
      'Failed to load advanced configuration file "/etc/rabbitmq/advanced.config": ',
    ],
  ])('refuses %s, and says why in one line', async (_, changed, reason) => {
    const said = await check(changed);
    const line = `rabbitmq refuses its configuration: ${reason}`;
    expect(said).toEqual({ code: 1, output: expect.stringContaining(line) as string });
    expect(said).toEqual({ code: 1, output: expect.stringMatching(/^[^\n]+\n$/) as string });
  });

  it('refuses nothing where it cannot look', async () => {
    await must('docker', 'exec', name, 'mv', erl, `${erl}-away`);
    expect(await check({ [USER_LINES]: 'heartbeat = soon\n' })).toEqual({ code: 0, output: '' });
  });
});
