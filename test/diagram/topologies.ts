import { App, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { EcsPlatform } from '../../lib/alicloud/ecs-platform';
import { MachineImage } from '../../lib/alicloud/machine-image';
import { Network } from '../../lib/alicloud/network';
import { NetworkPeering } from '../../lib/alicloud/network-peering';
import { Peer } from '../../lib/connections/peer';
import { Port } from '../../lib/connections/port';
import { Images } from '../../lib/images';
import { ITopologySource, Topology, TopologyLink } from '../../lib/model/topology';
import { HaproxyListener } from '../../lib/proxy/haproxy-listener';
import { HaproxyPair } from '../../lib/proxy/haproxy-pair';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';

/** A construct that tells of links alone. */
export class Links extends Construct implements ITopologySource {
  public constructor(
    scope: Construct,
    id: string,
    private readonly links: readonly TopologyLink[],
  ) {
    super(scope, id);
  }

  public describeTopology(): Partial<Topology> {
    return { links: this.links };
  }
}

/** Part of a stack in a network of its own. */
export interface Site {
  readonly network: Network;
  readonly cluster: RabbitMqCluster;
  readonly pair: HaproxyPair;
}

/** `nodes` brokers over three zones of a region, and a pair of proxies. */
export function site(scope: Construct, name: string, region: string, cidr: string, nodes: number): Site {
  const network = new Network(scope, `${name}-network`, {
    name,
    cidr,
    zones: ['a', 'b', 'c'].map((zone) => `${region}-${zone}`),
  });
  const platform = new EcsPlatform(scope, `${name}-ecs`, {
    network,
    images: Images.fromRegistry({
      rabbitmq: 'registry.example.com/rabbitmq:4',
      proxy: 'registry.example.com/proxy:3',
    }),
    machineImage: MachineImage.of('debian_13_x64_20G_alibase_20260815.vhd', 'debian-13'),
    machines: {
      rabbitmq: { instanceType: 'ecs.g8i.large' },
      proxy: { instanceType: 'ecs.c8i.large', zoneSpread: 1 },
    },
  });
  const cluster = new RabbitMqCluster(scope, `${name}-rabbitmq`, {
    platform,
    nodes,
    version: RabbitMqVersion.V4_0,
  });
  const pair = new HaproxyPair(scope, `${name}-proxy`, {
    platform,
    name: `${name}-proxy`,
    listeners: [HaproxyListener.amqp(cluster), HaproxyListener.management(cluster)],
  });
  pair.connections.allowFrom(Peer.ipv4('10.0.0.0/8'), Port.amqp);
  return { network, cluster, pair };
}

/** Thirty hosts in four regions, with links between their clusters. */
export function thirtyHosts(): TerraformStack {
  const stack = new TerraformStack(new App(), 'thirty');
  const hangzhou = site(stack, 'hangzhou', 'cn-hangzhou', '10.1.0.0/16', 7);
  const beijing = site(stack, 'beijing', 'cn-beijing', '10.2.0.0/16', 7);
  const shenzhen = site(stack, 'shenzhen', 'cn-shenzhen', '10.3.0.0/16', 5);
  const chengdu = site(stack, 'chengdu', 'cn-chengdu', '10.4.0.0/16', 3);
  new NetworkPeering(stack, 'peering', {
    from: { network: hangzhou.network },
    to: { network: beijing.network },
  });
  const ports = [{ name: 'amqp', port: 5672 }];
  new Links(stack, 'links', [
    {
      kind: 'messages',
      name: 'shovel orders',
      from: hangzhou.cluster.nodes,
      to: beijing.cluster.nodes,
      ports,
    },
    {
      kind: 'messages',
      name: 'federation events',
      from: shenzhen.cluster.nodes,
      to: chengdu.cluster.nodes,
      ports,
    },
  ]);
  return stack;
}
