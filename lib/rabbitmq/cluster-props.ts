import { BrokerGroupProps } from './broker-group-props';
import { MetadataStore } from './version';

/** Settings of a `RabbitMqCluster`. */
export interface RabbitMqClusterProps extends BrokerGroupProps {
  /** 1, 3, 5 or 7. */
  readonly nodes: number;
  /**
   * Where vhosts, users, queues and so on are kept. The move to Khepri cannot be undone.
   * @default what the version itself chooses: Mnesia until 4.1, Khepri from 4.2
   */
  readonly metadataStore?: MetadataStore;
}
