import { Construct } from 'constructs';
import { describeNumber, isKnownNumber } from '../config/values';
import { ErrorSubject, ValidationError } from '../model/errors';
import { GroupSpec, SCRIPTS_DIRECTORY } from '../model/host';
import { assertOptions } from '../model/options';
import { ITopologySource, Topology } from '../model/topology';
import { BrokerGroup } from './broker-group';
import { CLUSTER_PROPS, RabbitMqClusterProps } from './cluster-props';
import { UpstreamOptions } from './federation';
import { LinkGraph } from './link-graph';
import { ClusterLinks } from './links';
import { assertRamNodes } from './ram-nodes';
import { ShovelOptions, StaticShovelOptions } from './shovel';

/** An odd number, so that a majority exists in every split; more than seven copies only cost throughput. */
const SIZES: readonly number[] = [1, 3, 5, 7];

/**
 * A RabbitMQ cluster of one, three, five or seven nodes with one Erlang cookie, an administrator, and the vhosts, users,
 * policies, exchanges, queues and bindings that are added to it.
 *
 * Where a platform asks its hosts, as `DockerPlatform` does, a deploy succeeds only when every node sees all others and none
 * has an alarm.
 */
export class RabbitMqCluster extends BrokerGroup implements ITopologySource {
  private readonly ramNodes: readonly string[];
  private readonly links: ClusterLinks;

  /** @throws ValidationError for bad input; each rule is named in the error */
  public constructor(scope: Construct, id: string, props: RabbitMqClusterProps) {
    super(scope, id, props, (subject) => {
      if (new.target === RabbitMqCluster) assertOptions(subject, props, CLUSTER_PROPS);
      assertSize(subject, props.nodes);
      return {
        hosts: props.nodes,
        copies: props.nodes,
        ...(props.metadataStore === undefined ? {} : { metadataStore: props.metadataStore }),
      };
    });
    const { nodes, version, ramNodes = [] } = props;
    assertRamNodes(this, { version, nodes, metadataStore: this.metadataStore }, ramNodes);
    this.ramNodes = this.nodes.map(({ name }) => name).filter((_, index) => ramNodes.includes(index + 1));
    this.links = new ClusterLinks({
      version: this.version,
      cluster: this,
      hasPlugin: (plugin) => this.hasPlugin(plugin),
    });
    this.place();
  }

  public override get linkGraph(): LinkGraph {
    return this.links;
  }

  /**
   * A dynamic shovel: moves messages from one queue or exchange to another, in this cluster or elsewhere. Enables its plugins.
   * A shovel that is taken out of the stack goes on: `rabbitmqctl clear_parameter shovel NAME` ends it.
   * @throws ValidationError for a bad option, or a shovel from and to the same place; at synth for a queue, exchange or user
   *   that a cluster of this app does not declare, and for shovels in a circle
   */
  public addShovel(name: string, options: ShovelOptions): void {
    this.declare(() => {
      this.links.addShovel(name, options);
    });
  }

  /** A shovel in the nodes' configuration: a change of it restarts them. @throws ValidationError as `addShovel` does */
  public addStaticShovel(name: string, options: StaticShovelOptions): void {
    this.declare(() => {
      this.links.addStaticShovel(name, options);
    });
  }

  /**
   * Where exchanges and queues get messages from, as policies with `federation-upstream` or `federation-upstream-set` say.
   * Enables the plugins here and, in a cluster of this app, at the upstream. An upstream that is taken out of the stack stays:
   * `rabbitmqctl clear_parameter federation-upstream NAME` removes it.
   * @throws ValidationError for a bad option, or the cluster itself; at synth for an upstream that no policy uses
   */
  public addUpstream(name: string, options: UpstreamOptions): void {
    this.declare(() => {
      this.links.addUpstream(name, options);
    });
  }

  /**
   * Upstreams that a policy names together. The set `all` of all upstreams is always there.
   * @param vhost default `/`
   * @throws ValidationError for a bad name or an empty list; at synth for an upstream that is not declared
   */
  public addUpstreamSet(name: string, upstreams: readonly string[], vhost?: string): void {
    this.declare(() => {
      this.links.addUpstreamSet(name, upstreams, vhost);
    });
  }

  public describeTopology(): Partial<Topology> {
    return { links: this.links.topology() };
  }

  protected groupSpec(): GroupSpec {
    const members = this.nodes.map(({ name }) => name);
    const links = this.links.render();
    const disc = this.files(members, links, this.ramNodes);
    const ram = this.ramNodes.length === 0 ? disc : this.files(members, links, this.ramNodes, 'ram');
    return {
      name: this.name,
      hosts: this.nodes.map((broker) =>
        this.host(broker, this.ramNodes.includes(broker.name) ? ram : disc, links),
      ),
      readyCommand: [`${SCRIPTS_DIRECTORY}/rabbitmq-ready`],
      readyTimeoutSeconds: this.readyTimeoutSeconds,
      joinedCommand: [`${SCRIPTS_DIRECTORY}/rabbitmq-joined`],
      leaveCommand: [`${SCRIPTS_DIRECTORY}/rabbitmq-leave`],
    };
  }
}

/** What is wrong with a number of nodes, if anything is, and the way out; `nodes` comes before it. */
export function sizeProblem(nodes: number): string | undefined {
  if (SIZES.includes(nodes)) return undefined;
  const below = Math.max(...SIZES.filter((size) => size < nodes), 1);
  const above = Math.min(...SIZES.filter((size) => size > nodes), 7);
  const choice = below === above ? `use ${below}` : `use ${below} or ${above}`;
  const way = isKnownNumber(nodes) ? choice : 'write the number';
  if (Number.isInteger(nodes) && nodes > 0 && nodes % 2 === 0)
    return `must be odd for quorum queues, got ${nodes}: ${way}`;
  return `must be 1, 3, 5 or 7, got ${describeNumber(nodes)}: ${way}`;
}

function assertSize(subject: ErrorSubject, nodes: number): void {
  const problem = sizeProblem(nodes);
  if (problem !== undefined) throw new ValidationError(subject, `nodes ${problem}`);
}
