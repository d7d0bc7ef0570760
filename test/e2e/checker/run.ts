import { randomUUID } from 'node:crypto';
import { eventually } from '../support/command';
import { ConsumerGroup, Observer, PublisherGroup } from './clients';
import { Consumer } from './consumer';
import { CheckerEvent, Roster } from './events';
import { begin, end, Fault } from './fault';
import { Findings } from './findings';
import { Ledger } from './ledger';
import { Publisher } from './publisher';
import { PlannedFault, schedule } from './schedule';

const FIRST_MESSAGES_SECONDS = 30;
/** Consumers that got nothing for so long are taken to have all that there is. */
const QUIET_SECONDS = 10;
/** After the last missing message, for duplicates that still come. */
const SETTLED_SECONDS = 1;
const DRAIN_SECONDS = 180;
const HEAL_SECONDS = 90;

/** Who works on an architecture, and what is done to it. */
export interface RunProps {
  readonly publishers: readonly PublisherGroup[];
  readonly consumers: readonly ConsumerGroup[];
  readonly faults: readonly Fault[];
  /** Answers when all hosts serve again and see each other; rejects with what is missing, for a person. */
  readonly whole: () => Promise<true | undefined>;
  /**
   * Answers when all messages are where consumers are, once publishing has ended. Only then can one be missing. The run fails
   * when that takes longer than a fault may take to heal.
   * @default they always are
   */
  readonly settled?: () => Promise<true | undefined>;
  /** What a person has to do where an architecture does not heal by itself. It still counts as unhealed. @default nothing */
  readonly repair?: () => Promise<unknown>;
  /** How long hosts and clients may take to work again after a fault. @default 90 */
  readonly healSeconds?: number;
  /** Each fault comes once at least, also when that takes longer. */
  readonly seconds: number;
  readonly seed: number;
  /** Hears of every fault. @default nobody */
  readonly say?: (line: string) => void;
}

/** Publishes, injects one fault after the other, takes what is left, and returns what was found. */
export async function run(props: RunProps): Promise<Findings> {
  return new Run(props).toItsEnd();
}

class Run {
  private readonly started = performance.now();
  private readonly publishers: readonly Publisher[];
  private readonly consumers: readonly { readonly consumer: Consumer; readonly group: ConsumerGroup }[];
  private readonly roster: Roster;
  private readonly ledger: Ledger;
  private readonly working: Promise<void>[] = [];

  public constructor(private readonly props: RunProps) {
    const id = randomUUID().slice(0, 8);
    const observer = this.observer();
    const publishing = props.publishers.flatMap((group) => Array.from({ length: group.count }, () => group));
    const consuming = props.consumers.flatMap((group) => Array.from({ length: group.count }, () => group));
    this.roster = {
      publishers: publishing.map(({ group, pinnedTo }) => ({
        group,
        ...(pinnedTo === undefined ? {} : { pinnedTo }),
      })),
      consumers: consuming.map(({ group, audience = 'all' }) => ({ group, audience })),
    };
    this.ledger = new Ledger(this.roster);
    this.publishers = publishing.map((group, number) => new Publisher(id, number, group, observer));
    this.consumers = consuming.map((group, number) => ({
      consumer: new Consumer(id, number, group, observer),
      group,
    }));
  }

  public async toItsEnd(): Promise<Findings> {
    try {
      this.consume('at once');
      this.working.push(...this.publishers.map((publisher) => publisher.publish()));
      await eventually('a first message of each client', FIRST_MESSAGES_SECONDS, () => this.allWorkSince(0));
      await this.injectAll();
      await this.finishPublishing();
      this.consume('after publishing');
      await this.drain();
    } finally {
      for (const publisher of this.publishers) publisher.stop();
      for (const { consumer } of this.consumers) consumer.stop();
      await Promise.all(this.working);
    }
    return this.ledger.findings();
  }

  private async injectAll(): Promise<void> {
    const { faults, seed, seconds } = this.props;
    let injected = 0;
    for (const planned of schedule(seed, faults)) {
      if (injected >= faults.length && this.now() > seconds * 1000) return;
      await this.inject(planned);
      injected += 1;
    }
  }

