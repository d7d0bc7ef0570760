import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeScript } from '../../lib/node/script';
import { must, run } from '../e2e/support/command';
import { engineImages } from '../e2e/support/engine-images';
import { until } from './proxy-container';

const NAME = `e2e-entry-point-${process.pid}`;
const BIN = '/opt/brokers/bin';
const { rabbitmq: IMAGE } = engineImages();
/** As the cluster's own containers have them. */
const CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETUID'];

/** Stands in for the broker: ends as it is told, after a last line. */
const SERVER = `#!/bin/bash
trap 'echo "bye amqp://link:hidden@far"; kill $!; exit 0' TERM
echo "serves as $(id -un)"
sleep infinity &
wait
exit 7
`;
/** What copies the log is late with every line. */
const SLOW_SED = `#!/bin/bash
/usr/bin/sed "$@" | while IFS= read -r line; do sleep 0.3; printf '%s\\n' "$line"; done
`;
/** Another broker has the store. */
const HOLD = `#!/bin/bash
mkdir -p /var/lib/rabbitmq/mnesia
flock /var/lib/rabbitmq/mnesia/.lock sleep infinity &
sleep 0.5
exec ${BIN}/warren-store
`;

/** Starts a container of a broker with `command`, and waits until its log has `line`. */
async function start(
  command: string,
  line: string,
  { conf = '', cluster = '4.0\nkhepri\nrabbit@n-1\n', files = {} } = {},
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'brokers-entry-point-'));
  const scripts = [
    'install-files',
    'rabbitmq-entrypoint',
    'rabbitmq-redact',
    'warren-standby',
    'warren-store',
  ].map((name) => [`${BIN}/${name}`, nodeScript(name).text] as const);
  const all = {
    ...Object.fromEntries(scripts),
    [`${BIN}/warren-hand-back`]: '#!/bin/sh\necho "handed back amqp://link:hidden@far"\n',
    '/usr/lib/rabbitmq/bin/rabbitmq-server': SERVER,
    '/usr/local/bin/sed': SLOW_SED,
    '/etc/brokers/cluster': cluster,
    '/etc/brokers/manifest':
      '0644 root restart /etc/rabbitmq/conf.d/user.conf\n0400 root none /etc/brokers/secrets/far\n',
    '/etc/brokers/delivered/etc/rabbitmq/conf.d/user.conf': conf,
    ...files,
  };
  try {
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text, { mode: path.startsWith('/etc/') ? 0o644 : 0o755 });
    }
    const capabilities = CAPABILITIES.map((name) => `--cap-add=${name}`);
    const options = ['--init', '--network=none', '--cap-drop=ALL', ...capabilities];
    const environment = ['--env=RABBITMQ_NODENAME=rabbit@n-1', '--env=ACTIVE_HOST=n-2'];
    const image = ['--entrypoint', `${BIN}/${command}`, IMAGE];
    await must('docker', 'create', '--name', NAME, ...options, ...environment, ...image);
    await must('sh', '-c', `tar -C ${root} --owner=0 --group=0 -c . | docker cp - ${NAME}:/`);
    await must('docker', 'start', NAME);
  } finally {
    rmSync(root, { recursive: true });
  }
  await until(`its log has "${line}"`, 15, async () => (await logs()).includes(line));
}

const logs = async (): Promise<string> => (await run('docker', ['logs', NAME])).output;
const inspect = (what: string): Promise<string> => must('docker', 'inspect', '--format', what, NAME);
const SHOVEL = 'shovel = @@secret-uri:far@@\n';
const SECRET = { '/etc/brokers/secrets/far': 'hidden\n' };

/** Stops it within its time; returns its exit code. */
async function stop(): Promise<string> {
  await must('docker', 'stop', '--time', '20', NAME);
  return inspect('{{.State.ExitCode}}');
}

afterEach(async () => {
  await must('docker', 'rm', '--force', '--volumes', NAME);
});

describe('a stop of a broker', () => {
  it.each([
    ['on its own', 'rabbitmq-entrypoint', {}],
    ['whose log is freed of passwords', 'rabbitmq-entrypoint', { conf: SHOVEL, files: SECRET }],
    ['that stands by', 'warren-standby', {}],
  ])('%s reaches it, and its last line the log', async (_, command, options) => {
    await start(command, 'serves as rabbitmq', options);
    expect(await stop()).toBe('0');
    const said = await logs();
    expect(said).toMatch(/^bye amqp:\/\/link:.*@far$/m);
    expect(said.includes('hidden')).toBe(command === 'rabbitmq-entrypoint' && !('conf' in options));
  });

  it('whose log is freed of passwords ends with its own failure', async () => {
    await start('rabbitmq-entrypoint', 'serves', { conf: SHOVEL, files: SECRET });
    await must('docker', 'exec', NAME, 'pkill', '-x', 'sleep');
    await must('docker', 'wait', NAME);
    expect(await inspect('{{.State.ExitCode}}')).toBe('7');
  });

  it.each([
    ['the store', 'hold', '4.0\nkhepri\nrabbit@n-1\n'],
    ['another node', 'rabbitmq-entrypoint', '3.10\nmnesia rabbit@n-1\nrabbit@n-1\nrabbit@n-2\n'],
  ])('that waits for %s is no failure', async (_, command, cluster) => {
    await start(command, '', { cluster, files: { [`${BIN}/hold`]: HOLD } });
    const started = ['exec', NAME, 'test', '-e', '/run/brokers/started'];
    await until('it has begun', 15, async () => (await run('docker', started)).code === 0);
    expect(await stop()).toBe('0');
    expect(await logs()).not.toContain('serves');
  });
});
