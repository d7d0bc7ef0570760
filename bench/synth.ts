/** What a synth costs: against the same stack written by hand, and as the topology grows. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchError, must } from './command';
import { literalTexts } from './literal-texts';
import { synthPrograms } from './machine';
import { Part, ratio } from './report';
import { compareResources } from './same-resources';
import { growthExponent, median } from './statistics';
import { SynthesisedStack } from './synthesised-stack';

const RUNS = 15;
const GROWTH_RUNS = 7;
const NODES = [0, 3, 30, 300];
const DIST = join(__dirname, '..');
const OURS = join(DIST, 'stacks/main.js');
const BY_HAND = join(DIST, 'bench/hand-written.js');
const GROWTH = join(DIST, 'bench/growth.js');

/** Measures the synth. Needs no Docker engine. @throws BenchError when the two stacks have not the same resources */
export async function measureSynth(): Promise<Part> {
  const directory = mkdtempSync(join(tmpdir(), 'brokers-bench-'));
  try {
    const { remarks, resources } = await prepare(directory);
    const [ours = [], byHand = []] = await alternate(RUNS, [
      () => wholeProcess(OURS, join(directory, 'ours')),
      () => wholeProcess(BY_HAND, join(directory, 'by-hand')),
    ]);
    const growth = await alternate(
      GROWTH_RUNS,
      NODES.map((nodes) => () => growthRun(nodes, directory)),
    );
    const costs = growth.map(median);
    const [fixed = 0] = costs;
    const beyond = costs.map((cost) => cost - fixed);
    const perNode = NODES.slice(1).map(
      (nodes, index) => `${((beyond[index + 1] ?? 0) / nodes).toFixed(1)} ms at ${nodes}`,
    );
    return {
      title: 'Synth',
      method: [
        `Whole process of \`node dist/stacks/main.js\` against that of an app with the same ${resources} resources written by hand with the raw bindings (\`bench/hand-written.ts\`), alternating.`,
        'Growth: clusters of three nodes each, from the first construct to the end of `synth()` in a process of its own, the sizes alternating; its exponent is log(cost of 300 / cost of 30) / log(300 / 30), where cost is the median time less that of 0 nodes.',
      ],
      programs: synthPrograms(),
      measurements: [
        { what: 'local stack', unit: 'ms', values: ours },
        { what: 'by hand', unit: 'ms', values: byHand },
        ...NODES.map((nodes, index) => ({
          what: `${nodes} nodes`,
          unit: 'ms' as const,
          values: growth[index] ?? [],
        })),
      ],
      figures: [
        ratio('synth: local stack / by hand', ours, byHand, { atMost: 1.25 }),
        {
          what: 'synth: growth exponent from 30 to 300 nodes (1 is linear)',
          value: growthExponent({ size: 30, cost: beyond[2] ?? 0 }, { size: 300, cost: beyond[3] ?? 0 }),
          bound: { atMost: 1.15 },
        },
      ],
      remarks: [`A node costs ${perNode.join(', ')} nodes, beyond the fixed cost.`, ...remarks],
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Synthesises both stacks once and compares them. */
async function prepare(directory: string): Promise<{ remarks: string[]; resources: number }> {
  const [ours, byHand] = ['ours', 'by-hand'].map((name) => join(directory, name)) as [string, string];
  mkdirSync(ours);
  mkdirSync(byHand);
  await must(process.execPath, [OURS], { cwd: ours });
  const stack = new SynthesisedStack(join(ours, 'cdktf.out'));
  writeFileSync(join(byHand, 'texts.json'), JSON.stringify(literalTexts(stack)));
  await must(process.execPath, [BY_HAND], { cwd: byHand });
  const difference = compareResources(
    stack.resources,
    new SynthesisedStack(join(byHand, 'cdktf.out')).resources,
  );
  if (difference.counts.length > 0) {
    throw new BenchError(
      `bench/hand-written.ts has not the resources of the local stack (${difference.counts.join(', ')}): bring it up to date`,
    );
  }
  return {
    resources: Object.values(stack.resources).flatMap((byName) => Object.keys(byName)).length,
    remarks:
      difference.arguments.length === 0
        ? []
        : [`the stack by hand has other values for ${difference.arguments.join(', ')}`],
  };
}

async function wholeProcess(program: string, cwd: string): Promise<number> {
  rmSync(join(cwd, 'cdktf.out'), { recursive: true });
  const started = performance.now();
  await must(process.execPath, [program], { cwd });
  return performance.now() - started;
}

async function growthRun(nodes: number, directory: string): Promise<number> {
  const cwd = join(directory, 'growth');
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd);
  return Number(await must(process.execPath, [GROWTH, String(nodes / 3)], { cwd }));
}

/** Runs all `subjects` `rounds` times, one after the other in each round, after one round that does not count. */
async function alternate(rounds: number, subjects: readonly (() => Promise<number>)[]): Promise<number[][]> {
  const values: number[][] = subjects.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, subject] of subjects.entries()) {
      const value = await subject();
      if (round > 0) values[index]?.push(value);
    }
  }
  return values;
}
