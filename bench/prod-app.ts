/** The stack `prod` as `stacks/app.ts` makes it, without the local stack. */
import { App } from 'cdktf';
import { join } from 'node:path';
import { ProdStack } from '../stacks/prod';
import { readEnvironments } from '../stacks/environments';
import { ROOT } from './names';

const app = new App();
for (const environment of readEnvironments(join(ROOT, 'environments'), process.env)) {
  if (environment.name === 'prod' && 'settings' in environment)
    new ProdStack(app, 'prod', environment.settings);
}
app.synth();
