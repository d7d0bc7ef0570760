import { Connections, ISecurityGroup } from '../../lib/connections/connections';
import { Port } from '../../lib/connections/port';
import { AddressLinkOptions, ClusterLinkOptions, LinkEndpoint } from '../../lib/rabbitmq/link-endpoint';
import { Secret } from '../../lib/secret';
import { delivered, parameters, sites } from './linked-clusters';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

describe('LinkEndpoint', () => {
  const { stack: s, south } = sites();
  const password = Secret.generate(s, 'p');
  const address = (host: string, options: Partial<AddressLinkOptions> = {}): LinkEndpoint =>
    LinkEndpoint.address(host, { user: 'app', password, ...options });

  it.each<[string, Partial<AddressLinkOptions>, string]>([
    ['amqp://mq', {}, 'host must be a name or an address, got "amqp://mq": write e.g. mq.example.com'],
    ['mq:5672', {}, 'host must be a name or an address, got "mq:5672"'],
    [
      'db:5672',
      {},
      'host must be a name or an address, got "db:5672": write e.g. mq.example.com and pass port on its own',
    ],
    [':5672', {}, 'host must be a name or an address, got ":5672"'],
    ['fe80::1%eth0', {}, 'host must be a name or an address'],
    ['a@b', {}, 'host must be a name or an address'],
    ['mq', { user: 'guest' }, 'user must not be "guest"'],
    ['mq', { user: '' }, 'user must be a text that is not empty'],
    ['mq', { vhost: '' }, 'vhost must be a text that is not empty'],
    ['mq', { port: 0 }, 'port must be a whole number from 1 to 65535, got 0'],
    ['mq', { heartbeatSeconds: 61 }, 'heartbeatSeconds must be a whole number from 1 to 60, got 61'],
    ['mq', { connectTimeoutSeconds: 0 }, 'connectTimeoutSeconds must be a whole number from 1 to 60, got 0'],
    ['mq', { password: 'hunter2' as unknown as Secret }, 'password must be a Secret, got plain text'],
    [
      'mq',
      { tls: { certificateAuthority: '/etc/ca.pem' } },
      'tls.certificateAuthority must be PEM certificates',
    ],
    [
      'mq',
      { tls: { certificateAuthority: CERTIFICATE, serverName: 'a b' } },
      'tls.serverName must be a host name, got "a b"',
    ],
  ])('refuses the address %s with %j', (host, options, message) => {
    expect(() => address(host, options)).toThrow(`LinkEndpoint.address ${host}: ${message}`);
  });

  it.each(['mq.example.com', 'mq_1', '10.1.2.3', 'fd00::1', '${TfToken[TOKEN.1]}'])(
    'takes the host %s',
    (host) => {
      expect(address(host).targets).toEqual([{ host, port: 5672 }]);
    },
  );

  it('takes names that can be encoded only', () => {
    expect(() =>
      LinkEndpoint.cluster(south, { user: '${TfToken[TOKEN.1]}' } satisfies ClusterLinkOptions),
    ).toThrow('LinkEndpoint.cluster: user must be known at synth');
  });
});

it('a link with TLS goes to 5671 and has the certificates beside it', () => {
  const of = sites();
  const password = Secret.generate(of.stack, 'p');
  const tls = { certificateAuthority: CERTIFICATE };
  of.north.addShovel('s', {
    source: { queue: 'orders' },
    destination: {
      endpoint: LinkEndpoint.address('mq.example.com', { user: 'app', password, tls }),
      queue: 'q',
    },
  });
  expect(parameters(of, 'north-1')[0]?.value['dest-uri']).toEqual([
    'amqps://app:@@secret-uri:shovel-destination-s@@@mq.example.com:5671/%2F?heartbeat=5&connection_timeout=5000' +
      '&cacertfile=/etc/rabbitmq/tls/shovel-destination-s-ca.pem&verify=verify_peer&server_name_indication=mq.example.com',
  ]);
  expect(delivered(of, 'north-1')['/etc/rabbitmq/tls/shovel-destination-s-ca.pem']).toBe(CERTIFICATE);
});

it('a link through a pair goes to its address, and opens the port there', () => {
  const of = sites();
  const rules: string[] = [];
  const group: ISecurityGroup = {
    securityGroupId: 'sg-proxy',
    addIngress: ({ rule }, port) => {
      rules.push(`${rule.kind === 'ipv4' ? rule.cidr : rule.securityGroupId} ${port.toString()}`);
    },
  };
  const pair = {
    connections: new Connections([group]),
    endpoint: (name: string) => `10.0.0.100:${name === 'amqp' ? 5674 : 0}`,
  };
  of.north.addShovel('s', {
    source: { queue: 'orders' },
    destination: { endpoint: LinkEndpoint.pair(pair, 'amqp', of.south, { user: 'link' }), queue: 'orders' },
  });
  expect(parameters(of, 'north-1')[0]?.value['dest-uri']).toEqual([
    'amqp://link:@@secret-uri:shovel-destination-s@@@10.0.0.100:5674/%2F?heartbeat=5&connection_timeout=5000',
  ]);
  expect(rules).toEqual([11, 12, 13].map((n) => `172.29.0.${n}/32 ${Port.tcp(5674).toString()}`));
});
