// The command line of the scripts that `npm run` starts.
import { parseArgs } from 'node:util';

/**
 * The options of this process, as `parseArgs` reads them. Ends the process after printing `help` where that is asked for
 * (0), and where something is wrong with them (2).
 * @param check throws an Error with one sentence when options do not go together
 */
export function readArguments(help, options, check = () => undefined) {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } });
    if (values.help) {
      console.log(help);
      process.exit(0);
    }
    check(values);
    return values;
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
    process.exit(2);
  }
}
