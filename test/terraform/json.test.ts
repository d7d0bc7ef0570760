import { App, Lazy, TerraformOutput, TerraformStack, TerraformVariable, Testing } from 'cdktf';
import { jsonWithTokens } from '../../lib/terraform/json';
import { terraformText } from '../../lib/terraform/text';
import { applied } from './applied';

describe('jsonWithTokens', () => {
  it('is JSON with the values that Terraform and synth put in, whatever they have', () => {
    const stack = new TerraformStack(new App(), 'stack');
    const texts = ['^orders\\.\\d+$', '"', '\\', 'a "b"\nc', '<é> & 表', ''];
    const variables = texts.map(
      (text, index) => new TerraformVariable(stack, `text${index}`, { type: 'string', default: text }),
    );
    const number = new TerraformVariable(stack, 'number', { type: 'number', default: 5 });
    const document = {
      known: Lazy.stringValue({ produce: () => 'a "quoted" \\ text' }),
      mixed: variables.map(({ stringValue }) => `<${stringValue}>`),
      expression: Lazy.stringValue({ produce: () => `a-${variables[1]?.stringValue ?? ''}` }),
      number: number.numberValue,
    };
    new TerraformOutput(stack, 'texts', {
      value: [terraformText(jsonWithTokens(JSON.stringify(document)))],
      staticId: true,
    });
    const [json = ''] = applied(JSON.parse(Testing.synth(stack, true)) as object);
    expect(JSON.parse(json)).toEqual({
      known: 'a "quoted" \\ text',
      mixed: texts.map((text) => `<${text}>`),
      expression: 'a-"',
      number: 5,
    });
  });
});
