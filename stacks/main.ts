import { ValidationError } from '../lib/model/errors';
import { createApp } from './app';

try {
  createApp(process.env).synth();
} catch (error) {
  // Bad input is the person's to correct: one sentence helps, a stack trace does not.
  if (!(error instanceof ValidationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
