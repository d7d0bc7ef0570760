import { Channel } from 'rabbitmq-client';
import { ConsumerGroup, Observer, sessions, within } from './clients';
import { parseId } from './message-id';

const ANSWER_MILLISECONDS = 5000;
const POLL_MILLISECONDS = 20;

/** Receives messages, tells of each, and then acknowledges it. */
export class Consumer {
  private stopped = false;

  public constructor(
    private readonly run: string,
    private readonly number: number,
    private readonly group: ConsumerGroup,
    private readonly observer: Observer,
  ) {}

  /** Consumes until it is stopped. */
  public async consume(): Promise<void> {
    const name = `checker-consumer-${this.number}`;
    await sessions(
      name,
      this.group.site,
      () => this.stopped,
      async (_, channel) => {
        const ended = await within(ANSWER_MILLISECONDS, this.subscribe(channel));
        while (!ended()) await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
      },
    );
  }

  public stop(): void {
    this.stopped = true;
  }

  /** Resolves, once messages may come, to what tells whether no more will. */
  private async subscribe(channel: Channel): Promise<() => boolean> {
    const { queue, prefetch = 100 } = this.group;
    const broker = { cancelled: false };
    const ended = (): boolean => this.stopped || broker.cancelled || !channel.active;
    channel.once('basic.cancel', () => (broker.cancelled = true));
    await channel.basicQos({ prefetchCount: prefetch });
    await channel.basicConsume({ queue }, ({ deliveryTag, messageId, redelivered }) => {
      // What comes after the end cannot be acknowledged, so it has not come: the broker will deliver it again.
      if (ended()) return;
      const id = parseId(this.run, messageId);
      if (id !== undefined) this.observer.delivered(this.number, id, redelivered);
      channel.basicAck({ deliveryTag });
    });
    return ended;
  }
}
