import { timeoutsOf } from '../../lib/config/haproxy-config';
import { LoadBalancerListener } from '../../lib/alicloud';
import { withDefaults } from '../../lib/model/options';
import { HaproxyListener } from '../../lib/proxy/haproxy-listener';
import { LinkEndpoint } from '../../lib/rabbitmq/link-endpoint';
import { Secret } from '../../lib/secret';
import { brokers, placePair } from '../proxy/fake-platform';
import { Testing, TerraformStack } from 'cdktf';

/** What a caller may write whose compiler does not tell `undefined` from an option that is left out. */
function unset<Options>(...names: (keyof Options & string)[]): Options {
  return Object.fromEntries(names.map((name) => [name, undefined])) as Options;
}

describe('an option that is given as undefined is left out', () => {
  const managed = { ...brokers(1), managementPort: 15_672 };

  it('takes the default for it, and what else is given', () => {
    expect(withDefaults({ a: 1, b: 2 }, { a: undefined, b: 3, c: false })).toEqual({ a: 1, b: 3, c: false });
    expect(withDefaults({ a: 1 }, undefined)).toEqual({ a: 1 });
  });

  it('in the time-outs of a listener', () => {
    const listener = HaproxyListener.amqp(brokers(1), {
      timeouts: unset('connectSeconds', 'clientSeconds', 'serverSeconds', 'tunnelSeconds'),
    });
    expect(timeoutsOf(listener.config())).toEqual(timeoutsOf(HaproxyListener.amqp(brokers(1)).config()));
    const file = (one: HaproxyListener): string =>
      placePair({ listeners: [one] }).platform.file(0, '/etc/haproxy/haproxy.cfg');
    expect(file(listener)).toBe(file(HaproxyListener.amqp(brokers(1))));
  });

  it('in the check of a listener', () => {
    for (const kind of ['amqp', 'management'] as const) {
      expect(HaproxyListener[kind](managed, { check: unset('probe', 'fall') }).config()).toEqual(
        HaproxyListener[kind](managed).config(),
      );
    }
  });

  it('in the statistics of a pair', () => {
    const { pair } = placePair({ statistics: unset('port', 'uri', 'refreshSeconds', 'user', 'password') });
    expect(pair.statisticsUrl).toBe(placePair().pair.statisticsUrl);
    expect(pair.statisticsUser).toBe('admin');
  });

  it('in the health check of a load balancer', () => {
    const healthCheck = unset<
      NonNullable<Parameters<typeof LoadBalancerListener.management>[1]>['healthCheck'] & object
    >('kind', 'port');
    expect(LoadBalancerListener.management(managed, { healthCheck }).healthCheck).toEqual(
      LoadBalancerListener.management(managed).healthCheck,
    );
  });

  it('in the TLS of a link', () => {
    const certificateAuthority = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    const endpoint = LinkEndpoint.address('mq.example.com', {
      user: 'app',
      password: Secret.generate(new TerraformStack(Testing.app(), 'stack'), 'password'),
      tls: { certificateAuthority, ...unset<{ serverName?: string }>('serverName') },
    });
    expect(endpoint.uris('password', '/ca.pem').join()).toContain('server_name_indication=mq.example.com');
  });
});
