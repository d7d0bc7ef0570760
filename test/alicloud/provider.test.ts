import { App, TerraformStack, TerraformVariable, Testing } from 'cdktf';
import { AlibabaCloudProvider, AlibabaCloudProviderProps } from '../../lib/alicloud';
import { checkAgainstSchema } from './schema-check';

interface Synthesised {
  readonly provider: { readonly alicloud: readonly unknown[] };
  readonly terraform: { readonly required_providers: { readonly alicloud: { readonly version: string } } };
}

function provider(props: Partial<AlibabaCloudProviderProps> = {}): Synthesised {
  const stack = new TerraformStack(new App(), 'stack');
  new AlibabaCloudProvider(stack, 'alicloud', { region: 'cn-hangzhou', ...props });
  const synthesised = JSON.parse(Testing.synth(stack, true)) as Synthesised;
  expect(checkAgainstSchema(synthesised)).toEqual([]);
  return synthesised;
}

describe('the provider', () => {
  it('is of a region, takes its credentials from elsewhere and asks nothing at its start', () => {
    const { provider: blocks, terraform } = provider();
    expect(blocks.alicloud).toEqual([{ region: 'cn-hangzhou', account_type: 'Domestic' }]);
    expect(terraform.required_providers.alicloud.version).toBe('~> 1.289');
  });

  it('takes an account, a role, an alias and releases', () => {
    const { provider: blocks, terraform } = provider({
      region: 'ap-southeast-1',
      accountType: 'International',
      accountId: '1234567890123456',
      alias: 'singapore',
      version: '1.290.0',
      assumeRole: {
        roleArn: 'acs:ram::1234567890123456:role/deploy',
        sessionName: 'release',
        sessionExpirationSeconds: 900,
        externalId: 'brokers',
      },
    });
    expect(blocks.alicloud).toEqual([
      {
        region: 'ap-southeast-1',
        account_type: 'International',
        account_id: '1234567890123456',
        alias: 'singapore',
        assume_role: {
          role_arn: 'acs:ram::1234567890123456:role/deploy',
          session_name: 'release',
          session_expiration: 900,
          external_id: 'brokers',
        },
      },
    ]);
    expect(terraform.required_providers.alicloud.version).toBe('1.290.0');
  });

  it('may be told at the apply', () => {
    const stack = new TerraformStack(new App(), 'stack');
    const { stringValue, numberValue } = new TerraformVariable(stack, 'value', {});
    new AlibabaCloudProvider(stack, 'alicloud', {
      region: stringValue,
      accountId: stringValue,
      assumeRole: { roleArn: stringValue, sessionName: stringValue, sessionExpirationSeconds: numberValue },
    });
    const value = '${var.value}';
    const { provider: blocks } = JSON.parse(Testing.synth(stack, true)) as Synthesised;
    expect(blocks.alicloud).toMatchObject([
      {
        region: value,
        account_id: value,
        assume_role: { role_arn: value, session_name: value, session_expiration: value },
      },
    ]);
  });

  const roleArn = 'acs:ram::1:role/deploy';
  it.each<[Partial<AlibabaCloudProviderProps>, string]>([
    [
      { region: 'hangzhou' },
      'provider alicloud: region must look like cn-hangzhou or us-west-1, got "hangzhou"',
    ],
    [{ region: 'cn-hangzhou-h' }, 'got "cn-hangzhou-h"'],
    [{ region: 'us-west-1a' }, 'got "us-west-1a"'],
    [{ region: '' }, 'got ""'],
    [{ accountId: 'me' }, 'accountId must be digits, got "me"'],
    [{ assumeRole: { roleArn: 'deploy' } }, 'assumeRole.roleArn must look like acs:ram::'],
    [{ assumeRole: { roleArn, sessionName: 'a' } }, 'assumeRole.sessionName must be 2 to 64'],
    [
      { assumeRole: { roleArn, sessionExpirationSeconds: 899 } },
      'must be a whole number from 900 to 43200, got 899',
    ],
    [{ assumeRole: { roleArn, sessionExpirationSeconds: 43_201 } }, 'got 43201'],
  ])('refuses %j', (props, message) => {
    expect(() => provider(props)).toThrow(message);
  });

  it.each([
    'cn-hangzhou',
    'us-west-1',
    'cn-shanghai-finance-1',
    'cn-north-2-gov-1',
    'na-south-1',
    'cn-hongkong',
  ])('knows %s as a region', (region) => {
    expect(provider({ region }).provider.alicloud).toMatchObject([{ region }]);
  });
});
