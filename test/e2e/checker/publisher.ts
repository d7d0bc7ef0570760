import { Channel, Connection } from 'rabbitmq-client';
import { Observer, PublisherGroup, sessions, within } from './clients';
import { formatId } from './message-id';

/** Most messages of one publisher that wait for their confirm. */
export const WINDOW = 100;
const TICK_MILLISECONDS = 10;
/** After this time a publisher takes the connection for dead, unless the broker has said that it is blocked. */
const CONFIRM_SECONDS = 5;
const PAYLOAD = Buffer.alloc(64, 'x');

/**
 * Sends messages in the order of their sequence and at its rate, each until it is confirmed: what has no confirm when a
 * connection ends comes first on the next one, in its order and under its old id.
 */
export class Publisher {
  private next = 0;
  /** When each message that waits for its confirm was sent last, by sequence and in its order. */
  private readonly waiting = new Map<number, number>();
  /** What the last connection left without a confirm. */
  private again: number[] = [];
  private allowance = 0;
  private state: 'sending' | 'finishing' | 'stopped' = 'sending';

  public constructor(
    private readonly run: string,
    private readonly number: number,
    private readonly group: PublisherGroup,
    private readonly observer: Observer,
  ) {}

  /** Publishes until it is stopped. */
  public async publish(): Promise<void> {
    const name = `checker-publisher-${this.number}`;
    await sessions(
      name,
      this.group.site,
      () => this.state === 'stopped',
      async (connection, channel) => {
        await within(CONFIRM_SECONDS * 1000, channel.confirmSelect());
        try {
          await this.session(connection, channel);
        } finally {
          this.again = [...this.waiting.keys(), ...this.again].sort((one, other) => one - other);
          this.waiting.clear();
        }
      },
    );
  }

  /** Sends nothing new, but what has no confirm yet. */
  public finish(): void {
    this.state = 'finishing';
  }

  /** Whether all that was sent is confirmed. */
  public get finished(): boolean {
    return this.waiting.size === 0 && this.again.length === 0;
  }

  public stop(): void {
    this.state = 'stopped';
  }

  private async session(connection: Connection, channel: Channel): Promise<void> {
    const returned = new Set<string>();
    const alarm = { blocks: false };
    connection.on('connection.blocked', () => (alarm.blocks = true));
    connection.on('connection.unblocked', () => {
      alarm.blocks = false;
      for (const sequence of this.waiting.keys()) this.waiting.set(sequence, performance.now());
    });
    channel.on('basic.return', ({ messageId = '' }) => returned.add(messageId));
    while (channel.active && this.state !== 'stopped') {
      if (!alarm.blocks) this.sendDue(channel, returned);
      const [oldest = Infinity] = this.waiting.values();
      if (!alarm.blocks && performance.now() - oldest > CONFIRM_SECONDS * 1000) return;
      await new Promise((resolve) => setTimeout(resolve, TICK_MILLISECONDS));
    }
  }

  /** Sends what the rate and the window allow right now. */
  private sendDue(channel: Channel, returned: Set<string>): void {
    const rate = this.group.messagesPerSecond ?? 50;
    this.allowance = Math.min(this.allowance + (rate * TICK_MILLISECONDS) / 1000, WINDOW);
    while (this.waiting.size < WINDOW) {
      const sequence = this.again.shift() ?? this.fresh();
      if (sequence === undefined) return;
      this.send(channel, sequence, returned);
    }
  }

  private fresh(): number | undefined {
    if (this.state !== 'sending' || this.allowance < 1) return undefined;
    this.allowance -= 1;
    return this.next++;
  }

  private send(channel: Channel, sequence: number, returned: Set<string>): void {
    const { exchange = '', routingKey, persistent = true } = this.group;
    const id = { publisher: this.number, sequence };
    const messageId = formatId(this.run, id);
    this.waiting.set(sequence, performance.now());
    this.observer.sent(id);
    channel
      .basicPublish({ exchange, routingKey, durable: persistent, mandatory: true, messageId }, PAYLOAD)
      .then(
        () => {
          // A return comes before its confirm, but the client announces it one turn later.
          setImmediate(() => {
            if (!channel.active || !this.waiting.delete(sequence)) return;
            if (returned.delete(messageId)) this.again.push(sequence);
            else this.observer.confirmed(id);
          });
        },
        () => {
          if (channel.active && this.waiting.delete(sequence)) this.again.push(sequence);
        },
      );
  }
}
