import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeScript } from '../../lib/node/script';
import { must, run } from '../e2e/support/command';
import { engineImages } from '../e2e/support/engine-images';

const NAME = `e2e-install-${process.pid}`;
const { rabbitmq: IMAGE } = engineImages();
const SECRET = 'line\r\nnext\ttab\u0001 a"b\\c$d&e\'f`g ü表 ${x} %{y} @@secret:cookie@@';

const MANIFEST = [
  '0400 rabbitmq restart /etc/app/secret.json',
  '0644 root reload /etc/app/plain.conf',
  '0400 root none /etc/brokers/secrets/cookie',
  '0400 root none /etc/brokers/secrets/user-app',
  '',
].join('\n');

/** Puts files into the container as a platform does. */
async function deliver(files: Record<string, string>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'brokers-install-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text, { mode: path.startsWith('/opt/') ? 0o755 : 0o644 });
    }
    await must('docker', 'cp', `${root}/.`, `${NAME}:/`);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** As a platform does once the software has read its files. */
const acknowledge = (): Promise<string> => must('docker', 'exec', NAME, 'rm', '-f', '/run/brokers/unapplied');
const install = (): ReturnType<typeof run> => run('docker', ['exec', NAME, '/opt/brokers/bin/install-files']);
const read = (path: string): Promise<string> => must('docker', 'exec', NAME, 'cat', path);

beforeAll(async () => {
  await must(
    'docker',
    'run',
    '--detach',
    '--init',
    '--name',
    NAME,
    '--network',
    'none',
    '--entrypoint',
    'sleep',
    IMAGE,
    '600',
  );
  await deliver({
    '/opt/brokers/bin/install-files': nodeScript('install-files').text,
    '/etc/brokers/secrets/cookie': 'plain-cookie',
    '/etc/brokers/secrets/user-app': SECRET,
    '/etc/brokers/hosts': '10.0.0.1 node-1\n',
    '/etc/brokers/manifest': MANIFEST,
    '/etc/brokers/delivered/etc/app/secret.json':
      '{"cookie": "@@secret:cookie@@", "password": "@@secret-json:user-app@@"}\n',
    '/etc/brokers/delivered/etc/app/plain.conf': 'text = $HOME \\n & ${x} @@secret:\n',
  });
});

afterAll(async () => {
  await must('docker', 'rm', '--force', NAME);
});

