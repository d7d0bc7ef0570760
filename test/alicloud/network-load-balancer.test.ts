import { NlbLoadBalancer } from '@cdktf/provider-alicloud/lib/nlb-load-balancer';
import { TerraformStack, TerraformVariable } from 'cdktf';
import {
  LoadBalancerListener,
  Network,
  NetworkLoadBalancer,
  NetworkLoadBalancerProps,
} from '../../lib/alicloud';
import { Connections } from '../../lib/connections/connections';
import { Peer } from '../../lib/connections/peer';
import { Port } from '../../lib/connections/port';
import { FrontOptions, frontOf, networkOf } from './brokers';
import { changed, ofType, Resources, resourcesOf } from './synthesis';

type Options = Partial<NetworkLoadBalancerProps> & FrontOptions;

function build(stack: TerraformStack, { count, of, ...props }: Options = {}): NetworkLoadBalancer {
  return new NetworkLoadBalancer(stack, 'lb', { ...frontOf(stack, { count, of }), ...props });
}

function loadBalancer(options: Options = {}): Resources {
  return resourcesOf((stack) => build(stack, options));
}

/** Rules of a firewall: construct id, port range, source. */
function rulesOf(made: Resources, firewall: string): unknown[] {
  return Object.entries(ofType(made, 'alicloud_security_group_rule'))
    .filter(([name]) => name.startsWith(`${firewall}/`))
    .map(([, rule]) => `${String(rule['port_range'])} ${String(rule['cidr_ip'])}`);
}

