import { describe, expect, it } from 'vitest';
import { CheckerEvent, Roster } from '../e2e/checker/events';
import { Findings } from '../e2e/checker/findings';
import { Ledger } from '../e2e/checker/ledger';
import { judge, Promises } from '../e2e/checker/promises';

const ROSTER: Roster = {
  publishers: [{ group: 'publishers' }, { group: 'pinned', pinnedTo: 'rabbit-1' }],
  consumers: [
    { group: 'consumers', audience: 'all' },
    { group: 'consumers', audience: 'all' },
  ],
};

/** A message that goes its way without any trouble, at 10 ms for each step. */
function message(
  sequence: number,
  changes: Partial<{ publisher: number; consumer: number }> = {},
): CheckerEvent[] {
  const { publisher = 0, consumer = 0 } = changes;
  const at = sequence * 10;
  return [
    { kind: 'sent', at, publisher, sequence },
    { kind: 'confirmed', at: at + 5, publisher, sequence },
    { kind: 'delivered', at: at + 6, consumer, publisher, sequence, redelivered: false },
  ];
}

function delivered(
  sequence: number,
  changes: Partial<CheckerEvent & { kind: 'delivered' }> = {},
): CheckerEvent {
  return { kind: 'delivered', at: 1000, consumer: 0, publisher: 0, sequence, redelivered: false, ...changes };
}

function findings(events: readonly CheckerEvent[], roster: Roster = ROSTER): Findings {
  const ledger = new Ledger(roster);
  for (const event of events) ledger.record(event);
  return ledger.findings();
}

const GOOD = Array.from({ length: 3000 }, (_, sequence) => message(sequence)).flat();

describe('the ledger of a run', () => {
  it('has nothing to say of a run in which each message came once and in order', () => {
    expect(findings(GOOD)).toMatchObject({
      confirmed: 3000,
      unconfirmed: 0,
      resent: 0,
      lost: 0,
      duplicates: { redelivered: 0, resent: 0, unmarked: 0 },
      reordered: 0,
      examples: [],
    });
  });

  it('names a message that was confirmed and never came', () => {
    const events = GOOD.filter((event) => event.kind !== 'delivered' || event.sequence !== 1234);
    expect(findings(events)).toMatchObject({ lost: 1, examples: ['lost: 0.1234 for all'] });
  });

  it('does not call lost what was never confirmed', () => {
    const events: CheckerEvent[] = [...GOOD, { kind: 'sent', at: 30_000, publisher: 0, sequence: 3000 }];
    expect(findings(events)).toMatchObject({ confirmed: 3000, unconfirmed: 1, lost: 0 });
  });

  it('misses a message in each audience that did not get it', () => {
    const roster: Roster = {
      ...ROSTER,
      consumers: ['north', 'south'].map((audience) => ({ group: 'consumers', audience })),
    };
    const events = [...message(0), ...message(1), delivered(1, { consumer: 1 })];
    expect(findings(events, roster)).toMatchObject({ lost: 1, examples: ['lost: 0.0 for south'] });
  });

  it.each([
    ['the broker said nothing', [], false, { unmarked: 1, resent: 0, redelivered: 0 }],
    ['the broker said that it may be one', [], true, { unmarked: 0, resent: 0, redelivered: 1 }],
    [
      'the publisher had sent it twice',
      [{ kind: 'sent', at: 50, publisher: 0, sequence: 1 }],
      false,
      { unmarked: 0, resent: 1, redelivered: 0 },
    ],
  ] as const)('counts a duplicate as what it is when %s', (_, sent, redelivered, duplicates) => {
    const events = [...message(0), ...message(1), ...sent, delivered(1, { consumer: 1, redelivered })];
    expect(findings(events)).toMatchObject({ lost: 0, duplicates });
  });

  it('sees a consumer get an earlier message after a later one', () => {
    const [sent, confirmed] = message(1);
    const events = [...message(0), sent, confirmed, ...message(2), delivered(1)] as CheckerEvent[];
    expect(findings(events)).toMatchObject({
      reordered: 1,
      lost: 0,
      examples: ['reordered: 0.1 at consumer 0, after 0.2'],
    });
  });

  it.each([
    ['was marked as redelivered', [], { redelivered: true }],
    ['was sent twice', [{ kind: 'sent', at: 50, publisher: 0, sequence: 1 }], {}],
    ['came to another consumer', [], { consumer: 1 }],
  ] as const)('does not call reordered what %s', (_, sent, changes) => {
    const events = [...message(0), ...message(1).slice(0, 2), ...sent, ...message(2), delivered(1, changes)];
    expect(findings(events).reordered).toBe(0);
  });

  it('keeps the order of each publisher apart', () => {
    const events = [
      ...message(5),
      ...message(2, { publisher: 1 }),
      ...message(6),
      ...message(3, { publisher: 1 }),
    ];
    expect(findings(events).reordered).toBe(0);
  });

  it('counts what a host accepts while it is isolated, and only then', () => {
    const confirm = (at: number, sequence: number, publisher = 1): CheckerEvent => ({
      kind: 'confirmed',
      at,
      publisher,
      sequence,
    });
    const cut = { fault: 'cut off', target: 'rabbit-1', isolated: ['rabbit-1'] };
    const events: CheckerEvent[] = [
      confirm(10, 0),
      { kind: 'fault begins', at: 20, ...cut },
      confirm(30, 1),
      { kind: 'fault holds', at: 40 },
      confirm(50, 2),
      confirm(51, 0, 0),
      { kind: 'fault ends', at: 60 },
      confirm(70, 3),
      { kind: 'fault healed', at: 80 },
    ];
    expect(findings(events)).toMatchObject({
      acceptedWhileIsolated: 1,
      examples: expect.arrayContaining([
        'accepted while isolated: 1.2 by rabbit-1 during cut off',
      ]) as string[],
    });
  });
});

