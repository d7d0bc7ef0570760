import * as v from 'valibot';
import { ValidationError } from '../lib/model/errors';
import { ARCHITECTURE_NAMES, ARCHITECTURES } from './architectures';
import { Architecture } from './architectures/architecture';

const NETWORK = 'must be a network such as 10.0.0.0/16';
const DOCKER = 'must be mirror, distribution, image or the address of a mirror';

/** What to write for a setting that nobody can guess. */
const MISSING: Readonly<Record<string, string>> = {
  region: 'name the region, e.g. cn-hangzhou',
  zones: 'name at least one zone, e.g. [cn-hangzhou-h]',
  instanceType: 'name a type of ECS, e.g. ecs.g8i.large',
  image: 'name the id of an image of that region',
  os: 'name the system of that image, e.g. debian-12',
  registry:
    'name the registry that holds the images, e.g. acme-registry-vpc.cn-hangzhou.cr.aliyuncs.com/brokers',
  frontEnd: 'name slb, nlb or haproxy-keepalived',
  clients: 'name the networks that may connect, e.g. [10.0.0.0/8]',
};

const text = v.string('must be a text');
const flag = v.boolean('must be true or false');
const texts = v.array(text, 'must be a list');
const network = v.pipe(v.string(NETWORK), v.regex(/^\d+\.\d+\.\d+\.\d+\/\d+$/, NETWORK));

const entries = {
  /** Where everything is, e.g. `cn-hangzhou`. */
  region: v.pipe(
    text,
    v.regex(/^[a-z]{2}(-[a-z]{2,}|-\d+)+$/, 'must look like cn-hangzhou or ap-southeast-1'),
  ),
  /** Zones of that region in a fixed order; add new ones at the end. */
  zones: v.pipe(texts, v.minLength(1, 'must name at least one zone')),
  /** Network of the VPC. */
  cidr: v.optional(network, '10.0.0.0/16'),
  /** Over how many zones the brokers are spread. */
  zoneSpread: v.optional(whole(1), 3),
  /** A way to the internet for the nodes. */
  natGateway: v.optional(flag, false),
  /** How the brokers work together. */
  architecture: v.optional(oneOf(...ARCHITECTURE_NAMES), 'quorum'),
  /** Number of brokers; what the architecture says when absent, 3 for a cluster. */
  nodes: v.optional(whole(1)),
  /** Instance type of the brokers. */
  instanceType: text,
  /** Instance type of the proxies. */
  proxyInstanceType: v.optional(text),
  /** Id of the machines' image. A change reaches new machines only. */
  image: text,
  /** What that image holds. */
  os: oneOf('debian-12', 'debian-13', 'ubuntu-22.04', 'ubuntu-24.04', 'alinux-3'),
  /** `mirror` (inside the VPC), `distribution`, `image`, or the address of another mirror. */
  docker: v.optional(
    v.pipe(v.string(DOCKER), v.regex(/^(mirror|distribution|image|https?:\/\/.+)$/, DOCKER)),
    'mirror',
  ),
  /** Version of cloud-init in the image, which is refused when it is too old for `httpTokens`; not known when absent. */
  cloudInit: v.optional(text),
  /** Whether the metadata service asks for a token; optional for an image with cloud-init before 23.2.2. */
  httpTokens: v.optional(oneOf('required', 'optional'), 'required'),
  /** Fail a deploy when the first boot of a machine did not end well; false for images without Cloud Assistant. */
  awaitFirstBoot: v.optional(flag, true),
  /** `false` for a family of instances that cannot be in a deployment set; decide before the first deploy. */
  deploymentSet: v.optional(flag, true),
  /** Registry and namespace that hold the images. */
  registry: v.pipe(
    text,
    v.regex(
      /^[\w.-]+(:\d+)?(\/[\w.-]+)*$/,
      'must be a host and a namespace, e.g. registry.example.com/brokers',
    ),
  ),
  /** Who logs in there; the password is the Terraform variable `registry_password`. */
  registryUser: v.optional(text),
  /** Registries without TLS, as host:port. */
  insecureRegistries: v.optional(texts, []),
  /** Image names below the registry; when absent, those of images/registry.json without what is before their last slash. */
  images: v.optional(v.strictObject({ rabbitmq: v.optional(text), proxy: v.optional(text) }, keyProblem), {}),
  /** What clients connect to. */
  frontEnd: oneOf('slb', 'nlb', 'haproxy-keepalived'),
  /** Networks of the applications. */
  clients: v.pipe(v.array(network, 'must be a list'), v.minLength(1, 'must name at least one network')),
  /** Networks of those who may open the management pages. */
  operators: v.optional(v.array(network, 'must be a list'), []),
  /** AMQP heartbeat of brokers and clients. */
  heartbeatSeconds: v.optional(whole(1), 60),
  /** Hard memory limit of a broker; the rest is the page cache's. */
  memoryMiB: v.optional(whole(256)),
  /** Limit of open files of a broker: sockets, queues and logs. */
  openFiles: v.optional(whole(4096), 65_536),
  /** Of every machine. */
  systemDiskGiB: v.optional(whole(20, 2048, 'GiB'), 40),
  /** Of every broker: its messages and its log. */
  dataDiskGiB: v.optional(whole(20, 32_768, 'GiB'), 100),
  /** Id of the key of KMS that encrypts the disks; the service's own key when absent. */
  kmsKey: v.optional(text),
  /** Where the cookie and the passwords come from; with kms and oos a secret is named `<environment>-<secret>`. */
  secrets: v.optional(oneOf('generated', 'kms', 'oos'), 'generated'),
  /** RAM role of the machines, needed for kms and oos. */
  ramRole: v.optional(text),
  /** Name of a key pair for SSH to the machines; none when absent. */
  keyPair: v.optional(text),
  /** Name of the one machine that this deploy may stop for another instance type or key pair; none when absent. */
  mayStop: v.optional(text),
  /** Refuse to delete machines and disks. */
  deletionProtection: v.optional(flag, true),
  /** Zone of private DNS, e.g. brokers.internal; none when absent. */
  dnsZone: v.optional(text),
  /** Releases of the provider aliyun/alicloud to use, in Terraform's syntax. */
  providerVersion: v.optional(text),
  /** Role to assume, as acs:ram::<account>:role/<name>. */
  assumeRole: v.optional(text),
  /** Where the state is kept; in this folder when absent. */
  backend: v.optional(
    v.strictObject(
      {
        bucket: text,
        region: v.optional(text),
        prefix: v.optional(text),
        /** A Tablestore instance and its table with the key LockID. */
        lockInstance: text,
        lockTable: text,
      },
      keyProblem,
    ),
  ),
  /** On every resource that takes tags. */
  tags: v.optional(v.record(text, text, 'must be names with a text each'), {}),
  /** Queues to declare, of the type that the architecture is about. */
  queues: v.optional(texts, []),
  /** Quorum queues to declare beside those, e.g. to move to them from mirrored ones. */
  quorumQueues: v.optional(texts, []),
};

