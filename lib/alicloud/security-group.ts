import { SecurityGroup as SecurityGroupResource } from '@cdktf/provider-alicloud/lib/security-group';
import { SecurityGroupRule } from '@cdktf/provider-alicloud/lib/security-group-rule';
import { DefaultTokenResolver, StringConcat, TerraformStack, Token, Tokenization } from 'cdktf';
import { Construct } from 'constructs';
import { Connections, IConnectable, ISecurityGroup } from '../connections/connections';
import { Peer } from '../connections/peer';
import { Port } from '../connections/port';
import { ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { ITopologySource, Topology, TopologyRule } from '../model/topology';
import { idPart } from './id-part';
import { INetwork } from './network';
import { tagsOf } from './tags';

/** See "CreateSecurityGroup" in the ECS API reference. */
const NAME = /^\p{L}[\p{L}\d.:_-]{1,127}$/u;
const DESCRIPTION = /^(?!https?:\/\/).{2,256}$/su;
/** What a rule can name, besides all protocols, see "AuthorizeSecurityGroup" in the ECS API reference. */
const NAMED_PROTOCOLS = ['tcp', 'udp', 'icmp', 'gre'] as const;
/** Weaker than any rule that opens a port, and in this order: 1 to 100, the smaller number counts first. */
const DENY_PRIORITY = 99;
const ALL_PROTOCOLS_PRIORITY = 100;

/** Settings of a `SecurityGroup`. */
export interface SecurityGroupProps {
  /** Where its members are. */
  readonly network: INetwork;
  /** @default `<stack>-<construct id>` */
  readonly name?: string;
  /** @default none */
  readonly description?: string;
  /** @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

const SECURITY_GROUP_PROPS: OptionNames<SecurityGroupProps> = {
  network: true,
  name: true,
  description: true,
  tags: true,
};

/** What a rule needs besides its peer. */
interface RuleOptions {
  readonly ipProtocol: string;
  readonly portRange?: string;
  readonly policy?: 'drop';
  readonly priority?: number;
  readonly description?: string;
}

/** The rules of a security group. */
abstract class SecurityGroupRules extends Construct implements ISecurityGroup, IConnectable, ITopologySource {
  public abstract readonly securityGroupId: string;
  private readonly admitted: TopologyRule[] = [];

  /** What its members may be reached by, and what they may reach. */
  public get connections(): Connections {
    return new Connections([this]);
  }

  /**
   * Lets `peer` reach `port` of the members. The same rule twice is one rule, with the description of the first.
   *
   * VRRP is no protocol that a rule can name: it takes tcp, udp, icmp, gre and all. `Port.vrrp` is therefore a rule for
   * all protocols of that peer, weaker than rules that deny the four named ones, which are weaker than any that opens a
   * port. So the peer gets VRRP and other protocols without a name, and no port that was not opened to it.
   */
  public addIngress(peer: Peer, port: Port, description?: string): void {
    const from = this.nameOf(peer);
    this.admitted.push({
      peer: peer.rule.kind === 'ipv4' ? { cidr: peer.rule.cidr } : { firewall: peer.rule.securityGroupId },
      protocol: port.protocol,
      from: port.from,
      to: port.to,
    });
    if (port.protocol !== 'vrrp') {
      this.addRule(`ingress-${port.toString()}-from-${from}`, peer, {
        ipProtocol: port.protocol,
        portRange: `${port.from}/${port.to}`,
        ...(description === undefined ? {} : { description }),
      });
      return;
    }
    for (const protocol of NAMED_PROTOCOLS) {
      this.addRule(`deny-${protocol}-from-${from}`, peer, {
        ipProtocol: protocol,
        portRange: protocol === 'tcp' || protocol === 'udp' ? '1/65535' : '-1/-1',
        policy: 'drop',
        priority: DENY_PRIORITY,
        description: 'VRRP is opened as all protocols without these',
      });
    }
    this.addRule(`ingress-${port.toString()}-from-${from}`, peer, {
      ipProtocol: 'all',
      portRange: '-1/-1',
      priority: ALL_PROTOCOLS_PRIORITY,
      description: description ?? 'VRRP',
    });
  }

  public describeTopology(): Partial<Topology> {
    const id = this.securityGroupId;
    return { firewalls: [{ id, name: `security group ${this.node.id}`, rules: [...this.admitted] }] };
  }

  private addRule(id: string, { rule }: Peer, options: RuleOptions): void {
    if (this.node.tryFindChild(id) !== undefined) return;
    new SecurityGroupRule(this, id, {
      securityGroupId: this.securityGroupId,
      type: 'ingress',
      nicType: 'intranet',
      policy: 'accept',
      ...options,
      ...(rule.kind === 'ipv4' ? { cidrIp: rule.cidr } : { sourceSecurityGroupId: rule.securityGroupId }),
      ...(rule.kind === 'security-group' && rule.accountId !== undefined
        ? { sourceGroupOwnerId: rule.accountId }
        : {}),
    });
  }

  /** The same for the same peer, whatever else there is, so that no rule is renamed by another. */
  private nameOf({ rule }: Peer): string {
    if (rule.kind === 'ipv4') return idPart(rule.cidr);
    const group = this.expressionOf(rule.securityGroupId);
    return group === this.expressionOf(this.securityGroupId) ? 'members' : group;
  }

  /** A token's number depends on what was built before; the expression that it stands for does not. */
  private expressionOf(text: string): string {
    if (!Token.isUnresolved(text)) return text;
    const resolver = new DefaultTokenResolver(new StringConcat());
    const expression = Tokenization.resolve(text, { scope: this, resolver, preparing: false }) as string;
    return idPart(expression);
  }
}

/** Rules for a group that is made elsewhere. */
class ImportedSecurityGroup extends SecurityGroupRules {
  public constructor(
    scope: Construct,
    id: string,
    public readonly securityGroupId: string,
  ) {
    super(scope, id);
  }
}

/**
 * A firewall around hosts: nothing reaches them, not even from each other, but what is opened. They reach everything.
 * Use it as `brokers.connections.allowFrom(app, Port.amqp)`.
 */
export class SecurityGroup extends SecurityGroupRules {
  /**
   * A group that exists. What is opened here is added to its rules; import a group once, since two equal rules are one
   * for the cloud, and go away together.
   */
  public static fromSecurityGroupId(
    scope: Construct,
    id: string,
    securityGroupId: string,
  ): ISecurityGroup & IConnectable {
    return new ImportedSecurityGroup(scope, id, securityGroupId);
  }

  public readonly securityGroupId: string;

  /** @throws ValidationError for a name or description that the cloud does not take */
  public constructor(scope: Construct, id: string, props: SecurityGroupProps) {
    super(scope, id);
    if (new.target === SecurityGroup) assertOptions(this, props, SECURITY_GROUP_PROPS);
    const { network, description, tags } = props;
    const name = props.name ?? `${TerraformStack.of(this).node.id}-${id}`;
    if (!NAME.test(name) && !Token.isUnresolved(name)) {
      throw new ValidationError(
        this,
        `name must have 2 to 128 letters, digits, . : _ or -, a letter first, got "${name}": choose another name`,
      );
    }
    if (description !== undefined && !DESCRIPTION.test(description) && !Token.isUnresolved(description)) {
      throw new ValidationError(
        this,
        `description must have 2 to 256 characters and not begin with http:// or https://, got "${description}"`,
      );
    }
    const group = new SecurityGroupResource(this, 'group', {
      vpcId: network.vpcId,
      securityGroupName: name,
      innerAccessPolicy: 'Drop',
      ...(description === undefined ? {} : { description }),
      ...tagsOf(this, tags),
    });
    this.securityGroupId = group.id;
  }
}
