import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The output `texts` of `configuration`, JSON without providers, as Terraform says it. */
export function applied(configuration: object): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'brokers-text-'));
  const terraform = (...args: string[]): string =>
    execFileSync(process.env['TERRAFORM_BINARY_NAME'] ?? 'terraform', [`-chdir=${directory}`, ...args], {
      encoding: 'utf8',
      env: { ...process.env, CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: '/dev/null' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  try {
    writeFileSync(join(directory, 'main.tf.json'), JSON.stringify(configuration));
    terraform('init', '-no-color');
    terraform('apply', '-auto-approve', '-no-color');
    return JSON.parse(terraform('output', '-json', 'texts')) as string[];
  } finally {
    rmSync(directory, { recursive: true });
  }
}
