import { StaticShovelConfig } from '../config/static-shovels';
import { isUnresolved } from '../config/values';
import { ErrorSubject, ValidationError } from '../model/errors';
import { resolveShovel, Shovel, ShovelHost, ShovelUris, StaticShovelOptions } from './shovel';

/** The broker writes the name into headers as it is, and other characters not at all. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._ -]{0,99}$/;

/** @throws ValidationError for a name or option that the broker does not take, or a shovel from and to the same place */
export function resolveStaticShovel(
  subject: ErrorSubject,
  host: ShovelHost,
  name: string,
  options: StaticShovelOptions,
): Shovel {
  if (!NAME.test(name)) {
    throw new ValidationError(
      subject,
      `name of a static shovel must have at most 100 letters, digits, spaces and . _ -, got "${name}"`,
    );
  }
  const shovel = resolveShovel(subject, host, name, options);
  for (const { resource } of [shovel.source, shovel.destination]) {
    const text = Object.values(resource).find(isUnresolved);
    if (text !== undefined) {
      throw new ValidationError(
        subject,
        'names must be known at synth: advanced.config has them escaped; use addShovel',
      );
    }
  }
  return shovel;
}

/** What stands in `advanced.config`. */
export function staticShovelConfig(shovel: Shovel, uris: ShovelUris): StaticShovelConfig {
  const { name, ackMode, reconnectDelaySeconds, prefetchCount, addForwardHeaders } = shovel;
  return {
    name,
    source: { uris: uris.source, resource: shovel.source.resource },
    destination: { uris: uris.destination, resource: shovel.destination.resource },
    ackMode,
    reconnectDelaySeconds,
    prefetchCount,
    addForwardHeaders,
  };
}
