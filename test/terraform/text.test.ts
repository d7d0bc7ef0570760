import { App, Lazy, TerraformOutput, TerraformStack, Testing } from 'cdktf';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { terraformText } from '../../lib/terraform/text';

/** What Terraform makes of `expressions`, each used as a string in a JSON configuration. */
function evaluate(expressions: readonly string[]): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'brokers-text-'));
  const terraform = (...args: string[]): string =>
    execFileSync(process.env['TERRAFORM_BINARY_NAME'] ?? 'terraform', [`-chdir=${directory}`, ...args], {
      encoding: 'utf8',
      env: { ...process.env, CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: '/dev/null' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  try {
    writeFileSync(
      join(directory, 'main.tf.json'),
      JSON.stringify({ output: { texts: { value: expressions } } }),
    );
    terraform('init', '-no-color');
    terraform('apply', '-auto-approve', '-no-color');
    return JSON.parse(terraform('output', '-json', 'texts')) as string[];
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('terraformText', () => {
  it('arrives unchanged, whatever markers it has', () => {
    const piece = fc.constantFrom(
      '$',
      '{',
      '%',
      '}',
      '${',
      '%{',
      '$${',
      '~',
      'if',
      'a',
      '"',
      '\\',
      '\n',
      '<<EOT',
      '表',
    );
    const texts = fc.sample(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      { numRuns: 300, seed: 1 },
    );
    expect(evaluate(texts.map(terraformText))).toEqual(texts);
  });

  it('leaves tokens to cdktf', () => {
    const stack = new TerraformStack(new App(), 'stack');
    const token = Lazy.stringValue({ produce: () => 'resolved' });
    new TerraformOutput(stack, 'text', { value: terraformText(`\${a} ${token} %{b}`) });
    const synthesised = JSON.parse(Testing.synth(stack)) as { output: { text: { value: string } } };
    expect(synthesised.output.text.value).toBe('$${a} resolved %%{b}');
  });
});
