// Compiles the project into dist/ and puts the shell scripts of the nodes beside the code that reads them.
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', '.'], { stdio: 'inherit' });
cpSync('lib/node', 'dist/lib/node', { recursive: true });
process.exitCode = status ?? 1;
