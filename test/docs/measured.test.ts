import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARCHITECTURE_NAMES } from '../../stacks/architectures';
import { SITES_ARCHITECTURES } from '../../stacks/site-settings';
import { having, pages, proseOf, ROOT, textFiles } from './repository';

const PAGES = join('docs', 'architectures');
const COLUMN = { name: 1, faults: 3, confirmed: 4, waits: 9 };
const tests = textFiles()
  .filter(({ path }) => /^test\/e2e\/.*\.ts$/.test(path))
  .map(({ text }) => text)
  .join('\n');

/** The page of an architecture; a variant such as `warren-moving-store` is on the page of what it varies. */
function pageOf(architecture: string): string {
  const path = join(ROOT, PAGES, `${architecture}.md`);
  if (existsSync(path)) return readFileSync(path, 'utf8');
  if (!architecture.includes('-')) throw new Error('there is no page of this architecture');
  return pageOf(architecture.replace(/-[^-]*$/, ''));
}

/** The table of the checker: what the page of an architecture has to say, and how many faults there were. */
const rows = readFileSync(join(ROOT, 'docs', 'figures.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => cells.length > COLUMN.waits && cells[COLUMN.faults]?.includes(' × '))
  .map((cells) => ({
    name: cells[COLUMN.name] ?? '',
    faults: [...(cells[COLUMN.faults] ?? '').matchAll(/(\d+) ×/g)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    ),
    confirmed: cells[COLUMN.confirmed] ?? '',
    // The longest comes first.
    wait: /^[\d.]+ s/.exec(cells[COLUMN.waits] ?? '')?.[0] ?? '',
  }));

/** `figure` as it is, and not as a part of a larger one. */
const whole = (figure: string): RegExp => new RegExp(`(?<![\\d.,])${figure.replaceAll('.', '\\.')}(?!,?\\d)`);

describe("an architecture's page", () => {
  it('is there for each of them, and so is a row', () => {
    const names = rows.map(({ name }) => name);
    expect([...names].sort()).toEqual([...ARCHITECTURE_NAMES, ...SITES_ARCHITECTURES].sort());
    for (const name of names) expect(pageOf(name)).toContain('/checker.md)');
  });

  it.each(rows)('tells the confirmed messages and the longest wait of its row: $name', (row) => {
    expect(row.confirmed).toMatch(/^[\d,]+$/);
    expect(row.wait).not.toBe('');
    expect(pageOf(row.name)).toMatch(whole(row.confirmed));
    expect(pageOf(row.name)).toMatch(whole(row.wait));
  });

  const counted = rows.filter(({ name }) => /\d faults/.test(pageOf(name)));
  it.each(counted)('counts its faults as its row does: $name', ({ name, faults }) => {
    expect(counted.length).toBeGreaterThan(1);
    expect(/(\d+) faults/.exec(pageOf(name))?.[1]).toBe(`${faults}`);
  });

  it.each(
    having(
      pages().filter(({ path }) => path.startsWith(PAGES)),
      ({ text }) =>
        [...proseOf(text).matchAll(/“([^”]+)”/g)].map(([, title = '']) => title.replace(/\s+/g, ' ')),
    ),
  )('quotes tests that exist: $path', ({ found }) => {
    const missing = found.filter((title) => !title.split(' … ').every((part) => tests.includes(part)));
    expect(missing).toEqual([]);
  });
});
