import { App } from 'cdktf';
import { ValidationError } from '../lib/model/errors';
import { localImages } from './images';
import { LocalStack } from './local';
import { ProdStack } from './prod';
import { readEnvironments } from './settings';

try {
  const app = new App();
  new LocalStack(app, 'local', { images: localImages() });
  for (const { name, settings } of readEnvironments('environments', process.env)) {
    new ProdStack(app, name, settings);
  }
  app.synth();
} catch (error) {
  // Bad input is the person's to correct: one sentence helps, a stack trace does not.
  if (!(error instanceof ValidationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
