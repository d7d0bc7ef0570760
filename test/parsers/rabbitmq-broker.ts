import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { docker, Outcome, until } from './proxy-container';
import { engineImages } from '../e2e/support/engine-images';

/** User that every test broker has, besides what is declared. */
export const ADMINISTRATOR = { name: 'administrator', password: 'test' } as const;

/** The image's own wrapper would swallow signals and output. */
const START = `set -eu
chown -R rabbitmq: /var/lib/rabbitmq
export HOME=/var/lib/rabbitmq
cd "$HOME"
server=/usr/lib/rabbitmq/bin/rabbitmq-server
[ -x "$server" ] || server=rabbitmq-server
exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$server"`;

/** One broker in a container. */
export class Broker {
  /**
   * @param files by absolute path, there before the broker starts
   * @param options of `docker create`
   */
  public static async start(
    hostName: string,
    files: Readonly<Record<string, string>>,
    options: readonly string[] = [],
  ): Promise<Broker> {
    const { rabbitmq } = engineImages();
    const args = [
      'create',
      '--hostname',
      hostName,
      ...options,
      '--entrypoint',
      'bash',
      rabbitmq,
      '-c',
      START,
    ];
    const broker = new Broker((await must(...args)).trim());
    try {
      broker.copy(files);
      await must('start', broker.id);
      const address = [
        'inspect',
        '--format',
        '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}',
        broker.id,
      ];
      broker.address = (await must(...address)).trim();
      await until('the broker serves', 60, () => broker.serves());
      return broker;
    } catch (error) {
      const { stdout, stderr } = await docker('logs', '--tail', '30', broker.id);
      await broker.remove();
      throw new Error(`no broker: ${String(error)}\n${stdout}${stderr}`);
    }
  }

  private address = '';
  private runs = 0;

  private constructor(private readonly id: string) {}

  /** Calls the management API as the administrator, or as another user. */
  public async api(
    method: string,
    path: string,
    body?: string,
    user: { readonly name: string; readonly password: string } = ADMINISTRATOR,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const credentials = Buffer.from(`${user.name}:${user.password}`, 'utf8').toString('base64');
    const response = await fetch(`http://${this.address}:15672/api/${path}`, {
      method,
      headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, text: await response.text() };
  }

  /** What the broker says against importing `definitions`; empty when it took them. */
  public async importComplaint(definitions: string): Promise<string> {
    const { status, text } = await this.api('POST', 'definitions', definitions);
    return status < 300 ? '' : `${status} ${text}`;
  }

  /**
   * Evaluates an Erlang function of one argument on the broker.
   * @param source of the function; it gets the folder with `files` and returns a text
   * @param files by relative path
   */
  public async evaluate(source: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
    this.runs += 1;
    const folder = `/tmp/evaluate-${this.runs}`;
    const expression = `F = ${source}, file:write_file("${folder}.out", unicode:characters_to_binary(F("${folder}"))).`;
    const entries = Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text] as const);
    this.copy(Object.fromEntries([...entries, [`${folder}.erl`, expression]]));
    const { code, stdout, stderr } = await docker(
      'exec',
      this.id,
      'rabbitmqctl',
      '-q',
      'eval_file',
      `${folder}.erl`,
    );
    if (code !== 0 || !stdout.trimEnd().endsWith('ok')) throw new Error(`${stdout}${stderr}`);
    return must('exec', this.id, 'cat', `${folder}.out`);
  }

  /** What the broker has written so far. */
  public async logs(): Promise<string> {
    const { stdout, stderr } = await docker('logs', this.id);
    return stdout + stderr;
  }

  /** Runs a command in the container as root. */
  public exec(...command: string[]): Promise<Outcome> {
    return docker('exec', this.id, ...command);
  }

  public async remove(): Promise<void> {
    await must('rm', '--force', '--volumes', this.id);
  }

  /** Puts `files` into the container by absolute path; those below /opt are programs. */
  public copy(files: Readonly<Record<string, string>>): void {
    const root = mkdtempSync(join(tmpdir(), 'broker-'));
    try {
      for (const [path, text] of Object.entries(files)) {
        const target = join(root, path);
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, text, { mode: path.startsWith('/opt/') ? 0o755 : 0o644 });
      }
      // Files only: folders in the archive would take the owner and mode of those that exist.
      const archive = 'cd "$0" && find . -type f -print0 | tar --null --owner=0 --group=0 -T - -c';
      const pipe = `${archive} | docker cp - "$1":/`;
      execFileSync('sh', ['-c', pipe, root, this.id], { stdio: ['ignore', 'ignore', 'pipe'] });
    } finally {
      rmSync(root, { recursive: true });
    }
  }

  private async serves(): Promise<boolean> {
    if ((await must('inspect', '--format', '{{.State.Running}}', this.id)).trim() !== 'true') {
      throw new Error('the container has ended');
    }
    // The management API may be elsewhere; this listener opens after it.
    const connects = ['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/5672'];
    return (await this.exec(...connects)).code === 0;
  }
}

async function must(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await docker(...args);
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
  return stdout;
}
