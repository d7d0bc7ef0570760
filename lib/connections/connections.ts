import { Peer } from './peer';
import { Port } from './port';

/** A firewall around hosts. */
export interface ISecurityGroup {
  readonly securityGroupId: string;
  /** Lets `peer` reach `port` of the members. The same rule twice is one rule. */
  addIngress(peer: Peer, port: Port, description?: string): void;
}

/** Something that has connections, e.g. a cluster, a pair of proxies, or a security group. */
export interface IConnectable {
  readonly connections: Connections;
}

/**
 * Who may reach something, e.g. `cluster.connections.allowFrom(app, Port.amqp)`. On a platform without firewalls, such as
 * Docker, there is no security group and everything on the network is reachable: the calls change nothing there.
 */
export class Connections implements IConnectable {
  public constructor(private readonly groups: readonly ISecurityGroup[]) {}

  /** So that connections can be given where something connectable is wanted. */
  public get connections(): this {
    return this;
  }

  /** The firewalls around it; none on a platform without. */
  public get securityGroups(): readonly ISecurityGroup[] {
    return [...this.groups];
  }

  /** Lets `other` reach `port`. */
  public allowFrom(other: IConnectable | Peer, port: Port, description?: string): void {
    const peers =
      other instanceof Peer
        ? [other]
        : other.connections.securityGroups.map(({ securityGroupId }) => Peer.securityGroup(securityGroupId));
    for (const group of this.groups) {
      for (const peer of peers) group.addIngress(peer, port, description);
    }
  }

  /** Lets the hosts reach each other's `port`. */
  public allowInternally(port: Port, description?: string): void {
    this.allowFrom(this, port, description);
  }
}
