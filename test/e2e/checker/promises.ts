import { FaultFindings, Findings } from './findings';

/** The least or the most that a figure may be. */
export type Bound = { readonly atMost: number } | { readonly atLeast: number };

/** What of a run is held against what an architecture promises. */
export type Metric =
  /** Confirmed messages that did not come. */
  | 'lost'
  /** Deliveries a second time that neither the broker nor the publisher knew of. */
  | 'duplicated'
  | 'reordered'
  | 'acceptedWhileIsolated'
  /** Faults after which the hosts or the clients did not come back by themselves. */
  | 'unhealed';

/**
 * What an architecture promises. `waits` has the longest time in seconds that a client of a group may have to wait, by
 * fault and group. What is left out is measured and not judged.
 */
export type Promises = Partial<Readonly<Record<Metric, Bound>>> & {
  readonly waits?: Readonly<Record<string, Readonly<Record<string, Bound>>>>;
};

/** A promise beside what came of it. */
export interface Judgement {
  readonly what: string;
  readonly value: number;
  readonly bound: Bound;
  readonly kept: boolean;
}

const METRICS: Readonly<Record<Metric, (findings: Findings) => number>> = {
  lost: ({ lost }) => lost,
  duplicated: ({ duplicates }) => duplicates.unmarked,
  reordered: ({ reordered }) => reordered,
  acceptedWhileIsolated: ({ acceptedWhileIsolated }) => acceptedWhileIsolated,
  unhealed: ({ faults }) => faults.filter(({ healedAt }) => healedAt === undefined).length,
};

/** Value of a metric. */
export function measure(metric: Metric, findings: Findings): number {
  return METRICS[metric](findings);
}

/**
 * Holds findings against promises, in a fixed order.
 * @throws Error for a promise about a fault or a group that the run did not have: it would be kept whatever happens
 */
export function judge(findings: Findings, promises: Promises): readonly Judgement[] {
  const { waits = {}, ...metrics } = promises;
  const counted = (Object.keys(METRICS) as Metric[]).flatMap((metric) => {
    const bound = metrics[metric];
    return bound === undefined ? [] : [judgement(metric, measure(metric, findings), bound)];
  });
  const waited = Object.entries(waits).flatMap(([fault, groups]) =>
    Object.entries(groups).map(([group, bound]) =>
      judgement(`${fault}: seconds that ${group} waited`, longestWait(findings, fault, group) / 1000, bound),
    ),
  );
  return [...counted, ...waited];
}

function longestWait({ faults }: Findings, fault: string, group: string): number {
  const waits = faults
    .filter((each: FaultFindings) => each.fault === fault)
    .flatMap((each) => each.waits.get(group) ?? []);
  if (waits.length === 0)
    throw new Error(`a promise is about ${group} during ${fault}, which did not happen`);
  return Math.max(...waits);
}

function judgement(what: string, value: number, bound: Bound): Judgement {
  return { what, value, bound, kept: 'atMost' in bound ? value <= bound.atMost : value >= bound.atLeast };
}
