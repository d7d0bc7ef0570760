/** The stack `prod` as `stacks/app.ts` makes it, without the local stack. */
import { App } from 'cdktf';
import { join } from 'node:path';
import { ProdStack } from '../stacks/prod';
import { readEnvironments } from '../stacks/settings';
import { ROOT } from './names';

const app = new App();
for (const { name, settings } of readEnvironments(join(ROOT, 'environments'), process.env)) {
  if (name === 'prod') new ProdStack(app, name, settings);
}
app.synth();
