import { randomUUID } from 'node:crypto';
import { Observer, Site } from '../checker/clients';
import { Consumer } from '../checker/consumer';
import { formatId } from '../checker/message-id';
import { Publisher } from '../checker/publisher';
import { eventually } from './command';

const PUBLISHERS = 3;
const MESSAGES_PER_SECOND = 100;
const SECONDS = 60;

/** Publishers of numbered messages that go on through whatever happens, and what became of their messages. */
export class Publishing {
  /** Ids that a broker confirmed. */
  public readonly confirmed = new Set<string>();
  private readonly run = randomUUID().slice(0, 8);
  private publishers: readonly Publisher[] = [];
  private started = 0;
  private working: Promise<unknown> = Promise.resolve();
  private last = 0;
  private longest = 0;

  public constructor(
    private readonly site: Site,
    private readonly queue: string,
  ) {}

  /** Begins, or begins again after `finish`, and waits until so many messages more are confirmed. */
  public async start(more: number): Promise<void> {
    const group = {
      group: 'publishers',
      site: this.site,
      count: PUBLISHERS,
      routingKey: this.queue,
      messagesPerSecond: MESSAGES_PER_SECOND,
    };
    const observer: Observer = {
      sent: () => undefined,
      confirmed: (id) => {
        this.note();
        this.confirmed.add(formatId(this.run, id));
      },
      delivered: () => undefined,
    };
    this.publishers = Array.from(
      { length: PUBLISHERS },
      () => new Publisher(this.run, this.started++, group, observer),
    );
    const confirmed = this.confirmed.size + more;
    this.last = performance.now();
    this.working = Promise.all(this.publishers.map((publisher) => publisher.publish()));
    await eventually(`${more} confirms`, SECONDS, () =>
      Promise.resolve(this.confirmed.size >= confirmed ? true : undefined),
    );
  }

  /** Does `act`, waits until `over` says that it is over and for confirms after that. Returns the longest silence. */
  public async longestWait(
    act: () => Promise<unknown>,
    over: () => Promise<true | undefined> = () => Promise.resolve(true),
  ): Promise<number> {
    this.longest = 0;
    await act();
    await eventually('its end', SECONDS, over);
    const confirmed = this.confirmed.size;
    // More than what was under way.
    await eventually('confirms after it', SECONDS, () =>
      Promise.resolve(this.confirmed.size > confirmed + 100 ? true : undefined),
    );
    return this.longest;
  }

  /** Ends, once all that was sent is confirmed. */
  public async finish(): Promise<void> {
    for (const publisher of this.publishers) publisher.finish();
    await eventually('the last confirms', SECONDS, () =>
      Promise.resolve(this.publishers.every(({ finished }) => finished) ? true : undefined),
    );
    for (const publisher of this.publishers) publisher.stop();
    await this.working;
  }

  /** Consumes until every confirmed message has come, or nothing more comes; returns how often each id came. */
  public async consume(): Promise<ReadonlyMap<string, number>> {
    const came = new Map<string, number>();
    let last = performance.now();
    const group = { group: 'consumers', site: this.site, count: 1, queue: this.queue };
    const consumer = new Consumer(this.run, 0, group, {
      sent: () => undefined,
      confirmed: () => undefined,
      delivered: (_, id) => {
        last = performance.now();
        const text = formatId(this.run, id);
        came.set(text, (came.get(text) ?? 0) + 1);
      },
    });
    const consuming = consumer.consume();
    await eventually('the end of the queue', SECONDS, () => {
      const all = [...this.confirmed].every((id) => came.has(id));
      return Promise.resolve(performance.now() - last > (all ? 500 : 10_000) ? true : undefined);
    });
    consumer.stop();
    await consuming;
    return came;
  }

  private note(): void {
    const now = performance.now();
    this.longest = Math.max(this.longest, now - this.last);
    this.last = now;
  }
}
