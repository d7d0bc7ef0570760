/** Two programs that synthesise the same stack: ours, and one that is written by hand with the raw bindings. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wholeProcess } from './alternation';
import { BenchError, must } from './command';
import { compareResources } from './same-resources';
import { SynthesisedStack } from './synthesised-stack';

/** What is compared. */
export interface CounterpartProps<Stack extends SynthesisedStack> {
  /** Where both work, each in a folder of its own. */
  readonly directory: string;
  /** Our program. */
  readonly program: string;
  /** The program that is written by hand. */
  readonly byHand: string;
  /** Its source, for the message that it is out of date. */
  readonly source: string;
  /** Reads the stack from an output folder. */
  readonly read: (directory: string) => Stack;
  /** The long texts of our stack that nobody writes into code: the program by hand finds them in `texts.json`. */
  readonly texts: (stack: Stack) => unknown;
}

/** Both programs, ready to be measured. */
export interface Counterparts {
  readonly ours: () => Promise<number>;
  readonly byHand: () => Promise<number>;
  /** Number of resources that both have. */
  readonly resources: number;
  /** What a reader must know of the comparison. */
  readonly remarks: readonly string[];
}

/** Synthesises both once. @throws BenchError when the two have not the same resources */
export async function counterparts<Stack extends SynthesisedStack>(
  props: CounterpartProps<Stack>,
): Promise<Counterparts> {
  const { program, byHand, read } = props;
  const ours = folder(props.directory, 'ours');
  const theirs = folder(props.directory, 'by-hand');
  await must(process.execPath, [program], { cwd: ours });
  const stack = read(join(ours, 'cdktf.out'));
  writeFileSync(join(theirs, 'texts.json'), JSON.stringify(props.texts(stack)));
  await must(process.execPath, [byHand], { cwd: theirs });
  const difference = compareResources(stack.resources, read(join(theirs, 'cdktf.out')).resources);
  if (difference.counts.length > 0) {
    throw new BenchError(
      `${props.source} has not the resources of our stack (${difference.counts.join(', ')}): bring it up to date`,
    );
  }
  return {
    ours: () => wholeProcess(program, ours),
    byHand: () => wholeProcess(byHand, theirs),
    resources: Object.values(stack.resources).flatMap((byName) => Object.keys(byName)).length,
    remarks:
      difference.arguments.length === 0
        ? []
        : [`The stack by hand has other values for ${difference.arguments.join(', ')}.`],
  };
}

function folder(directory: string, name: string): string {
  const path = join(directory, name);
  mkdirSync(path);
  return path;
}
