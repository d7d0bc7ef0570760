import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { ValidationError } from '../lib/model/errors';
import { ARCHITECTURE_NAMES } from './architectures';
import { EnvironmentSettings, parseSettings, SETTING_NAMES } from './settings';
import {
  isOfSites,
  parseSitesSettings,
  SITES_ARCHITECTURES,
  siteNames,
  SitesSettings,
} from './site-settings';

/** Names that stacks on the engine of this machine have. */
const STACKS_HERE: readonly string[] = ['local', ...ARCHITECTURE_NAMES, ...SITES_ARCHITECTURES];

/** An environment, of one network or of several sites. */
export type Environment =
  | { readonly name: string; readonly settings: EnvironmentSettings }
  | { readonly name: string; readonly sites: SitesSettings };

/**
 * Every `<name>.yaml` of a folder, ordered by name. A variable `BROKERS_<NAME>_<SETTING>` of the process environment takes
 * the place of a setting, e.g. `BROKERS_PROD_NODES=5` or `BROKERS_PROD_ZONES='[cn-beijing-h]'`, at every site where there are
 * several, and `BROKERS_<NAME>_<SITE>_<SETTING>` at one of them; it is read as YAML.
 * @throws ValidationError for a setting that cannot be used, or a variable that names none
 */
export function readEnvironments(folder: string, variables: NodeJS.ProcessEnv): readonly Environment[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
  const read = names.map((name) => {
    const path = join(folder, `${name}.yaml`);
    const source = join(basename(folder), basename(path));
    if (STACKS_HERE.includes(name) || !/^[a-z][a-z0-9-]*$/.test(name)) {
      throw new ValidationError(
        source,
        `an environment is named after its file: use lower-case letters, digits and hyphens, and none of ${STACKS_HERE.join(', ')}`,
      );
    }
    return { name, source, values: readYaml(source, readFileSync(path, 'utf8')) ?? {} };
  });
  const scopes = read.flatMap(({ name, values }) => [
    name,
    ...siteNames(values).map((site) => `${name}-${site}`),
  ]);
  const overridesOf = (scope: string): Record<string, unknown> => overrides(scope, scopes, variables);
  return read.map(({ name, source, values }) => {
    if (!isOfSites(values))
      return { name, settings: parseSettings(source, { ...values, ...overridesOf(name) }) };
    const ofSites = siteNames(values).map((site) => [site, overridesOf(`${name}-${site}`)] as const);
    return {
      name,
      sites: parseSitesSettings(source, values, overridesOf(name), Object.fromEntries(ofSites)),
    };
  });
}

function readYaml(source: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new ValidationError(source, `cannot be read as YAML: ${error.message.trimEnd()}`);
  }
}

/** @param scopes all environments and sites: BROKERS_PROD_EU_NODES is of prod-eu, where there is one, and not of prod */
function overrides(
  scope: string,
  scopes: readonly string[],
  variables: NodeJS.ProcessEnv,
): Record<string, unknown> {
  const prefix = prefixOf(scope);
  const others = scopes.filter((other) => other.startsWith(`${scope}-`)).map(prefixOf);
  const settings = new Map(SETTING_NAMES.map((setting) => [snake(setting), setting]));
  const chosen: Record<string, unknown> = {};
  for (const [variable, text] of Object.entries(variables).sort()) {
    if (!variable.startsWith(prefix) || text === undefined) continue;
    if (others.some((other) => variable.startsWith(other))) continue;
    const setting = settings.get(variable.slice(prefix.length));
    if (setting === undefined) {
      throw new ValidationError(
        variable,
        `names no setting of ${scope}: use ${prefix} and one of ${[...settings.keys()].join(', ')}`,
      );
    }
    chosen[setting] = readYaml(variable, text);
  }
  return chosen;
}

function prefixOf(name: string): string {
  return `BROKERS_${snake(name)}_`;
}

/** `instanceType` as `INSTANCE_TYPE`, `dataDiskGiB` as `DATA_DISK_GIB`, `prod-eu` as `PROD_EU`. */
function snake(text: string): string {
  return text
    .replace(/[A-Z](?=[a-z])/g, '_$&')
    .replace(/-/g, '_')
    .toUpperCase();
}
