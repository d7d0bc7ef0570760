// Prints the schema of a release of aliyun/alicloud anew, cut to what schema.json lists. Needs Terraform and its registry.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cut } from './cut-schema.mjs';

const SCHEMA = fileURLToPath(new URL('../schema.json', import.meta.url));
const SOURCE = 'aliyun/alicloud';
const [constraint = '>= 1.289.0', ...others] = process.argv.slice(2);

/** What Terraform prints for the newest release that matches `constraint`, and which one that is. @throws Error */
function print(directory) {
  const requirement = { required_providers: { alicloud: { source: SOURCE, version: constraint } } };
  writeFileSync(join(directory, 'main.tf.json'), JSON.stringify({ terraform: requirement }));
  terraform(directory, 'init', '-input=false', '-no-color');
  const { provider_selections } = JSON.parse(terraform(directory, 'version', '-json'));
  const schema = JSON.parse(terraform(directory, 'providers', 'schema', '-json'));
  return { ...schema, provider_versions: provider_selections };
}

function terraform(directory, ...args) {
  const { error, status, stdout, stderr } = spawnSync('terraform', args, {
    cwd: directory,
    env: { ...process.env, CHECKPOINT_DISABLE: '1' },
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (error !== undefined) throw new Error(`terraform can't be started (${error.code}): install it`);
  if (status === 0) return stdout;
  const reason = /Error: [^\n]*|Could not [^\n]*/.exec(stderr)?.[0] ?? `exit code ${status}`;
  throw new Error(
    `terraform ${args[0]} failed for ${SOURCE} ${constraint} (${reason}): ` +
      'run this where the Terraform registry can be reached, and name a release that exists',
  );
}

const directory = mkdtempSync(join(tmpdir(), 'alicloud-schema-'));
try {
  if (others.length > 0) throw new Error(`one constraint at most, got ${process.argv.slice(2).join(' ')}`);
  const { schema, missing } = cut(print(directory), JSON.parse(readFileSync(SCHEMA, 'utf8')));
  writeFileSync(SCHEMA, `${JSON.stringify(schema, undefined, 1)}\n`);
  for (const [address, version] of Object.entries(schema.provider_versions)) {
    console.log(`schema.json is of ${address} ${version}`);
  }
  for (const name of missing) console.log(`the provider no longer has ${name}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
