import { Construct } from 'constructs';
import { ErrorSubject, ValidationError } from '../model/errors';
import { GroupSpec, SCRIPTS_DIRECTORY } from '../model/host';
import { BrokerGroup } from './broker-group';
import { RabbitMqClusterProps } from './cluster-props';
import { assertRamNodes } from './ram-nodes';

/** An odd number, so that a majority exists in every split; more than seven copies only cost throughput. */
const SIZES: readonly number[] = [1, 3, 5, 7];

/**
 * A RabbitMQ cluster of one, three, five or seven nodes with one Erlang cookie, an administrator, and the vhosts, users,
 * policies, exchanges, queues and bindings that are added to it.
 *
 * A deploy succeeds only when every node sees all others and none has an alarm.
 */
export class RabbitMqCluster extends BrokerGroup {
  private readonly ramNodes: readonly string[];

  /** @throws ValidationError for bad input; each rule is named in the error */
  public constructor(scope: Construct, id: string, props: RabbitMqClusterProps) {
    super(scope, id, props, (subject) => {
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
    this.place();
  }

  protected groupSpec(): GroupSpec {
    const members = this.nodes.map(({ name }) => name);
    const disc = this.files(members, this.ramNodes);
    const ram = this.ramNodes.length === 0 ? disc : this.files(members, this.ramNodes, 'ram');
    return {
      name: this.name,
      hosts: this.nodes.map((broker) => this.host(broker, this.ramNodes.includes(broker.name) ? ram : disc)),
      readyCommand: [`${SCRIPTS_DIRECTORY}/rabbitmq-ready`],
      readyTimeoutSeconds: this.readyTimeoutSeconds,
      joinedCommand: [`${SCRIPTS_DIRECTORY}/rabbitmq-joined`],
      leaveCommand: [`${SCRIPTS_DIRECTORY}/rabbitmq-leave`],
    };
  }
}

function assertSize(subject: ErrorSubject, nodes: number): void {
  if (SIZES.includes(nodes)) return;
  const below = Math.max(...SIZES.filter((size) => size < nodes), 1);
  const above = Math.min(...SIZES.filter((size) => size > nodes), 7);
  const way = below === above ? `use ${below}` : `use ${below} or ${above}`;
  if (Number.isInteger(nodes) && nodes > 0 && nodes % 2 === 0) {
    throw new ValidationError(subject, `nodes must be odd for quorum queues, got ${nodes}: ${way}`);
  }
  throw new ValidationError(subject, `nodes must be 1, 3, 5 or 7, got ${nodes}: ${way}`);
}
