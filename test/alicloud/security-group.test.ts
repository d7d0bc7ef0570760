import { AlicloudProvider } from '@cdktf/provider-alicloud/lib/provider';
import { App, TerraformStack, TerraformVariable } from 'cdktf';
import { Network, SecurityGroup, SecurityGroupProps } from '../../lib/alicloud';
import { Connections } from '../../lib/connections/connections';
import { Peer } from '../../lib/connections/peer';
import { Port } from '../../lib/connections/port';
import { preparedApp } from '../prepared-app';
import { changed, ofType, Resources, resourcesOf } from './synthesis';

const NETWORK = Network.fromAttributes({
  vpcId: 'vpc-1',
  cidr: '10.0.0.0/16',
  vswitches: [{ vswitchId: 'vsw-1', zone: 'cn-hangzhou-h', cidr: '10.0.0.0/24' }],
});
const OWN = expect.stringMatching(/^\$\{alicloud_security_group\.brokers_group_\w+\.id\}$/) as string;

/** A group `brokers` with what `open` opens. */
function group(
  open: (brokers: SecurityGroup, stack: TerraformStack) => void = () => undefined,
  props: Partial<SecurityGroupProps> = {},
): Resources {
  return resourcesOf((stack) => {
    open(new SecurityGroup(stack, 'brokers', { network: NETWORK, ...props }), stack);
  });
}

function rules(open: (brokers: SecurityGroup, stack: TerraformStack) => void): Resources {
  return ofType(group(open), 'alicloud_security_group_rule');
}

