// Everything that `npm run demo` and `npm test` need on a machine, put there step by step. Each step is skipped where
// its result is there already.
import { performance } from 'node:perf_hooks';
import { run } from './command.mjs';
import { installDependencies } from './dependencies.mjs';
import { provideEngine } from './engine.mjs';
import { OLDER_SERIES } from './build-image.mjs';
import { provideImages, provideSeries } from './images.mjs';
import { exclusively } from './lock.mjs';
import { provideProvider } from './provider.mjs';
import { SetupError, say, secondsSince, step } from './report.mjs';
import { checkSystem } from './system.mjs';
import { findTerraform } from './terraform.mjs';
import { provideTestImages } from './test-images.mjs';

const done = new Map();

/**
 * Sets up what is missing. `engine: false` leaves out Docker and the images, and Terraform as well unless
 * `terraform: true`; `compile: false` the compiling; `tests: true` adds the images that only tests need.
 * Resolves to the environment variables that `cdktf` needs; a second call in a process returns the first one's result.
 * @throws SetupError with one sentence that says what to install or to do
 */
export function setUp({ engine = true, terraform = engine, compile = true, tests = false } = {}) {
  const wanted = { engine, terraform, compile, tests };
  const key = JSON.stringify(wanted);
  const known = done.get(key) ?? exclusively('setup', () => allSteps(wanted));
  done.set(key, known);
  return known;
}

async function allSteps({ engine, terraform, compile, tests }) {
  const started = performance.now();
  await checkSystem({ linux: engine });
  await installDependencies();
  const environment = { CHECKPOINT_DISABLE: '1' };
  // Cheap checks first: who must install something hears of it before the long steps.
  const found = terraform || engine ? await findTerraform() : undefined;
  Object.assign(environment, found?.env);
  if (engine) {
    Object.assign(environment, await provideEngine());
    const { source } = await provideImages();
    if (tests) {
      await provideTestImages({ registry: source === 'registry' });
      for (const series of OLDER_SERIES) await provideSeries(series, { source });
    }
    Object.assign(environment, await provideProvider(found));
  }
  if (compile) await build();
  say(`set up in ${secondsSince(started)}`);
  return environment;
}

/** Compiles the project. */
async function build() {
  await step('compiling', async () => {
    const { code, stdout, stderr } = await run(process.execPath, ['scripts/build.mjs']);
    if (code === 0) return;
    const errors = `${stdout}${stderr}`.trim().split('\n').slice(0, 20).join('\n');
    throw new SetupError(`The project does not compile: correct this, then run it again.\n${errors}`);
  });
}
