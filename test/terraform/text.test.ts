import { App, Lazy, TerraformOutput, TerraformStack, Testing } from 'cdktf';
import fc from 'fast-check';
import { terraformText } from '../../lib/terraform/text';
import { applied } from './applied';

/** What Terraform makes of `expressions`, each used as a string in a JSON configuration. */
function evaluate(expressions: readonly string[]): string[] {
  return applied({ output: { texts: { value: expressions } } });
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
