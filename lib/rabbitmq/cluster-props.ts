import { ITerraformDependable } from 'cdktf';
import { ISecret } from '../model/secret';
import { IPlatform } from '../platform';
import { NodeSettings } from './node-configuration';
import { RabbitMqPlugin } from './plugins';
import { MetadataStore, RabbitMqVersion } from './version';

/** The one user that may do everything. */
export interface AdministratorProps {
  /**
   * Not `guest`.
   * @default 'administrator'
   */
  readonly name?: string;
  /** @default a generated one */
  readonly password?: ISecret;
}

/** Settings of a `RabbitMqCluster`. */
export interface RabbitMqClusterProps extends NodeSettings {
  readonly platform: IPlatform;
  /** 1, 3, 5 or 7. */
  readonly nodes: number;
  readonly version: RabbitMqVersion;
  /**
   * Host names are `<name>-1`, `<name>-2` and so on.
   * @default the construct id
   */
  readonly name?: string;
  /** Besides the default ones. @default none */
  readonly plugins?: readonly RabbitMqPlugin[];
  /** @default `rabbitmq_management` and `rabbitmq_prometheus` */
  readonly defaultPlugins?: readonly RabbitMqPlugin[];
  /**
   * Where vhosts, users, queues and so on are kept. The move to Khepri cannot be undone.
   * @default what the version itself chooses: Mnesia until 4.1, Khepri from 4.2
   */
  readonly metadataStore?: MetadataStore;
  /** @default named `administrator`, with a generated password */
  readonly administrator?: AdministratorProps;
  /** @default a generated one */
  readonly erlangCookie?: ISecret;
  /**
   * One fixed address a node.
   * @default chosen by the platform
   */
  readonly addresses?: readonly string[];
  /** Hard memory limit of each container. @default none */
  readonly memoryMiB?: number;
  /** Limit of open files: RabbitMQ wants at least 50,000 in production. @default the engine's own */
  readonly openFiles?: number;
  /** How long a deploy waits for the whole cluster. @default 180 */
  readonly readyTimeoutSeconds?: number;
  /** What must exist before the cluster. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}
