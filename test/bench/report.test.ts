import { withPart } from '../../bench/figures-page';
import { Figure, isKept, Part, partAsText, ratio } from '../../bench/report';

const figure = (value: number, bound: NonNullable<Figure['bound']>): Figure => ({
  what: 'ratio',
  value,
  bound,
});

const part = (title: string, value: number): Part => ({
  title,
  method: ['How.'],
  programs: ['Program 1.0'],
  measurements: [{ what: 'ours', unit: 's', values: [1, 3, 2] }],
  figures: [figure(value, { atMost: 1.5 })],
  remarks: [],
});

const CIRCUMSTANCES = {
  date: '2026-01-02',
  command: 'npm run bench',
  machine: '2 cores, 24 GiB',
  load: 0.12,
};

describe('isKept', () => {
  it('takes a bound as it is written', () => {
    expect(isKept(figure(1.25, { atMost: 1.25 }))).toBe(true);
    expect(isKept(figure(1.251, { atMost: 1.25 }))).toBe(false);
    expect(isKept(figure(0.97, { atLeast: 0.97 }))).toBe(true);
    expect(isKept(figure(0.969, { atLeast: 0.97 }))).toBe(false);
  });

  it('has nothing against a figure without a bound', () => {
    expect(isKept({ what: 'ratio', value: 9 })).toBe(true);
  });
});

describe('ratio', () => {
  const of = (ours: number[], theirs: number[]): string =>
    partAsText({ ...part('Title', 1), figures: [ratio('ratio', ours, theirs, { atMost: 1.5 })] });

  it('is that of the medians, with that of each round beside it', () => {
    const { value, rounds } = ratio('ratio', [10, 12, 40], [10, 10, 20]);
    expect(value).toBeCloseTo(1.2);
    expect(rounds).toEqual([1, 1.2, 2]);
  });

  it('is told as unclear when the rounds lie on both sides of the bound', () => {
    expect(of([10, 12, 40], [10, 10, 20])).toContain(
      '1.00 to 2.00   at most 1.5   kept (kept in 2 of 3 rounds)',
    );
    expect(of([10, 12, 14], [10, 10, 10])).toMatch(/1\.00 to 1\.40 {3}at most 1\.5 {3}kept$/m);
    expect(of([20, 18, 22], [10, 10, 10])).toMatch(/MISSED$/m);
  });
});

describe('withPart', () => {
  const first = withPart('', part('Synth', 1.11), CIRCUMSTANCES);

  it('begins a page with what was measured, when and on what', () => {
    expect(first).toMatch(/^# Figures\n/);
    expect(first).toContain('2026-01-02, `npm run bench`, 2 cores, 24 GiB, load before 0.1; Program 1.0.');
    expect(first).toContain('| ours | 2.0 s | 1.0 to 3.0 | 3 |');
    expect(first).toContain('| ratio | **1.110** |  | at most 1.5 | kept |');
  });

  it('replaces a part in its place and keeps the others', () => {
    const both = withPart(first, part('Deploy', 1.6), CIRCUMSTANCES);
    const changed = withPart(both, part('Synth', 1.22), CIRCUMSTANCES);
    expect(changed.match(/^#+ .*$/gm)).toEqual(['# Figures', '## Synth', '## Deploy']);
    expect(changed).not.toContain('1.11');
    expect(changed).toContain('**1.220**');
    expect(changed).toContain('| ratio | **1.600** |  | at most 1.5 | MISSED |');
  });

  it('does not change a page by writing the same again', () => {
    expect(withPart(first, part('Synth', 1.11), CIRCUMSTANCES)).toBe(first);
  });
});
