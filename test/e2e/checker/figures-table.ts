import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { ROOT } from '../../scripts/load';
import { COLUMNS, Outcome, outcomeAsRow } from './report';

const PAGE = join(ROOT, 'docs/figures.md');
const HEADING = '## Checker';
const INTRODUCTION = `Every architecture under the same checker: publishers with confirms and consumers with acknowledgements, all messages
numbered, one fault after the other. Waits are the longest that one client had between two confirms or two messages. A row
is written by \`npm run check -- --only NAME --minutes 10 --write\`.`;

/** Puts the row of an outcome into docs/figures.md. */
export async function keepRow(outcome: Outcome): Promise<void> {
  const row = outcomeAsRow(outcome, new Date().toISOString().slice(0, 10));
  const text = withRow(readFileSync(PAGE, 'utf8'), row);
  writeFileSync(PAGE, await format(text, { ...(await resolveConfig(PAGE)), filepath: PAGE }));
}

/** `page` with `row` in the place of the row that begins with the same cell, or after the last one. */
export function withRow(page: string, row: readonly string[]): string {
  const sections = page.split(/^(?=## )/m);
  const index = sections.findIndex((section) => section.startsWith(`${HEADING}\n`));
  const rows = index === -1 ? [] : rowsOf(sections[index] ?? '');
  const place = rows.findIndex(([name]) => name === row[0]);
  const all = replaced(rows, place, row);
  const section = [
    HEADING,
    '',
    INTRODUCTION,
    '',
    line(COLUMNS),
    line(COLUMNS.map(() => '---')),
    ...all.map(line),
    '',
  ].join('\n');
  const others = sections.map((text) => `${text.trimEnd()}\n`);
  return replaced(others, index, section).join('\n');
}

function rowsOf(section: string): (readonly string[])[] {
  const lines = section.split('\n').filter((text) => text.startsWith('|'));
  return lines.slice(2).map((text) =>
    text
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** `items` with `item` at `index`, or at the end when `index` is -1. */
function replaced<T>(items: readonly T[], index: number, item: T): T[] {
  return index === -1 ? [...items, item] : items.map((each, place) => (place === index ? item : each));
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
