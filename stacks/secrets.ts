import { Secret } from '../lib/secret';
import { EnvironmentSettings } from './settings';

/** The secret `name` where the settings have nodes fetch theirs; undefined where one is to be generated. */
export function fetchedSecret({ secrets }: EnvironmentSettings, name: string): Secret | undefined {
  switch (secrets) {
    case 'generated':
      return undefined;
    case 'kms':
      return Secret.fromKms(name);
    case 'oos':
      return Secret.fromOosParameter(name);
  }
}
