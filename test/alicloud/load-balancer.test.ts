import { SlbLoadBalancer } from '@cdktf/provider-alicloud/lib/slb-load-balancer';
import { TerraformStack, Token } from 'cdktf';
import { LoadBalancer, LoadBalancerListener, LoadBalancerProps } from '../../lib/alicloud';
import { Peer } from '../../lib/connections/peer';
import { IBrokerTarget } from '../../lib/proxy/haproxy-listener';
import { FrontOptions, frontOf, networkOf } from './brokers';
import { changed, ofType, Resources, resourcesOf } from './synthesis';

const CLIENTS = Peer.ipv4('10.2.0.0/16');
const BALANCER = expect.stringMatching(
  /^\$\{alicloud_slb_load_balancer\.lb_load-balancer_\w+\.id\}$/,
) as string;

type Options = Partial<LoadBalancerProps> & FrontOptions;

function build(stack: TerraformStack, { count, of, ...props }: Options = {}): LoadBalancer {
  return new LoadBalancer(stack, 'lb', { ...frontOf(stack, { count, of }), ...props });
}

function loadBalancer(options: Options = {}): Resources {
  return resourcesOf((stack) => build(stack, options));
}

describe('a load balancer', () => {
  it('has a private address in two zones, and is paid for by use', () => {
    expect(loadBalancer()['alicloud_slb_load_balancer.lb/load-balancer']).toEqual({
      load_balancer_name: 'stack-lb',
      address_type: 'intranet',
      vswitch_id: 'vsw-1',
      master_zone_id: 'cn-hangzhou-h',
      slave_zone_id: 'cn-hangzhou-i',
      instance_charge_type: 'PayByCLCU',
      delete_protection: 'on',
      depends_on: [expect.stringMatching(/^terraform_data\.lb_kind_\w+$/)],
      // A second zone of the network would replace it, unless the cloud happens to have chosen that one.
      lifecycle: { prevent_destroy: true, ignore_changes: ['slave_zone_id'] },
    });
  });

  it('refuses brokers that a pair made expect the PROXY protocol, whenever it did', () => {
    expect(() =>
      resourcesOf((stack) => {
        const front = frontOf(stack, {});
        const target = { ...front.listeners[0]?.target, proxyProtocol: false } as IBrokerTarget & {
          proxyProtocol: boolean;
        };
        new LoadBalancer(stack, 'lb', { ...front, listeners: [LoadBalancerListener.amqp(target)] });
        target.proxyProtocol = true;
      }),
    ).toThrow(/listener amqp does not send the PROXY protocol, which a HaproxyPair made its brokers expect/);
  });

  it('takes zones, an address, a size, a name and tags', () => {
    const made = loadBalancer({
      masterZone: 'cn-hangzhou-j',
      slaveZone: 'cn-hangzhou-g',
      address: '10.0.2.10',
      specification: 'slb.s2.small',
      deletionProtection: false,
      name: 'mq',
      tags: { team: 'mq' },
    });
    expect(made['alicloud_slb_load_balancer.lb/load-balancer']).toEqual({
      load_balancer_name: 'mq',
      address_type: 'intranet',
      vswitch_id: 'vsw-3',
      master_zone_id: 'cn-hangzhou-j',
      slave_zone_id: 'cn-hangzhou-g',
      address: '10.0.2.10',
      instance_charge_type: 'PayBySpec',
      load_balancer_spec: 'slb.s2.small',
      delete_protection: 'off',
      depends_on: [expect.stringMatching(/^terraform_data\.lb_kind_\w+$/)],
      tags: { team: 'mq' },
      lifecycle: { prevent_destroy: false },
    });
    expect(made).toMatchObject({
      'alicloud_slb_server_group.lb/server-group-amqp': { name: 'mq-amqp', tags: { team: 'mq' } },
      'alicloud_slb_acl.lb/acl-amqp': { name: 'mq-amqp', tags: { team: 'mq' } },
    });
  });

  it('has the other zone as slave when the master is not the first, and none in a network of one zone', () => {
    const other = loadBalancer({ masterZone: 'cn-hangzhou-i' });
    expect(other['alicloud_slb_load_balancer.lb/load-balancer']).toMatchObject({
      slave_zone_id: 'cn-hangzhou-h',
    });
    const single = loadBalancer({ network: networkOf(1) });
    expect(single['alicloud_slb_load_balancer.lb/load-balancer']).not.toHaveProperty('slave_zone_id');
  });

  it('balances in turn, and probes AMQP by connecting and management by asking', () => {
    const made = loadBalancer();
    expect(made['alicloud_slb_listener.lb/listener-amqp']).toMatchObject({
      load_balancer_id: BALANCER,
      frontend_port: 5672,
      protocol: 'tcp',
      description: 'amqp',
      bandwidth: -1,
      scheduler: 'wrr',
      server_group_id: expect.stringContaining('server-group-amqp') as string,
      established_timeout: 900,
      health_check_type: 'tcp',
      health_check_connect_port: 5672,
      health_check_interval: 5,
      health_check_timeout: 5,
      healthy_threshold: 2,
      unhealthy_threshold: 2,
    });
    expect(made['alicloud_slb_listener.lb/listener-amqp']).not.toHaveProperty('health_check_uri');
    expect(made['alicloud_slb_listener.lb/listener-management']).toMatchObject({
      frontend_port: 15_672,
      health_check_type: 'http',
      health_check_connect_port: 15_672,
      health_check_uri: '/',
      health_check_http_code: 'http_2xx',
    });
  });

  it('asks for the management pages where the brokers have them', () => {
    const target = { nodes: [], managementPath: '/mq/' };
    expect(LoadBalancerListener.management(target).healthCheck.path).toBe('/mq/');
  });

  it('has all nodes behind each listener, with a weight that never changes', () => {
    const made = ofType(loadBalancer(), 'alicloud_slb_server_group_server_attachment');
    expect(Object.keys(made)).toEqual([
      'lb/server-amqp-rabbit-1',
      'lb/server-amqp-rabbit-2',
      'lb/server-amqp-rabbit-3',
      'lb/server-management-rabbit-1',
      'lb/server-management-rabbit-2',
      'lb/server-management-rabbit-3',
    ]);
    expect(made['lb/server-management-rabbit-2']).toEqual({
      server_group_id: expect.stringContaining('server-group-management') as string,
      server_id: expect.stringContaining('alicloud_instance.rabbit-2') as string,
      port: 15_672,
      weight: 100,
      type: 'ecs',
    });
  });

  it('makes its listeners one after the other, after all members, its access list and the brokers', () => {
    const listeners = ofType(loadBalancer(), 'alicloud_slb_listener');
    const after = (name: string): unknown =>
      (listeners[`lb/listener-${name}`]?.['depends_on'] as string[]).map((dependency) =>
        dependency.replace(/^alicloud_\w+\.lb_|_[0-9A-F]{8}$/g, ''),
      );
    expect(after('amqp')).toEqual([
      'server-amqp-rabbit-1',
      'server-amqp-rabbit-2',
      'server-amqp-rabbit-3',
      'server-management-rabbit-1',
      'server-management-rabbit-2',
      'server-management-rabbit-3',
      'acl-amqp-192-0-2-1-32',
      'acl-amqp-10-2-0-0-16',
      'terraform_data.members',
    ]);
    expect(after('management')).toEqual([
      'listener-amqp',
      'acl-management-192-0-2-1-32',
      'acl-management-10-2-0-0-16',
      'terraform_data.members',
    ]);
  });

  it('lets the named networks in, and never has an empty list', () => {
    const made = loadBalancer({
      of: (target) => [
        LoadBalancerListener.amqp(target),
        LoadBalancerListener.management(target, { allowFrom: [Peer.ipv4('10.9.0.7')] }),
      ],
      allowFrom: [CLIENTS, Peer.ipv4('10.3.0.0/16'), CLIENTS],
    });
    const entries = ofType(made, 'alicloud_slb_acl_entry_attachment');
    expect(Object.entries(entries).map(([name, { entry }]) => [name, entry])).toEqual([
      ['lb/acl-amqp-192-0-2-1-32', '192.0.2.1/32'],
      ['lb/acl-amqp-10-2-0-0-16', '10.2.0.0/16'],
      ['lb/acl-amqp-10-3-0-0-16', '10.3.0.0/16'],
      ['lb/acl-management-192-0-2-1-32', '192.0.2.1/32'],
      ['lb/acl-management-10-9-0-7-32', '10.9.0.7/32'],
    ]);
    expect(made['alicloud_slb_listener.lb/listener-management']).toMatchObject({
      acl_status: 'on',
      acl_type: 'white',
      acl_ids: [expect.stringContaining('alicloud_slb_acl.lb_acl-management')],
    });
  });

  it('opens the ports of the brokers to the clients and its own probes', () => {
    const made = ofType(loadBalancer(), 'alicloud_security_group_rule');
    expect(Object.keys(made)).toEqual([
      'brokers/ingress-tcp-5672-from-100-64-0-0-10',
      'brokers/ingress-tcp-5672-from-10-2-0-0-16',
      'brokers/ingress-tcp-15672-from-100-64-0-0-10',
      'brokers/ingress-tcp-15672-from-10-2-0-0-16',
    ]);
  });

  it('opens a port that is only probed to its probes alone', () => {
    const made = loadBalancer({
      of: (target) => [
        LoadBalancerListener.amqp(target, { healthCheck: { kind: 'http', port: 15_672, path: '/api' } }),
      ],
    });
    expect(Object.keys(ofType(made, 'alicloud_security_group_rule'))).toEqual([
      'brokers/ingress-tcp-5672-from-100-64-0-0-10',
      'brokers/ingress-tcp-5672-from-10-2-0-0-16',
      'brokers/ingress-tcp-15672-from-100-64-0-0-10',
    ]);
    expect(made['alicloud_slb_listener.lb/listener-amqp']).toMatchObject({
      health_check_type: 'http',
      health_check_connect_port: 15_672,
      health_check_uri: '/api',
    });
  });

  it('may be asked for another port, name, idle limit and check', () => {
    const made = loadBalancer({
      of: (target) => [
        LoadBalancerListener.amqp(target, {
          name: 'clients',
          port: 5000,
          targetPort: 5673,
          heartbeatSeconds: 20,
          idleTimeoutSeconds: 60,
          healthCheck: {
            intervalSeconds: 10,
            timeoutSeconds: 12,
            healthyThreshold: 3,
            unhealthyThreshold: 4,
          },
        }),
      ],
    });
    expect(made['alicloud_slb_listener.lb/listener-clients']).toMatchObject({
      frontend_port: 5000,
      established_timeout: 60,
      health_check_connect_port: 5673,
      health_check_interval: 10,
      health_check_timeout: 12,
      healthy_threshold: 3,
      unhealthy_threshold: 4,
    });
    expect(made['alicloud_slb_server_group_server_attachment.lb/server-clients-rabbit-1']).toMatchObject({
      port: 5673,
    });
  });

  it('tells its endpoints and its address', () => {
    resourcesOf((stack) => {
      const given = build(stack, { address: '10.0.0.9' });
      expect(given.address).toBe('10.0.0.9');
      expect(given.endpoint('management')).toBe('10.0.0.9:15672');
      expect(given.ready).toMatchObject({ node: { id: 'listener-management' } });
      expect(() => given.endpoint('http')).toThrow(
        'there is no listener "http": use one of amqp, management',
      );
    });
    const made = resourcesOf((stack) => {
      const chosen = build(stack);
      expect(Token.isUnresolved(chosen.address)).toBe(true);
      new SlbLoadBalancer(stack, 'use', { loadBalancerName: chosen.endpoint('amqp') });
    });
    expect(made['alicloud_slb_load_balancer.use']?.['load_balancer_name']).toMatch(
      /^\$\{alicloud_slb_load_balancer\.lb_load-balancer_\w+\.address\}:5672$/,
    );
  });

  it('changes nothing that exists when a node is added, except what its listeners wait for', () => {
    const before = loadBalancer({ count: 3 });
    const amqp = 'alicloud_slb_listener.lb/listener-amqp';
    const after = loadBalancer({ count: 5 });
    expect(changed(before, after)).toEqual([amqp]);
    expect({ ...after[amqp], depends_on: [] }).toEqual({ ...before[amqp], depends_on: [] });
  });

  it.each<[string, Options, string]>([
    ['no listener', { of: () => [] }, 'listeners must have at least one, got none'],
    [
      'two listeners of one name',
      { of: (target) => [LoadBalancerListener.amqp(target), LoadBalancerListener.amqp(target, { port: 1 })] },
      'listeners must differ in their name, got amqp twice: give one another name',
    ],
    [
      'two listeners on one port',
      {
        of: (target) => [LoadBalancerListener.amqp(target), LoadBalancerListener.amqp(target, { name: 'b' })],
      },
      'listeners must differ in their port, got 5672 twice: give one another port',
    ],
    ['nobody', { allowFrom: [] }, 'allowFrom must say who may use listener amqp, got nobody'],
    [
      'a security group as peer',
      { allowFrom: [Peer.securityGroup('sg-1')] },
      'allowFrom of listener amqp must be networks, got a security group: use Peer.ipv4',
    ],
    [
      'an unknown zone',
      { masterZone: 'cn-hangzhou-x' },
      'masterZone must be a zone of the network, got cn-hangzhou-x',
    ],
    [
      'one zone twice',
      { slaveZone: 'cn-hangzhou-h' },
      'slaveZone must differ from the master zone, got cn-hangzhou-h',
    ],
    [
      'a slave zone that is none',
      { slaveZone: 'hangzhou' },
      'zone must be a region and a letter, got "hangzhou"',
    ],
    ['an address elsewhere', { address: '10.0.1.9' }, "address must be in the vSwitch's 10.0.0.0/24"],
    ['a long name', { name: 'a'.repeat(76) }, 'at most 80 characters together with the name of a listener'],
    ['a bad name', { name: 'a b' }, 'name must be letters, digits, . _ and -, a letter first'],
  ])('refuses %s', (_, options, message) => {
    expect(() => loadBalancer(options)).toThrow(message);
  });
});

