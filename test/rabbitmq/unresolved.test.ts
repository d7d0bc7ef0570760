import { Lazy, TerraformStack, TerraformVariable } from 'cdktf';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { LinkEndpoint } from '../../lib/rabbitmq/link-endpoint';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Secret } from '../../lib/secret';
import { one, platformIn, resourcesOf, stack } from '../docker/fixture';

const PATTERN = '${trimsuffix(trimprefix(jsonencode("${var.pattern}"), "\\""), "\\"")}';

function declared(declare: (cluster: RabbitMqCluster, s: TerraformStack) => void): string {
  const s = stack();
  const version = RabbitMqVersion.V4_0;
  declare(new RabbitMqCluster(s, 'orders', { platform: platformIn(s), nodes: 1, version }), s);
  const { files } = one(resourcesOf(s), 'terraform_data', 'orders-1-files')['triggers_replace'] as {
    files: Record<string, string>;
  };
  const text = files['/etc/rabbitmq/definitions.json'];
  if (text === undefined) throw new Error('there are no definitions');
  return text;
}

function variable(s: TerraformStack, name: string): TerraformVariable {
  return new TerraformVariable(s, name, { type: 'string' });
}

describe('values that are known only when the stack is applied', () => {
  it('are escaped by Terraform where they stand in JSON', () => {
    const text = declared((cluster, s) => {
      cluster.addPolicy('p', {
        pattern: `^(${variable(s, 'pattern').stringValue})$`,
        definition: { 'max-length': new TerraformVariable(s, 'most', { type: 'number' }).numberValue },
      });
      cluster.addQueue(Lazy.stringValue({ produce: () => 'a "quoted" \\ name' }));
    });
    expect(text).toContain(`"pattern": "^(${PATTERN})$"`);
    expect(text).toContain('"max-length": ${var.most}');
    expect(text).toContain('"name": "a \\"quoted\\" \\\\ name"');
  });

  it('are not looked for among what is declared', () => {
    const text = declared((cluster, s) => {
      const name = variable(s, 'name');
      const password = Secret.generate(s, 'password');
      // Each of these is another token.
      cluster.addVhost(name.stringValue);
      cluster.addUser('app', { password, permissions: [{ vhost: name.stringValue, read: '.*' }] });
      cluster.addExchange('returned', { alternateExchange: name.stringValue });
      cluster.addExchange(name.stringValue);
      cluster.addQueue(name.stringValue);
      cluster.addBinding({ source: name.stringValue, destination: name.stringValue });
    });
    expect(text.match(/var\.name/g)).toHaveLength(8);
  });

  it('cannot name what the nodes keep a password of', () => {
    const message = 'must be known at synth, got a Terraform expression';
    expect(() =>
      declared((cluster, s) => {
        cluster.addUser(variable(s, 'name').stringValue, { password: Secret.generate(s, 'password') });
      }),
    ).toThrow(`name ${message}: the file of the password is named after it, so give it as text`);
    for (const options of [{ name: true }, { vhost: true }]) {
      expect(() =>
        declared((cluster, s) => {
          const token = variable(s, 'token').stringValue;
          cluster.addShovel('name' in options ? token : 's', {
            ...('vhost' in options ? { vhost: token } : {}),
            source: { queue: 'a', endpoint: LinkEndpoint.local() },
            destination: { queue: 'b', endpoint: LinkEndpoint.local() },
          });
        }),
      ).toThrow(`${'name' in options ? 'name' : 'vhost'} ${message}`);
    }
  });

  it('cannot be what the hosts are made of', () => {
    const s = stack();
    const number = new TerraformVariable(s, 'number', { type: 'number' }).numberValue;
    const platform = platformIn(s);
    const version = RabbitMqVersion.V4_0;
    const unknown = 'got a Terraform expression, which is not known at synth';
    expect(() => new RabbitMqCluster(s, 'a', { platform, version, nodes: number })).toThrow(
      `stack/a: nodes must be 1, 3, 5 or 7, ${unknown}: write the number`,
    );
    expect(() => new RabbitMqCluster(s, 'b', { platform, version, nodes: 1, memoryMiB: number })).toThrow(
      `stack/b: memoryMiB must be a whole number from 64 to 1073741824, ${unknown}`,
    );
  });

  it('cannot be encoded in the URI of a link', () => {
    expect(() => LinkEndpoint.local(variable(stack(), 'vhost').stringValue)).toThrow(
      'LinkEndpoint.local: vhost must be known at synth: it is encoded in a URI',
    );
  });

  it.each(['federation-upstream', 'federation-upstream-set', 'federation-upstream-pattern'])(
    'cannot say by %s which upstreams are used',
    (key) => {
      expect(() =>
        declared((cluster, s) => {
          const password = Secret.generate(s, 'password');
          cluster.addUpstream('north', { endpoint: LinkEndpoint.address('mq', { user: 'app', password }) });
          const definition = { [key]: variable(s, 'upstream').stringValue };
          cluster.addPolicy('p', { pattern: '^e$', applyTo: 'exchanges', definition });
        }),
      ).toThrow(`policy "p": ${key} must be known at synth, got a Terraform expression`);
    },
  );
});
