import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { StackChoices } from './architecture';

/** What a stack decides for the cluster of one site. */
export interface SiteProps extends StackChoices {
  /** Hosts are `<name>-1` and so on; sites know each other by it, so each has another one. */
  readonly name: string;
  /** @default 3 */
  readonly nodes?: number;
}

/** Release series of all sites. */
export const SITE_VERSION = RabbitMqVersion.V4_0;
/** Who links log in as. */
export const LINK_USER = 'link';