describe('a listener', () => {
  const target: IBrokerTarget = { nodes: [{ name: 'rabbit-1', address: '10.0.0.11' }] };

  it('takes its ports from its target', () => {
    const other = { ...target, amqpPort: 5673, managementPort: 8080 };
    expect(LoadBalancerListener.amqp(target)).toMatchObject({ port: 5672, targetPort: 5672 });
    expect(LoadBalancerListener.amqp(other)).toMatchObject({ port: 5673, targetPort: 5673 });
    expect(LoadBalancerListener.management(target)).toMatchObject({ port: 15_672 });
    expect(LoadBalancerListener.management(other)).toMatchObject({ port: 8080 });
    expect(() => LoadBalancerListener.amqp({ ...target, heartbeatSeconds: 1000 })).toThrow(
      'heartbeatSeconds must be from 1 to below the idle limit of 900 s, got 1000',
    );
  });

  it.each([
    [{ heartbeatSeconds: 900 }, 'heartbeatSeconds must be from 1 to below the idle limit of 900 s, got 900'],
    [
      { heartbeatSeconds: 0 },
      'got 0: the load balancer forgets healthy idle connections; lower the heartbeat',
    ],
    [{ idleTimeoutSeconds: 60 }, 'below the idle limit of 60 s, got 60'],
    [{ idleTimeoutSeconds: 901 }, 'idleTimeoutSeconds must be a whole number from 10 to 900, got 901'],
    [{ idleTimeoutSeconds: 9 }, 'got 9'],
    [{ port: 0 }, 'port must be a whole number from 1 to 65535, got 0'],
    [{ targetPort: 65_536 }, 'got 65536'],
    [{ name: 'AMQP' }, 'listener AMQP: name must be a host name'],
    [
      { healthCheck: { intervalSeconds: 4 } },
      'healthCheck.intervalSeconds must be a whole number from 5 to 50, got 4',
    ],
    [
      { healthCheck: { intervalSeconds: 10, timeoutSeconds: 9 } },
      'healthCheck.timeoutSeconds must be a whole number from 10 to 300, got 9',
    ],
    [
      { healthCheck: { healthyThreshold: 1 } },
      'healthCheck.healthyThreshold must be a whole number from 2 to 10',
    ],
    [{ healthCheck: { unhealthyThreshold: 11 } }, 'healthCheck.unhealthyThreshold must be'],
    [{ healthCheck: { path: 'api' } }, 'healthCheck.path must begin with /'],
  ])('refuses %j', (options, message) => {
    expect(() => LoadBalancerListener.amqp(target, options)).toThrow(message);
  });

  it('may lose idle connections when that is meant', () => {
    const listener = LoadBalancerListener.amqp(target, { heartbeatSeconds: 0, cutsIdleConnections: true });
    expect(listener.idleTimeoutSeconds).toBe(900);
  });
});
