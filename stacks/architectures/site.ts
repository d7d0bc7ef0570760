import { RabbitMqClusterProps } from '../../lib/rabbitmq/cluster-props';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';

/** What a stack decides for the cluster of one site; the architecture decides everything else. */
export interface SiteProps extends Pick<
  RabbitMqClusterProps,
  | 'platform'
  | 'memoryMiB'
  | 'openFiles'
  | 'heartbeatSeconds'
  | 'erlangCookie'
  | 'administrator'
  | 'readyTimeoutSeconds'
> {
  /** Hosts are `<name>-1` and so on; sites know each other by it, so each has another one. */
  readonly name: string;
  /** @default 3 */
  readonly nodes?: number;
}

/** Release series of all sites. */
export const SITE_VERSION = RabbitMqVersion.V4_0;
/** Who links log in as. */
export const LINK_USER = 'link';
