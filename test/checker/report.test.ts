import { describe, expect, it } from 'vitest';
import { withRow } from '../e2e/checker/figures-table';
import { broken, COLUMNS, Outcome, outcomeAsJson, outcomeAsRow, outcomeAsText } from '../e2e/checker/report';

const OUTCOME: Outcome = {
  architecture: 'quorum',
  programs: ['RabbitMQ 4.0.5'],
  seed: 7,
  seconds: 601,
  publishers: ['publishers'],
  consumers: ['consumers'],
  findings: {
    confirmed: 200_000,
    unconfirmed: 1,
    resent: 20,
    lost: 2,
    duplicates: { redelivered: 3, resent: 4, unmarked: 5 },
    reordered: 6,
    acceptedWhileIsolated: 0,
    faults: [
      {
        fault: 'kill',
        target: 'rabbit-1',
        isolated: [],
        beganAt: 1000,
        heldAt: 1100,
        endedAt: 3100,
        healedAt: 7600,
        waits: new Map([
          ['publishers', 340],
          ['pinned', 6000],
          ['consumers', 1250],
        ]),
      },
      {
        fault: 'kill',
        target: 'rabbit-2',
        isolated: [],
        beganAt: 10_000,
        heldAt: 10_100,
        endedAt: 12_000,
        healedAt: 13_000,
        waits: new Map([['publishers', 210]]),
      },
      {
        fault: 'cut',
        target: 'rabbit-1',
        isolated: ['rabbit-1'],
        beganAt: 20_000,
        heldAt: 20_500,
        endedAt: 32_500,
        notHealed: 'no message for consumers',
        waits: new Map([
          ['publishers', 9960],
          ['consumers', 100],
        ]),
      },
    ],
    calm: new Map([['publishers', 20]]),
    examples: ['lost: 0.17 for all'],
  },
  judgements: [
    { what: 'lost', value: 2, bound: { atMost: 0 }, kept: false },
    { what: 'reordered', value: 6, bound: { atMost: 10 }, kept: true },
  ],
};

describe('the report of a run', () => {
  it('says what was broken', () => {
    expect(broken(OUTCOME)).toEqual([
      'lost: 2 (at most 0)',
      'cut (rabbit-1) not healed: no message for consumers',
    ]);
  });

  it('says nothing of what did not heal where that is not promised', () => {
    const judgements = OUTCOME.judgements.filter(({ kept }) => kept);
    expect(broken({ ...OUTCOME, judgements })).toEqual([]);
  });

  it('is one row, the worst fault first and clients that are pinned to a host left out', () => {
    const row = outcomeAsRow(OUTCOME, '2026-11-21');
    expect(Object.fromEntries(COLUMNS.map((column, index) => [column, row[index]]))).toEqual({
      architecture: 'quorum',
      run: '2026-11-21, 10.0 min, seed 7; RabbitMQ 4.0.5',
      faults: '2 × kill, 1 × cut',
      confirmed: '200,000',
      lost: '**2**',
      'came again: redelivered, sent again, unmarked': '3, 4, 5',
      reordered: '6',
      'accepted while isolated': '0',
      'publishers waited at most': '10 s cut, 0.3 s kill',
      'consumers waited at most': '1.3 s kill, 0.1 s cut',
      'whole again after': 'never cut, 4.5 s kill',
      promises: 'BROKEN: lost: 2 (at most 0)',
    });
  });

  it('tells a person each fault, each promise, and an example', () => {
    const text = outcomeAsText(OUTCOME);
    expect(text).toContain(
      '  kill (rabbit-1): held 2.0 s, healed after 4.5 s; longest waits: publishers 0.3 s',
    );
    expect(text).toContain('  cut (rabbit-1): held 12 s, healed NOT;');
    expect(text).toContain('  lost: 0.17 for all');
    expect(text).toContain('  BROKEN: lost: 2 (at most 0)');
    expect(text).toContain('  kept: reordered: 6 (at most 10)');
  });

  it('is all of it as JSON', () => {
    expect(JSON.parse(outcomeAsJson(OUTCOME))).toMatchObject({
      seed: 7,
      findings: { lost: 2, faults: [{ waits: { publishers: 340 } }, {}, {}] },
    });
  });
});

describe('the table of all architectures', () => {
  const PAGE = '# Figures\n\nText.\n\n## Synth\n\nOther figures.\n';
  const row = (name: string, text: string): string[] =>
    COLUMNS.map((_, index) => (index === 0 ? name : text));

  it('is added once, and has one row for each architecture', () => {
    const first = withRow(PAGE, row('quorum', 'old'));
    const second = withRow(first, row('warren', 'new'));
    const third = withRow(second, row('quorum', 'new'));
    expect(third.match(/^## .*/gm)).toEqual(['## Synth', '## Checker']);
    expect(third).toContain('Other figures.');
    expect(third.match(/^\| (quorum|warren) .*/gm)?.map((text) => text.slice(0, 16))).toEqual([
      '| quorum | new |',
      '| warren | new |',
    ]);
  });

  it('reads what prettier has aligned', () => {
    const aligned = withRow(PAGE, row('quorum', 'old')).replace('| quorum | old', '| quorum        | old   ');
    expect(withRow(aligned, row('quorum', 'new'))).toBe(withRow(PAGE, row('quorum', 'new')));
  });
});
