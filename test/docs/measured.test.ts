import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages, proseOf, ROOT, textFiles } from './repository';

const PAGES = join('docs', 'architectures');
const COLUMN = { name: 1, faults: 3, confirmed: 4, waits: 9 };
const rows = readFileSync(join(ROOT, 'docs', 'figures.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => existsSync(join(ROOT, PAGES, `${cells[COLUMN.name] ?? ''}.md`)));
const tests = textFiles()
  .filter(({ path }) => /^test\/e2e\/.*\.ts$/.test(path))
  .map(({ text }) => text)
  .join('\n');

describe("an architecture's page", () => {
  it.each(rows.map((cells) => ({ name: cells[COLUMN.name] ?? '', cells })))(
    'tells what the figures say: $name',
    ({ name, cells }) => {
      const page = readFileSync(join(ROOT, PAGES, `${name}.md`), 'utf8');
      const [faults = '', confirmed = '', waits = ''] = [COLUMN.faults, COLUMN.confirmed, COLUMN.waits].map(
        (column) => cells[column],
      );
      const total = [...faults.matchAll(/(\d+) ×/g)].reduce((sum, [, count]) => sum + Number(count), 0);
      expect(page).toContain(confirmed);
      expect([`${total}`, undefined]).toContain(/(\d+) faults/.exec(page)?.[1]);
      // The longest comes first.
      expect(page).toContain(/^[\d.]+ s/.exec(waits)?.[0]);
    },
  );

  it('has a row, if it was under the checker', () => {
    expect(rows.map((cells) => cells[COLUMN.name])).toEqual(expect.arrayContaining(['quorum', 'ram-nodes']));
  });

  it.each(pages().filter(({ path }) => path.startsWith(PAGES)))(
    'quotes tests that exist: $path',
    ({ text }) => {
      const titles = [...proseOf(text).matchAll(/“([^”]+)”/g)].map(([, title = '']) =>
        title.replace(/\s+/g, ' '),
      );
      const missing = titles.filter((title) => !title.split(' … ').every((part) => tests.includes(part)));
      expect(missing).toEqual([]);
    },
  );
});
