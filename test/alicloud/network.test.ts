import { TerraformStack, TerraformVariable } from 'cdktf';
import { Construct } from 'constructs';
import { INetwork, IVswitch, Network, NetworkProps } from '../../lib/alicloud';
import { Peer } from '../../lib/connections/peer';
import { TerraformData } from '../../lib/terraform/terraform-data';
import { broker, platformIn, topology } from './ecs-fixture';
import { changed, ofType, Resources, resourcesOf, stackOf } from './synthesis';

const ZONES = ['cn-hangzhou-h', 'cn-hangzhou-i', 'cn-hangzhou-j'];
const PROPS: NetworkProps = { cidr: '10.0.0.0/16', zones: ZONES };

function network(props: Partial<NetworkProps> = {}): Resources {
  return resourcesOf((stack) => new Network(stack, 'network', { ...PROPS, ...props }));
}

function build(props: Partial<NetworkProps> = {}): Network {
  let made: Network | undefined;
  stackOf((stack) => (made = new Network(stack, 'network', { ...PROPS, ...props })));
  return made as unknown as Network;
}

describe('a network', () => {
  it('is a VPC and one vSwitch a zone', () => {
    expect(network()).toEqual({
      'alicloud_vpc.network/vpc': { vpc_name: 'stack-network', cidr_block: '10.0.0.0/16' },
      ...Object.fromEntries(
        ZONES.map((zone, index) => [
          `alicloud_vswitch.network/vswitch-${zone}`,
          {
            vpc_id: expect.stringMatching(/^\$\{alicloud_vpc\.network_vpc_\w+\.id\}$/) as string,
            zone_id: zone,
            cidr_block: `10.0.${index}.0/24`,
            vswitch_name: `stack-network-${zone}`,
          },
        ]),
      ),
    });
  });

  it('tells its parts, in copies', () => {
    const made = build();
    (made.vswitches as unknown[]).pop();
    expect(made.vswitches.map(({ zone, cidr }) => [zone, cidr])).toEqual([
      ['cn-hangzhou-h', '10.0.0.0/24'],
      ['cn-hangzhou-i', '10.0.1.0/24'],
      ['cn-hangzhou-j', '10.0.2.0/24'],
    ]);
    expect(made).toMatchObject({ cidr: '10.0.0.0/16', natAddress: undefined });
    expect(made.vswitches.map(({ egress }) => egress)).toEqual([undefined, undefined, undefined]);
  });

  it('takes a name, tags and the size of its vSwitches', () => {
    const made = network({ name: 'prod', tags: { team: 'mq' }, vswitchPrefixLength: 20 });
    expect(made['alicloud_vpc.network/vpc']).toEqual({
      vpc_name: 'prod',
      cidr_block: '10.0.0.0/16',
      tags: { team: 'mq' },
    });
    expect(made['alicloud_vswitch.network/vswitch-cn-hangzhou-i']).toMatchObject({
      vswitch_name: 'prod-cn-hangzhou-i',
      cidr_block: '10.0.16.0/20',
      tags: { team: 'mq' },
    });
  });

  it('may be full', () => {
    const last = ofType(
      network({ cidr: '10.255.255.0/25', zones: ZONES.slice(0, 2), vswitchPrefixLength: 26 }),
      'alicloud_vswitch',
    );
    expect(Object.values(last).map((vswitch) => vswitch['cidr_block'])).toEqual([
      '10.255.255.0/26',
      '10.255.255.64/26',
    ]);
  });

  it('changes nothing that exists when a zone is added at the end', () => {
    for (const natGateway of [false, true]) {
      const before = network({ natGateway });
      const after = network({ natGateway, zones: [...ZONES, 'cn-hangzhou-k'] });
      expect(changed(before, after)).toEqual([]);
      expect(after).toHaveProperty(['alicloud_vswitch.network/vswitch-cn-hangzhou-k']);
    }
  });

  it.each<[string, Partial<NetworkProps>, string]>([
    ['no network', { cidr: 'office' }, 'cidr must be an IPv4 network, got office: write e.g. 10.0.0.0/16'],
    ['an address', { cidr: '10.0.0.1' }, 'cidr must be an IPv4 network, got 10.0.0.1'],
    ['host bits', { cidr: '10.0.1.0/16' }, 'cidr has host bits set, got 10.0.1.0/16: use 10.0.0.0/16'],
    ['too small a network', { cidr: '10.0.0.0/29' }, 'cidr is too small, got 10.0.0.0/29: use /8 to /28'],
    ['too large a network', { cidr: '10.0.0.0/7' }, 'cidr is too large, got 10.0.0.0/7: use /8 to /28'],
    [
      "the cloud's own addresses",
      { cidr: '100.0.0.0/8' },
      "cidr overlaps 100.64.0.0/10, kept for the cloud's own services, got 100.0.0.0/8",
    ],
    ['multicast', { cidr: '232.0.0.0/8' }, 'cidr overlaps 224.0.0.0/3, kept for multicast and later use'],
    [
      'no network at all',
      { cidr: '0.0.0.0/8' },
      'cidr overlaps 0.0.0.0/8, kept for hosts without an address',
    ],
    [
      'a zone without addresses',
      { cidr: '10.0.0.0/23' },
      'zone cn-hangzhou-j has no address space, cidr 10.0.0.0/23 holds 2 of /24: use a larger cidr or a longer',
    ],
    ['a network within one vSwitch', { cidr: '10.0.0.0/25' }, 'cidr 10.0.0.0/25 holds 0 of /24'],
    ['large vSwitches', { vswitchPrefixLength: 15 }, 'vswitchPrefixLength must be 16 to 29, got 15'],
    ['small vSwitches', { vswitchPrefixLength: 30 }, 'vswitchPrefixLength must be 16 to 29, got 30'],
    ['no zone', { zones: [] }, 'zones must name at least one zone, got none'],
    ['a zone twice', { zones: ['us-west-1a', 'us-west-1a'] }, 'zones must differ, got us-west-1a twice'],
    [
      'zones of two regions',
      { zones: ['us-west-1a', 'us-east-1a'] },
      'zones must be of one region, got us-west-1a and us-east-1a',
    ],
    ['a region as zone', { zones: ['cn-hangzhou'] }, 'zone must be a region and a letter, got "cn-hangzhou"'],
    [
      'a number as zone',
      { zones: ['cn-hangzhou-1'] },
      'got "cn-hangzhou-1": write e.g. cn-hangzhou-h or us-west-1a',
    ],
    ['a zone in capitals', { zones: ['CN-Hangzhou-H'] }, 'got "CN-Hangzhou-H"'],
  ])('refuses %s', (_, props, message) => {
    expect(() => network(props)).toThrow(message);
  });

  it.each(['cn-hangzhou-h', 'us-west-1a', 'cn-shanghai-finance-1b', 'cn-north-2-gov-1a', 'ap-southeast-1c'])(
    'knows %s as a zone',
    (zone) => {
      expect(build({ zones: [zone] }).vswitches).toMatchObject([{ zone }]);
    },
  );
});

