import { TerraformVariable } from 'cdktf';
import { IPrivateDns, PrivateDns, PrivateDnsProps } from '../../lib/alicloud';
import { networkOf } from './brokers';
import { changed, ofType, Resources, resourcesOf } from './synthesis';

const PROPS: PrivateDnsProps = { zoneName: 'brokers.internal', networks: [networkOf(1)] };

function dns(
  props: Partial<PrivateDnsProps> = {},
  add: (made: IPrivateDns) => void = () => undefined,
): Resources {
  return resourcesOf((stack) => {
    add(new PrivateDns(stack, 'dns', { ...PROPS, ...props }));
  });
}

describe('private names', () => {
  it('are a zone that is known in its networks', () => {
    expect(dns()).toEqual({
      'alicloud_pvtz_zone.dns/zone': { zone_name: 'brokers.internal' },
      'alicloud_pvtz_zone_attachment.dns/attachment': {
        zone_id: expect.stringMatching(/^\$\{alicloud_pvtz_zone\.dns_zone_\w+\.id\}$/) as string,
        vpc_ids: ['vpc-1'],
      },
    });
  });

  it('take tags, a time to live and more networks', () => {
    const made = dns(
      { tags: { team: 'mq' }, ttlSeconds: 5, networks: [networkOf(1), { ...networkOf(1), vpcId: 'vpc-2' }] },
      (zone) => zone.addRecord('amqp', '10.0.0.9'),
    );
    expect(made).toMatchObject({
      'alicloud_pvtz_zone.dns/zone': { tags: { team: 'mq' } },
      'alicloud_pvtz_zone_attachment.dns/attachment': { vpc_ids: ['vpc-1', 'vpc-2'] },
      'alicloud_pvtz_zone_record.dns/record-amqp': { ttl: 5 },
    });
  });

  it('stand for addresses and other names', () => {
    const names: string[] = [];
    const made = dns({}, (zone) => {
      names.push(zone.addRecord('amqp', '10.0.0.9'), zone.addRecord('@', '10.0.0.8'));
      names.push(
        zone.addAlias('a.b', 'nlb-1.cn-hangzhou.nlb.aliyuncsslb.com'),
        zone.addRecord('a-b', '10.0.0.7'),
      );
    });
    expect(names).toEqual([
      'amqp.brokers.internal',
      'brokers.internal',
      'a.b.brokers.internal',
      'a-b.brokers.internal',
    ]);
    expect(ofType(made, 'alicloud_pvtz_zone_record')).toEqual({
      'dns/record-amqp': {
        zone_id: expect.stringContaining('alicloud_pvtz_zone.') as string,
        rr: 'amqp',
        type: 'A',
        value: '10.0.0.9',
        ttl: 60,
      },
      'dns/zone-record': expect.objectContaining({ rr: '@', type: 'A', value: '10.0.0.8' }) as object,
      'dns/record-a.b': expect.objectContaining({ rr: 'a.b', type: 'CNAME' }) as object,
      'dns/record-a-b': expect.objectContaining({ rr: 'a-b', value: '10.0.0.7' }) as object,
    });
  });

  it('are those of hosts, and adding one changes no other', () => {
    const hosts = [1, 2, 3].map((number) => ({ name: `rabbit-${number}`, address: `10.0.0.${number}` }));
    const before = dns({}, (zone) => {
      expect(zone.addHosts(hosts.slice(1))).toEqual([
        'rabbit-2.brokers.internal',
        'rabbit-3.brokers.internal',
      ]);
    });
    const after = dns({}, (zone) => zone.addHosts(hosts));
    expect(changed(before, after)).toEqual([]);
    expect(Object.keys(after)).toHaveLength(Object.keys(before).length + 1);
  });

  it('may stand for addresses that are known at the apply only', () => {
    const made = resourcesOf((stack) => {
      const { stringValue } = new TerraformVariable(stack, 'address', { type: 'string' });
      new PrivateDns(stack, 'dns', PROPS).addRecord('amqp', stringValue);
    });
    expect(made['alicloud_pvtz_zone_record.dns/record-amqp']).toMatchObject({ value: '${var.address}' });
  });

  it('may be added to a zone that exists', () => {
    const made = resourcesOf((stack) => {
      const zone = PrivateDns.fromAttributes(stack, 'dns', { zoneId: 'z-1', zoneName: 'example.internal' });
      expect(zone.addRecord('amqp', '10.0.0.9')).toBe('amqp.example.internal');
    });
    expect(made).toEqual({
      'alicloud_pvtz_zone_record.dns/record-amqp': {
        zone_id: 'z-1',
        rr: 'amqp',
        type: 'A',
        value: '10.0.0.9',
        ttl: 60,
      },
    });
  });

  it.each<[string, Partial<PrivateDnsProps>, string]>([
    ['a zone of one part', { zoneName: 'internal' }, 'zoneName must be labels of a-z, 0-9 and inner hyphens'],
    ['a zone with a dot at its end', { zoneName: 'brokers.internal.' }, 'got "brokers.internal."'],
    ['no network', { networks: [] }, 'networks must have at least one, got none'],
    ['a short time', { ttlSeconds: 4 }, 'ttlSeconds must be a whole number from 5 to 86400, got 4'],
    ['a long time', { ttlSeconds: 86_401 }, 'got 86401'],
  ])('refuse %s', (_, props, message) => {
    expect(() => dns(props)).toThrow(message);
  });

  it.each<[string, (zone: IPrivateDns) => unknown, string]>([
    ['capitals', (zone) => zone.addRecord('AMQP', '10.0.0.9'), 'got "AMQP": write e.g. amqp'],
    ['a long label', (zone) => zone.addRecord('a'.repeat(64), '10.0.0.9'), 'record must be labels'],
    ['a long name', (zone) => zone.addRecord('aa.'.repeat(80) + 'aa', '10.0.0.9'), 'record must be labels'],
    ['a wildcard', (zone) => zone.addAlias('*', 'a.example'), 'record must be labels'],
    [
      'a name for an address',
      (zone) => zone.addRecord('amqp', 'a.example'),
      'needs an IPv4 address, got a.example',
    ],
    [
      'a network for an address',
      (zone) => zone.addRecord('amqp', '10.0.0.0/8'),
      'got 10.0.0.0/8: use addAlias',
    ],
    [
      'an alias for the zone',
      (zone) => zone.addAlias('@', 'a.example'),
      'an alias must be below the zone, got @',
    ],
    [
      'a name twice',
      (zone) => [zone.addRecord('amqp', '10.0.0.9'), zone.addAlias('amqp', 'a.example')],
      'record amqp is added twice: give one another name',
    ],
  ])('refuse %s', (_, add, message) => {
    expect(() => dns({}, add)).toThrow(message);
  });
});
