import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { ValidationError } from '../lib/model/errors';

const cidr = z.string().regex(/^\d+\.\d+\.\d+\.\d+\/\d+$/, 'must be a network such as 10.0.0.0/16');
const whole = z.number().int('must be a whole number');
const gib = whole.min(20, 'must be 20 to 32768 GiB').max(32_768, 'must be 20 to 32768 GiB');

/** Where a secret of the stack comes from. */
const secretSource = z.enum(['generated', 'kms', 'oos'], 'must be generated, kms or oos');

const schema = z
  .strictObject({
    /** Where everything is, e.g. `cn-hangzhou`. */
    region: z
      .string('is missing: name the region, e.g. cn-hangzhou')
      .regex(/^[a-z]{2}(-[a-z]{2,}|-\d+)+$/, 'must look like cn-hangzhou or ap-southeast-1'),
    /** Zones of that region in a fixed order; add new ones at the end. */
    zones: z
      .array(z.string(), 'is missing: name at least one zone, e.g. [cn-hangzhou-h]')
      .min(1, 'must name at least one zone'),
    /** Network of the VPC. */
    cidr: cidr.default('10.0.0.0/16'),
    /** Over how many zones the brokers are spread. */
    zoneSpread: whole.min(1).default(3),
    /** A way to the internet for the nodes. */
    natGateway: z.boolean().default(false),
    /** Number of brokers. */
    nodes: whole.default(3),
    /** Instance type of the brokers. */
    instanceType: z.string('is missing: name a type of ECS, e.g. ecs.g8i.large'),
    /** Instance type of the proxies. */
    proxyInstanceType: z.string().optional(),
    /** Id of the machines' image. A change reaches new machines only. */
    image: z.string('is missing: name the id of an image of that region'),
    /** What that image holds. */
    os: z.enum(['debian-12', 'debian-13', 'ubuntu-22.04', 'ubuntu-24.04', 'alinux-3']),
    /** `mirror` (inside the VPC), `distribution`, `image`, or the address of another mirror. */
    docker: z
      .string('must be mirror, distribution, image or the address of a mirror')
      .regex(
        /^(mirror|distribution|image|https?:\/\/.+)$/,
        'must be mirror, distribution, image or the address of a mirror',
      )
      .default('mirror'),
    /** Registry and namespace that hold the images. */
    registry: z
      .string(
        'is missing: name the registry that holds the images, e.g. acme-registry-vpc.cn-hangzhou.cr.aliyuncs.com/brokers',
      )
      .regex(
        /^[\w.-]+(:\d+)?(\/[\w.-]+)*$/,
        'must be a host and a namespace, e.g. registry.example.com/brokers',
      ),
    /** Who logs in there; the password is the Terraform variable `registry_password`. */
    registryUser: z.string().optional(),
    /** Registries without TLS, as host:port. */
    insecureRegistries: z.array(z.string()).default([]),
    /** Image names below the registry. */
    images: z
      .strictObject({
        rabbitmq: z.string().default('rabbitmq:4.0.9'),
        proxy: z.string().default('proxy:3.0'),
      })
      .prefault({}),
    /** What clients connect to. */
    frontEnd: z.enum(['slb', 'nlb', 'haproxy-keepalived'], 'must be slb, nlb or haproxy-keepalived'),
    /** Networks of the applications. */
    clients: z
      .array(cidr, 'is missing: name the networks that may connect, e.g. [10.0.0.0/8]')
      .min(1, 'must name at least one network'),
    /** Networks of those who may open the management pages. */
    operators: z.array(cidr).default([]),
    /** AMQP heartbeat of brokers and clients. */
    heartbeatSeconds: whole.min(1).default(60),
    /** Hard memory limit of a broker; the rest is the page cache's. */
    memoryMiB: whole.min(256).optional(),
    /** Limit of open files of a broker: sockets, queues and logs. */
    openFiles: whole.min(4096).default(65_536),
    systemDiskGiB: gib.default(40),
    dataDiskGiB: gib.default(100),
    /** Where the cookie and the passwords come from; with kms and oos a secret is named `<environment>-<secret>`. */
    secrets: secretSource.default('generated'),
    /** RAM role of the machines, needed for kms and oos. */
    ramRole: z.string().optional(),
    keyPair: z.string().optional(),
    /** Refuse to delete machines and disks. */
    deletionProtection: z.boolean().default(true),
    /** Zone of private DNS, e.g. brokers.internal; none when absent. */
    dnsZone: z.string().optional(),
    /** Releases of the provider aliyun/alicloud to use, in Terraform's syntax. */
    providerVersion: z.string().optional(),
    /** Role to assume, as acs:ram::<account>:role/<name>. */
    assumeRole: z.string().optional(),
    /** Where the state is kept; in this folder when absent. */
    backend: z
      .strictObject({
        bucket: z.string(),
        region: z.string().optional(),
        prefix: z.string().optional(),
        /** A Tablestore instance and its table with the key LockID. */
        lockInstance: z.string(),
        lockTable: z.string(),
      })
      .optional(),
    /** On every resource that takes tags. */
    tags: z.record(z.string(), z.string()).default({}),
    /** Quorum queues to declare. */
    queues: z.array(z.string()).default([]),
  })
  .superRefine((settings, context) => {
    settings.zones.forEach((zone, index) => {
      // us-west-1a is of us-west-1, and cn-hangzhou-h of cn-hangzhou.
      if (zone.replace(/-?[a-z]$/, '') === settings.region) return;
      context.addIssue({
        code: 'custom',
        path: ['zones', index],
        message: `must be a zone of ${settings.region}, got ${zone}`,
      });
    });
    if (settings.secrets !== 'generated' && settings.ramRole === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['ramRole'],
        message: `is missing: with secrets ${settings.secrets} the nodes need a RAM role that may read them`,
      });
    }
  });