  private async inject({ fault: name, calmSeconds, holdSeconds, draw }: PlannedFault): Promise<void> {
    const { faults, healSeconds = HEAL_SECONDS, repair, whole, say = () => undefined } = this.props;
    await sleep(calmSeconds);
    const fault = faults.find((each) => each.name === name);
    if (fault === undefined) throw new Error(`no fault is called ${name}`);
    const injection = await fault.aim(draw);
    const { target, isolated = [] } = injection;
    this.record({ kind: 'fault begins', at: this.now(), fault: name, target, isolated });
    await begin(injection);
    try {
      this.record({ kind: 'fault holds', at: this.now() });
      say(`  ${(this.now() / 1000).toFixed(1)} s: ${name}, ${target}, for ${holdSeconds.toFixed(1)} s`);
      await sleep(holdSeconds);
    } finally {
      this.record({ kind: 'fault ends', at: this.now() });
      await end(injection);
    }
    const since = this.now();
    const healed = async (): Promise<true> => {
      if ((await whole()) === undefined) throw new Error('the hosts are not whole');
      return this.allWorkSince(since);
    };
    try {
      await eventually(`${name} healed`, healSeconds, healed);
      this.record({ kind: 'fault healed', at: this.now() });
    } catch (error) {
      this.record({ kind: 'fault not healed', why: String(error) });
      say(`  ${(this.now() / 1000).toFixed(1)} s: ${String(error)}`);
      if (repair === undefined) return;
      await repair();
      // It has counted as unhealed already: this ends a run that hangs.
      await eventually(`${name} repaired`, HEAL_SECONDS, healed);
    }
  }

  private async finishPublishing(): Promise<void> {
    this.record({ kind: 'publishing ends', at: this.now() });
    for (const publisher of this.publishers) publisher.finish();
    // What cannot be confirmed any more shows in the findings.
    await eventually('the last confirms', QUIET_SECONDS, () =>
      Promise.resolve(this.publishers.every(({ finished }) => finished) ? true : undefined),
    ).catch(() => undefined);
    for (const publisher of this.publishers) publisher.stop();
  }

  private async drain(): Promise<void> {
    const { healSeconds = HEAL_SECONDS, settled = () => Promise.resolve(true) } = this.props;
    await eventually('all messages where consumers are', healSeconds, settled);
    const began = this.now();
    for (;;) {
      const quietSeconds = (this.now() - Math.max(began, ...this.ledger.lastDeliveries)) / 1000;
      const enough = this.ledger.missing === 0 ? SETTLED_SECONDS : QUIET_SECONDS;
      if (quietSeconds > enough || this.now() - began > DRAIN_SECONDS * 1000) return;
      await sleep(0.25);
    }
  }

  private consume(start: NonNullable<ConsumerGroup['start']>): void {
    for (const { consumer, group } of this.consumers) {
      if ((group.start ?? 'at once') === start) this.working.push(consumer.consume());
    }
  }

  /** Rejects with who does not work, for the message of `eventually`. */
  private allWorkSince(time: number): Promise<true> {
    const idle = this.idleSince(time);
    return idle.length === 0 ? Promise.resolve(true) : Promise.reject(new Error(idle.join(', ')));
  }

  /** Publishers without a confirm and groups of consumers without a message since then. */
  private idleSince(time: number): string[] {
    const { lastConfirms, lastDeliveries } = this.ledger;
    const publishers = this.roster.publishers.flatMap(({ group }, publisher) =>
      (lastConfirms[publisher] ?? -1) > time ? [] : [`publisher ${publisher} of ${group} has no confirm`],
    );
    const receiving = this.roster.consumers
      .filter((_, consumer) => (lastDeliveries[consumer] ?? -1) > time)
      .map(({ group }) => group);
    const consumers = this.props.consumers
      .filter(({ group, start }) => start !== 'after publishing' && !receiving.includes(group))
      .map(({ group }) => `no message for ${group}`);
    return [...publishers, ...consumers];
  }

  private observer(): Observer {
    return {
      sent: (id) => {
        this.record({ kind: 'sent', at: this.now(), ...id });
      },
      confirmed: (id) => {
        this.record({ kind: 'confirmed', at: this.now(), ...id });
      },
      delivered: (consumer, id, redelivered) => {
        this.record({ kind: 'delivered', at: this.now(), consumer, ...id, redelivered });
      },
    };
  }

  private record(event: CheckerEvent): void {
    this.ledger.record(event);
  }

  private now(): number {
    return performance.now() - this.started;
  }
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
