// Runs other programs so that none outlives this one: signals are passed on, and the kernel ends a child whose parent
// was killed.
import { spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { LOGS, ROOT, made } from './paths.mjs';
import { SetupError } from './report.mjs';

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
/** Time for an orderly end of a program that took too long. */
const GRACE_SECONDS = 10;
const running = new Set();
let interruptedBy;

/** Full path of a program on PATH, undefined when there is none. */
export function which(program, path = process.env.PATH ?? '') {
  return path
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, program))
    .find(isExecutable);
}

/**
 * Runs a program to its end, without standard input. Never throws for an exit code; a program that isn't there ends
 * with 127, one that took too long with `timedOut`.
 * Options: `env` (added to this process's own), `cwd`, `output` (`capture`, `inherit`, or the name of a log),
 * `onLine` (called with each captured line), `timeoutSeconds` for the whole run, `firstOutputSeconds` for the first
 * captured piece, `input` (text for standard input).
 */
export function run(program, args, options = {}) {
  const { output = 'capture', input } = options;
  const log = output === 'capture' || output === 'inherit' ? undefined : openSync(logFile(output), 'a');
  const sink = output === 'capture' ? 'pipe' : (log ?? 'inherit');
  return new Promise((resolve) => {
    const [command, commandArgs] = boundToParent(program, args);
    const child = spawn(command, commandArgs, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: [input === undefined ? 'ignore' : 'pipe', sink, sink],
      detached: true,
    });
    const result = { code: 127, stdout: '', stderr: '', timedOut: false };
    const stop = () => {
      result.timedOut = true;
      signalGroup(child, 'SIGTERM');
      setTimeout(() => running.has(child) && signalGroup(child, 'SIGKILL'), GRACE_SECONDS * 1000).unref();
    };
    const [whole, first] = [options.timeoutSeconds, options.firstOutputSeconds].map(
      (seconds) => seconds && setTimeout(stop, seconds * 1000),
    );
    const collect = (name) => {
      const toLines = options.onLine && lineSplitter(options.onLine);
      return (text) => {
        result[name] += text;
        clearTimeout(first);
        toLines?.(text);
      };
    };
    child.stdout?.setEncoding('utf8').on('data', collect('stdout'));
    child.stderr?.setEncoding('utf8').on('data', collect('stderr'));
    child.stdin?.on('error', () => undefined).end(input);
    const end = (code) => {
      clearTimeout(whole);
      clearTimeout(first);
      running.delete(child);
      if (log !== undefined) closeSync(log);
      if (interruptedBy !== undefined) return endWhenAlone();
      resolve({ ...result, code });
    };
    child.once('error', () => end(127));
    child.once('spawn', () => {
      running.add(child);
      child.once('close', (code, signal) => end(code ?? (signal === null ? 1 : 128)));
    });
  });
}

/** Runs a program that must succeed. `sentence` says what to do when it doesn't; the log's name follows it. */
export async function must(program, args, sentence, options = {}) {
  const result = await run(program, args, options);
  if (result.code === 0) return result.stdout.trim();
  const reason = result.timedOut
    ? `no end after ${options.timeoutSeconds} s`
    : lastLine(result, options.output);
  const seeLog = options.output === undefined ? '' : ` [log: ${logFile(options.output)}]`;
  throw new SetupError(`${sentence} (${reason})${seeLog}`);
}

/** Runs a program that talks with the person at the keyboard; both hear Ctrl-C. Resolves to its exit code. */
export function converse(program, args, env) {
  for (const signal of Object.keys(SIGNALS)) process.removeAllListeners(signal);
  process.on('SIGINT', () => undefined);
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: 'inherit' });
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.once('error', () => resolve(127));
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function lineSplitter(onLine) {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    lines.forEach(onLine);
  };
}

/** Where the output of a program goes that is run with `output: name`. */
export function logFile(name) {
  return join(made(LOGS), `${name}.log`);
}

function lastLine(result, log) {
  const text = log === undefined ? result.stderr || result.stdout : readFileSync(logFile(log), 'utf8');
  return text.trim().split('\n').at(-1) || `exit code ${result.code}`;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

// A killed set-up must not leave, say, an `npm ci` behind that works against the next one.
function boundToParent(program, args) {
  const setpriv = which('setpriv');
  if (setpriv === undefined) return [program, args];
  return [setpriv, ['--pdeathsig', 'TERM', '--', program, ...args]];
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}

function endWhenAlone() {
  if (running.size === 0) process.exit(SIGNALS[interruptedBy]);
}

// First signal: an orderly end of what runs. Second: at once.
for (const signal of Object.keys(SIGNALS)) {
  process.on(signal, () => {
    const again = interruptedBy !== undefined;
    interruptedBy = signal;
    for (const child of running)
      signalGroup(child, again ? 'SIGKILL' : signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
    endWhenAlone();
  });
}
