import { median } from './statistics';

/** Values of one quantity, one a run. */
export interface Measurement {
  readonly what: string;
  readonly unit: 'ms' | 's' | 'messages/s' | 'bytes';
  readonly values: readonly number[];
  /** Part of the measurement above it. @default false */
  readonly detail?: boolean;
}

/** A result: mostly a ratio, and what it must keep to. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  /** The same from each round alone: how far noise reaches. @default none */
  readonly rounds?: readonly number[];
  /** @default none: for information */
  readonly bound?: { readonly atMost: number } | { readonly atLeast: number };
}

/** What one part of the bench found. */
export interface Part {
  /** Heading in `docs/figures.md`. */
  readonly title: string;
  /** How it was measured, one sentence each. */
  readonly method: readonly string[];
  /** Programs that took part, with their versions. */
  readonly programs: readonly string[];
  readonly measurements: readonly Measurement[];
  readonly figures: readonly Figure[];
  /** What a reader of the figures must know besides. */
  readonly remarks: readonly string[];
}

/** A ratio of medians, with the ratio of each round: `ours` and `theirs` hold one value a round. */
export function ratio(
  what: string,
  ours: readonly number[],
  theirs: readonly number[],
  bound?: NonNullable<Figure['bound']>,
): Figure {
  return {
    what,
    value: median(ours) / median(theirs),
    rounds: ours.map((value, round) => value / (theirs[round] ?? Number.NaN)),
    ...(bound === undefined ? {} : { bound }),
  };
}

/** Whether `figure` keeps to its bound; the digits that are not printed count as well. */
export function isKept({ value, bound }: Figure): boolean {
  if (bound === undefined) return true;
  return 'atMost' in bound ? value <= bound.atMost : value >= bound.atLeast;
}

/** `part` as lines for a terminal. */
export function partAsText(part: Part): string {
  const rows = part.measurements.map((measurement) => {
    const { middle, lowest, highest } = summary(measurement);
    const { what, unit, values, detail } = measurement;
    return [
      `${detail === true ? '  ' : ''}${what}`,
      `${middle} ${unit}`,
      `${lowest} to ${highest}`,
      `${values.length} runs`,
    ];
  });
  const figures = part.figures.map((figure) => [
    figure.what,
    figure.value.toFixed(3),
    roundsText(figure),
    boundText(figure),
    verdict(figure),
  ]);
  return [
    part.title,
    ...part.method.map((line) => `  ${line}`),
    ...columns(rows),
    ...columns(figures),
    ...part.remarks.map((line) => `  note: ${line}`),
  ].join('\n');
}

/** `part` as the body of its section in Markdown. */
export function partAsMarkdown(part: Part): string {
  const rows = part.measurements.map((measurement) => {
    const { middle, lowest, highest } = summary(measurement);
    const { what, unit, values, detail } = measurement;
    const name = detail === true ? `… ${what}` : what;
    return `| ${name} | ${middle} ${unit} | ${lowest} to ${highest} | ${values.length} |`;
  });
  const figures = part.figures.map(
    (figure) =>
      `| ${figure.what} | **${figure.value.toFixed(3)}** | ${roundsText(figure)} | ${boundText(figure)} | ${verdict(figure)} |`,
  );
  return [
    part.method.join(' '),
    '',
    '| measured | median | range | runs |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '| figure | of medians | by round | bound | |',
    '| --- | --- | --- | --- | --- |',
    ...figures,
    ...(part.remarks.length === 0 ? [] : ['', ...part.remarks.map((line) => `- ${line}`)]),
  ].join('\n');
}

function summary({ values, unit }: Measurement): { middle: string; lowest: string; highest: string } {
  const text = (value: number): string => value.toFixed(unit === 's' ? 1 : 0);
  return {
    middle: text(median(values)),
    lowest: text(Math.min(...values)),
    highest: text(Math.max(...values)),
  };
}

function boundText({ bound }: Figure): string {
  if (bound === undefined) return 'for information';
  return 'atMost' in bound ? `at most ${bound.atMost}` : `at least ${bound.atLeast}`;
}

function roundsText({ rounds = [] }: Figure): string {
  if (rounds.length === 0) return '';
  return `${Math.min(...rounds).toFixed(2)} to ${Math.max(...rounds).toFixed(2)}`;
}

/** A bound that some rounds keep to and others do not is told from one that is kept clearly. */
function verdict(figure: Figure): string {
  const { bound, rounds = [] } = figure;
  if (bound === undefined) return '';
  const kept = rounds.filter((value) => isKept({ ...figure, value })).length;
  const word = isKept(figure) ? 'kept' : 'MISSED';
  return kept === 0 || kept === rounds.length ? word : `${word} (kept in ${kept} of ${rounds.length} rounds)`;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')}`.trimEnd(),
  );
}
