// `npm run demo`: a RabbitMQ cluster behind a floating address on this machine, from nothing to messages.
import {
  closeSync,
  createWriteStream,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { readArguments } from './setup/arguments.mjs';
import { cdktfArguments } from './setup/cdktf-arguments.mjs';
import { logFile, run } from './setup/command.mjs';
import { mayHaveEngine, provideEngine } from './setup/engine.mjs';
import { exclusively } from './setup/lock.mjs';
import { CDKTF, ROOT, SETUP, WORK, made } from './setup/paths.mjs';
import { SetupError, progressTo, runMain, say, secondsSince, step } from './setup/report.mjs';
import { removeResources, resourcesOf, summary, unknownTo } from './setup/resources.mjs';
import { setUp } from './setup/setup.mjs';
import { STATE_FILE, readState, untilUnlocked } from './setup/state.mjs';
import { createLogFilter } from './setup/terraform-log.mjs';

const STACK = 'local';
const NETWORK = 'brokers';
const MARKER = join(SETUP, 'deploying');
const HELP = `Usage: npm run demo [-- OPTION]

Sets up what is missing on this machine, deploys the stack "${STACK}" (three RabbitMQ brokers behind two proxies with a
floating address), waits until it is healthy, sends messages through it, and prints its addresses. Run again, it
changes nothing.

  --passwords   print the user names and passwords of the running demo
  --down        take everything away: containers, network, volumes and the messages in them
  --help        print this

Environment
  BROKERS_IMAGES           auto (default), build or pull: where the images come from
  BROKERS_RABBITMQ_IMAGE   use this image for the brokers
  BROKERS_PROXY_IMAGE      use this image for the proxies
  BROKERS_DEBIAN_MIRROR    Debian mirror for images that are built here
  DOCKER_HOST              the Docker engine
  TERRAFORM_BINARY_NAME    terraform or tofu

Exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted.`;

async function up() {
  const started = performance.now();
  const environment = await setUp();
  await untilUnlocked();
  await recover();
  const outputs = await withOutputs((options) => deploy(environment, options));
  const client = await run(process.execPath, [join(ROOT, 'dist/scripts/demo-client.js')], {
    input: JSON.stringify(outputs),
    output: 'inherit',
  });
  if (client.code !== 0)
    throw new SetupError('The cluster is deployed, but it does not serve, for the reason above.');
  say(`
AMQP        ${outputs.amqp_endpoint} (floating address)
management  ${outputs.management_urls.join('\n            ')}
HAProxy     ${outputs.statistics_url}
passwords   npm run --silent demo -- --passwords
remove      npm run demo -- --down

all done in ${secondsSince(started)}`);
  return 0;
}

// The marker stays when this is interrupted: it says whose work an unknown container is.
async function deploy(environment, options) {
  const started = performance.now();
  say(`deploying ${STACK} (about 1 min the first time)`);
  writeFileSync(MARKER, '');
  if (!(await terraform(['deploy', STACK, '--auto-approve', ...options], environment))) {
    throw new SetupError(
      'The deployment failed, for the reason above. Correct it and run this again, or take everything away with `npm run demo -- --down`.',
    );
  }
  rmSync(MARKER);
  say(`deployed in ${secondsSince(started)}`);
}

async function passwords() {
  progressTo(process.stderr);
  if (readState() === undefined) throw new SetupError('There is no demo: start it with `npm run demo`.');
  const { administrator_name, administrator_password, statistics_name, statistics_password } =
    await withOutputs(async (options) => readOutputs(await setUp(), options));
  if (administrator_password === undefined)
    throw new SetupError('There is no demo: start it with `npm run demo`.');
  process.stdout.write(
    `RabbitMQ    ${administrator_name} / ${administrator_password}\nHAProxy     ${statistics_name} / ${statistics_password}\n`,
  );
  return 0;
}

async function down() {
  const state = readState();
  if (!(await mayHaveEngine())) {
    say('nothing to remove: there is no Docker engine on this machine');
    return 0;
  }
  await untilUnlocked();
  if ((state?.resources ?? []).length > 0) await destroy();
  else await provideEngine();
  const left = await mine();
  if (left.length > 0) {
    await step(`no Terraform state here knows of ${summary(left)}: removing by label`, () => removeAll(left));
  }
  rmSync(MARKER, { force: true });
  say(`nothing is left: no container, network or volume of the stack ${STACK}`);
  return 0;
}

// Where Terraform can't do it, what is left goes by its label.
async function destroy() {
  try {
    const environment = await setUp();
    if (!(await terraform(['destroy', STACK, '--auto-approve'], environment))) say('cdktf destroy failed');
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`cdktf destroy can't run: ${error.message}`);
  }
}

