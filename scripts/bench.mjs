// `npm run bench`: measures this project against what it is compared to and prints the ratios.
import { join } from 'node:path';
import { readArguments } from './setup/arguments.mjs';
import { run } from './setup/command.mjs';
import { exclusively } from './setup/lock.mjs';
import { ROOT } from './setup/paths.mjs';
import { runMain } from './setup/report.mjs';
import { setUp } from './setup/setup.mjs';

const PARTS = ['synth', 'prod', 'plans', 'deploy', 'boot', 'throughput'];
/** Parts that need no Docker engine. */
const PROCESSES = ['synth', 'prod'];
const HELP = `Usage: npm run bench [-- OPTION]

Sets up what is missing on this machine, measures, prints each figure as a ratio with its bound, and takes away what it
started. Containers, network and volumes are called brokers-bench-…; a running demo is left alone. Measure on a machine
that does nothing else.

  --only PART   measure one part only; may be given several times
                  synth        the local stack against the same resources written by hand; 3 to 300 nodes (1 min)
                  prod         the stack of environments/prod.yaml likewise; bytes of user data; needs Terraform (1 min)
                  plans        terraform plan with 1,000 and 4,000 queues, and of one queue more (5 min)
                  deploy       cdktf deploy against plain docker run of the same containers (5 min)
                  boot         machines with the user data of prod, from power-on until all serve (3 min)
                  throughput   through our proxies, a minimal HAProxy, and directly (10 min); needs Java and Maven
  --write       put the result into docs/figures.md as well
  --help        print this

Exit code: 0 all bounds kept, 1 a bound missed or failed, 2 wrong usage, 130 interrupted.`;

async function bench({ only = PARTS, write }) {
  const environment = await setUp({
    engine: only.some((part) => !PROCESSES.includes(part)),
    terraform: only.some((part) => part !== 'synth'),
    tests: only.includes('boot'),
  });
  const { code } = await run(
    process.execPath,
    [join(ROOT, 'dist/bench/main.js'), ...only, ...(write ? ['--write'] : [])],
    { env: environment, output: 'inherit' },
  );
  return code;
}

const chosen = readArguments(
  HELP,
  { only: { type: 'string', multiple: true }, write: { type: 'boolean' } },
  ({ only = [] }) => {
    const unknown = only.find((part) => !PARTS.includes(part));
    if (unknown !== undefined) throw new Error(`There is no part ${unknown}: use ${PARTS.join(', ')}.`);
  },
);
await runMain(() => exclusively('bench', () => bench(chosen)));
