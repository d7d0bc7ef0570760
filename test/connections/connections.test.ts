import { Connections, ISecurityGroup } from '../../lib/connections/connections';
import { Peer } from '../../lib/connections/peer';
import { Port } from '../../lib/connections/port';

/** Notes the rules it is given. */
function securityGroup(securityGroupId: string): ISecurityGroup & { readonly rules: string[] } {
  const rules: string[] = [];
  return {
    securityGroupId,
    rules,
    addIngress: ({ rule }, port) => {
      rules.push(`${rule.kind === 'ipv4' ? rule.cidr : rule.securityGroupId} ${port.toString()}`);
    },
  };
}

describe('connections', () => {
  it('open a port to the members of the other security groups, to networks, and inside', () => {
    const brokers = securityGroup('sg-brokers');
    const connections = new Connections([brokers]);
    connections.allowFrom(new Connections([securityGroup('sg-a'), securityGroup('sg-b')]), Port.amqp);
    connections.allowFrom(Peer.ipv4('10.2.0.0/16'), Port.management);
    connections.allowInternally(Port.tcp(25672));
    expect(brokers.rules).toEqual([
      'sg-a tcp-5672',
      'sg-b tcp-5672',
      '10.2.0.0/16 tcp-15672',
      'sg-brokers tcp-25672',
    ]);
  });

  it('change nothing where there is no firewall', () => {
    const other = securityGroup('sg-other');
    new Connections([]).allowFrom(new Connections([other]), Port.amqp);
    expect(other.rules).toEqual([]);
  });
});

describe('a peer', () => {
  it('takes one address as a network of one', () => {
    expect(Peer.ipv4('10.0.0.7').rule).toEqual({ kind: 'ipv4', cidr: '10.0.0.7/32' });
  });

  it.each([
    ['0.0.0.0/0', 'cidr 0.0.0.0/0 is the whole internet: use Peer.anyIpv4() if that is meant'],
    ['10.0.0.1/8', 'cidr has host bits set, got 10.0.0.1/8: use 10.0.0.0/8'],
    ['fd00::/8', 'cidr must be an IPv4 network or address, got fd00::/8'],
    ['office', 'cidr must be an IPv4 network or address, got office'],
  ])('refuses %s', (cidr, message) => {
    expect(() => Peer.ipv4(cidr)).toThrow(message);
  });

  it('is everyone only by name', () => {
    expect(Peer.anyIpv4().rule).toEqual({ kind: 'ipv4', cidr: '0.0.0.0/0' });
  });
});

describe('a port', () => {
  it('names itself', () => {
    expect([Port.amqp, Port.tcpRange(35672, 35682), Port.udp(53), Port.vrrp].map(String)).toEqual([
      'tcp-5672',
      'tcp-35672-35682',
      'udp-53',
      'vrrp',
    ]);
  });

  it.each([0, 65536, 1.5])('refuses %s', (port) => {
    expect(() => Port.tcp(port)).toThrow(`port must be a whole number from 1 to 65535, got ${port}`);
  });

  it('refuses a range that goes down', () => {
    expect(() => Port.tcpRange(2, 1)).toThrow('a range must go upwards, got 2 to 1: swap them');
  });
});
