// The command line of the scripts that `npm run` starts.
import { parseArgs } from 'node:util';

/**
 * The options of this process, as `parseArgs` reads them. Ends the process after printing `help` where that is asked for
 * (0), and where something is wrong with them (2).
 * @param check throws an Error with one sentence when options do not go together
 * @param words the names of what may stand beside the options, in their order; they are among the values then
 */
export function readArguments(help, options, check = () => undefined, words = []) {
  try {
    const { values, positionals } = parseArgs({
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: words.length > 0,
    });
    if (values.help) {
      console.log(help);
      process.exit(0);
    }
    if (positionals.length > words.length)
      throw new Error(`There is no place for ${positionals[words.length]}.`);
    const named = positionals.map((word, index) => [words[index], word]);
    const chosen = { ...values, ...Object.fromEntries(named) };
    check(chosen);
    return chosen;
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
    process.exit(2);
  }
}
