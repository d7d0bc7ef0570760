import { App } from 'cdktf';
import { ValidationError } from '../lib/model/errors';
import { ArchitectureName } from './architectures';
import { FederationStack } from './federation';
import { localImages } from './images';
import { LocalStack } from './local';
import { ProdStack } from './prod';
import { ProdSitesStack } from './prod-sites';
import { readEnvironments } from './environments';
import { ShovelStack } from './shovel';

/** Stacks on the engine of this machine besides `local`, which is `quorum`: each in a network of its own. */
const SUBNETS: Readonly<Record<Exclude<ArchitectureName, 'quorum'>, string>> = {
  mirrored: '172.29.1.0/24',
  ordinary: '172.29.2.0/24',
  'ram-nodes': '172.29.6.0/24',
  single: '172.29.3.0/24',
  warren: '172.29.4.0/24',
  'warren-moving-store': '172.29.5.0/24',
};
/** Their warnings would stand in the output of every command, whatever stack it is for. */
const DEPRECATED: readonly ArchitectureName[] = ['ram-nodes'];

/**
 * Every stack of the project, those that RabbitMQ advises against with `BROKERS_DEPRECATED=1` only.
 * @param variables the process environment, which can also replace settings of an environment
 * @throws ValidationError for bad settings
 */
export function createApp(variables: NodeJS.ProcessEnv): App {
  const app = new App();
  const images = localImages();
  new LocalStack(app, 'local', { images });
  for (const [architecture, subnet] of Object.entries(SUBNETS) as [ArchitectureName, string][]) {
    if (DEPRECATED.includes(architecture) && variables['BROKERS_DEPRECATED'] !== '1') continue;
    new LocalStack(app, architecture, { images, architecture, subnet, prefix: `${architecture}-` });
  }
  new ShovelStack(app, 'shovel', { images, subnet: '172.29.7.0/24', prefix: 'shovel-' });
  new FederationStack(app, 'federation', { images, subnet: '172.29.8.0/24', prefix: 'federation-' });
  for (const environment of readEnvironments('environments', variables)) {
    const { name } = environment;
    sayingWhere(`environments/${name}.yaml`, () => {
      if ('sites' in environment) new ProdSitesStack(app, name, environment.sites);
      else new ProdStack(app, name, environment.settings);
    });
  }
  return app;
}

/** What a construct refuses is of its settings: which file has them, no construct knows. */
function sayingWhere(file: string, create: () => void): void {
  try {
    create();
  } catch (error) {
    throw error instanceof ValidationError ? new ValidationError(file, error.message) : error;
  }
}
