import { ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { threadId } from 'node:worker_threads';
import { ROOT, load } from './load';

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}
interface Options {
  readonly timeoutSeconds?: number;
  readonly firstOutputSeconds?: number;
  readonly input?: string;
  readonly onLine?: (line: string) => void;
}
type Run = (program: string, args: readonly string[], options?: Options) => Promise<Result>;

async function run(program: string, args: readonly string[], options?: Options): Promise<Result> {
  return (await load<{ run: Run }>('command')).run(program, args, options);
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a program', () => {
  it('gives its exit code and both outputs', async () => {
    const result = await run('sh', ['-c', 'echo out; echo err >&2; exit 3']);
    expect(result).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n', timedOut: false });
  });

  it('that is not there ends with 127', async () => {
    expect((await run('no-such-program', [])).code).toBe(127);
  });

  it('is ended with its children when it takes too long', async () => {
    const { code, timedOut } = await run('sh', ['-c', 'sleep 60 & wait'], { timeoutSeconds: 0.2 });
    expect({ code, timedOut }).toEqual({ code: 128, timedOut: true });
  });

  it('is ended when it says nothing, not when it says something and goes on', async () => {
    expect((await run('sleep', ['60'], { firstOutputSeconds: 0.2 })).timedOut).toBe(true);
    expect((await run('sh', ['-c', 'echo a; sleep 2.5'], { firstOutputSeconds: 2 })).timedOut).toBe(false);
  });

  it('gets its input and is read line by line', async () => {
    const lines: string[] = [];
    await run('cat', [], { input: 'a\nb\n', onLine: (line) => lines.push(line) });
    expect(lines).toEqual(['a', 'b']);
  });
});

describe('a script that runs a program', () => {
  let folder: string;
  let script: ChildProcess | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'brokers-scripts-'));
  });

  afterEach(() => {
    script?.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** Starts a script whose program writes its process id to a file and takes its time to end. */
  async function start(): Promise<{ readonly script: ChildProcess; readonly pid: number }> {
    const file = join(folder, 'pid');
    const shell = `trap 'sleep 0.2; touch ${folder}/ended; exit 0' INT TERM; echo $$ > ${file}.new; mv ${file}.new ${file}; for i in $(seq 400); do sleep 0.05; done`;
    const module = pathToFileURL(join(ROOT, 'scripts/setup/command.mjs')).href;
    script = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `const { run } = await import(${JSON.stringify(module)}); await run('sh', ['-c', ${JSON.stringify(shell)}]);`,
      ],
      { stdio: 'ignore' },
    );
    await until('its program runs', () => existsSync(file));
    return { script, pid: Number(readFileSync(file, 'utf8')) };
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('passes %s on and waits', async (signal, code) => {
    const started = await start();
    const ended = new Promise((resolve) => started.script.once('exit', resolve));
    started.script.kill(signal);
    expect(await ended).toBe(code);
    expect(existsSync(join(folder, 'ended'))).toBe(true);
  });

  it('does not leave it behind when it is killed', async () => {
    const started = await start();
    started.script.kill('SIGKILL');
    await until('its program has ended', () => !existsSync(`/proc/${started.pid}`));
    expect(existsSync(join(folder, 'ended'))).toBe(true);
  });
});

describe('a lock', () => {
  const SUBJECT = `locktest-${process.pid}-${threadId}`;
  const MODULE = pathToFileURL(join(ROOT, 'scripts/setup/lock.mjs')).href;
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'brokers-lock-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  async function exclusively(work: () => Promise<void>): Promise<void> {
    const lock = await load<{ exclusively(subject: string, work: () => Promise<void>): Promise<void> }>(
      'lock',
    );
    return lock.exclusively(SUBJECT, work);
  }

  /** A process that does `work`, JavaScript, while it has the lock. */
  function holder(work: string): ChildProcess {
    const program = `import fs from 'node:fs'; import { setTimeout as sleep } from 'node:timers/promises';
      const { exclusively } = await import(${JSON.stringify(MODULE)});
      await exclusively(${JSON.stringify(SUBJECT)}, async () => { ${work} });`;
    return spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'ignore' });
  }

  it('is free after the work, also after failed work', async () => {
    await expect(exclusively(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    let worked = false;
    await exclusively(() => {
      worked = true;
      return Promise.resolve();
    });
    expect(worked).toBe(true);
  });

  it('is waited for, and free when its process is killed', async () => {
    const file = join(folder, 'holds');
    const script = holder(`fs.writeFileSync(${JSON.stringify(file)}, ''); await sleep(60_000);`);
    await until('it has the lock', () => existsSync(file));
    let said = '';
    const report = await load<{ progressTo: (stream: { write: (text: string) => void }) => void }>('report');
    report.progressTo({ write: (text) => (said += text) });
    let worked = false;
    const waiting = exclusively(() => {
      worked = true;
      return Promise.resolve();
    });
    await until('it says that it waits', () => said.includes(`process ${script.pid}`));
    expect(worked).toBe(false);
    script.kill('SIGKILL');
    await waiting;
    expect(worked).toBe(true);
  });

  it("is one process's at a time, however many start at once", async () => {
    const [inside, log] = [join(folder, 'inside'), join(folder, 'log')];
    const work = `fs.mkdirSync(${JSON.stringify(inside)}); await sleep(20); fs.rmdirSync(${JSON.stringify(inside)});
      fs.appendFileSync(${JSON.stringify(log)}, 'x');`;
    const codes = await Promise.all(
      Array.from({ length: 6 }, () => new Promise((resolve) => holder(work).once('exit', resolve))),
    );
    expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
    expect(readFileSync(log, 'utf8')).toBe('xxxxxx');
  });
});
