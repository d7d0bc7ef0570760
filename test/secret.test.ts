import { App, TerraformStack, Testing } from 'cdktf';
import { ValidationError } from '../lib/model/errors';
import { assertSecret } from '../lib/model/secret';
import { Secret } from '../lib/secret';
import { TerraformData } from '../lib/terraform/terraform-data';
import { refusalOf } from './refusal';

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

  it.each(['admin password', '1st', 'a.b', 'größe', 'count', ''])(
    'comes from no variable called %j',
    (id) => {
      expect(() => synthesise((stack) => Secret.fromVariable(stack, id))).toThrow(
        `Secret.fromVariable: id must be a name that a variable can have (letters, digits, _ and -, no digit or - first), got "${id}"`,
      );
    },
  );

  it('takes the token of another resource', () => {
    const synthesised = synthesise((stack) =>
      Secret.of(new TerraformData(stack, 'other', { input: 'x' }).id),
    );
    expect(synthesised['resource']).toMatchObject({
      terraform_data: { user: { input: '${sensitive(terraform_data.other.id)}' } },
    });
  });

  it('refuses plain text without repeating it', () => {
    const message = refusalOf(() => Secret.of('hunter2'));
    expect(message).toMatch(/Secret\.of: token must be .* got plain text: use Secret\.generate/);
    expect(message).not.toContain('hunter2');
  });
});

describe('a secret that a node fetches', () => {
  it('is a reference, with nothing secret in it', () => {
    const kms = Secret.fromKms('prod/rabbitmq', { field: 'cookie', versionId: 'v1' });
    const oos = Secret.fromOosParameter('brokers-admin', { version: 3 });
    expect(kms.reference).toEqual({ store: 'kms', name: 'prod/rabbitmq', field: 'cookie', versionId: 'v1' });
    expect(oos.reference).toEqual({ store: 'oos', name: 'brokers-admin', version: 3 });
  });

  it('has no value, and says what to use where one is needed', () => {
    expect(() => Secret.fromKms('prod/rabbitmq', { field: 'cookie' }).value).toThrow(
      new ValidationError(
        'KMS secret "prod/rabbitmq", field "cookie"',
        'an ECS node fetches the value with its RAM role, so there is none that Terraform could use: ' +
          'use Secret.generate, Secret.fromVariable or Secret.of where a value is needed',
      ),
    );
    expect(() => Secret.fromOosParameter('admin').value).toThrow(
      /^OOS parameter "admin": an ECS node fetches/,
    );
  });

  it('passes for a secret, and others have no reference', () => {
    const stack = new TerraformStack(new App(), 'stack');
    expect(() => {
      assertSecret('cluster', 'cookie', Secret.fromKms('cookie'));
    }).not.toThrow();
    expect(Secret.generate(stack, 'cookie').reference).toBeUndefined();
  });

  it.each([
    'a',
    'prod/rabbitmq',
    'A.b_c+d=e@f-1',
    'acs/rds/x',
    'acs:kms:cn-hangzhou:1234567890:secret/prod/x',
    'x'.repeat(192),
  ])('takes %s as the name of a KMS secret', (name) => {
    expect(Secret.fromKms(name).reference?.name).toBe(name);
  });

  it.each(['', 'with space', 'ünïcode', 'x'.repeat(193), 'acs:kms:cn-hangzhou:x:secret/prod', 'a"b'])(
    'refuses "%s" as the name of a KMS secret',
    (name) => {
      expect(() => Secret.fromKms(name)).toThrow(/^Secret\.fromKms: name must be 1-192 letters, .*, got "/);
    },
  );

  it.each(['admin', 'brokers_admin-1', 'oosAdmin', 'x'.repeat(180)])(
    'takes %s as an OOS parameter',
    (name) => {
      expect(Secret.fromOosParameter(name).reference?.name).toBe(name);
    },
  );

  it.each(['', 'a/b', 'OOS-admin', 'ALIYUNx', 'x'.repeat(181)])(
    'refuses "%s" as an OOS parameter',
    (name) => {
      expect(() => Secret.fromOosParameter(name)).toThrow(
        /^Secret\.fromOosParameter: name must be 1-180 .*, got "/,
      );
    },
  );

  it.each([
    [{ region: 'hangzhou' }, 'region must look like cn-hangzhou, got "hangzhou"'],
    [
      { endpoint: 'https://kms.example' },
      'endpoint must be a host name with or without a port, got "https://kms',
    ],
    [{ endpoint: 'kms.example/path' }, 'leave out https:// and any path'],
    [{ certificateAuthority: '/etc/ca.pem' }, 'certificateAuthority must be PEM text'],
    [{ field: '' }, 'field of "x" must have a name'],
    [{ versionId: '' }, 'versionId of "x" must not be empty'],
    [{ versionStage: '' }, 'versionStage of "x" must not be empty'],
  ])('refuses %j', (options, problem) => {
    expect(() => Secret.fromKms('x', options)).toThrow(ValidationError);
    expect(() => Secret.fromKms('x', options)).toThrow(problem);
  });

  it.each([0, 101, 1.5, NaN])('refuses version %d of an OOS parameter', (version) => {
    expect(() => Secret.fromOosParameter('x', { version })).toThrow(
      `Secret.fromOosParameter: version must be a whole number from 1 to 100, got ${version}: leave it out`,
    );
  });

  it('takes a KMS instance, and what Terraform learns when it runs', () => {
    const { id: token } = new TerraformData(new TerraformStack(new App(), 'stack'), 'instance', {
      input: 'x',
    });
    const options = {
      region: 'cn-hangzhou',
      endpoint: 'kst-1.cryptoservice.kms.aliyuncs.com:443',
      certificateAuthority: '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n',
    };
    expect(Secret.fromKms('x', options).reference).toMatchObject(options);
    const unknown = { endpoint: token, certificateAuthority: token, field: token };
    expect(Secret.fromKms(token, unknown).reference).toMatchObject({ name: token, ...unknown });
  });
});