// What a killed deploy has made without writing it down would be in the way of the next one.
async function recover() {
  const unknown = unknownTo(readState(), await mine());
  if (unknown.length === 0) return;
  if (!existsSync(MARKER)) {
    throw new SetupError(
      `This engine runs the demo of another checkout, or ${STATE_FILE} is lost (${summary(unknown)}): take it away with \`npm run demo -- --down\`, then run this again.`,
    );
  }
  await step(`an interrupted run left ${summary(unknown)}: removing`, () => removeAll(unknown));
}

async function removeAll(resources) {
  const stubborn = await removeResources(resources);
  if (stubborn.length === 0) return;
  const names = stubborn.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  throw new SetupError(`Could not be removed: ${names}. Stop what uses them and run this again.`);
}

const mine = () => resourcesOf({ stack: STACK, network: NETWORK });

/** Runs cdktf with its whole log in a file and its progress on the terminal. Resolves to whether it went well. */
async function terraform(args, environment) {
  const filter = createLogFilter();
  const log = createWriteStream(logFile(args[0]));
  let shown = 0;
  const { code, stdout, stderr } = await cdktf(args, environment, {
    onLine: (line) => {
      log.write(`${line}\n`);
      for (const text of filter(line)) {
        shown += 1;
        say(`  ${text}`);
      }
    },
  });
  log.end();
  if (code !== 0 && shown === 0) say(`${stdout}${stderr}`.trim().split('\n').slice(-20).join('\n'));
  if (code !== 0) say(`whole log: ${logFile(args[0])}`);
  return code === 0;
}

function cdktf(args, environment, options) {
  return run(process.execPath, [CDKTF, ...cdktfArguments(args, environment)], {
    env: { ...environment, CI: '1' },
    ...options,
  });
}

async function readOutputs(environment, options) {
  await step('reading the outputs', async () => {
    const { code } = await cdktf(['output', STACK, ...options], environment);
    if (code !== 0) throw new SetupError('The outputs could not be read.');
  });
}

/**
 * The stack's outputs, secrets among them, through a file that only this user can read and that is removed. `write` is
 * given the options by which cdktf writes it.
 */
async function withOutputs(write) {
  removeAbandonedOutputs();
  const directory = mkdtempSync(join(made(WORK), 'outputs-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const file = join(directory, 'outputs.json');
  closeSync(openSync(file, 'wx', 0o600));
  process.once('exit', remove);
  try {
    await write(['--outputs-file', file, '--outputs-file-include-sensitive-outputs']);
    return JSON.parse(readFileSync(file, 'utf8') || '{}')[STACK] ?? {};
  } finally {
    remove();
    process.off('exit', remove);
  }
}

// Those of a run that was killed.
function removeAbandonedOutputs() {
  for (const name of readdirSync(made(WORK)).filter((entry) => entry.startsWith('outputs-'))) {
    rmSync(join(WORK, name), { recursive: true, force: true });
  }
}

const chosen = readArguments(HELP, { down: { type: 'boolean' }, passwords: { type: 'boolean' } });
await runMain(() => exclusively('demo', chosen.down ? down : chosen.passwords ? passwords : up));
