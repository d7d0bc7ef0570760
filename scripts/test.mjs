// `npm test`: everything, to the end, with one line of numbers to close.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { readArguments } from './setup/arguments.mjs';
import { provideCheckov } from './setup/checkov.mjs';
import { run } from './setup/command.mjs';
import { exclusively } from './setup/lock.mjs';
import { ROOT, SETUP, WORK, made } from './setup/paths.mjs';
import { SetupError, runMain, say, secondsSince, step } from './setup/report.mjs';
import { resourcesOf, summary } from './setup/resources.mjs';
import { setUp } from './setup/setup.mjs';
import { removeLeftovers, removePushNames } from './setup/test-leftovers.mjs';
import { countResults, total } from './setup/test-results.mjs';

/** What an interrupted run of the end-to-end tests left is recognised by this file and by the names. */
const MARKER = join(SETUP, 'testing');
const TEST_PREFIX = 'e2e-';
/** All tests of a kind together; a test that hangs must not keep the others' results from being printed. */
const LIMIT_SECONDS = { unit: 300, 'end-to-end': 1800 };
const HELP = `Usage: npm test [-- OPTION]

Sets up what is missing on this machine, then runs lint, types, unit tests, and the tests against real programs on the
Docker engine. Ends with the line "N passed, N failed"; a skipped test counts as failed.

  --unit    no engine: lint, types and unit tests only
  --clean   remove what an interrupted run left on the engine
  --help    print this

Exit code: 0 all passed, 1 something failed, 2 wrong usage, 130 interrupted.`;

async function test(unitOnly) {
  const temporary = mkdtempSync(join(tmpdir(), 'brokers-tests-'));
  process.once('exit', () => rmSync(temporary, { recursive: true, force: true, maxRetries: 10 }));
  // Synthesising in a test leaves a folder each time; together they are easily removed.
  process.env.TMPDIR = temporary;
  const results = [];
  let environment;
  try {
    environment = await setUp({ engine: !unitOnly, compile: false, tests: !unitOnly });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    results.push({ name: 'set-up', passed: 0, failed: 1 });
  }
  // Half a minute on a new machine, beside the tests that don't need it. Its own test tells why it could not be had.
  const checkov = unitOnly
    ? undefined
    : provideCheckov().then(
        () => 'there',
        () => 'missing',
      );
  const linting = run('npm', ['run', '--silent', 'lint']); // beside the others, since most machines have two cores
  results.push(check('types', await run(process.execPath, ['scripts/build.mjs'])));
  results.push(await tests('unit', 'vitest.config.mts', {}));
  results.push(check('lint', await linting));
  if (!unitOnly && environment !== undefined) {
    await step('checkov', () => checkov);
    await clean();
    writeFileSync(MARKER, '');
    results.push(await tests('end-to-end', 'vitest.e2e.config.mts', environment));
    await clean();
  } else if (!unitOnly) {
    say('\nend-to-end tests could not run without the set-up: counted as one failure');
    results.push({ name: 'end-to-end', passed: 0, failed: 1 });
  }
  return conclude(results);
}

function check(name, { code, stdout, stderr }) {
  say(`\n== ${name}`);
  if (code !== 0) say(`${stdout}${stderr}`.trimEnd());
  say(`${name}: ${code === 0 ? 'passed' : 'failed'}`);
  return { name, passed: Number(code === 0), failed: Number(code !== 0) };
}

async function tests(name, config, environment) {
  const started = performance.now();
  const file = join(made(WORK), `${name}-results.json`);
  rmSync(file, { force: true });
  say(`\n== ${name} tests`);
  const { code, timedOut } = await run(
    process.execPath,
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--config',
      config,
      `--reporter=${name === 'unit' ? 'default' : 'verbose'}`,
      '--reporter=json',
      `--outputFile.json=${file}`,
    ],
    { output: 'inherit', env: environment, timeoutSeconds: LIMIT_SECONDS[name] },
  );
  if (timedOut) say(`${name} tests: stopped, no end after ${LIMIT_SECONDS[name]} s`);
  const counts = countResults(existsSync(file) ? readFileSync(file, 'utf8') : '', code);
  say(`${name} tests: ${counts.passed} passed, ${counts.failed} failed (${secondsSince(started)})`);
  for (const reason of counts.reasons) say(`  ${reason}`);
  return { name, ...counts };
}

/** Only where the marker says that tests of this checkout began and didn't end. */
async function clean() {
  if (!existsSync(MARKER)) return;
  const left = (await resourcesOf({})).filter(({ name }) => name.startsWith(TEST_PREFIX));
  if (left.length > 0) {
    await step(`removing what tests left: ${summary(left)}`, async () => {
      await removeLeftovers(left);
    });
  }
  await removePushNames(TEST_PREFIX);
  rmSync(MARKER);
}

function conclude(results) {
  say('');
  for (const { name, passed, failed } of results) say(`${name.padEnd(12)}${passed} passed, ${failed} failed`);
  const { passed, failed } = total(results);
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

const chosen = readArguments(HELP, { unit: { type: 'boolean' }, clean: { type: 'boolean' } });
await runMain(() => exclusively('test', () => (chosen.clean ? clean() : test(chosen.unit))));