describe('a NAT gateway', () => {
  it('has one address, and sends the packets of each vSwitch', () => {
    const made = network({ natGateway: true, tags: { team: 'mq' } });
    expect(made['alicloud_nat_gateway.network/nat-gateway']).toEqual({
      vpc_id: expect.stringContaining('alicloud_vpc.') as string,
      vswitch_id: expect.stringContaining('vswitch-cn-hangzhou-h') as string,
      nat_gateway_name: 'stack-network-nat',
      nat_type: 'Enhanced',
      network_type: 'internet',
      payment_type: 'PayAsYouGo',
      internet_charge_type: 'PayByLcu',
      tags: { team: 'mq' },
    });
    expect(made['alicloud_eip_address.network/nat-address']).toEqual({
      address_name: 'stack-network-nat',
      bandwidth: '100',
      internet_charge_type: 'PayByTraffic',
      payment_type: 'PayAsYouGo',
      tags: { team: 'mq' },
    });
    expect(made['alicloud_eip_association.network/nat-address-association']).toEqual({
      allocation_id: expect.stringContaining('alicloud_eip_address.') as string,
      instance_id: expect.stringContaining('alicloud_nat_gateway.') as string,
      instance_type: 'Nat',
    });
    const entries = ofType(made, 'alicloud_snat_entry');
    expect(Object.keys(entries)).toEqual(ZONES.map((zone) => `network/snat-${zone}`));
    expect(entries['network/snat-cn-hangzhou-i']).toEqual({
      snat_table_id: expect.stringMatching(/^\$\{alicloud_nat_gateway\..*\.snat_table_ids\}$/) as string,
      source_vswitch_id: expect.stringContaining('vswitch-cn-hangzhou-i') as string,
      snat_ip: expect.stringMatching(/^\$\{alicloud_eip_address\..*\.ip_address\}$/) as string,
      snat_entry_name: 'stack-network-cn-hangzhou-i',
      depends_on: [expect.stringContaining('alicloud_eip_association.')],
    });
  });

  it('is where it is wanted', () => {
    const natGateway = { zone: 'cn-hangzhou-j', bandwidthMbps: 20, deletionProtection: true };
    const made = network({ natGateway });
    expect(made['alicloud_nat_gateway.network/nat-gateway']).toMatchObject({
      vswitch_id: expect.stringContaining('vswitch-cn-hangzhou-j') as string,
      deletion_protection: true,
    });
    expect(made['alicloud_eip_address.network/nat-address']).toMatchObject({ bandwidth: '20' });
  });

  it('tells its address, and what hosts wait for', () => {
    const made = resourcesOf((stack) => {
      const { natAddress: input, vswitches } = new Network(stack, 'network', { ...PROPS, natGateway: true });
      expect(vswitches).toMatchObject(
        ZONES.map((zone) => ({ zone, egress: { node: { id: `snat-${zone}` } } })),
      );
      new TerraformData(stack, 'use', { input });
    });
    expect(made['terraform_data.use']?.['input']).toMatch(
      /^\$\{alicloud_eip_address\.network_nat-address_\w+\.ip_address\}$/,
    );
  });

  it.each([
    [
      { zone: 'cn-hangzhou-x' },
      'natGateway.zone must be a zone of the network, got cn-hangzhou-x: use cn-hangzhou-h',
    ],
    [{ bandwidthMbps: 0 }, 'natGateway.bandwidthMbps must be a whole number from 1 to 200, got 0'],
    [{ bandwidthMbps: 201 }, 'got 201'],
  ])('refuses %j', (natGateway, message) => {
    expect(() => network({ natGateway })).toThrow(message);
  });
});

