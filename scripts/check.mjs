// `npm run check`: architectures under the checker, for as long as one likes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from './setup/arguments.mjs';
import { run } from './setup/command.mjs';
import { exclusively } from './setup/lock.mjs';
import { ROOT } from './setup/paths.mjs';
import { runMain } from './setup/report.mjs';
import { setUp } from './setup/setup.mjs';

const TESTS = join(ROOT, 'test/e2e/architectures');
/** In the name of every test that runs the checker; the other tests of a file are left out. */
const TITLE = 'under the checker';
const ARCHITECTURES = readdirSync(TESTS)
  .filter((name) => name.endsWith('.test.ts') && readFileSync(join(TESTS, name), 'utf8').includes(TITLE))
  .map((name) => name.replace('.test.ts', ''))
  .sort();
const HELP = `Usage: npm run check [-- OPTION]

Sets up what is missing on this machine, then deploys each architecture, publishes and consumes numbered messages while
one fault after the other is injected, and says what was lost, duplicated and reordered, and how long clients waited.

  --only NAME     check one architecture; may be given several times
                    ${ARCHITECTURES.join(', ')}
  --minutes N     inject faults for so long, each once at least (default 1)
  --seed N        repeat the schedule of a run that printed this seed (default 1)
  --json FILE     write all that was found into FILE; with one architecture only
  --write         put the row of each architecture into docs/figures.md
  --help          print this

Exit code: 0 all promises kept, 1 one was broken, 2 wrong usage, 130 interrupted. What an interrupted run leaves on the
engine is removed by the next one.`;

async function check({ only = ARCHITECTURES, minutes = '1', seed = '1', json, write }) {
  const environment = await setUp({ tests: true });
  const { code } = await run(
    process.execPath,
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--config',
      'vitest.e2e.config.mts',
      '--testNamePattern',
      TITLE,
      '--disable-console-intercept',
      // What clients wait for is measured.
      '--no-file-parallelism',
      ...only.map((name) => `test/e2e/architectures/${name}.test.ts`),
    ],
    {
      output: 'inherit',
      env: {
        ...environment,
        BROKERS_CHECK_SECONDS: String(60 * Number(minutes)),
        BROKERS_CHECK_SEED: seed,
        ...(json === undefined ? {} : { BROKERS_CHECK_JSON: json }),
        ...(write ? { BROKERS_CHECK_WRITE: '1' } : {}),
      },
    },
  );
  return code;
}

const chosen = readArguments(
  HELP,
  {
    only: { type: 'string', multiple: true },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    json: { type: 'string' },
    write: { type: 'boolean' },
  },
  ({ only = ARCHITECTURES, minutes = '1', seed = '1', json }) => {
    const unknown = only.find((name) => !ARCHITECTURES.includes(name));
    if (unknown !== undefined) {
      throw new Error(`There is no architecture ${unknown}: use ${ARCHITECTURES.join(', ')}.`);
    }
    if (!(Number(minutes) > 0)) throw new Error(`--minutes must be more than 0, got ${minutes}.`);
    if (!Number.isInteger(Number(seed))) throw new Error(`--seed must be a whole number, got ${seed}.`);
    if (json !== undefined && only.length !== 1) {
      throw new Error('--json is for one architecture: add --only NAME.');
    }
  },
);
// The tests use the same names on the engine.
await runMain(() => exclusively('test', () => check(chosen)));
