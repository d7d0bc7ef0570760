// The npm packages of the lockfile, and the one that is generated here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './command.mjs';
import { isInstalled } from './installed.mjs';
import { ROOT } from './paths.mjs';
import { step } from './report.mjs';

/** `npm ci`, when node_modules is missing or differs from the lockfile; then the bindings, when their schema changed. */
export async function installDependencies() {
  await installPackages();
  await step('bindings of aliyun/alicloud', () =>
    must(
      process.execPath,
      ['providers/alicloud/scripts/generate.mjs'],
      'the bindings could not be made from providers/alicloud/schema.json: restore that file',
    ).then((stdout) => stdout || 'as in their schema'),
  );
}

async function installPackages() {
  if (upToDate()) return step('npm packages', () => 'as in package-lock.json');
  return step(
    'npm packages: npm ci',
    () =>
      must(
        'npm',
        ['ci', '--no-audit', '--no-fund'],
        'npm ci failed: check that the npm registry can be reached',
        {
          output: 'npm',
        },
      ).then(() => undefined),
    '30 s',
  );
}

function upToDate() {
  try {
    const [lock, installed] = ['package-lock.json', 'node_modules/.package-lock.json'].map((name) =>
      JSON.parse(readFileSync(join(ROOT, name), 'utf8')),
    );
    return isInstalled(lock, installed);
  } catch {
    return false;
  }
}
