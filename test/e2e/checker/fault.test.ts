import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { begin, end, Injection, Step } from './fault';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fault-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function shell(script: string, doneAlready?: RegExp): Step {
  return {
    command: ['sh', '-c', `cd '${directory}' && ${script}`],
    ...(doneAlready === undefined ? {} : { doneAlready }),
  };
}

function injection(inject: readonly Step[], heal: readonly Step[]): Injection {
  return { target: 'a file', inject, heal };
}

function content(name: string): string {
  return readFileSync(join(directory, name), 'utf8');
}

describe('a fault', () => {
  it('holds from its beginning to its end', async () => {
    const fault = injection([shell('touch broken')], [shell('rm broken')]);
    await begin(fault);
    expect(existsSync(join(directory, 'broken'))).toBe(true);
    await end(fault);
    expect(existsSync(join(directory, 'broken'))).toBe(false);
  });

  it('is healed when its injection fails half-way', async () => {
    const fault = injection([shell('touch broken'), shell('false')], [shell('rm broken')]);
    await expect(begin(fault)).rejects.toThrow('sh -c');
    expect(existsSync(join(directory, 'broken'))).toBe(false);
  });

  it('is injected and healed again when the engine fails once', async () => {
    const once = (name: string): Step => shell(`echo x >> ${name} && test $(wc -l < ${name}) -gt 1`);
    const fault = injection([once('injected')], [once('healed')]);
    await begin(fault);
    await end(fault);
    expect([content('injected'), content('healed')]).toEqual(['x\nx\n', 'x\nx\n']);
  });

  it('is healed in all steps, even when one cannot be', async () => {
    const fault = injection([], [shell('echo no way; false'), shell('touch healed')]);
    await begin(fault);
    await expect(end(fault)).rejects.toThrow('no way');
    expect(existsSync(join(directory, 'healed'))).toBe(true);
  });

  it('takes "done already" for done', async () => {
    const fault = injection(
      [],
      [shell('echo x >> tries; echo Container is not paused; false', /is not paused/)],
    );
    await begin(fault);
    await end(fault);
    expect(content('tries')).toBe('x\n');
  });

  it.each([
    ['ends', 'process.exit(0)', { code: 0, signal: null }],
    ['is interrupted', "process.kill(process.pid, 'SIGINT')", { code: null, signal: 'SIGINT' }],
    ['is terminated', "process.kill(process.pid, 'SIGTERM')", { code: null, signal: 'SIGTERM' }],
  ])('is healed when the process that has injected it %s', (_, ending, { code, signal }) => {
    const heal = { command: ['touch', join(directory, 'healed')] };
    const program = `
      const { begin } = require('./checker/fault.js');
      begin({ target: 'a file', inject: [], heal: [${JSON.stringify(heal)}] }).then(() => { ${ending} });
      setTimeout(() => undefined, 20_000);`;
    for (const name of ['checker/fault', 'support/command']) compile(name);
    const ended = spawnSync(process.execPath, ['-e', program], { cwd: directory, encoding: 'utf8' });
    expect(ended).toMatchObject({ status: code, signal, stderr: '' });
    expect(existsSync(join(directory, 'healed'))).toBe(true);
  });
});

/** Makes a program of a module, for a process without vitest. */
function compile(name: string): void {
  const source = readFileSync(join(__dirname, '..', `${name}.ts`), 'utf8');
  const options = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 };
  mkdirSync(dirname(join(directory, name)), { recursive: true });
  writeFileSync(
    join(directory, `${name}.js`),
    transpileModule(source, { compilerOptions: options }).outputText,
  );
}
