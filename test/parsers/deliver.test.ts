import { deliver } from '../../lib/docker/agent/deliver';
import { CommandResult, Engine } from '../../lib/docker/agent/engine';
import { AgentHost } from '../../lib/docker/agent/group';
import { nodeScript } from '../../lib/node/script';
import { must, run } from '../e2e/support/command';
import { engineImages } from '../e2e/support/engine-images';

const NAME = `e2e-deliver-${process.pid}`;
const { proxy: IMAGE } = engineImages();

const GROUP = { name: 'group', hosts: [NAME], readyCommand: ['true'], readyTimeoutSeconds: 10 };
const HOST: AgentHost = {
  name: NAME,
  targets: [
    { path: '/etc/brokers/manifest', deliveredTo: '/etc/brokers/manifest' },
    { path: '/etc/app.conf', deliveredTo: '/etc/brokers/delivered/etc/app.conf' },
  ],
  scripts: { 'install-files': nodeScript('install-files').text },
  reloadCommand: ['sh', '-c', 'cat /etc/app.conf >>/tmp/reloaded; test ! -e /tmp/refuse'],
  stopTimeoutSeconds: 1,
};

const files = (text: string): Record<string, string> => ({
  '/etc/brokers/manifest': '0644 root reload /etc/app.conf\n',
  '/etc/app.conf': `${text}\n`,
});
const deliverText = (text: string): Promise<void> => deliver(new Engine(), GROUP, HOST, files(text));
/** The texts that the software was told to read, in their order. */
const reloaded = async (): Promise<string> =>
  (await run('docker', ['exec', NAME, 'cat', '/tmp/reloaded'])).stdout.trim();

/** Puts `text` into the container. */
const write = (path: string, text: string): Promise<CommandResult> =>
  new Engine().exec(NAME, ['sh', '-c', `mkdir -p "$(dirname ${path})" && cat >${path}`], { input: text });

/** A container that has started with the text `first`. */
beforeEach(async () => {
  await must(
    ...(['docker', 'run', '--detach', '--init', '--name', NAME, '--network', 'none'] as const),
    ...['--entrypoint', 'sleep', IMAGE, '600'],
  );
  const texts = files('first');
  for (const { path, deliveredTo } of HOST.targets) await write(deliveredTo, texts[path] ?? '');
  for (const [name, text] of Object.entries(HOST.scripts)) await write(`/opt/brokers/bin/${name}`, text);
  const start = [
    'chmod 0755 /opt/brokers/bin/*',
    '/opt/brokers/bin/install-files',
    'rm /run/brokers/unapplied',
    'touch /run/brokers/started',
  ];
  await must('docker', 'exec', NAME, 'sh', '-c', start.join(' && '));
});

afterEach(async () => {
  await must('docker', 'rm', '--force', NAME);
});

describe('a delivery', () => {
  it('leaves a container alone that started with the same files', async () => {
    const written = () =>
      must('docker', 'exec', NAME, 'stat', '-c', '%i %y', '/opt/brokers/bin/install-files');
    const before = await written();
    await deliverText('first');
    expect(await reloaded()).toBe('');
    expect(await written()).toBe(before);
  });

  it('brings a changed file and has the software read it once', async () => {
    await deliverText('second');
    await deliverText('second');
    expect(await reloaded()).toBe('second');
  });

  it('leaves the folders of the container open to its users, whatever the umask of who applies', async () => {
    const umask = process.umask(0o077);
    try {
      await deliverText('second');
    } finally {
      process.umask(umask);
    }
    const paths = ['/', '/etc', '/opt/brokers/bin', '/opt/brokers/bin/install-files', '/etc/app.conf'];
    const modes = await must('docker', 'exec', NAME, 'stat', '-c', '%a', ...paths);
    expect(modes.split('\n')).toEqual(['755', '755', '755', '755', '644']);
  });

  it('brings back the files of the start', async () => {
    await deliverText('second');
    await deliverText('first');
    expect(await reloaded()).toBe('second\nfirst');
  });

  it('is repeated when the software refused it', async () => {
    await must('docker', 'exec', NAME, 'touch', '/tmp/refuse');
    await expect(deliverText('second')).rejects.toThrow(`${NAME}: reload failed`);
    await must('docker', 'exec', NAME, 'rm', '/tmp/refuse');
    await deliverText('second');
    expect(await reloaded()).toBe('second\nsecond');
  });

  it('has the software read what it read before, when it refused what came between', async () => {
    await must('docker', 'exec', NAME, 'touch', '/tmp/refuse');
    await expect(deliverText('second')).rejects.toThrow(`${NAME}: reload failed`);
    await must('docker', 'exec', NAME, 'rm', '/tmp/refuse');
    await deliverText('first');
    expect(await reloaded()).toBe('second\nfirst');
  });

  it('has the software notice a file that is gone', async () => {
    const optional = '/etc/optional.conf';
    const more: AgentHost = {
      ...HOST,
      targets: [...HOST.targets, { path: optional, deliveredTo: `/etc/brokers/delivered${optional}` }],
    };
    const manifest = `0644 root reload /etc/app.conf\n0644 root reload ${optional}\n`;
    const both = { ...files('first'), '/etc/brokers/manifest': manifest, [optional]: 'optional\n' };
    await deliver(new Engine(), GROUP, more, both);
    expect(await reloaded()).toBe('first');
    await deliverText('first');
    await deliverText('first');
    expect(await reloaded()).toBe('first\nfirst');
    expect((await run('docker', ['exec', NAME, 'ls', optional])).code).not.toBe(0);
  });

  it('puts nothing in place that its check refuses, which sees it under its paths and with its secrets', async () => {
    const check = [
      '#!/bin/sh',
      'cat "$2/etc/app.conf" >>/tmp/checked',
      '! grep bad "$2/etc/app.conf" >/dev/null || { echo "refuses what is $1" >&2; exit 1; }',
      '',
    ].join('\n');
    const host = {
      ...HOST,
      scripts: { ...HOST.scripts, 'app-check': check },
      checkCommand: ['/opt/brokers/bin/app-check', 'bad'],
    };
    await write('/etc/brokers/secrets/word', 'secret');
    const bring = (text: string) => deliver(new Engine(), GROUP, host, files(text));
    await expect(bring('bad @@secret:word@@')).rejects.toThrow(`${NAME}: refuses what is bad`);
    const seen = (path: string) => must('docker', 'exec', NAME, 'cat', path);
    expect(await seen('/tmp/checked')).toBe('bad secret');
    expect(await seen('/etc/app.conf')).toBe('first');
    expect(await seen('/etc/brokers/delivered/etc/app.conf')).toBe('first');
    expect(await reloaded()).toBe('');
    const left = ['exec', NAME, 'ls', '/etc/brokers/staged', '/run/brokers/staged'];
    expect((await run('docker', left)).stdout).toBe('');

    await bring('good');
    expect(await reloaded()).toBe('good');
  });
});
