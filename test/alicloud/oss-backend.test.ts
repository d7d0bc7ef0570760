import { App, TerraformStack, Testing } from 'cdktf';
import { keepStateInOss, OssStateProps } from '../../lib/alicloud';

const PROPS: OssStateProps = {
  bucket: 'brokers-state',
  region: 'cn-hangzhou',
  lockTable: { instance: 'tf-lock', table: 'state_lock' },
};

function backend(props: Partial<OssStateProps> = {}): unknown {
  const stack = new TerraformStack(new App(), 'prod');
  keepStateInOss(stack, { ...PROPS, ...props });
  const { terraform } = JSON.parse(Testing.synth(stack, true)) as { terraform: { backend: unknown } };
  return terraform.backend;
}

describe('a state in OSS', () => {
  it('is private, encrypted and locked, in a folder of the stack', () => {
    expect(backend()).toEqual({
      oss: {
        bucket: 'brokers-state',
        region: 'cn-hangzhou',
        prefix: 'prod',
        key: 'terraform.tfstate',
        acl: 'private',
        encrypt: true,
        tablestore_endpoint: 'https://tf-lock.cn-hangzhou.ots.aliyuncs.com',
        tablestore_table: 'state_lock',
      },
    });
  });

  it('takes a folder, addresses and a role', () => {
    const endpoint = 'https://tf-lock.cn-hangzhou.vpc.tablestore.aliyuncs.com';
    expect(
      backend({
        prefix: 'brokers/prod',
        encrypt: false,
        endpoint: 'oss-cn-hangzhou-internal.aliyuncs.com',
        lockTable: { ...PROPS.lockTable, endpoint },
        assumeRole: {
          roleArn: 'acs:ram::1:role/state',
          sessionName: 'release',
          sessionExpirationSeconds: 900,
        },
      }),
    ).toEqual({
      oss: {
        bucket: 'brokers-state',
        region: 'cn-hangzhou',
        prefix: 'brokers/prod',
        key: 'terraform.tfstate',
        acl: 'private',
        encrypt: false,
        endpoint: 'oss-cn-hangzhou-internal.aliyuncs.com',
        tablestore_endpoint: endpoint,
        tablestore_table: 'state_lock',
        assume_role_role_arn: 'acs:ram::1:role/state',
        assume_role_session_name: 'release',
        assume_role_session_expiration: 900,
      },
    });
  });

  const roleArn = 'acs:ram::1:role/state';
  it.each<[Partial<OssStateProps>, string]>([
    [{ bucket: 'Brokers' }, 'bucket must be 3 to 63 of a-z, 0-9 and inner hyphens, got "Brokers"'],
    [{ bucket: 'ab' }, 'got "ab"'],
    [{ region: 'hangzhou' }, 'region must look like cn-hangzhou or us-west-1, got "hangzhou"'],
    [{ prefix: '/prod' }, 'prefix must be a folder without a slash at its ends, got "/prod"'],
    [{ prefix: './prod' }, 'got "./prod"'],
    [{ prefix: 'prod/' }, 'got "prod/"'],
    [{ prefix: '' }, 'got ""'],
    [
      { lockTable: { instance: 'tf-lock', table: '' } },
      'lockTable must name a Tablestore instance and a table with the key LockID, got "tf-lock" and "": without a lock',
    ],
    [{ lockTable: { instance: '', table: 'state_lock' } }, 'got "" and "state_lock"'],
    [{ lockTable: { instance: 'tf-lock', table: 'state-lock' } }, 'got "tf-lock" and "state-lock"'],
    [{ assumeRole: { roleArn: 'state' } }, 'assumeRole.roleArn must look like'],
    [{ assumeRole: { roleArn, sessionExpirationSeconds: 3601 } }, 'at most 3600 for a state, got 3601'],
  ])('refuses %j', (props, message) => {
    expect(() => backend(props)).toThrow(message);
  });

  it('refuses to go without a lock', () => {
    const { bucket, region } = PROPS;
    expect(() => {
      keepStateInOss(new TerraformStack(new App(), 'prod'), { bucket, region } as OssStateProps);
    }).toThrow('lockTable must name a Tablestore instance and a table with the key LockID, got "" and ""');
  });
});
