/** What a synth of the stack `prod` costs, against the same stack written by hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alternate } from './alternation';
import { counterparts } from './counterpart';
import { literalUserData } from './literal-user-data';
import { synthPrograms } from './machine';
import { Part, ratio } from './report';
import { SynthesisedStack } from './synthesised-stack';

const RUNS = 15;
const DIST = join(__dirname, '..');

/** Measures `prod`. @throws BenchError when the two stacks have not the same resources */
export async function measureProd(): Promise<Part> {
  const directory = mkdtempSync(join(tmpdir(), 'brokers-bench-'));
  try {
    const both = await counterparts({
      directory,
      program: join(DIST, 'bench/prod-app.js'),
      byHand: join(DIST, 'bench/hand-written-prod.js'),
      source: 'bench/hand-written-prod.ts',
      read: (output) => new SynthesisedStack(output, 'prod'),
      texts: literalUserData,
    });
    const [ours = [], byHand = []] = await alternate(RUNS, [both.ours, both.byHand]);
    return {
      title: 'Prod',
      method: [
        `Whole process of an app with the stack of \`environments/prod.yaml\` alone (\`bench/prod-app.ts\`) against that of an app with the same ${both.resources} resources written by hand with the raw bindings (\`bench/hand-written-prod.ts\`), which reads the same file and checks nothing, alternating.`,
      ],
      programs: synthPrograms(),
      measurements: [
        { what: 'prod stack', unit: 'ms', values: ours },
        { what: 'by hand', unit: 'ms', values: byHand },
      ],
      figures: [ratio('synth: prod stack / by hand', ours, byHand, { atMost: 1.25 })],
      remarks: both.remarks,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