/** Settings of one environment; the file `environments/prod.yaml` explains each. */
export type EnvironmentSettings = z.output<typeof schema>;

/**
 * Checks settings and fills in defaults.
 * @param source where they are from, for the message
 * @throws ValidationError with one line a problem: path and reason
 */
export function parseSettings(source: string, values: unknown): EnvironmentSettings {
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const lines = result.error.issues.map(
    ({ path, message }) => `  ${path.join('.') || 'settings'}: ${message}`,
  );
  throw new ValidationError(source, `these settings cannot be used:\n${lines.join('\n')}`);
}

/** An environment and where its settings are from. */
export interface Environment {
  readonly name: string;
  readonly settings: EnvironmentSettings;
}

/**
 * Every `<name>.yaml` of a folder, ordered by name. A variable `BROKERS_<NAME>_<SETTING>` of the process environment takes
 * the place of a setting, e.g. `BROKERS_PROD_NODES=5` or `BROKERS_PROD_ZONES='[cn-beijing-h]'`; it is read as YAML.
 * @throws ValidationError for a setting that cannot be used, or a variable that names none
 */
export function readEnvironments(folder: string, variables: NodeJS.ProcessEnv): readonly Environment[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
  return names.map((name) => {
    const path = join(folder, `${name}.yaml`);
    const source = join(basename(folder), basename(path));
    if (name === 'local' || !/^[a-z][a-z0-9-]*$/.test(name)) {
      throw new ValidationError(
        source,
        `an environment is named after its file: use lower-case letters, digits and hyphens, and not "local"`,
      );
    }
    const values = readYaml(source, readFileSync(path, 'utf8')) ?? {};
    // BROKERS_PROD_EU_NODES is of prod-eu, where there is one, and not of prod.
    const others = names.filter((other) => other.startsWith(`${name}-`)).map(prefixOf);
    const own = Object.entries(variables).filter(
      ([variable]) => !others.some((other) => variable.startsWith(other)),
    );
    return {
      name,
      settings: parseSettings(source, { ...values, ...overrides(name, Object.fromEntries(own)) }),
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

function overrides(name: string, variables: NodeJS.ProcessEnv): Record<string, unknown> {
  const prefix = prefixOf(name);
  const settings = new Map(Object.keys(schema.shape).map((setting) => [snake(setting), setting]));
  const chosen: Record<string, unknown> = {};
  for (const [variable, text] of Object.entries(variables).sort()) {
    if (!variable.startsWith(prefix) || text === undefined) continue;
    const setting = settings.get(variable.slice(prefix.length));
    if (setting === undefined) {
      throw new ValidationError(
        variable,
        `names no setting of ${name}: use ${prefix} and one of ${[...settings.keys()].join(', ')}`,
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
