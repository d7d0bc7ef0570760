// `npm run cdktf -- <command> …`: the cdktf command with what set-up found out about this machine.
import { join } from 'node:path';
import { converse } from './setup/command.mjs';
import { CDKTF, ROOT } from './setup/paths.mjs';
import { progressTo, runMain } from './setup/report.mjs';
import { removeSavedPlans } from './setup/saved-plans.mjs';
import { setUp } from './setup/setup.mjs';
import { cdktfArguments } from './setup/cdktf-arguments.mjs';

progressTo(process.stderr);
await runMain(async () => {
  const environment = await setUp();
  try {
    return await converse(
      process.execPath,
      [CDKTF, ...cdktfArguments(process.argv.slice(2), environment)],
      process.stdout.isTTY ? environment : { ...environment, CI: '1' }, // no spinner in a file
    );
  } finally {
    removeSavedPlans(join(ROOT, 'cdktf.out'));
  }
});
