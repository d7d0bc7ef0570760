import { ValidationError } from '../lib/model/errors';
import { EnvironmentSettings, parseSettings } from './settings';

/** Architectures whose brokers stand at several sites, each with a region and a network of its own. */
export const SITES_ARCHITECTURES = ['federation', 'shovel'] as const;

export type SitesArchitecture = (typeof SITES_ARCHITECTURES)[number];

/** Settings of one environment with several sites. */
export interface SitesSettings {
  readonly architecture: SitesArchitecture;
  /** Queues that have a shovel, or the one that is federated. */
  readonly queues: readonly string[];
  /** By name, in the order of the file. */
  readonly sites: ReadonlyMap<string, EnvironmentSettings>;
}

/** They are the same at every site. */
const OF_ALL_SITES = [
  'architecture',
  'assumeRole',
  'backend',
  'providerVersion',
  'queues',
  'quorumQueues',
  'secrets',
  'sites',
];

/** What is wrong with the sites or the queues of an architecture, if anything is. */
const PROBLEMS: Readonly<
  Record<SitesArchitecture, (sites: readonly string[], queues: readonly string[]) => string | undefined>
> = {
  shovel: (sites, queues) => {
    if ([...sites].sort().join() !== 'far,near') {
      return `sites: must be near, where messages are published, and far, where they go, got ${list(sites)}`;
    }
    return queues.length > 0 ? undefined : 'queues: name at least one that is moved, e.g. [orders]';
  },
  federation: (sites, queues) => {
    if (sites.length !== 2 && sites.length !== 3) return `sites: must be two or three, got ${list(sites)}`;
    return queues.length === 1
      ? undefined
      : `queues: name the one that is shared by the sites, e.g. [jobs], got ${list(queues)}`;
  },
};

/** Whether settings are of several sites. */
export function isOfSites(values: unknown): boolean {
  return isRecord(values) && ('sites' in values || isSitesArchitecture(values['architecture']));
}

/** Names of the sites in settings, which may still be wrong. */
export function siteNames(values: unknown): readonly string[] {
  return isRecord(values) && isRecord(values['sites']) ? Object.keys(values['sites']) : [];
}

/**
 * Checks the settings of several sites. What stands beside `sites` holds for each of them, where it does not say otherwise.
 * @param source where they are from, for the message
 * @param everywhere takes the place of what is set for every site
 * @param overrides take the place of what is set for one site, by its name
 * @throws ValidationError with what is wrong, and at which site
 */
export function parseSitesSettings(
  source: string,
  values: unknown,
  everywhere: Readonly<Record<string, unknown>> = {},
  overrides: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
): SitesSettings {
  const { architecture, sites, ...common } = { ...(values as Record<string, unknown>), ...everywhere };
  if (!isSitesArchitecture(architecture)) {
    throw new ValidationError(
      source,
      `sites are for an architecture of several, got ${JSON.stringify(architecture ?? 'none')}: name ${SITES_ARCHITECTURES.join(' or ')}`,
    );
  }
  const parsed = new Map(
    siteNames({ sites }).map((name) => {
      const where = `${source}, site ${name}`;
      const own = ownSettings(where, (sites as Record<string, unknown>)[name]);
      const chosen = { ...common, ...own, ...everywhere, ...ownSettings(where, overrides[name] ?? {}) };
      return [name, parseSettings(where, without(chosen, ['architecture']))];
    }),
  );
  const [{ queues, quorumQueues } = { queues: [], quorumQueues: [] }] = parsed.values();
  const problem =
    quorumQueues.length > 0
      ? `quorumQueues: name them in queues, all of which are quorum queues, got ${list(quorumQueues)}`
      : PROBLEMS[architecture]([...parsed.keys()], queues);
  if (problem !== undefined)
    throw new ValidationError(source, `these settings cannot be used:\n  ${problem}`);
  return { architecture, queues, sites: parsed };
}

function ownSettings(source: string, values: unknown): Record<string, unknown> {
  if (!isRecord(values))
    throw new ValidationError(source, 'must be settings by name, e.g. region: cn-beijing');
  const shared = OF_ALL_SITES.find((setting) => setting in values);
  if (shared === undefined) return values;
  throw new ValidationError(source, `${shared}: is the same for all sites: set it beside sites`);
}

function without(
  values: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}

function isSitesArchitecture(value: unknown): value is SitesArchitecture {
  return (SITES_ARCHITECTURES as readonly unknown[]).includes(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
