import { parseSetting } from '../config/rabbitmq-extra';
import { isUnresolved } from '../config/values';
import { RabbitMqPlugin } from './plugins';
import { DEFAULT_VHOST } from './vhost';
import type { ExchangeType } from './exchange';

/** Exchanges that every vhost has, with their types. The one without a name cannot be bound. */
const IN_EVERY_VHOST: ReadonlyMap<string, ExchangeType> = new Map([
  ['amq.direct', 'direct'],
  ['amq.fanout', 'fanout'],
  ['amq.topic', 'topic'],
  ['amq.headers', 'headers'],
  ['amq.match', 'headers'],
  ['amq.rabbitmq.trace', 'topic'],
]);
/** What happens on the broker, as messages. */
const EVENTS = 'amq.rabbitmq.event';
/** The broker's log, as messages. */
const LOG = 'amq.rabbitmq.log';

/** The exchanges that a broker makes itself, before it imports definitions. */
export class BrokerExchanges {
  private readonly eventVhost: string;

  /**
   * @param plugins those that are enabled, with all that they depend on
   * @param extraConfiguration a user's lines: some name the vhost of an exchange
   */
  public constructor(
    private readonly plugins: readonly RabbitMqPlugin[],
    extraConfiguration: readonly string[],
  ) {
    const settings = new Map(extraConfiguration.map(parseSetting).map((each) => [each?.key, each?.value]));
    this.eventVhost = settings.get('event_exchange.vhost') ?? settings.get('default_vhost') ?? DEFAULT_VHOST;
  }

  /** The type of such an exchange; nothing when the broker does not make it. */
  public typeOf(vhost: string, name: string): ExchangeType | undefined {
    if (name === EVENTS && this.hasEvents && (vhost === this.eventVhost || isUnresolved(this.eventVhost))) {
      return 'topic';
    }
    return IN_EVERY_VHOST.get(name);
  }

  /** All that are in a vhost. */
  public namesIn(vhost: string): readonly string[] {
    return [...IN_EVERY_VHOST.keys(), EVENTS].filter((name) => this.typeOf(vhost, name) !== undefined);
  }

  /** Why a broker does not make an exchange that others make, and what to do; nothing for any other name. */
  public hint(name: string): string | undefined {
    if (name === LOG) {
      return 'the broker makes it after the definitions were imported, without their bindings: let its consumer bind a queue';
    }
    if (name !== EVENTS) return undefined;
    return this.hasEvents
      ? `it is in vhost "${this.eventVhost}": bind it there, or name another vhost by event_exchange.vhost`
      : 'it comes with the plugin rabbitmq_event_exchange: add that to plugins, or call addPlugin first';
  }

  private get hasEvents(): boolean {
    return this.plugins.includes('rabbitmq_event_exchange');
  }
}