describe('how long clients waited', () => {
  const fault = (at: number, name: string): CheckerEvent => ({
    kind: 'fault begins',
    at,
    fault: name,
    target: 'rabbit-1',
    isolated: [],
  });
  const success = (at: number, sequence: number): CheckerEvent[] => [
    { kind: 'sent', at, publisher: 0, sequence },
    { kind: 'confirmed', at, publisher: 0, sequence },
    delivered(sequence, { at: at + 1 }),
  ];

  it('is told for each fault and each group, calm times apart', () => {
    const events = [
      ...success(0, 0),
      ...success(30, 1),
      fault(40, 'kill'),
      ...success(540, 2),
      ...success(550, 3),
      fault(560, 'pause'),
      ...success(760, 4),
    ];
    const { calm, faults } = findings(events);
    expect(Object.fromEntries(calm)).toEqual({ publishers: 30, consumers: 30 });
    expect(faults.map(({ fault: name, waits }) => [name, Object.fromEntries(waits)])).toEqual([
      ['kill', { publishers: 510, consumers: 510 }],
      ['pause', { publishers: 210, consumers: 210 }],
    ]);
  });

  it('counts a wait that nothing ends', () => {
    const events: CheckerEvent[] = [
      ...success(0, 0),
      fault(10, 'kill'),
      { kind: 'sent', at: 20, publisher: 0, sequence: 1 },
      { kind: 'publishing ends', at: 5000 },
      delivered(0, { at: 9000, redelivered: true }),
    ];
    expect(Object.fromEntries(findings(events).faults[0]?.waits ?? [])).toEqual({
      publishers: 5000,
      consumers: 4999,
    });
  });
});

describe('a fault', () => {
  it('that did not heal keeps what was missing', () => {
    const begins = { kind: 'fault begins', fault: 'kill', target: 'rabbit-1', isolated: [] } as const;
    const events: CheckerEvent[] = [
      { ...begins, at: 20 },
      { kind: 'fault healed', at: 30 },
      { ...begins, at: 40 },
      { kind: 'fault not healed', why: 'no message for consumers' },
    ];
    const [healed, stuck] = findings(events).faults;
    expect([healed?.healedAt, healed?.notHealed]).toEqual([30, undefined]);
    expect([stuck?.healedAt, stuck?.notHealed]).toEqual([undefined, 'no message for consumers']);
  });
});

describe('promises', () => {
  const lossy = findings([
    ...message(0),
    ...message(1).slice(0, 2),
    { kind: 'fault begins', at: 20, fault: 'kill', target: 'rabbit-1', isolated: [] },
    ...message(600),
  ]);

  it('are kept or broken by what was found', () => {
    const promises: Promises = {
      lost: { atMost: 0 },
      duplicated: { atMost: 0 },
      unhealed: { atMost: 0 },
      waits: { kill: { publishers: { atMost: 5 }, consumers: { atMost: 7 } } },
    };
    expect(judge(lossy, promises)).toEqual([
      { what: 'lost', value: 1, bound: { atMost: 0 }, kept: false },
      { what: 'duplicated', value: 0, bound: { atMost: 0 }, kept: true },
      { what: 'unhealed', value: 1, bound: { atMost: 0 }, kept: false },
      { what: 'kill: seconds that publishers waited', value: 5.99, bound: { atMost: 5 }, kept: false },
      { what: 'kill: seconds that consumers waited', value: 6, bound: { atMost: 7 }, kept: true },
    ]);
  });

  it('can say that something will be lost', () => {
    expect(judge(lossy, { lost: { atLeast: 1 } })).toMatchObject([{ kept: true }]);
    expect(judge(findings(GOOD), { lost: { atLeast: 1 } })).toMatchObject([{ kept: false }]);
  });

  it('about something that did not happen are an error', () => {
    expect(() => judge(lossy, { waits: { pause: { publishers: { atMost: 1 } } } })).toThrow(
      'a promise is about publishers during pause, which did not happen',
    );
  });
});
