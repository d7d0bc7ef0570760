import { CheckerEvent, Confirmed, Delivered, Roster, Sent } from './events';
import { FaultFindings, Findings } from './findings';
import { MessageTable } from './message-table';
import { WaitClock } from './wait-clock';

const EXAMPLES_OF_A_KIND = 5;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type OpenFault = Mutable<FaultFindings>;

/**
 * Takes the events of a run one at a time and keeps only what a verdict needs: two bytes a message and one more for each
 * audience, and a few numbers for each client and fault. Equal events give equal findings.
 */
export class Ledger {
  private readonly sent: readonly MessageTable[];
  private readonly confirmed: readonly MessageTable[];
  private readonly received = new Map<string, readonly MessageTable[]>();
  private readonly publishers: WaitClock;
  private readonly consumers: WaitClock;
  /** Highest sequence that came in order, by consumer and publisher. */
  private readonly highest: readonly Int32Array[];
  private readonly faults: OpenFault[] = [];
  private readonly duplicates = { redelivered: 0, resent: 0, unmarked: 0 };
  private readonly examples = new Map<string, string[]>();
  private reordered = 0;
  private acceptedWhileIsolated = 0;

  public constructor(private readonly roster: Roster) {
    const tables = (): MessageTable[] => roster.publishers.map(() => new MessageTable());
    this.sent = tables();
    this.confirmed = tables();
    for (const { audience } of roster.consumers) this.received.set(audience, tables());
    this.publishers = new WaitClock(roster.publishers.map(({ group }) => group));
    this.consumers = new WaitClock(roster.consumers.map(({ group }) => group));
    this.highest = roster.consumers.map(() => new Int32Array(roster.publishers.length).fill(-1));
  }

  public record(event: CheckerEvent): void {
    switch (event.kind) {
      case 'sent':
        this.send(event);
        break;
      case 'confirmed':
        this.confirm(event);
        break;
      case 'delivered':
        this.deliver(event);
        break;
      case 'fault begins': {
        const { fault, target, isolated, at } = event;
        const waits = new Map<string, number>();
        this.faults.push({ fault, target, isolated, beganAt: at, waits });
        this.publishers.attributeTo(waits);
        this.consumers.attributeTo(waits);
        break;
      }
      case 'fault holds':
        this.fault.heldAt = event.at;
        break;
      case 'fault ends':
        this.fault.endedAt = event.at;
        break;
      case 'fault healed':
        this.fault.healedAt = event.at;
        break;
      case 'fault not healed':
        this.fault.notHealed = event.why;
        break;
      case 'publishing ends':
        this.publishers.stop(event.at);
        this.consumers.stop(event.at);
        break;
      default:
        throw new Error(`no such event: ${JSON.stringify(event satisfies never)}`);
    }
  }

  /** When each publisher got its last confirm; -1 for none. */
  public get lastConfirms(): readonly number[] {
    return this.publishers.last;
  }

  /** When each consumer got its last message; -1 for none. */
  public get lastDeliveries(): readonly number[] {
    return this.consumers.last;
  }

  /** Confirmed messages that an audience has not got so far, summed over the audiences. */
  public get missing(): number {
    return [...this.missingIds()].length;
  }

  public findings(): Findings {
    for (const { audience, id } of this.missingIds()) this.example('lost', `${id} for ${audience}`);
    return {
      confirmed: count(this.confirmed, (times) => times > 0),
      unconfirmed: count(this.sent, (times, publisher, sequence) => {
        return times > 0 && this.confirmed[publisher]?.get(sequence) === 0;
      }),
      resent: count(this.sent, (times) => times > 1),
      lost: this.missing,
      duplicates: { ...this.duplicates },
      reordered: this.reordered,
      acceptedWhileIsolated: this.acceptedWhileIsolated,
      faults: this.faults.map((fault) => ({ ...fault, waits: new Map(fault.waits) })),
      calm: new Map([...this.publishers.calm, ...this.consumers.calm]),
      examples: [...this.examples.values()].flat(),
    };
  }

  private send({ publisher, sequence, at }: Sent): void {
    this.sent[publisher]?.increment(sequence);
    this.publishers.start(publisher, at);
  }

  private confirm({ publisher, sequence, at }: Confirmed): void {
    if (this.confirmed[publisher]?.increment(sequence) !== 0) return;
    this.publishers.tick(publisher, at);
    const host = this.roster.publishers[publisher]?.pinnedTo;
    const fault = this.faults.at(-1);
    if (host === undefined || fault?.heldAt === undefined || fault.endedAt !== undefined) return;
    if (!fault.isolated.includes(host)) return;
    this.acceptedWhileIsolated += 1;
    this.example('accepted while isolated', `${publisher}.${sequence} by ${host} during ${fault.fault}`);
  }

  private deliver({ consumer, publisher, sequence, redelivered, at }: Delivered): void {
    const entry = this.roster.consumers[consumer];
    const table = this.received.get(entry?.audience ?? '')?.[publisher];
    const order = this.highest[consumer];
    if (table === undefined || order === undefined) throw new Error(`no consumer ${consumer} in the roster`);
    this.consumers.tick(consumer, at);
    const again = table.increment(sequence) > 0;
    const resent = (this.sent[publisher]?.get(sequence) ?? 0) > 1;
    const id = `${publisher}.${sequence} at consumer ${consumer}`;
    if (again) {
      const kind = redelivered ? 'redelivered' : resent ? 'resent' : 'unmarked';
      this.duplicates[kind] += 1;
      if (kind === 'unmarked') this.example('duplicated', id);
      return;
    }
    if (redelivered || resent) return;
    const highest = order[publisher] ?? -1;
    if (sequence < highest) {
      this.reordered += 1;
      this.example('reordered', `${id}, after ${publisher}.${highest}`);
    }
    order[publisher] = Math.max(highest, sequence);
  }

  private get fault(): OpenFault {
    const fault = this.faults.at(-1);
    if (fault === undefined) throw new Error('no fault has begun');
    return fault;
  }

  private *missingIds(): Generator<{ readonly audience: string; readonly id: string }> {
    for (const [audience, tables] of this.received) {
      for (const [publisher, confirmed] of this.confirmed.entries()) {
        for (let sequence = 0; sequence < confirmed.length; sequence++) {
          if (confirmed.get(sequence) === 0 || tables[publisher]?.get(sequence) !== 0) continue;
          yield { audience, id: `${publisher}.${sequence}` };
        }
      }
    }
  }

  private example(kind: string, text: string): void {
    const known = this.examples.get(kind) ?? [];
    if (known.length < EXAMPLES_OF_A_KIND) this.examples.set(kind, [...known, `${kind}: ${text}`]);
  }
}

function count(
  tables: readonly MessageTable[],
  counts: (times: number, publisher: number, sequence: number) => boolean,
): number {
  let sum = 0;
  for (const [publisher, table] of tables.entries()) {
    for (let sequence = 0; sequence < table.length; sequence++) {
      if (counts(table.get(sequence), publisher, sequence)) sum += 1;
    }
  }
  return sum;
}
