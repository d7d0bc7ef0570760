import { Findings, FaultFindings } from './findings';
import { Bound, Judgement } from './promises';

/** A run with all that its report says. */
export interface Outcome {
  readonly architecture: string;
  /** What runs, with versions. */
  readonly programs: readonly string[];
  readonly seed: number;
  readonly seconds: number;
  /** Groups of publishers and of consumers that may connect to any host. */
  readonly publishers: readonly string[];
  readonly consumers: readonly string[];
  readonly findings: Findings;
  readonly judgements: readonly Judgement[];
}

/** The promises that were broken, one sentence each, and what was missing after each fault that did not heal. */
export function broken(outcome: Outcome): string[] {
  const promises = brokenPromises(outcome);
  if (promises.length === 0) return [];
  const causes = outcome.findings.faults.flatMap(({ fault, target, notHealed }) =>
    notHealed === undefined ? [] : `${fault} (${target}) not healed: ${notHealed}`,
  );
  return [...promises, ...causes];
}

/** For a terminal. */
export function outcomeAsText(outcome: Outcome): string {
  const { architecture, seed, seconds, findings, judgements, programs } = outcome;
  const { confirmed, unconfirmed, lost, duplicates, reordered, acceptedWhileIsolated, resent } = findings;
  return [
    `checker: ${architecture} (${programs.join(', ')}), seed ${seed}, ${seconds.toFixed(0)} s`,
    ...findings.faults.map(
      (fault) =>
        `  ${fault.fault} (${fault.target}): held ${span(fault.heldAt, fault.endedAt)}, healed ${fault.healedAt === undefined ? 'NOT' : `after ${span(fault.endedAt, fault.healedAt)}`}; longest waits: ${waits(fault.waits)}`,
    ),
    `  no fault: longest waits: ${waits(findings.calm)}`,
    `  ${confirmed} confirmed, ${lost} lost, ${reordered} reordered, ${acceptedWhileIsolated} accepted while isolated, ${unconfirmed} never confirmed`,
    `  ${resent} sent again; came again: ${duplicates.redelivered} marked as redelivered, ${duplicates.resent} that were sent again, ${duplicates.unmarked} unmarked`,
    ...findings.examples.map((example) => `  ${example}`),
    ...judgements.map((judgement) => `  ${judgement.kept ? 'kept' : 'BROKEN'}: ${sentence(judgement)}`),
  ].join('\n');
}

/** Heads of the columns of `outcomeAsRow`. */
export const COLUMNS = [
  'architecture',
  'run',
  'faults',
  'confirmed',
  'lost',
  'came again: redelivered, sent again, unmarked',
  'reordered',
  'accepted while isolated',
  'publishers waited at most',
  'consumers waited at most',
  'whole again after',
  'promises',
] as const;

/** One row of the table of all architectures. */
export function outcomeAsRow(outcome: Outcome, date: string): readonly string[] {
  const { architecture, programs, seed, seconds, findings, publishers, consumers } = outcome;
  const { duplicates, faults } = findings;
  const broke = brokenPromises(outcome);
  return [
    architecture,
    `${date}, ${(seconds / 60).toFixed(1)} min, seed ${seed}; ${programs.join(', ')}`,
    [...countBy(faults, ({ fault }) => fault)].map(([fault, times]) => `${times} × ${fault}`).join(', '),
    findings.confirmed.toLocaleString('en'),
    `**${findings.lost}**`,
    `${duplicates.redelivered}, ${duplicates.resent}, ${duplicates.unmarked}`,
    String(findings.reordered),
    String(findings.acceptedWhileIsolated),
    longest(faults, ({ waits: each }) => greatest(publishers.map((group) => each.get(group)))),
    longest(faults, ({ waits: each }) => greatest(consumers.map((group) => each.get(group)))),
    longest(faults, ({ endedAt = 0, healedAt = Infinity }) => healedAt - endedAt),
    broke.length === 0 ? 'kept' : `BROKEN: ${broke.join('; ')}`,
  ];
}

/** All of it, for programs. */
export function outcomeAsJson(outcome: Outcome): string {
  return JSON.stringify(
    outcome,
    (_, value: unknown) => (value instanceof Map ? (Object.fromEntries(value) as unknown) : value),
    2,
  );
}

/** The longest by fault, the worst fault first. */
function longest(
  faults: readonly FaultFindings[],
  value: (fault: FaultFindings) => number | undefined,
): string {
  const worst = new Map<string, number>();
  for (const fault of faults) {
    worst.set(fault.fault, Math.max(worst.get(fault.fault) ?? 0, value(fault) ?? 0));
  }
  return [...worst]
    .sort(([, one], [, other]) => other - one)
    .map(([fault, milliseconds]) => `${milliseconds === Infinity ? 'never' : seconds(milliseconds)} ${fault}`)
    .join(', ');
}

function greatest(values: readonly (number | undefined)[]): number {
  return Math.max(0, ...values.map((value = 0) => value));
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}

function waits(byGroup: ReadonlyMap<string, number>): string {
  return [...byGroup].map(([group, milliseconds]) => `${group} ${seconds(milliseconds)}`).join(', ');
}

function span(from: number | undefined, to: number | undefined): string {
  return from === undefined || to === undefined ? '?' : seconds(to - from);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 9950 ? 1 : 0)} s`;
}

function brokenPromises({ judgements }: Outcome): string[] {
  return judgements.filter(({ kept }) => !kept).map(sentence);
}

function sentence({ what, value, bound }: Judgement): string {
  return `${what}: ${Number(value.toFixed(2))} (${boundText(bound)})`;
}

function boundText(bound: Bound): string {
  return 'atMost' in bound ? `at most ${bound.atMost}` : `at least ${bound.atLeast}`;
}