const schema = v.strictObject(entries, keyProblem);
/** Of every setting. */
export const SETTING_NAMES: readonly string[] = Object.keys(entries);

/** Settings of one environment; each is explained above. */
export type EnvironmentSettings = v.InferOutput<typeof schema>;

/**
 * Checks settings and fills in defaults.
 * @param source where they are from, for the message
 * @throws ValidationError with one line a problem: path and reason
 */
export function parseSettings(source: string, values: unknown): EnvironmentSettings {
  const result = v.safeParse(schema, values, { abortPipeEarly: true });
  const problems = result.success
    ? contradictions(result.output)
    : result.issues.map((issue) => `${v.getDotPath(issue) ?? 'settings'}: ${issue.message}`);
  if (result.success && problems.length === 0) return result.output;
  const lines = problems.map((problem) => `  ${problem}`);
  throw new ValidationError(source, `these settings cannot be used:\n${lines.join('\n')}`);
}

/** Settings that do not go together. */
function contradictions(settings: EnvironmentSettings): readonly string[] {
  const { region, zones, secrets, ramRole } = settings;
  const strangers = zones.flatMap((zone, index) =>
    // us-west-1a is of us-west-1, and cn-hangzhou-h of cn-hangzhou.
    zone.replace(/-?[a-z]$/, '') === region
      ? []
      : [`zones.${index}: must be a zone of ${region}, got ${zone}`],
  );
  const problems = [...strangers, ...nodesProblems(settings)];
  if (secrets === 'generated' || ramRole !== undefined) return problems;
  return [
    ...problems,
    `ramRole: is missing: with secrets ${secrets} the nodes need a RAM role that may read them`,
  ];
}

function nodesProblems({ architecture, nodes }: EnvironmentSettings): readonly string[] {
  const { nodesProblem }: Architecture = ARCHITECTURES[architecture];
  const problem = nodes === undefined ? undefined : nodesProblem?.(nodes);
  return problem === undefined ? [] : [`nodes: ${problem}`];
}

function whole(least: number, most = Number.MAX_SAFE_INTEGER, unit = ''): v.GenericSchema<number> {
  const range =
    most === Number.MAX_SAFE_INTEGER ? `a whole number from ${least}` : `${least} to ${most} ${unit}`;
  const problem = `must be ${range}`;
  return v.pipe(
    v.number(problem),
    v.check((value) => Number.isInteger(value) && value >= least && value <= most, problem),
  );
}

function oneOf<const Words extends readonly string[]>(...words: Words): v.PicklistSchema<Words, string> {
  return v.picklist(words, `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`);
}

function keyProblem({ expected, path, received }: v.StrictObjectIssue): string {
  const key = path?.at(-1)?.key;
  if (key === undefined) return `must be settings by name, got ${received}`;
  if (expected === 'never') return 'is no setting';
  const hint = typeof key === 'string' ? MISSING[key] : undefined;
  return hint === undefined ? 'is missing' : `is missing: ${hint}`;
}