describe('a network load balancer', () => {
  it('is private, has an address in each zone, and a firewall of its own', () => {
    expect(loadBalancer()['alicloud_nlb_load_balancer.lb/load-balancer']).toEqual({
      load_balancer_name: 'stack-lb',
      address_type: 'Intranet',
      vpc_id: 'vpc-1',
      cross_zone_enabled: true,
      security_group_ids: [expect.stringContaining('alicloud_security_group.lb_firewall_group')],
      zone_mappings: [
        { vswitch_id: 'vsw-1', zone_id: 'cn-hangzhou-h' },
        { vswitch_id: 'vsw-2', zone_id: 'cn-hangzhou-i' },
        { vswitch_id: 'vsw-3', zone_id: 'cn-hangzhou-j' },
      ],
      deletion_protection_enabled: true,
      depends_on: [
        expect.stringContaining('alicloud_security_group_rule.lb_deny-others'),
        expect.stringMatching(/^terraform_data\.lb_kind_\w+$/),
      ],
      lifecycle: { prevent_destroy: true },
    });
  });

  it('takes an address in a zone', () => {
    const made = loadBalancer({ addresses: { 'cn-hangzhou-i': '10.0.1.10' } });
    expect(made['alicloud_nlb_load_balancer.lb/load-balancer']).toMatchObject({
      zone_mappings: [
        { vswitch_id: 'vsw-1', zone_id: 'cn-hangzhou-h' },
        { vswitch_id: 'vsw-2', zone_id: 'cn-hangzhou-i', private_ipv4_address: '10.0.1.10' },
        { vswitch_id: 'vsw-3', zone_id: 'cn-hangzhou-j' },
      ],
    });
  });

  it('takes zones, a name and tags', () => {
    const made = loadBalancer({
      zones: ['cn-hangzhou-j', 'cn-hangzhou-h'],
      deletionProtection: false,
      name: 'mq',
      tags: { team: 'mq' },
    });
    expect(made['alicloud_nlb_load_balancer.lb/load-balancer']).toMatchObject({
      load_balancer_name: 'mq',
      zone_mappings: [
        { vswitch_id: 'vsw-1', zone_id: 'cn-hangzhou-h' },
        { vswitch_id: 'vsw-3', zone_id: 'cn-hangzhou-j' },
      ],
      deletion_protection_enabled: false,
      tags: { team: 'mq' },
    });
    expect(made).toMatchObject({
      'alicloud_nlb_server_group.lb/server-group-amqp': {
        server_group_name: 'mq-amqp',
        tags: { team: 'mq' },
      },
      'alicloud_nlb_listener.lb/listener-amqp': { tags: { team: 'mq' } },
      'alicloud_security_group.lb/firewall/group': { security_group_name: 'mq', tags: { team: 'mq' } },
    });
  });

  it('admits the named networks on the ports of its listeners, and denies everyone else', () => {
    const made = loadBalancer({
      of: (target) => [
        LoadBalancerListener.amqp(target, { port: 5000 }),
        LoadBalancerListener.management(target, { allowFrom: [Peer.ipv4('10.9.0.7')] }),
      ],
    });
    expect(made['alicloud_security_group_rule.lb/deny-others']).toMatchObject({
      policy: 'drop',
      ip_protocol: 'all',
      port_range: '-1/-1',
      priority: 99,
      cidr_ip: '0.0.0.0/0',
      security_group_id: expect.stringContaining('lb_firewall_group') as string,
    });
    expect(rulesOf(made, 'lb/firewall')).toEqual(['5000/5000 10.2.0.0/16', '15672/15672 10.9.0.7/32']);
  });

  it('can be opened to more peers later', () => {
    const made = resourcesOf((stack) => {
      build(stack).connections.allowFrom(Peer.ipv4('10.8.0.0/16'), Port.amqp);
    });
    expect(rulesOf(made, 'lb/firewall')).toContain('5672/5672 10.8.0.0/16');
  });

  it('balances to the least used node, hides clients, and probes AMQP by connecting', () => {
    const made = loadBalancer();
    expect(made['alicloud_nlb_server_group.lb/server-group-amqp']).toEqual({
      server_group_name: 'stack-lb-amqp',
      server_group_type: 'Instance',
      vpc_id: 'vpc-1',
      protocol: 'TCP',
      scheduler: 'Wlc',
      preserve_client_ip_enabled: false,
      health_check: {
        health_check_enabled: true,
        health_check_type: 'TCP',
        health_check_connect_port: 5672,
        health_check_interval: 5,
        health_check_connect_timeout: 5,
        healthy_threshold: 2,
        unhealthy_threshold: 2,
      },
    });
    expect(made['alicloud_nlb_server_group.lb/server-group-management']).toMatchObject({
      health_check: {
        health_check_type: 'HTTP',
        health_check_connect_port: 15_672,
        http_check_method: 'HEAD',
        health_check_url: '/',
        health_check_http_code: ['http_2xx'],
      },
    });
  });

  it('has all nodes behind each listener', () => {
    const made = ofType(loadBalancer(), 'alicloud_nlb_server_group_server_attachment');
    expect(Object.keys(made)).toHaveLength(6);
    expect(made['lb/server-management-rabbit-2']).toEqual({
      server_group_id: expect.stringContaining('server-group-management') as string,
      server_id: expect.stringContaining('alicloud_instance.rabbit-2') as string,
      server_type: 'Ecs',
      port: 15_672,
      weight: 100,
    });
  });

  it('makes its listeners one after the other, after all members and the brokers', () => {
    const made = loadBalancer({ count: 1 });
    expect(made['alicloud_nlb_listener.lb/listener-amqp']).toEqual({
      load_balancer_id: expect.stringContaining('alicloud_nlb_load_balancer.lb_load-balancer') as string,
      listener_protocol: 'TCP',
      listener_port: 5672,
      listener_description: 'amqp',
      server_group_id: expect.stringContaining('server-group-amqp') as string,
      idle_timeout: 900,
      depends_on: [
        expect.stringContaining('lb_server-amqp-rabbit-1'),
        expect.stringContaining('lb_server-management-rabbit-1'),
        'terraform_data.members',
      ],
    });
    expect(made['alicloud_nlb_listener.lb/listener-management']?.['depends_on']).toEqual([
      expect.stringContaining('alicloud_nlb_listener.lb_listener-amqp'),
      'terraform_data.members',
    ]);
  });

  it('opens the brokers to its own vSwitches, and to clients where those keep their addresses', () => {
    const of: Options['of'] = (target) => [
      LoadBalancerListener.amqp(target, { healthCheck: { kind: 'http', port: 15_672 } }),
    ];
    const zones = ['cn-hangzhou-h', 'cn-hangzhou-i'];
    const own = [
      '5672/5672 10.0.0.0/24',
      '5672/5672 10.0.1.0/24',
      '15672/15672 10.0.0.0/24',
      '15672/15672 10.0.1.0/24',
    ];
    expect(rulesOf(loadBalancer({ of, zones }), 'brokers')).toEqual(own);
    const preserving = loadBalancer({ of, zones, preserveClientIp: true });
    expect(rulesOf(preserving, 'brokers')).toEqual([...own, '5672/5672 10.2.0.0/16']);
    expect(preserving['alicloud_nlb_server_group.lb/server-group-amqp']).toMatchObject({
      preserve_client_ip_enabled: true,
    });
  });

  it('tells its endpoints', () => {
    const made = resourcesOf((stack) => {
      const lb = build(stack);
      expect(lb.ready).toMatchObject({ node: { id: 'listener-management' } });
      expect(() => lb.endpoint('http')).toThrow('there is no listener "http": use one of amqp, management');
      const zoneMappings = [{ vswitchId: 'vsw-1', zoneId: 'cn-hangzhou-h' }];
      new NlbLoadBalancer(stack, 'use', {
        loadBalancerName: lb.endpoint('amqp'),
        addressType: 'Intranet',
        vpcId: lb.loadBalancerId,
        zoneMappings,
      });
    });
    expect(made['alicloud_nlb_load_balancer.use']?.['load_balancer_name']).toMatch(
      /^\$\{alicloud_nlb_load_balancer\.lb_load-balancer_\w+\.dns_name\}:5672$/,
    );
  });

  it('changes nothing that exists when a node or a zone is added, except what must know', () => {
    const before = loadBalancer({ network: networkOf(2) });
    const listener = 'alicloud_nlb_listener.lb/listener-amqp';
    const balancer = 'alicloud_nlb_load_balancer.lb/load-balancer';
    const withNodes = loadBalancer({ network: networkOf(2), count: 5 });
    expect(changed(before, withNodes)).toEqual([listener]);
    expect({ ...withNodes[listener], depends_on: [] }).toEqual({ ...before[listener], depends_on: [] });
    const withZone = loadBalancer({ network: networkOf(3) });
    expect(changed(before, withZone)).toEqual([balancer]);
    expect({ ...withZone[balancer], zone_mappings: [] }).toEqual({ ...before[balancer], zone_mappings: [] });
  });

  it('needs to know its vSwitches where brokers are to be opened to them', () => {
    const unknown = (of?: Options['of']): Resources =>
      resourcesOf((stack) => {
        const { stringValue: cidr } = new TerraformVariable(stack, 'cidr', { type: 'string' });
        const vswitches = networkOf(2).vswitches.map((vswitch) => ({ ...vswitch, cidr }));
        const network = Network.fromAttributes({ vpcId: 'vpc-1', cidr, vswitches });
        build(stack, { network, ...(of === undefined ? {} : { of }) });
      });
    expect(() => unknown()).toThrow('cidr of the vSwitch in cn-hangzhou-h must be known at synth');
    const made = unknown((target) => [
      LoadBalancerListener.amqp({ ...target, connections: new Connections([]) }),
    ]);
    expect(made).toHaveProperty(['alicloud_nlb_listener.lb/listener-amqp']);
    expect(rulesOf(made, 'brokers')).toEqual([]);
  });

  it.each<[string, Options, string]>([
    ['no listener', { of: () => [] }, 'listeners must have at least one, got none'],
    ['nobody', { allowFrom: [] }, 'allowFrom must say who may use listener amqp, got nobody'],
    [
      'a security group as peer',
      { allowFrom: [Peer.securityGroup('sg-1')] },
      'must be networks, got a security group',
    ],
    [
      'a network of one zone',
      { network: networkOf(1) },
      'a network load balancer needs at least 2 zones, got 1: add a zone to the network, or use LoadBalancer',
    ],
    ['one zone twice', { zones: ['cn-hangzhou-h', 'cn-hangzhou-h'] }, 'needs at least 2 zones, got 1'],
    [
      'an unknown zone',
      { zones: ['cn-hangzhou-x'] },
      'zones must be of the network, got cn-hangzhou-x: use some of',
    ],
    [
      'an address in an unknown zone',
      { addresses: { 'cn-hangzhou-x': '10.0.0.10' } },
      'zones must be of the network, got cn-hangzhou-x: use some of',
    ],
    [
      'an address elsewhere',
      { addresses: { 'cn-hangzhou-i': '10.0.0.10' } },
      "address must be in the vSwitch's 10.0.1.0/24",
    ],
    ['a bad name', { name: '-a' }, 'name must be letters, digits, . _ and -, a letter first'],
    [
      'a heartbeat above its idle limit',
      { of: (target) => [LoadBalancerListener.amqp(target, { heartbeatSeconds: 1000 })] },
      'below the idle limit of 900 s, got 1000',
    ],
  ])('refuses %s', (_, options, message) => {
    expect(() => loadBalancer(options)).toThrow(message);
  });
});
