// Compiles the project into dist/ and puts the scripts of the nodes beside the code that reads them. Every cdktf command
// does this first, so it looks at the times of the sources before it loads the compiler.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
/** Written when everything compiled. */
const STAMP = 'dist/.compiled';
const { include } = createRequire(import.meta.url)('../tsconfig.json');
const SOURCES = [...include, 'tsconfig.json', 'package-lock.json', 'scripts/build.mjs'];

/** Whether something in `path` changed after `time`; what was removed changed its folder. */
function changedAfter(time, path) {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined || status.mtimeMs > time) return true;
  return status.isDirectory() && readdirSync(path).some((name) => changedAfter(time, join(path, name)));
}

function compile() {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  rmSync(STAMP, { force: true });
  const started = new Date();
  const { status } = spawnSync(process.execPath, [compiler, '-b'], { stdio: 'inherit' });
  // What was compiled from a source that is gone would otherwise be packed and run for ever.
  for (const path of readdirSync('dist', { recursive: true })) {
    const source = path.replace(/(\.d)?\.(ts|js)$/, '.ts');
    if (/\.(ts|js|sh|py)$/.test(path) && !existsSync(source)) rmSync(join('dist', path));
  }
  cpSync('lib/node', 'dist/lib/node', { recursive: true, filter: (path) => !path.endsWith('.ts') });
  if (status === 0) {
    // What changed while the compiler ran is compiled the next time.
    writeFileSync(STAMP, '');
    utimesSync(STAMP, started, started);
  }
  return status ?? 1;
}

const stamp = statSync(STAMP, { throwIfNoEntry: false });
if (stamp === undefined || SOURCES.some((path) => changedAfter(stamp.mtimeMs, path)))
  process.exitCode = compile();
