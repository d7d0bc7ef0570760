// Compiles the project into dist/ and puts the shell scripts of the nodes beside the code that reads them.
import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', '.'], { stdio: 'inherit' });
cpSync('lib/node', 'dist/lib/node', { recursive: true });
