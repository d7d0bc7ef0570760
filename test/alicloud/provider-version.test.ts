import { AlicloudProvider } from '@cdktf/provider-alicloud/lib/provider';
import { App, TerraformStack, Testing } from 'cdktf';
import { ALICLOUD_PROVIDER_VERSION, constrainAlicloudProvider } from '../../lib/alicloud';

function requirementOf(constrain: (stack: TerraformStack) => void): unknown {
  const stack = new TerraformStack(new App(), 'stack');
  new AlicloudProvider(stack, 'alicloud', { region: 'cn-hangzhou' });
  constrain(stack);
  const { terraform } = JSON.parse(Testing.synth(stack, true)) as {
    terraform: { required_providers: Record<string, { source: string; version: string }> };
  };
  return terraform.required_providers;
}

describe('the releases of the provider', () => {
  it('are those that the library was checked with', () => {
    expect(
      requirementOf((stack) => {
        constrainAlicloudProvider(stack);
      }),
    ).toEqual({
      alicloud: { source: 'registry.terraform.io/aliyun/alicloud', version: ALICLOUD_PROVIDER_VERSION },
    });
  });

  it('are those that the user names', () => {
    expect(
      requirementOf((stack) => {
        constrainAlicloudProvider(stack, '>= 1.289.0, < 1.300.0');
      }),
    ).toMatchObject({ alicloud: { version: '>= 1.289.0, < 1.300.0' } });
  });

  it('are the one release of the bindings where nobody says otherwise', () => {
    expect(requirementOf(() => undefined)).toMatchObject({ alicloud: { version: '1.289.0' } });
  });
});
