// `npm run diagram`: draws what a stack deploys, from its constructs.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { readArguments } from './setup/arguments.mjs';
import { ROOT, made } from './setup/paths.mjs';
import { SetupError, progressTo, runMain, say } from './setup/report.mjs';
import { setUp } from './setup/setup.mjs';

const HELP = `Usage: npm run diagram -- STACK [--output FILE]
       npm run diagram -- --docs

Draws what a stack deploys, as its constructs tell it: networks and zones, hosts, containers, ports, disks, and who
connects to whom. Needs no Docker, no Terraform and no network; nothing is deployed or changed.

  --output FILE   the SVG document to write, - for standard output (then use npm run --silent)
                  default: STACK.svg in the current folder
  --docs          draw the pictures of the documentation again, those of docs/pictures/pictures.json
  --help          print this

Exit code: 0 done, 1 failed, 2 wrong usage.`;

async function draw({ stack, output, docs }) {
  progressTo(process.stderr);
  await setUp({ engine: false });
  const load = createRequire(import.meta.url);
  const { PICTURES, documentationPictures, drawPicture } = load('../dist/stacks/pictures.js');
  const { ValidationError } = load('../dist/lib/model/errors.js');
  try {
    if (docs) {
      for (const picture of documentationPictures(ROOT)) {
        const file = join(made(join(ROOT, PICTURES)), `${picture.name}.svg`);
        write(file, await drawPicture(picture.stack, picture.variables ?? {}));
      }
      return 0;
    }
    const svg = await drawPicture(stack, process.env);
    if (output === '-') process.stdout.write(svg);
    // npm starts scripts in the folder of the project, wherever it was called.
    else write(resolve(process.env.INIT_CWD ?? '', output ?? `${stack}.svg`), svg);
    return 0;
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new SetupError(error.message);
  }
}

function write(file, svg) {
  try {
    writeFileSync(file, svg);
  } catch (error) {
    throw new SetupError(`${file} can't be written (${error.code}): name another file with --output.`);
  }
  say(`wrote ${relative(process.env.INIT_CWD ?? process.cwd(), file)}`);
}

const chosen = readArguments(
  HELP,
  { output: { type: 'string' }, docs: { type: 'boolean' } },
  ({ stack, output, docs }) => {
    if (docs && (stack !== undefined || output !== undefined)) throw new Error('--docs stands alone.');
    if (!docs && stack === undefined) throw new Error('Name a stack, e.g. local.');
  },
  ['stack'],
);
await runMain(() => draw(chosen));
