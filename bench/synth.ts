/** What a synth costs: against the same stack written by hand, and as the topology grows. */
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alternate, PROCESS_ROUNDS } from './alternation';
import { must } from './command';
import { counterparts } from './counterpart';
import { literalTexts } from './literal-texts';
import { synthPrograms } from './machine';
import { Part, ratio } from './report';
import { growthExponent, median } from './statistics';
import { SynthesisedLocalStack } from './synthesised-stack';

const GROWTH_RUNS = 7;
const NODES = [0, 3, 30, 300];
const DIST = join(__dirname, '..');
const OURS = join(DIST, 'bench/local-alone.js');
const BY_HAND = join(DIST, 'bench/hand-written-local.js');
const GROWTH = join(DIST, 'bench/growth.js');

/** Measures the synth. Needs no Docker engine. @throws BenchError when the two stacks have not the same resources */
export async function measureSynth(): Promise<Part> {
  const directory = mkdtempSync(join(tmpdir(), 'brokers-bench-'));
  try {
    const both = await counterparts({
      directory,
      program: OURS,
      byHand: BY_HAND,
      source: 'bench/hand-written-local.ts',
      read: (output) => new SynthesisedLocalStack(output),
      texts: literalTexts,
    });
    const [ours = [], byHand = []] = await alternate(PROCESS_ROUNDS, [both.ours, both.byHand]);
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
        `Whole process of an app with the local stack alone (\`bench/local-alone.ts\`) against that of an app with the same ${both.resources} resources written by hand with the raw bindings (\`bench/hand-written-local.ts\`), alternating.`,
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
      remarks: [`A node costs ${perNode.join(', ')} nodes, beyond the fixed cost.`, ...both.remarks],
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function growthRun(nodes: number, directory: string): Promise<number> {
  const cwd = join(directory, 'growth');
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd);
  return Number(await must(process.execPath, [GROWTH, String(nodes / 3)], { cwd }));
}
