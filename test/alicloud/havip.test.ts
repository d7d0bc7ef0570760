import { PvtzZoneRecord } from '@cdktf/provider-alicloud/lib/pvtz-zone-record';
import { TerraformVariable } from 'cdktf';
import { HaVip, HaVipProps, IVswitch } from '../../lib/alicloud';
import { ofType, Resources, resourcesOf } from './synthesis';

const VSWITCH: IVswitch = { vswitchId: 'vsw-1', zone: 'cn-hangzhou-h', cidr: '10.0.0.0/24' };
const ELSEWHERE: IVswitch = { vswitchId: 'vsw-2', zone: 'cn-hangzhou-i', cidr: '10.0.1.0/24' };

function havip(props: Partial<HaVipProps> = {}, attach: (made: HaVip) => void = () => undefined): Resources {
  return resourcesOf((stack) => {
    attach(new HaVip(stack, 'vip', { vswitch: VSWITCH, ...props }));
  });
}

describe('a floating address', () => {
  it('is of one vSwitch', () => {
    expect(havip()).toEqual({
      'alicloud_vpc_ha_vip.vip/havip': { vswitch_id: 'vsw-1', ha_vip_name: 'stack-vip' },
    });
  });

  it('is chosen by the cloud, or by the user', () => {
    const made = resourcesOf((stack) => {
      const chosen = new HaVip(stack, 'chosen', { vswitch: VSWITCH });
      const given = new HaVip(stack, 'given', { vswitch: VSWITCH, address: '10.0.0.10' });
      new PvtzZoneRecord(stack, 'chosen-record', { zoneId: 'z', type: 'A', value: chosen.address });
      new PvtzZoneRecord(stack, 'given-record', { zoneId: 'z', type: 'A', value: given.address });
    });
    expect(Object.values(ofType(made, 'alicloud_pvtz_zone_record')).map((record) => record['value'])).toEqual(
      [expect.stringMatching(/^\$\{alicloud_vpc_ha_vip\.chosen_havip_\w+\.ip_address\}$/), '10.0.0.10'],
    );
  });

  it('takes an address, a name and tags', () => {
    const made = havip({ address: '10.0.0.10', name: 'proxy', tags: { team: 'mq' } });
    expect(made['alicloud_vpc_ha_vip.vip/havip']).toEqual({
      vswitch_id: 'vsw-1',
      ha_vip_name: 'proxy',
      ip_address: '10.0.0.10',
      tags: { team: 'mq' },
    });
  });

  it('is held by two hosts, attached one after the other', () => {
    const made = havip({}, (vip) => {
      vip.attach('proxy-1', 'i-1', VSWITCH);
      vip.attach('proxy-2', 'i-2', VSWITCH);
    });
    const first = {
      ha_vip_id: expect.stringMatching(/^\$\{alicloud_vpc_ha_vip\.vip_havip_\w+\.id\}$/) as string,
      instance_id: 'i-1',
      force: true,
    };
    expect(made['alicloud_havip_attachment.vip/attachment-proxy-1']).toEqual(first);
    expect(made['alicloud_havip_attachment.vip/attachment-proxy-2']).toEqual({
      ...first,
      instance_id: 'i-2',
      depends_on: [expect.stringMatching(/^alicloud_havip_attachment\.vip_attachment-proxy-1_\w+$/)],
    });
  });

  it('is ready after its hosts', () => {
    havip({}, (vip) => {
      expect(vip.ready).toMatchObject({ node: { id: 'havip' } });
      vip.attach('proxy-1', 'i-1', VSWITCH);
      vip.attach('proxy-2', 'i-2', VSWITCH);
      expect(vip.ready).toMatchObject({ node: { id: 'attachment-proxy-2' } });
    });
  });

  it('may exist', () => {
    const made = resourcesOf((stack) => {
      const vip = HaVip.fromAttributes(stack, 'vip', {
        haVipId: 'havip-1',
        address: '10.0.0.9',
        vswitch: VSWITCH,
      });
      expect(vip).toMatchObject({ haVipId: 'havip-1', address: '10.0.0.9', vswitch: VSWITCH });
      expect(vip.ready).toBeUndefined();
      vip.attach('proxy-1', 'i-1', VSWITCH);
      expect(vip.ready).toMatchObject({ node: { id: 'attachment-proxy-1' } });
    });
    expect(made).toMatchObject({
      'alicloud_havip_attachment.vip/attachment-proxy-1': { ha_vip_id: 'havip-1' },
    });
    expect(Object.keys(made)).toHaveLength(1);
  });

  it('is not checked where nothing is known at synth', () => {
    const made = resourcesOf((stack) => {
      const { stringValue } = new TerraformVariable(stack, 'value', { type: 'string' });
      const vswitch = { vswitchId: stringValue, zone: stringValue, cidr: stringValue };
      new HaVip(stack, 'vip', { vswitch, address: '10.0.0.10' }).attach('proxy-1', 'i-1', VSWITCH);
      new HaVip(stack, 'other', { vswitch: VSWITCH, address: stringValue }).attach('proxy-1', 'i-1', vswitch);
    });
    expect(made['alicloud_vpc_ha_vip.vip/havip']).toMatchObject({
      vswitch_id: '${var.value}',
      ip_address: '10.0.0.10',
    });
    expect(made['alicloud_vpc_ha_vip.other/havip']).toMatchObject({ ip_address: '${var.value}' });
    expect(Object.keys(ofType(made, 'alicloud_havip_attachment'))).toHaveLength(2);
  });

  it.each(['10.0.1.10', '10.0.0.0', '10.0.0.253', '10.0.0.254', '10.0.0.255', '10.0.0.10/24', 'proxy'])(
    'refuses the address %s',
    (address) => {
      expect(() => havip({ address })).toThrow(
        `stack/vip: address must be in the vSwitch's 10.0.0.0/24, without its first and its last three, got ${address}`,
      );
    },
  );

  it.each<[string, IVswitch, string]>([
    [
      'zone',
      ELSEWHERE,
      'hosts must be in the zone of the address, cn-hangzhou-h, got proxy-2 in cn-hangzhou-i',
    ],
    [
      'vSwitch',
      { ...VSWITCH, vswitchId: 'vsw-3' },
      'hosts must be in the vSwitch of the address, vsw-1, got proxy-2 in vsw-3',
    ],
  ])('refuses a host in another %s, and names the load balancers', (_, vswitch, message) => {
    const attach = (vip: HaVip): void => {
      vip.attach('proxy-2', 'i-2', vswitch);
    };
    expect(() => havip({}, attach)).toThrow(message);
    expect(() => havip({}, attach)).toThrow('use LoadBalancer or NetworkLoadBalancer across zones');
  });

  it('refuses a third host', () => {
    const attach = (vip: HaVip): void => {
      for (const number of [1, 2, 3]) vip.attach(`proxy-${number}`, `i-${number}`, VSWITCH);
    };
    expect(() => havip({}, attach)).toThrow('a floating address has at most 2 hosts, got proxy-3 as well');
  });
});
