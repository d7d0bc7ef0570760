import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { engineImages } from '../e2e/support/engine-images';

const run = promisify(execFile);

/** What a command gave. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `docker` with `args`; a failure is an outcome as well. */
export async function docker(...args: string[]): Promise<Outcome> {
  try {
    return { code: 0, ...(await run('docker', args, { maxBuffer: 1 << 26 })) };
  } catch (error) {
    const { code, stdout, stderr } = error as Outcome;
    return { code: typeof code === 'number' ? code : -1, stdout, stderr };
  }
}

async function must(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await docker(...args);
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** A container of the proxy image. */
export class ProxyContainer {
  /**
   * Creates and starts a container.
   * @param options of `docker create`
   * @param command replaces the image's own
   * @param files by absolute path, executable those under /opt, there before it starts
   */
  public static async start(
    options: readonly string[],
    command: readonly string[],
    files: Readonly<Record<string, string>>,
  ): Promise<ProxyContainer> {
    const { proxy } = engineImages();
    const [entrypoint = '', ...rest] = command;
    const id = await must('create', '--init', ...options, '--entrypoint', entrypoint, proxy, ...rest);
    const container = new ProxyContainer(id.trim());
    await container.copy(files);
    await must('start', container.id);
    return container;
  }

  private constructor(public readonly id: string) {}

  public exec(...command: string[]): Promise<Outcome> {
    return docker('exec', this.id, ...command);
  }

  /** Puts files into the container; their folders must exist or are made below `/opt` and `/etc`. */
  public async copy(files: Readonly<Record<string, string>>): Promise<void> {
    const root = mkdtempSync(join(tmpdir(), 'proxy-container-'));
    try {
      for (const [path, text] of Object.entries(files)) {
        const target = join(root, path);
        await run('mkdir', ['-p', join(target, '..')]);
        writeFileSync(target, text, { mode: path.startsWith('/opt/') ? 0o755 : 0o644 });
      }
      await run('sh', ['-c', `tar -C "$0" --owner=0 --group=0 -c . | docker cp - "$1":/`, root, this.id]);
    } finally {
      rmSync(root, { recursive: true });
    }
  }

  /** Standard output and error so far. */
  public async logs(): Promise<string> {
    const { stdout, stderr } = await docker('logs', this.id);
    return stdout + stderr;
  }

  public async remove(): Promise<void> {
    await must('rm', '--force', '--volumes', this.id);
  }
}

/** Polls until `condition` holds; an error with `what` after `seconds`. */
export async function until(what: string, seconds: number, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
