/** Measures the parts that are named as arguments and prints what came out; `--write` keeps it in docs/figures.md. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError, Interrupted, watchSignals } from './command';
import { measureBoot } from './boot';
import { measureDeploy } from './deploy';
import { withPart } from './figures-page';
import { load, machine, quietLoad } from './machine';
import { ROOT } from './names';
import { measurePlans } from './plans';
import { measureProd } from './prod';
import { Figure, isKept, Part, partAsText } from './report';
import { measureSynth } from './synth';
import { measureThroughput } from './throughput';

const PAGE = join(ROOT, 'docs/figures.md');

const PARTS: Readonly<Record<string, (say: (line: string) => void) => Promise<Part>>> = {
  synth: measureSynth,
  prod: measureProd,
  plans: measurePlans,
  deploy: measureDeploy,
  boot: measureBoot,
  throughput: measureThroughput,
};

async function main(args: readonly string[]): Promise<number> {
  const missed: Figure[] = [];
  // Of the machine without the bench, which is a load itself from then on.
  const before = load();
  for (const [name, measure] of Object.entries(PARTS).filter(([each]) => args.includes(each))) {
    console.log(`\nmeasuring ${name} on ${machine()}, load before ${before.toFixed(1)}`);
    if (before > quietLoad())
      console.log('  the machine is busy with something else: these figures will say little');
    const part = await measure(console.log);
    console.log(`\n${partAsText(part)}\n  with ${part.programs.join(', ')}`);
    missed.push(...part.figures.filter((figure) => !isKept(figure)));
    if (args.includes('--write')) {
      const { format, resolveConfig } = await import('prettier');
      const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
      const circumstances = {
        date: new Date().toISOString().slice(0, 10),
        command: `npm run bench -- --only ${name}`,
        machine: machine(),
        load: before,
      };
      const text = withPart(page, part, circumstances);
      const options = { ...(await resolveConfig(PAGE)), filepath: PAGE };
      writeFileSync(PAGE, await format(text, options));
    }
  }
  for (const { what, value } of missed) console.log(`\nmissed: ${what} is ${value.toFixed(3)}`);
  return missed.length === 0 ? 0 : 1;
}

watchSignals();
main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof BenchError ? error.message : error);
    process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
  },
);