describe('a network that exists', () => {
  const zone = 'cn-hangzhou-h';
  const vswitch = (id: string, cidr: string) => ({ vswitchId: id, zone, cidr });

  it('is taken as it is told, in copies', () => {
    const vswitches = [vswitch('vsw-1', '10.0.0.0/24'), vswitch('vsw-2', '10.0.1.0/24')];
    const made = Network.fromAttributes({ vpcId: 'vpc-1', cidr: '10.0.0.0/16', vswitches });
    (made.vswitches as unknown[]).pop();
    expect(made).toEqual({ vpcId: 'vpc-1', cidr: '10.0.0.0/16', vswitches });
  });

  it('may not be known at synth', () => {
    stackOf((stack: TerraformStack) => {
      const { stringValue } = new TerraformVariable(stack, 'cidr', { type: 'string' });
      const vswitches = [
        { vswitchId: stringValue, zone: stringValue, cidr: stringValue },
        vswitch('vsw-1', '10.0.0.0/24'),
      ];
      const made = Network.fromAttributes({ vpcId: stringValue, cidr: stringValue, vswitches });
      expect(made.vswitches).toEqual(vswitches);
    });
  });

  it.each([
    ['10.0.0.0/16', [], 'network vpc-1: vswitches must have at least one, got none'],
    ['10.0.0.0/16', ['10.1.0.0/24'], "vSwitches must be inside the VPC's 10.0.0.0/16, got 10.1.0.0/24"],
    [
      '10.0.0.0/16',
      ['10.0.0.0/24', '10.0.0.128/25'],
      'vSwitches must not overlap, got 10.0.0.0/24 and 10.0.0.128/25',
    ],
    [
      '10.0.0.0/16',
      ['10.0.0.0/30'],
      'cidr of vSwitch cn-hangzhou-h is too small, got 10.0.0.0/30: use /16 to /29',
    ],
    ['10.0.0.0/33', ['10.0.0.0/24'], 'cidr must be an IPv4 network, got 10.0.0.0/33'],
  ])('refuses %s with %j', (cidr, cidrs, message) => {
    const vswitches = cidrs.map((each, index) => vswitch(`vsw-${index}`, each));
    expect(() => Network.fromAttributes({ vpcId: 'vpc-1', cidr, vswitches })).toThrow(message);
  });

  it('must be known at synth where hosts get their addresses from it', () => {
    const unknown = 'got a Terraform expression, which is not known at synth: write e.g.';
    stackOf((stack: TerraformStack) => {
      const { stringValue } = new TerraformVariable(stack, 'text', { type: 'string' });
      const existing = (own: Partial<IVswitch>): INetwork =>
        Network.fromAttributes({
          vpcId: 'vpc-1',
          cidr: '10.0.0.0/16',
          vswitches: [{ ...vswitch('vsw-1', '10.0.0.0/24'), ...own }],
        });
      expect(() => platformIn(stack, { network: existing({ cidr: stringValue }) })).toThrow(
        `stack/ecs: subnet must be an IPv4 network, ${unknown} 172.29.0.0/24`,
      );
      const scope = new Construct(stack, 'zones');
      expect(() =>
        topology(
          stack,
          platformIn(scope, { network: existing({ zone: stringValue }), ...broker({ zoneSpread: 1 }) }),
        ),
      ).toThrow(`stack/zones/ecs: zone must be a region and a letter, ${unknown} cn-hangzhou-h`);
      expect(() => Peer.ipv4(stringValue)).toThrow(
        `Peer.ipv4: cidr must be an IPv4 network or address, ${unknown}`,
      );
      expect(() => new Network(stack, 'network', { cidr: stringValue, zones: ['cn-hangzhou-h'] })).toThrow(
        `stack/network: cidr must be an IPv4 network, ${unknown}`,
      );
    });
  });

  it('refuses vSwitches of two regions', () => {
    const vswitches = [
      vswitch('vsw-1', '10.0.0.0/24'),
      { ...vswitch('vsw-2', '10.0.1.0/24'), zone: 'cn-beijing-a' },
    ];
    expect(() => Network.fromAttributes({ vpcId: 'vpc-1', cidr: '10.0.0.0/16', vswitches })).toThrow(
      'network vpc-1: zones must be of one region, got cn-hangzhou-h and cn-beijing-a: make a network a region',
    );
  });

  it('refuses a zone that is none', () => {
    const vswitches = [{ vswitchId: 'vsw-1', zone: 'hangzhou', cidr: '10.0.0.0/24' }];
    expect(() => Network.fromAttributes({ vpcId: 'vpc-1', cidr: '10.0.0.0/16', vswitches })).toThrow(
      'got "hangzhou"',
    );
  });
});
