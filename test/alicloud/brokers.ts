import { Instance } from '@cdktf/provider-alicloud/lib/instance';
import { TerraformStack } from 'cdktf';
import {
  INetwork,
  IServers,
  LoadBalancerListener,
  LoadBalancerProps,
  Network,
  SecurityGroup,
} from '../../lib/alicloud';
import { Peer } from '../../lib/connections/peer';
import { IBrokerTarget } from '../../lib/proxy/haproxy-listener';
import { TerraformData } from '../../lib/terraform/terraform-data';

const ZONES = ['cn-hangzhou-h', 'cn-hangzhou-i', 'cn-hangzhou-j'];

/** A network that exists, with vSwitches `vsw-1` to `vsw-<count>`, each in its zone. */
export function networkOf(count: number): INetwork {
  const vswitches = ZONES.slice(0, count).map((zone, index) => ({
    vswitchId: `vsw-${index + 1}`,
    zone,
    cidr: `10.0.${index}.0/24`,
  }));
  return Network.fromAttributes({ vpcId: 'vpc-1', cidr: '10.0.0.0/16', vswitches });
}

/** Brokers `rabbit-1` to `rabbit-<count>` on instances of the same names, and the firewall `brokers` around them. */
function brokersOf(
  stack: TerraformStack,
  count = 3,
): { readonly target: IBrokerTarget; readonly servers: IServers } {
  const network = networkOf(1);
  const firewall = new SecurityGroup(stack, 'brokers', { network });
  const nodes = Array.from({ length: count }, (_, index) => ({
    name: `rabbit-${index + 1}`,
    address: `10.0.0.${index + 11}`,
  }));
  const instances = new Map(
    nodes.map(({ name, address }) => [
      name,
      new Instance(stack, name, {
        imageId: 'debian',
        instanceType: 'ecs.g7.large',
        vswitchId: 'vsw-1',
        privateIp: address,
        securityGroups: [firewall.securityGroupId],
      }).id,
    ]),
  );
  return {
    target: {
      nodes,
      ready: new TerraformData(stack, 'members', {}),
      managementPort: 15_672,
      connections: firewall.connections,
    },
    servers: {
      instanceId: (name) => {
        const id = instances.get(name);
        if (id === undefined) throw new Error(`no instance ${name}`);
        return id;
      },
    },
  };
}

/** What stands behind a load balancer, and who may use it. */
export interface FrontOptions {
  /** Number of nodes. @default 3 */
  readonly count?: number | undefined;
  /** @default AMQP and management */
  readonly of?: ((target: IBrokerTarget) => readonly LoadBalancerListener[]) | undefined;
}

/** What both kinds of load balancers need, with clients in 10.2.0.0/16. */
export function frontOf(
  stack: TerraformStack,
  {
    count,
    of = (target) => [LoadBalancerListener.amqp(target), LoadBalancerListener.management(target)],
  }: FrontOptions,
): Pick<LoadBalancerProps, 'network' | 'servers' | 'listeners' | 'allowFrom'> {
  const { target, servers } = brokersOf(stack, count);
  return { network: networkOf(3), servers, listeners: of(target), allowFrom: [Peer.ipv4('10.2.0.0/16')] };
}
