import { ErrorSubject, ValidationError } from '../model/errors';
import { OptionNames } from '../model/options';

/** Settings of the Docker engine of a node. */
export interface EngineSettings {
  /**
   * Size at which the log of a container is rotated.
   * @default 10
   */
  readonly logFileMiB?: number;
  /**
   * Log files kept of a container, the current one included.
   * @default 5
   */
  readonly logFiles?: number;
  /**
   * Mirrors of Docker Hub, e.g. `https://mirror.example.com`. Images named with their registry do not use them.
   * @default none
   */
  readonly registryMirrors?: readonly string[];
  /**
   * Registries without TLS, as `host:port`.
   * @default none
   */
  readonly insecureRegistries?: readonly string[];
}

export const ENGINE_SETTINGS: OptionNames<EngineSettings> = {
  logFileMiB: true,
  logFiles: true,
  registryMirrors: true,
  insecureRegistries: true,
};

/** `/etc/docker/daemon.json`. @throws ValidationError for a number out of range, or an address that is none */
export function renderEngineSettings(subject: ErrorSubject, settings: EngineSettings): string {
  const { logFileMiB = 10, logFiles = 5, registryMirrors = [], insecureRegistries = [] } = settings;
  for (const [name, value, highest] of [
    ['logFileMiB', logFileMiB, 10_000],
    ['logFiles', logFiles, 100],
  ] as const) {
    if (!Number.isInteger(value) || value < 1 || value > highest) {
      throw new ValidationError(subject, `${name} must be a whole number from 1 to ${highest}, got ${value}`);
    }
  }
  for (const mirror of registryMirrors) {
    if (!/^https?:\/\/[\w.:-]+\/?$/.test(mirror)) {
      throw new ValidationError(
        subject,
        `registryMirrors must be addresses without a path, got ${mirror}: write https://mirror.example.com`,
      );
    }
  }
  for (const registry of insecureRegistries) {
    if (!/^[\w.-]+(:\d+)?$/.test(registry)) {
      throw new ValidationError(
        subject,
        `insecureRegistries must be host:port, got ${registry}: write e.g. 10.0.0.5:5000`,
      );
    }
  }
  const document = {
    // Containers have the machine's network. A bridge would take 172.17.0.0/16, and cut off whom a VPC has there.
    bridge: 'none',
    'log-driver': 'json-file',
    'log-opts': { 'max-size': `${logFileMiB}m`, 'max-file': String(logFiles) },
    ...(registryMirrors.length === 0 ? {} : { 'registry-mirrors': registryMirrors }),
    ...(insecureRegistries.length === 0 ? {} : { 'insecure-registries': insecureRegistries }),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
