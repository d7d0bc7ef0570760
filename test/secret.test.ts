import { App, TerraformStack, Testing } from 'cdktf';
import { Secret } from '../lib/secret';
import { TerraformData } from '../lib/terraform/terraform-data';

function synthesise(build: (stack: TerraformStack) => Secret): Record<string, never> {
  const stack = new TerraformStack(new App(), 'stack');
  const secret = build(stack);
  new TerraformData(stack, 'user', { input: secret.value });
  return JSON.parse(Testing.synth(stack, true)) as Record<string, never>;
}

describe('Secret', () => {
  it('generates at the first apply and never again, always marked sensitive', () => {
    const synthesised = synthesise((stack) => Secret.generate(stack, 'cookie'));
    expect(synthesised['resource']).toMatchObject({
      terraform_data: {
        cookie: {
          triggers_replace: '${sensitive(sha256(uuid()))}',
          lifecycle: { ignore_changes: ['triggers_replace'] },
        },
        user: { input: '${sensitive(terraform_data.cookie.triggers_replace)}' },
      },
    });
  });

  it('comes from a variable without a default', () => {
    const synthesised = synthesise((stack) => Secret.fromVariable(stack, 'admin_password'));
    expect(synthesised['variable']).toEqual({
      admin_password: { type: 'string', sensitive: true, nullable: false },
    });
    expect(synthesised['resource']).toMatchObject({
      terraform_data: { user: { input: '${sensitive(var.admin_password)}' } },
    });
  });

  it('takes the token of another resource', () => {
    const synthesised = synthesise((stack) =>
      Secret.of(new TerraformData(stack, 'other', { input: 'x' }).id),
    );
    expect(synthesised['resource']).toMatchObject({
      terraform_data: { user: { input: '${sensitive(terraform_data.other.id)}' } },
    });
  });

  it('refuses plain text without repeating it', () => {
    expect(() => Secret.of('hunter2')).toThrow(
      /^Secret\.of: token must be .* got plain text: use Secret\.generate/,
    );
    expect(() => Secret.of('hunter2')).not.toThrow(/hunter2/);
  });
});
