import { AmqpUri, renderAmqpUri, renderLocalUri } from '../../lib/config/amqp-uri';

const URI: AmqpUri = {
  host: '10.0.0.11',
  port: 5672,
  vhost: '/',
  user: 'link',
  passwordSecretName: 'upstream-north',
  heartbeatSeconds: 5,
  connectTimeoutSeconds: 2.5,
};

describe('renderAmqpUri', () => {
  it('has a placeholder for the password, and times in the units of the client', () => {
    expect(renderAmqpUri(URI)).toBe(
      'amqp://link:@@secret-uri:upstream-north@@@10.0.0.11:5672/%2F?heartbeat=5&connection_timeout=2500',
    );
  });

  it('encodes what a URI, JSON or Erlang treat in a special way', () => {
    const uri = renderAmqpUri({ ...URI, user: `a:b@c/"\\'ü`, vhost: 'shop (%1)' });
    expect(uri).toContain('://a%3Ab%40c%2F%22%5C%27%C3%BC:');
    expect(uri).toContain('/shop%20%28%251%29?');
  });

  it('checks the certificate of a broker with TLS', () => {
    const tls = { certificateAuthorityPath: '/etc/rabbitmq/tls/a.pem', serverName: 'mq.example.com' };
    expect(renderAmqpUri({ ...URI, tls })).toMatch(
      /^amqps:.*&cacertfile=\/etc\/rabbitmq\/tls\/a\.pem&verify=verify_peer&server_name_indication=mq\.example\.com$/,
    );
  });

  it('puts an IPv6 address in brackets', () => {
    expect(renderAmqpUri({ ...URI, host: 'fd00::1' })).toContain('@[fd00::1]:5672/');
  });
});

it('renderLocalUri names the vhost and nothing else', () => {
  expect(renderLocalUri('/')).toBe('amqp:///%2F');
  expect(renderLocalUri('shop')).toBe('amqp:///shop');
});
