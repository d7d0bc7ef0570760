import { ITerraformDependable } from 'cdktf';
import { OptionNames } from '../model/options';
import { ISecret } from '../model/secret';
import { IPlatform } from '../platform';
import { NODE_SETTINGS, NodeSettings } from './node-configuration';
import { RabbitMqPlugin } from './plugins';
import { RabbitMqVersion } from './version';

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

export const ADMINISTRATOR_PROPS: OptionNames<AdministratorProps> = { name: true, password: true };

/** Settings that every group of brokers has. */
export interface BrokerGroupProps extends NodeSettings {
  readonly platform: IPlatform;
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
  /** @default named `administrator`, with a generated password */
  readonly administrator?: AdministratorProps;
  /** @default a generated one */
  readonly erlangCookie?: ISecret;
  /**
   * One fixed address a node.
   * @default chosen by the platform
   */
  readonly addresses?: readonly string[];
  /** Hard memory limit of each container, from 64. @default none */
  readonly memoryMiB?: number;
  /** Limit of open files, from 1024: RabbitMQ wants at least 50,000 in production. @default the engine's own */
  readonly openFiles?: number;
  /** How long a deploy on Docker waits for all brokers, 1 to 86,400; one on ECS ends when the machines run. @default 180 */
  readonly readyTimeoutSeconds?: number;
  /** What must exist before the brokers. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

export const BROKER_GROUP_PROPS: OptionNames<BrokerGroupProps> = {
  ...NODE_SETTINGS,
  platform: true,
  version: true,
  name: true,
  plugins: true,
  defaultPlugins: true,
  administrator: true,
  erlangCookie: true,
  addresses: true,
  memoryMiB: true,
  openFiles: true,
  readyTimeoutSeconds: true,
  after: true,
};
