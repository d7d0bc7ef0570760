// Compiles the project into dist/ and puts the scripts of the nodes beside the code that reads them.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
// Build mode looks at the times of the sources only, while nothing has changed.
const { status } = spawnSync(process.execPath, [compiler, '-b'], { stdio: 'inherit' });

// What was compiled from a source that is gone would otherwise be packed and run for ever.
for (const path of readdirSync('dist', { recursive: true })) {
  const source = path.replace(/(\.d)?\.(ts|js)$/, '.ts');
  if (/\.(ts|js|sh|py)$/.test(path) && !existsSync(source)) rmSync(join('dist', path));
}
cpSync('lib/node', 'dist/lib/node', { recursive: true, filter: (path) => !path.endsWith('.ts') });
process.exitCode = status ?? 1;