describe('install-files', () => {
  it('puts secrets in unchanged, whatever characters they have, and tells what changed', async () => {
    const first = await install();
    expect(first.code).toBe(0);
    expect(first.stdout.trim().split('\n')).toEqual([
      'none /etc/hosts',
      'restart /etc/app/secret.json',
      'reload /etc/app/plain.conf',
    ]);
    expect(JSON.parse(await read('/etc/app/secret.json'))).toEqual({
      cookie: 'plain-cookie',
      password: SECRET,
    });
    expect(await read('/etc/app/plain.conf')).toBe('text = $HOME \\n & ${x} @@secret:');
  });

  it('gives each file its owner and mode, and secrets to root alone', async () => {
    const listing = await must(
      ...(['docker', 'exec', NAME, 'stat', '-c', '%U %a %n'] as const),
      ...[
        '/etc/app/secret.json',
        '/etc/app/plain.conf',
        '/etc/brokers/secrets',
        '/etc/brokers/secrets/user-app',
      ],
    );
    expect(listing.split('\n')).toEqual([
      'rabbitmq 400 /etc/app/secret.json',
      'root 644 /etc/app/plain.conf',
      'root 700 /etc/brokers/secrets',
      'root 400 /etc/brokers/secrets/user-app',
    ]);
  });

  it('names what changed until the software has read it, and changes nothing the second time', async () => {
    const inode = await must('docker', 'exec', NAME, 'stat', '-c', '%i', '/etc/app/plain.conf');
    expect((await install()).stdout.trim().split('\n')).toContain('reload /etc/app/plain.conf');
    await acknowledge();
    const again = await install();
    expect([again.code, again.stdout]).toEqual([0, '']);
    expect(await must('docker', 'exec', NAME, 'stat', '-c', '%i', '/etc/app/plain.conf')).toBe(inode);
  });

  it('names the one file that changed and keeps what the engine wrote to /etc/hosts', async () => {
    await deliver({
      '/etc/brokers/hosts': '10.0.0.1 node-1\n10.0.0.2 node-2\n',
      '/etc/brokers/delivered/etc/app/plain.conf': 'text = new\n',
    });
    expect((await install()).stdout.trim().split('\n')).toEqual([
      'none /etc/hosts',
      'reload /etc/app/plain.conf',
    ]);
    const hosts = await read('/etc/hosts');
    expect(hosts).toContain('localhost');
    expect(hosts.match(/node-1/g)).toHaveLength(1);
    expect(hosts).toContain('10.0.0.2 node-2');
  });

  it('fails with the name of a secret that is not there, and leaves the file as it was', async () => {
    await deliver({ '/etc/brokers/delivered/etc/app/plain.conf': 'text = @@secret:missing@@\n' });
    const failed = await install();
    expect(failed.code).not.toBe(0);
    expect(failed.output).toContain('secret missing is not on this node');
    expect(await read('/etc/app/plain.conf')).toBe('text = new');
    expect((await run('docker', ['exec', NAME, 'ls', '/etc/app/plain.conf.new'])).code).not.toBe(0);
  });

  it('names what changed also when it could not note that the first time', async () => {
    await acknowledge();
    await deliver({ '/etc/brokers/delivered/etc/app/plain.conf': 'text = noted\n' });
    await must('docker', 'exec', NAME, 'mkdir', '/run/brokers/unapplied');
    expect((await install()).code).not.toBe(0);
    await must('docker', 'exec', NAME, 'rmdir', '/run/brokers/unapplied');
    const again = await install();
    expect([again.code, again.stdout]).toEqual([0, 'reload /etc/app/plain.conf\n']);
  });

  it('puts a secret into a URI byte by byte, whatever characters it has', async () => {
    await deliver({
      '/etc/brokers/secrets/control': 'tab\t, line\nend ~-._%25\u007f',
      '/etc/brokers/manifest': `${MANIFEST}0400 root none /etc/app/uri\n0400 root none /etc/brokers/secrets/control\n`,
      '/etc/brokers/delivered/etc/app/uri':
        'amqp://a:@@secret-uri:user-app@@@h/ "@@secret-uri:control@@" @@secret:cookie@@\n',
    });
    expect((await install()).code).toBe(0);
    const encoded = (text: string): string =>
      encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    expect(await read('/etc/app/uri')).toBe(
      `amqp://a:${encoded(SECRET)}@h/ "${encoded('tab\t, line\nend ~-._%25\u007f')}" plain-cookie`,
    );
  });

  describe('of what is delivered later', () => {
    const changes = async (): Promise<string[]> => {
      await acknowledge();
      const { code, stdout, output } = await install();
      expect(code, output).toBe(0);
      return stdout.split('\n').filter((line) => line !== '');
    };
    const missing = async (...paths: string[]): Promise<string[]> => {
      const { stdout } = await run('docker', ['exec', NAME, 'ls', '-d', ...paths]);
      const there = stdout.split('\n');
      return paths.filter((path) => !there.includes(path));
    };

    it('applies a changed mode and a changed owner', async () => {
      await changes();
      await deliver({
        '/etc/brokers/manifest': MANIFEST.replace('0644 root reload', '0440 rabbitmq reload'),
      });
      // The file of the test before is not declared any more.
      expect(await changes()).toEqual(['reload /etc/app/plain.conf', 'none /etc/app/uri']);
      const listing = await must('docker', 'exec', NAME, 'stat', '-c', '%U %G %a', '/etc/app/plain.conf');
      expect(listing).toBe('rabbitmq rabbitmq 440');
      expect(await changes()).toEqual([]);
    });

    it('removes files and secrets that are not declared any more, with the effect that they had', async () => {
      await deliver({ '/etc/brokers/manifest': MANIFEST });
      await changes();
      await must('docker', 'exec', NAME, 'sh', '-c', 'echo image >/etc/app/of-the-image.conf');
      await deliver({
        '/etc/brokers/secrets/old': 'old password',
        '/etc/brokers/manifest': `${MANIFEST}0644 root restart /etc/app/conf.d/50 old.conf\n0400 root none /etc/brokers/secrets/old\n`,
        '/etc/brokers/delivered/etc/app/conf.d/50 old.conf': 'password = @@secret:old@@\n',
      });
      expect(await changes()).toEqual(['restart /etc/app/conf.d/50 old.conf']);
      expect(await read('/etc/app/conf.d/50 old.conf')).toBe('password = old password');

      await deliver({ '/etc/brokers/manifest': MANIFEST });
      expect(await changes()).toEqual(['restart /etc/app/conf.d/50 old.conf']);
      const gone = [
        '/etc/app/conf.d/50 old.conf',
        '/etc/brokers/delivered/etc/app/conf.d/50 old.conf',
        '/etc/brokers/secrets/old',
      ];
      expect(await missing(...gone, '/etc/brokers/secrets/cookie', '/etc/app/of-the-image.conf')).toEqual(
        gone,
      );
      expect(await changes()).toEqual([]);
    });

    it('restarts for a removed file where a former version kept no effects', async () => {
      await deliver({
        '/etc/brokers/manifest': `${MANIFEST}0644 root none /etc/app/before.conf\n`,
        '/etc/brokers/delivered/etc/app/before.conf': 'before\n',
      });
      expect(await changes()).toEqual(['none /etc/app/before.conf']);
      await must('docker', 'exec', NAME, 'rm', '/etc/brokers/installed');
      await deliver({ '/etc/brokers/manifest': MANIFEST });
      expect(await changes()).toEqual(['restart /etc/app/before.conf']);
      expect(await missing('/etc/app/before.conf')).toEqual(['/etc/app/before.conf']);
    });
  });
});
