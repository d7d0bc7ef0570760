import { ErrorSubject, ValidationError } from '../model/errors';
import { assertExtraLines } from './extra-lines';

/** One setting of `rabbitmq.conf`. */
export interface RabbitMqSetting {
  readonly key: string;
  readonly value: string;
}

/** Settings that mean the same thing under several keys, and where they are set instead. */
interface Family {
  readonly keys: RegExp;
  readonly way: string;
}

const FAMILIES: readonly Family[] = [
  {
    keys: /^(?:load_definitions|management\.load_definitions|definitions\..*)$/,
    way: 'add vhosts, users, queues and so on to the cluster',
  },
  {
    keys: /^cluster_formation\.(?:peer_discovery_backend|target_cluster_size_hint|node_type|(?:classic_config|dns|k8s|aws|consul|etcd)\..*)$/,
    way: 'the nodes of a cluster are those that it declares',
  },
  {
    keys: /^(?:vm_memory_high_watermark(?:\..*)?|total_memory_available_override_value)$/,
    way: 'use memoryMiB or memoryWatermark',
  },
  { keys: /^disk_free_limit(?:\..*)?$/, way: 'use diskFreeLimit' },
  { keys: /^cluster_partition_handling(?:\..*)?$/, way: 'the version and the metadata store decide' },
  {
    keys: /^default_(?:user|pass|users|permissions|user_tags)(?:\..*)?$/,
    way: 'use administrator or addUser',
  },
  { keys: /^heartbeat$/, way: 'use heartbeatSeconds' },
  { keys: /^listeners\.tcp$/, way: 'the AMQP port of the cluster is fixed' },
  { keys: /^management\.listener\..*$/, way: 'the management port of the cluster is fixed' },
];

/** What sets a computed line, where it can be set at all. */
const WAYS: Readonly<Record<string, string>> = {
  cluster_name: 'use name, after which the hosts are called as well',
  net_ticktime: 'use netTickTimeSeconds',
  'log.console.level': 'use logLevel',
  'raft.wal_max_size_bytes': 'it follows from memoryMiB, change that',
};

/** Keys whose values end with the port of a listener, e.g. `listeners.ssl.default` or `management.ssl.port`. */
const PORT_KEY = /(?:^|\.)(?:listeners\.(?:tcp|ssl)\.[\w-]+|(?:tcp|ssl)\.port)$/;
/** Keys whose values are secrets; a configuration line would show them in every plan. */
const SECRET_KEY = /(?:^|[._])(?:pass|password|secret|client_secret|secret_access_key)$/;
/** RabbitMQ 4 reads values that were encrypted by `rabbitmqctl encrypt_conf_value`. */
const ENCRYPTED = 'encrypted:';
/** A value that begins with `'` ends with the next one, if there is any. */
const VALUE = /'([^']*)'[ \t]*(?:#.*)?|('[^'#]*)(?:#[^']*)?|([^\s'#][^#]*)(?:#.*)?/;
const SETTING = new RegExp(`^[ \\t]*([\\w-]+(?:\\.[\\w-]+)*)[ \\t]*=[ \\t]*(?:${VALUE.source})$`);

/**
 * Takes a configuration line apart as the broker does: `key = value`, the value until the end of the line or a `#`, or
 * anything between two `'`.
 * @returns nothing for an empty line, a comment, or what is not such a line
 */
export function parseSetting(line: string): RabbitMqSetting | undefined {
  const match = SETTING.exec(line);
  const [, key, quoted, unclosed, plain] = match ?? [];
  if (key === undefined) return undefined;
  const value = quoted ?? (unclosed ?? plain ?? '').trim();
  return { key, value };
}

/**
 * The file with a user's own lines, after ours in the order in which the broker reads them. A line that repeats ours is
 * dropped; a comment is kept.
 * @param own texts of our files
 * @throws ValidationError for a line that is neither a setting nor a comment, one that contradicts a computed setting or
 *   another line, one that takes the port of a computed listener, and a password in plain text
 */
export function renderExtraConf(
  subject: ErrorSubject,
  own: readonly string[],
  extra: readonly string[],
): string {
  assertExtraLines(subject, extra, (line) =>
    isComment(line) || parseSetting(line) !== undefined
      ? undefined
      : `extra line must read "key = value" or be a comment, got ${JSON.stringify(line)}`,
  );
  const computed = settingsOf(own.flatMap((text) => text.split('\n')));
  const seen = new Map<string, string>();
  const kept = extra.filter((line) => {
    const setting = isComment(line) ? undefined : parseSetting(line);
    if (setting === undefined) return true;
    assertNoPassword(subject, setting);
    if (repeats(subject, computed, setting)) return false;
    const before = seen.get(setting.key);
    if (before !== undefined) {
      if (before === setting.value) return false;
      throw new ValidationError(
        subject,
        `extra lines must not contradict each other, got "${setting.key} = ${before}" and "${line.trim()}": remove one`,
      );
    }
    seen.set(setting.key, setting.value);
    return true;
  });
  return kept.map((line) => `${line.trim()}\n`).join('');
}

function isComment(line: string): boolean {
  return line.trim().startsWith('#');
}

/** What `all` lines set: values by key, the last one of each. */
export function settingsOf(all: readonly string[]): ReadonlyMap<string, string> {
  const found = all.map(parseSetting).filter((setting) => setting !== undefined);
  return new Map(found.map(({ key, value }) => [key, value]));
}

/** Whether a computed setting says the same. */
function repeats(
  subject: ErrorSubject,
  computed: ReadonlyMap<string, string>,
  setting: RabbitMqSetting,
): boolean {
  const { key, value } = setting;
  const family = FAMILIES.find(({ keys }) => keys.test(key));
  const ours = computed.get(key);
  if (ours === value) return true;
  if (ours === undefined) assertFreePort(subject, computed, setting);
  if (ours === undefined && family === undefined) return false;
  const same = ours === undefined ? [...computed].find(([other]) => family?.keys.test(other)) : [key, ours];
  const what = same === undefined ? 'what the cluster computes' : `"${same.join(' = ')}"`;
  const way = family === undefined ? (WAYS[key] ?? 'leave the line out, it is fixed') : family.way;
  throw new ValidationError(
    subject,
    `extra line must not contradict ${what}, got "${key} = ${value}": ${way}`,
  );
}

/** A broker that cannot open a listener does not start. */
function assertFreePort(
  subject: ErrorSubject,
  computed: ReadonlyMap<string, string>,
  setting: RabbitMqSetting,
): void {
  const port = portOf(setting);
  if (port === undefined) return;
  const taken = [...computed].find(([key, value]) => portOf({ key, value }) === port);
  if (taken === undefined) return;
  throw new ValidationError(
    subject,
    `extra line must not take the port of "${taken.join(' = ')}", got "${setting.key} = ${setting.value}": choose another port`,
  );
}

function portOf({ key, value }: RabbitMqSetting): string | undefined {
  return PORT_KEY.test(key) ? /(?:^|:)(\d+)$/.exec(value)?.[1] : undefined;
}

function assertNoPassword(subject: ErrorSubject, { key, value }: RabbitMqSetting): void {
  if (!SECRET_KEY.test(key) || value.startsWith(ENCRYPTED)) return;
  const family = FAMILIES.find(({ keys }) => keys.test(key));
  throw new ValidationError(
    subject,
    `extra line must not hold a password in plain text, got one for ${key}: ` +
      `it would show in every plan; ${family?.way ?? 'give one that rabbitmqctl encrypt_conf_value made (RabbitMQ 4), which begins with encrypted:'}`,
  );
}
