/** Cost of a plan as queues grow in number: of the first one, and of that for one queue more. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from './command';
import { synthPrograms, terraformProgram } from './machine';
import { Part } from './report';
import { growthExponent, median } from './statistics';
import { SynthesisedLocalStack } from './synthesised-stack';

const ROUNDS = 3;
const FEWER = 1000;
const MORE = 4000;
const MOST_SECONDS = 20;
const APP = join(__dirname, 'plans-app.js');

/** Measures the plans. Needs the Docker provider and an engine that answers; nothing is made on it. */
export async function measurePlans(say: (line: string) => void): Promise<Part> {
  const directory = mkdtempSync(join(tmpdir(), 'brokers-bench-'));
  const first = new Map<number, number[]>([
    [FEWER, []],
    [MORE, []],
  ]);
  const oneMore: number[] = [];
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      for (const [queues, seconds] of first) seconds.push(await firstPlan(directory, queues));
      oneMore.push(await planOfOneMore(directory, MORE));
      say(
        `  round ${round}: first plan ${first.get(MORE)?.at(-1)?.toFixed(1)} s, one queue more ${oneMore.at(-1)?.toFixed(1)} s`,
      );
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const [fewer = [], more = []] = first.values();
  return {
    title: 'Plans',
    method: [
      `\`terraform plan\` of the local stack with three brokers and ${number(FEWER)} or ${number(MORE)} queues, each with a binding, before anything is deployed; and of one queue more, for the files of the three brokers alone, which are all that changes then, in the state that an apply of them leaves.`,
    ],
    programs: [...synthPrograms(), await terraformProgram()],
    measurements: [
      { what: `first plan, ${number(FEWER)} queues`, unit: 's', values: fewer },
      { what: `first plan, ${number(MORE)} queues`, unit: 's', values: more },
      { what: `one queue beside ${number(MORE)}`, unit: 's', values: oneMore },
    ],
    figures: [
      bounded(`plan: ${number(MORE)} queues with bindings on three nodes, seconds`, more),
      bounded(`plan: one queue beside ${number(MORE)}, seconds`, oneMore),
      {
        what: `plan: growth exponent from ${number(FEWER)} to ${number(MORE)} queues (1 is linear)`,
        value: growthExponent({ size: FEWER, cost: median(fewer) }, { size: MORE, cost: median(more) }),
        bound: { atMost: 1.15 },
      },
    ],
    remarks: [],
  };
}

function bounded(what: string, seconds: readonly number[]): Part['figures'][number] {
  return { what, value: median(seconds), bound: { atMost: MOST_SECONDS } };
}

async function firstPlan(directory: string, queues: number): Promise<number> {
  return plan(join(await synthesise(directory, queues), 'stacks/local'));
}

async function planOfOneMore(directory: string, queues: number): Promise<number> {
  const files = join(directory, 'files');
  rmSync(files, { recursive: true, force: true });
  mkdirSync(files);
  writeDeliveries(await synthesise(directory, queues), files);
  await terraform(files, 'init');
  await terraform(files, 'apply', '-auto-approve');
  writeDeliveries(await synthesise(directory, queues + 1), files);
  return plan(files);
}

/** The files of the hosts as the stack keeps them, without containers and without what would deliver them. */
function writeDeliveries(output: string, directory: string): void {
  const deliveries = new SynthesisedLocalStack(output).data.flatMap(({ triggers_replace }, index) => {
    const { files } = Object(triggers_replace) as { readonly files?: unknown };
    return files === undefined ? [] : [[`host-${index}`, { triggers_replace: { files } }]];
  });
  const configuration = { resource: { terraform_data: Object.fromEntries(deliveries) as object } };
  writeFileSync(join(directory, 'main.tf.json'), JSON.stringify(configuration));
}

/** Resolves to the output folder. */
async function synthesise(directory: string, queues: number): Promise<string> {
  const cwd = join(directory, String(queues));
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd);
  await must(process.execPath, [APP, String(queues)], { cwd });
  return join(cwd, 'cdktf.out');
}

/** Resolves to the seconds that a plan takes, its text included. */
async function plan(directory: string): Promise<number> {
  await terraform(directory, 'init');
  const started = performance.now();
  await terraform(directory, 'plan');
  return (performance.now() - started) / 1000;
}

function terraform(directory: string, ...args: readonly string[]): Promise<string> {
  return must(process.env['TERRAFORM_BINARY_NAME'] ?? 'terraform', [...args, '-input=false', '-no-color'], {
    cwd: directory,
    env: { CHECKPOINT_DISABLE: '1' },
  });
}

function number(value: number): string {
  return value.toLocaleString('en');
}
