import { OptionNames } from '../model/options';
import { BROKER_GROUP_PROPS, BrokerGroupProps } from './broker-group-props';
import { MetadataStore } from './version';

/** Settings of a `RabbitMqCluster`. */
export interface RabbitMqClusterProps extends BrokerGroupProps {
  /** 1, 3, 5 or 7. */
  readonly nodes: number;
  /**
   * Numbers of the nodes that keep metadata in memory only, e.g. `[3]` for `<name>-3`: declaring many queues is faster
   * there, publishing and consuming are not. RabbitMQ advises against it since 2021. They need Mnesia. A node keeps the type
   * that it joined with.
   * @default none: every node is a disc node
   */
  readonly ramNodes?: readonly number[];
  /**
   * Where vhosts, users, queues and so on are kept. The move to Khepri cannot be undone.
   * @default what the version itself chooses: Mnesia until 4.1, Khepri from 4.2
   */
  readonly metadataStore?: MetadataStore;
}

export const CLUSTER_PROPS: OptionNames<RabbitMqClusterProps> = {
  ...BROKER_GROUP_PROPS,
  nodes: true,
  ramNodes: true,
  metadataStore: true,
};
