import { TerraformStack, Testing } from 'cdktf';
import { RabbitMqCluster, RabbitMqVersion, Secret } from '../../lib';
import {
  AlibabaCloudProvider,
  EcsPlatform,
  HaVip,
  keepStateInOss,
  LoadBalancer,
  LoadBalancerListener,
  Network,
  NetworkLoadBalancer,
  NetworkPeering,
  PrivateDns,
  SecurityGroup,
} from '../../lib/alicloud';
import { Extra, Misspelt, refusesMisspelt } from '../model/misspelt';
import { brokers } from '../proxy/fake-platform';
import { frontOf, networkOf } from './brokers';
import { broker, PROXY, platformIn } from './ecs-fixture';

function newStack(): TerraformStack {
  return new TerraformStack(Testing.app(), 'stack');
}

function password(): Secret {
  return Secret.generate(newStack(), 'password');
}

function machines(extra: Extra): EcsPlatform {
  return platformIn(newStack(), broker(extra));
}

function peering(stack: TerraformStack, extra: Extra, from: Extra): NetworkPeering {
  const one = new Network(stack, 'one', network);
  const two = new Network(stack, 'two', { ...network, cidr: '10.1.0.0/16' });
  return new NetworkPeering(stack, 'peering', {
    from: { network: one, ...from },
    to: { network: two },
    ...extra,
  });
}

const ecs = (extra: Extra): EcsPlatform => platformIn(newStack(), extra);
const network = { cidr: '10.0.0.0/16', zones: ['cn-hangzhou-h'] };
const state = { bucket: 'state', region: 'cn-hangzhou', lockTable: { instance: 'locks', table: 'locks' } };
const probed = { ...brokers(1), managementPort: 15_672 };

const CASES: readonly Misspelt[] = [
  ['an ECS platform', ecs, 'deletionprotected', 'deletionProtection'],
  [
    'roles of machines',
    (extra) => ecs({ machines: { proxy: PROXY, ...extra } }),
    'rabitmq',
    'machines.rabbitmq',
  ],
  ['machines', machines, 'instance_type', 'machines.rabbitmq.instanceType'],
  [
    'a disk',
    (extra) =>
      new RabbitMqCluster(newStack(), 'rabbit', {
        nodes: 1,
        version: RabbitMqVersion.V4_0,
        platform: machines({ dataDisk: { sizeGiB: 20, ...extra } }),
      }),
    'kmsKey',
    'dataDisk.kmsKeyId',
  ],
  [
    'a login at a registry',
    (extra) =>
      ecs({ registryLogin: { server: 'r.example.com', username: 'a', password: password(), ...extra } }),
    'user',
    'registryLogin.username',
  ],
  ['settings of an engine', (extra) => ecs({ engine: extra }), 'logFile', 'engine.logFiles'],
  [
    'a provider',
    (extra) => new AlibabaCloudProvider(newStack(), 'alicloud', { region: 'cn-hangzhou', ...extra }),
    'accountID',
    'accountId',
  ],
  [
    'a role of a provider',
    (extra) =>
      new AlibabaCloudProvider(newStack(), 'alicloud', {
        region: 'cn-hangzhou',
        assumeRole: { roleArn: 'acs:ram::1234567890123456:role/deploy', ...extra },
      }),
    'external_id',
    'assumeRole.externalId',
  ],
  [
    'a network',
    (extra) => new Network(newStack(), 'network', { ...network, ...extra }),
    'natGatway',
    'natGateway',
  ],
  [
    'a NAT gateway',
    (extra) => new Network(newStack(), 'network', { ...network, natGateway: extra }),
    'bandwidth',
    'natGateway.bandwidthMbps',
  ],
  [
    'a security group',
    (extra) => new SecurityGroup(newStack(), 'group', { network: networkOf(1), ...extra }),
    'desciption',
    'description',
  ],
  [
    'a private zone',
    (extra) =>
      new PrivateDns(newStack(), 'dns', { zoneName: 'a.internal', networks: [networkOf(1)], ...extra }),
    'ttlSecond',
    'ttlSeconds',
  ],
  [
    'a floating address',
    (extra) => {
      const [vswitch] = networkOf(1).vswitches;
      return vswitch && new HaVip(newStack(), 'havip', { vswitch, ...extra });
    },
    'adress',
    'address',
  ],
  [
    'a Classic Load Balancer',
    (extra) => {
      const stack = newStack();
      return new LoadBalancer(stack, 'slb', { ...frontOf(stack, {}), ...extra });
    },
    'masterzone',
    'masterZone',
  ],
  [
    'a Network Load Balancer',
    (extra) => {
      const stack = newStack();
      return new NetworkLoadBalancer(stack, 'nlb', { ...frontOf(stack, {}), ...extra });
    },
    'preserveClientIP',
    'preserveClientIp',
  ],
  [
    'a listener of a load balancer',
    (extra) => LoadBalancerListener.amqp(brokers(1), extra),
    'idleTimeoutSecond',
    'idleTimeoutSeconds',
  ],
  [
    'a listener for pages of a load balancer',
    (extra) => LoadBalancerListener.management(probed, extra),
    'allowfrom',
    'allowFrom',
  ],
  [
    'a health check of a load balancer',
    (extra) => LoadBalancerListener.management(probed, { healthCheck: extra }),
    'interval',
    'healthCheck.intervalSeconds',
  ],
  ['a peering', (extra) => peering(newStack(), extra, {}), 'bandwidthMbs', 'bandwidthMbps'],
  ['a peered network', (extra) => peering(newStack(), {}, extra), 'routeTable', 'from.routeTableId'],
  ['a state', (extra) => keepStateInOss(newStack(), { ...state, ...extra }), 'prefixe', 'prefix'],
  [
    'a lock table',
    (extra) => keepStateInOss(newStack(), { ...state, lockTable: { ...state.lockTable, ...extra } }),
    'endPoints',
    'lockTable.endpoint',
  ],
  [
    'a role of a state',
    (extra) => {
      const assumeRole = { roleArn: 'acs:ram::1234567890123456:role/deploy', ...extra };
      return keepStateInOss(newStack(), { ...state, assumeRole });
    },
    'session',
    'assumeRole.sessionName',
  ],
];

describe('an option of Alibaba Cloud that there is not', () => {
  refusesMisspelt(CASES);
});