describe('a security group', () => {
  it('lets nothing in by itself', () => {
    expect(group()).toEqual({
      'alicloud_security_group.brokers/group': {
        vpc_id: 'vpc-1',
        security_group_name: 'stack-brokers',
        inner_access_policy: 'Drop',
      },
    });
  });

  it('takes a name, a description and tags', () => {
    const made = group(() => undefined, { name: 'mq', description: 'brokers', tags: { team: 'mq' } });
    expect(made['alicloud_security_group.brokers/group']).toEqual({
      vpc_id: 'vpc-1',
      security_group_name: 'mq',
      description: 'brokers',
      inner_access_policy: 'Drop',
      tags: { team: 'mq' },
    });
  });

  it.each([
    [
      { name: 'my group' },
      'name must have 2 to 128 letters, digits, . : _ or -, a letter first, got "my group"',
    ],
    [{ name: '1st' }, 'name must have 2 to 128 letters'],
    [{ name: 'g'.repeat(129) }, 'name must have 2 to 128 letters'],
    [
      { description: 'x' },
      'description must have 2 to 256 characters and not begin with http:// or https://, got "x"',
    ],
    [{ description: 'https://example.com' }, 'description must have 2 to 256 characters'],
  ])('refuses %j', (props, message) => {
    expect(() => group(undefined, props)).toThrow(`stack/brokers: ${message}`);
  });

  it('opens ports to networks', () => {
    expect(
      rules(({ connections }) => {
        connections.allowFrom(Peer.ipv4('10.2.0.0/16'), Port.amqp, 'applications');
        connections.allowFrom(Peer.ipv4('10.3.0.7'), Port.tcpRange(35_672, 35_682));
        connections.allowFrom(Peer.anyIpv4(), Port.udp(53));
      }),
    ).toEqual({
      'brokers/ingress-tcp-5672-from-10-2-0-0-16': {
        security_group_id: OWN,
        type: 'ingress',
        nic_type: 'intranet',
        policy: 'accept',
        ip_protocol: 'tcp',
        port_range: '5672/5672',
        cidr_ip: '10.2.0.0/16',
        description: 'applications',
      },
      'brokers/ingress-tcp-35672-35682-from-10-3-0-7-32': expect.objectContaining({
        port_range: '35672/35682',
        cidr_ip: '10.3.0.7/32',
      }) as object,
      'brokers/ingress-udp-53-from-0-0-0-0-0': expect.objectContaining({
        ip_protocol: 'udp',
        cidr_ip: '0.0.0.0/0',
      }) as object,
    });
  });

  it('opens ports to other groups, of other accounts too, and inside', () => {
    const made = rules((brokers, stack) => {
      const app = new SecurityGroup(stack, 'app', { network: NETWORK });
      brokers.connections.allowFrom(app, Port.amqp);
      brokers.connections.allowFrom(Peer.securityGroup('sg-1'), Port.amqp);
      brokers.connections.allowFrom(Peer.securityGroup('sg-2', '1234'), Port.amqp);
      brokers.connections.allowInternally(Port.tcp(25_672));
    });
    const [app = '', ...others] = Object.keys(made);
    expect(app).toMatch(/^brokers\/ingress-tcp-5672-from-alicloud_security_group-app_group_\w+-id$/);
    expect(made[app]).toMatchObject({
      source_security_group_id: expect.stringContaining('.app_group_') as string,
    });
    expect(others).toEqual([
      'brokers/ingress-tcp-5672-from-sg-1',
      'brokers/ingress-tcp-5672-from-sg-2',
      'brokers/ingress-tcp-25672-from-members',
    ]);
    expect(made['brokers/ingress-tcp-5672-from-sg-2']).toMatchObject({
      source_security_group_id: 'sg-2',
      source_group_owner_id: '1234',
    });
    expect(made['brokers/ingress-tcp-25672-from-members']).toMatchObject({ source_security_group_id: OWN });
  });

  it('has a rule once, whatever its description', () => {
    const made = rules(({ connections, securityGroupId }) => {
      connections.allowFrom(Peer.ipv4('10.2.0.0/16'), Port.amqp, 'first');
      connections.allowFrom(Peer.ipv4('10.2.0.0/16'), Port.tcp(5672), 'second');
      connections.allowInternally(Port.vrrp);
      connections.allowFrom(Peer.securityGroup(securityGroupId), Port.vrrp);
    });
    expect(Object.keys(made)).toHaveLength(1 + 5);
    expect(made['brokers/ingress-tcp-5672-from-10-2-0-0-16']).toMatchObject({ description: 'first' });
  });

  it('opens VRRP as all protocols without those that a rule can name', () => {
    const made = rules(({ connections }) => {
      connections.allowInternally(Port.vrrp);
    });
    const shape = Object.entries(made).map(([name, rule]) => [
      name.replace('brokers/', ''),
      rule['policy'],
      rule['ip_protocol'],
      rule['port_range'],
      rule['priority'],
    ]);
    expect(shape).toEqual([
      ['deny-tcp-from-members', 'drop', 'tcp', '1/65535', 99],
      ['deny-udp-from-members', 'drop', 'udp', '1/65535', 99],
      ['deny-icmp-from-members', 'drop', 'icmp', '-1/-1', 99],
      ['deny-gre-from-members', 'drop', 'gre', '-1/-1', 99],
      ['ingress-vrrp-from-members', 'accept', 'all', '-1/-1', 100],
    ]);
    expect(Object.values(made).map((rule) => rule['source_security_group_id'])).toEqual(Array(5).fill(OWN));
  });

  it('renames and changes no rule when others are opened before it', () => {
    const after = (brokers: SecurityGroup, stack: TerraformStack): void => {
      const { stringValue } = new TerraformVariable(stack, 'office', { type: 'string' });
      brokers.connections.allowFrom(new SecurityGroup(stack, 'app', { network: NETWORK }), Port.amqp);
      brokers.connections.allowFrom(Peer.securityGroup(stringValue), Port.amqp);
      brokers.connections.allowInternally(Port.amqp);
    };
    const before = group(after);
    const now = group((brokers, stack) => {
      brokers.connections.allowFrom(new SecurityGroup(stack, 'other', { network: NETWORK }), Port.amqp);
      brokers.connections.allowFrom(Peer.ipv4('10.9.0.0/16'), Port.management);
      after(brokers, stack);
    });
    expect(changed(before, now)).toEqual([]);
    expect(Object.keys(before)).toContain(
      'alicloud_security_group_rule.brokers/ingress-tcp-5672-from-var-office',
    );
  });

  it('opens ports to a group of another stack', () => {
    const app = new App();
    const [here, there] = ['stack', 'other'].map((id) => {
      const stack = new TerraformStack(app, id);
      new AlicloudProvider(stack, 'provider', { region: 'cn-hangzhou' });
      return stack;
    });
    if (here === undefined || there === undefined) throw new Error('two stacks');
    const other = new SecurityGroup(there, 'app', { network: NETWORK });
    new SecurityGroup(here, 'brokers', { network: NETWORK }).connections.allowFrom(other, Port.amqp);
    const { resource } = JSON.parse(preparedApp(app)['stack'] ?? '') as {
      readonly resource: { readonly alicloud_security_group_rule: Resources };
    };
    expect(Object.values(resource.alicloud_security_group_rule)).toMatchObject([
      {
        port_range: '5672/5672',
        source_security_group_id: expect.stringMatching(/terraform_remote_state\.\S+app_group/) as string,
      },
    ]);
  });
});

describe('a security group that exists', () => {
  it('gets rules, and is a peer', () => {
    const made = resourcesOf((stack) => {
      const brokers = SecurityGroup.fromSecurityGroupId(stack, 'brokers', 'sg-1');
      const app = SecurityGroup.fromSecurityGroupId(stack, 'app', 'sg-2');
      brokers.connections.allowFrom(app, Port.amqp);
      brokers.addIngress(Peer.securityGroup('sg-1'), Port.amqp);
      new Connections([]).allowFrom(app, Port.amqp);
    });
    expect(made).toMatchObject({
      'alicloud_security_group_rule.brokers/ingress-tcp-5672-from-sg-2': {
        security_group_id: 'sg-1',
        source_security_group_id: 'sg-2',
      },
      'alicloud_security_group_rule.brokers/ingress-tcp-5672-from-members': {
        security_group_id: 'sg-1',
        source_security_group_id: 'sg-1',
      },
    });
    expect(Object.keys(made)).toHaveLength(2);
  });
});
