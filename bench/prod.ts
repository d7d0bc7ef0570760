/** What a synth of the stack `prod` costs, against the same stack written by hand, and what its machines are handed. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alternate, PROCESS_ROUNDS, wholeProcess } from './alternation';
import { counterparts } from './counterpart';
import { literalUserData } from './literal-user-data';
import { synthPrograms, terraformProgram } from './machine';
import { ROOT } from './names';
import { Part, ratio } from './report';
import { SynthesisedStack } from './synthesised-stack';
import { userDataSizes } from './user-data-sizes';

const RUNS_OF_ALL = 15;
const DIST = join(__dirname, '..');
const PROD = join(DIST, 'bench/prod-app.js');
const ALL = join(DIST, 'stacks/main.js');
/** Half of what an instance takes. */
const MOST_BYTES = 16 * 1024;

/** Measures `prod`. @throws BenchError when the two stacks have not the same resources */
export async function measureProd(): Promise<Part> {
  const directory = mkdtempSync(join(tmpdir(), 'brokers-bench-'));
  try {
    const both = await counterparts({
      directory,
      program: PROD,
      byHand: join(DIST, 'bench/hand-written-prod.js'),
      source: 'bench/hand-written-prod.ts',
      read: (output) => new SynthesisedStack(output, 'prod'),
      texts: literalUserData,
    });
    const [project = '', bare = ''] = ['project', 'bare'].map((name) => join(directory, name));
    mkdirSync(bare);
    cpSync(join(ROOT, 'environments'), join(project, 'environments'), { recursive: true });
    const [ours = [], byHand = []] = await alternate(PROCESS_ROUNDS, [both.ours, both.byHand]);
    const [all = [], without = []] = await alternate(RUNS_OF_ALL, [
      () => wholeProcess(ALL, project),
      () => wholeProcess(ALL, bare),
    ]);
    const sizes = await userDataSizes(PROD, project);
    return {
      title: 'Prod',
      method: [
        `Whole process of an app with the stack of \`environments/prod.yaml\` alone (\`bench/prod-app.ts\`) against that of an app with the same ${both.resources} resources written by hand with the raw bindings (\`bench/hand-written-prod.ts\`), which reads the same file and checks nothing, alternating.`,
        'Beside it `node dist/stacks/main.js`, which synthesises every stack whichever one is deployed, with that file and without.',
        `User data as Terraform hands it to the provider, with a stand-in for the cloud; one value an instance; its bound is half of what an instance takes, ${MOST_BYTES} bytes.`,
      ],
      programs: [...synthPrograms(), await terraformProgram()],
      measurements: [
        { what: 'prod stack', unit: 'ms', values: ours },
        { what: 'by hand', unit: 'ms', values: byHand },
        { what: 'all stacks', unit: 'ms', values: all },
        { what: 'all stacks but prod', unit: 'ms', values: without },
        ...sizes.map(({ role, frontEnd, bytes }) => ({
          what: `user data of ${role} behind ${frontEnd}`,
          unit: 'bytes' as const,
          values: bytes,
        })),
      ],
      figures: [
        ratio('synth: prod stack / by hand', ours, byHand, { atMost: 1.25 }),
        ratio('synth: all stacks / all but prod', all, without),
        {
          what: `user data: largest / ${MOST_BYTES} bytes`,
          value: Math.max(...sizes.flatMap(({ bytes }) => bytes)) / MOST_BYTES,
          bound: { atMost: 1 },
        },
      ],
      remarks: both.remarks,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
