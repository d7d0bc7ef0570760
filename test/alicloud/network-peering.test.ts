import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { Network } from '../../lib/alicloud/network';
import { NetworkPeering, NetworkPeeringProps } from '../../lib/alicloud/network-peering';
import { AlibabaCloudProvider } from '../../lib/alicloud/provider';
import { useProvider } from '../../lib/alicloud/provider-scope';
import { ofType, resourcesOf } from './synthesis';

const network = (scope: Construct, id: string, cidr: string, zone: string): Network =>
  new Network(scope, id, { cidr, zones: [zone] });

/** Two regions of one stack, connected. */
function twoRegions(stack: TerraformStack, props: Partial<NetworkPeeringProps> = {}): void {
  const north = new Construct(stack, 'north');
  const provider = new AlibabaCloudProvider(stack, 'beijing', { region: 'cn-beijing', alias: 'north' });
  useProvider(north, provider);
  new NetworkPeering(stack, 'peering', {
    from: { network: network(stack, 'south', '10.1.0.0/16', 'cn-hangzhou-h') },
    to: { network: network(north, 'network', '10.2.0.0/16', 'cn-beijing-g'), provider },
    ...props,
  });
}

describe('a peering of two regions', () => {
  const resources = resourcesOf((stack) => {
    twoRegions(stack);
  });

  it('asks from one VPC for the other, in its region, and names the account', () => {
    expect(ofType(resources, 'alicloud_vpc_peer_connection')['peering/connection']).toMatchObject({
      vpc_id: expect.stringMatching(/^\$\{alicloud_vpc\.south_/) as string,
      accepting_vpc_id: expect.stringMatching(/^\$\{alicloud_vpc\.north_/) as string,
      accepting_region_id: 'cn-beijing',
      accepting_ali_uid: expect.stringMatching(/^\$\{data\.alicloud_account\./) as string,
      peer_connection_name: 'stack-peering',
    });
    expect(ofType(resources, 'alicloud_vpc_peer_connection_accepter')).toEqual({});
  });

  it('routes both ways, each with the provider of its side', () => {
    const routes = ofType(resources, 'alicloud_route_entry');
    expect(routes['peering/route-from']).toMatchObject({
      destination_cidrblock: '10.2.0.0/16',
      nexthop_type: 'VpcPeer',
    });
    expect(routes['peering/route-from']).not.toHaveProperty('provider');
    expect(routes['peering/route-to']).toMatchObject({
      destination_cidrblock: '10.1.0.0/16',
      provider: 'alicloud.north',
    });
  });

  it('has what is inside the other region made by its provider', () => {
    expect(ofType(resources, 'alicloud_vpc')['north/network/vpc']).toMatchObject({
      provider: 'alicloud.north',
    });
    expect(ofType(resources, 'alicloud_vpc')['south/vpc']).not.toHaveProperty('provider');
  });
});

describe('a peering', () => {
  it('is accepted by the other account', () => {
    const resources = resourcesOf((stack) => {
      twoRegions(stack, { toAccountId: '1234567890123456', bandwidthMbps: 100 });
    });
    expect(ofType(resources, 'alicloud_vpc_peer_connection')['peering/connection']).toMatchObject({
      accepting_ali_uid: 1234567890123456,
      bandwidth: 100,
    });
    expect(ofType(resources, 'alicloud_vpc_peer_connection_accepter')['peering/accepter']).toMatchObject({
      provider: 'alicloud.north',
    });
  });

  it('waits for the earlier ones of either network, since a VPC takes one at a time', () => {
    const resources = resourcesOf((stack) => {
      const [a, b, c, d] = ['h', 'i', 'j', 'k'].map((letter, index) => ({
        network: network(stack, letter, `10.${index + 1}.0.0/16`, `cn-hangzhou-${letter}`),
      }));
      if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('four');
      new NetworkPeering(stack, 'a-b', { from: a, to: b, toAccountId: '1234567890123456' });
      new NetworkPeering(stack, 'c-d', { from: c, to: d });
      new NetworkPeering(stack, 'b-c', { from: b, to: c });
    });
    const connections = ofType(resources, 'alicloud_vpc_peer_connection');
    expect(connections['a-b/connection']).not.toHaveProperty('depends_on');
    expect(connections['c-d/connection']).not.toHaveProperty('depends_on');
    expect(connections['b-c/connection']?.['depends_on']).toEqual([
      expect.stringMatching(/^alicloud_vpc_peer_connection\.a-b_connection_/),
      expect.stringMatching(/^alicloud_vpc_peer_connection_accepter\.a-b_accepter_/),
      expect.stringMatching(/^alicloud_vpc_peer_connection\.c-d_connection_/),
    ]);
  });

  it.each([
    [
      'an account that is none',
      { toAccountId: 'acme' },
      'toAccountId must be the number of an account, got acme',
    ],
    ['no bandwidth', { bandwidthMbps: 0 }, 'bandwidthMbps must be a whole number from 1, got 0'],
  ])('refuses %s', (_, props, message) => {
    expect(() =>
      resourcesOf((stack) => {
        twoRegions(stack, props);
      }),
    ).toThrow(message);
  });

  it('refuses networks that share addresses', () => {
    expect(() =>
      resourcesOf((stack) => {
        const from = { network: network(stack, 'a', '10.1.0.0/16', 'cn-hangzhou-h') };
        const to = { network: network(stack, 'b', '10.1.0.0/20', 'cn-hangzhou-i') };
        new NetworkPeering(stack, 'peering', { from, to });
      }),
    ).toThrow('networks that are connected must not share addresses, got 10.1.0.0/16 and 10.1.0.0/20');
  });

  it.each([
    ['refuses', '10.2.128.0/17', 'cn-beijing-h'],
    ['takes', '10.3.0.0/16', 'cn-beijing-h'],
  ])('%s a second peer of one network with %s, beside 10.2.0.0/16', (verb, cidr, zone) => {
    const connect = (): unknown =>
      resourcesOf((stack) => {
        const hub = { network: network(stack, 'hub', '10.1.0.0/16', 'cn-hangzhou-h') };
        const one = { network: network(stack, 'one', '10.2.0.0/16', 'cn-hangzhou-i') };
        const two = { network: network(stack, 'two', cidr, zone) };
        new NetworkPeering(stack, 'first', { from: one, to: hub });
        new NetworkPeering(stack, 'second', { from: hub, to: two });
      });
    const message = `stack/second: networks that 10.1.0.0/16 is connected with must not share addresses, got 10.2.0.0/16 and ${cidr}`;
    if (verb === 'refuses') expect(connect).toThrow(message);
    else expect(connect).not.toThrow();
  });

  it('refuses a network that exists without its route table', () => {
    expect(() =>
      resourcesOf((stack) => {
        const from = { network: network(stack, 'a', '10.1.0.0/16', 'cn-hangzhou-h') };
        const vswitches = [{ vswitchId: 'vsw-1', zone: 'cn-hangzhou-h', cidr: '10.2.0.0/24' }];
        const to = { network: Network.fromAttributes({ vpcId: 'vpc-1', cidr: '10.2.0.0/16', vswitches }) };
        new NetworkPeering(stack, 'peering', { from, to });
      }),
    ).toThrow('the route table of network 10.2.0.0/16 is not known: pass its routeTableId');
  });
});
