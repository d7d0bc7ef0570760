import { App, Lazy, TerraformOutput, TerraformStack, TerraformVariable, Testing } from 'cdktf';
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

  it('arrives unchanged as one literal when it has many lines, with what tokens have in it', () => {
    const markers = [
      '$',
      '{',
      '%{',
      '${a}',
      '$${',
      '~}',
      '"',
      '\\',
      '\\n',
      '\t',
      '\r',
      '\b\f\u007f',
      '表',
      '<<EOT',
    ];
    const lines = Array.from(
      { length: 1600 },
      (_, line) => `${line} ${markers[line % markers.length] ?? ''}`,
    );
    const stack = new TerraformStack(new App(), 'stack');
    const known = Lazy.stringValue({ produce: () => 'a "quoted"\n\\ text' });
    const variable = new TerraformVariable(stack, 'text', { type: 'string', default: 'a "b"\n${c' });
    const text = terraformText([...lines, known, `<${variable.stringValue}>`].join('\n'));
    new TerraformOutput(stack, 'texts', { value: [text], staticId: true });
    const configuration = JSON.parse(Testing.synth(stack, true)) as {
      output: { texts: { value: string[] } };
    };
    // More than one line is read in the square of their number.
    expect(configuration.output.texts.value[0]?.split('\n')).toHaveLength(1);
    expect(applied(configuration)).toEqual([[...lines, 'a "quoted"\n\\ text', '<a "b"\n${c>'].join('\n')]);
  });

  it('leaves tokens to cdktf', () => {
    const stack = new TerraformStack(new App(), 'stack');
    const token = Lazy.stringValue({ produce: () => 'resolved' });
    new TerraformOutput(stack, 'text', { value: terraformText(`\${a} ${token} %{b}`) });
    const synthesised = JSON.parse(Testing.synth(stack, true)) as { output: { text: { value: string } } };
    expect(synthesised.output.text.value).toBe('$${a} resolved %%{b}');
  });
});
