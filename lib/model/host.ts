import { NamedSecret } from './secret';

/** What a running container must do before a changed file counts. Ordered from mildest to strongest. */
export type ChangeEffect = 'none' | 'reload' | 'restart';

/** One configuration file inside the container. */
export interface FileSpec {
  /** Absolute path. */
  readonly path: string;
  /** UTF-8 text; secrets stand in it as placeholders (see `secretPlaceholder`). */
  readonly text: string;
  /** What a diff shows of a text that is too long for it: parts by name. @default the text */
  readonly shownAs?: Readonly<Record<string, string>>;
  /** Octal, e.g. `0644`. */
  readonly mode: string;
  /** User and group that own the file, e.g. `root` or `rabbitmq`; it exists in the image. */
  readonly owner: string;
  readonly onChange: ChangeEffect;
}

/** An executable under `/opt/brokers/bin` of the container. */
export interface ScriptSpec {
  readonly name: string;
  readonly text: string;
}

/** A port that a host listens on, and who needs to reach it. */
export interface PortSpec {
  readonly name: string;
  /** `vrrp` is IP protocol 112 and has no port numbers. */
  readonly protocol: 'tcp' | 'udp' | 'vrrp';
  /** First port; 0 for `vrrp`. */
  readonly from: number;
  /** Last port, inclusive; equal to `from` for a single one. */
  readonly to: number;
  /** `clients`: applications; `operators`: people and monitoring; `group`: the other hosts of the same group only. */
  readonly audience: 'clients' | 'operators' | 'group';
}

/** Data that outlives the container. */
export interface VolumeSpec {
  readonly name: string;
  /** Absolute path inside the container. */
  readonly mountPath: string;
  /**
   * Whether every host of the group that names it mounts the same one, at the same time. Its name is then unique in the
   * topology. Only one platform can do that: where all hosts are on one machine.
   * @default false: each host has its own
   */
  readonly shared?: boolean;
}

/** A command that exits 0 while the container works. It must be cheap: it runs for as long as the container does. */
export interface HealthCheck {
  readonly command: readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  /** Failures in a row before the container counts as unhealthy. */
  readonly retries: number;
  /** Failures in this time after a start do not count. */
  readonly startPeriodSeconds: number;
}

/** What a host is there for. */
export type HostRole = 'rabbitmq' | 'proxy';

/** Which image a container needs; the platform knows where it comes from. */
export interface ImageSpec {
  readonly role: HostRole;
  /** Version line of the software, e.g. `4.0`. */
  readonly version: string;
}

/** The one container of a host. */
export interface ContainerSpec {
  readonly image: ImageSpec;
  /** Replaces the image's entry point. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Linux capabilities without the `CAP_` prefix; all others are dropped. */
  readonly capabilities: readonly string[];
  readonly volumes: readonly VolumeSpec[];
  readonly healthCheck: HealthCheck;
  /**
   * Exits 0 when the software would start with its changed files, otherwise prints one sentence on standard error. Run before
   * they are put in place, with a folder appended that has them under their paths.
   */
  readonly checkCommand?: readonly string[];
  /** Makes the running software read its changed files. */
  readonly reloadCommand?: readonly string[];
  /** Time for an orderly stop before the container is killed. */
  readonly stopTimeoutSeconds: number;
  /** Hard memory limit; none when absent. */
  readonly memoryMiB?: number;
  /** Soft and hard limit of open files; the engine's own when absent. */
  readonly openFiles?: number;
}

/** A host name that the container resolves without DNS. */
export interface HostAlias {
  readonly name: string;
  readonly address: string;
}

/** One host: pure data, the same on every platform. */
export interface HostSpec {
  /** Host name, unique in the topology; it never shifts when hosts are added. */
  readonly name: string;
  /** Fixed private IPv4 address. */
  readonly address: string;
  readonly container: ContainerSpec;
  readonly files: readonly FileSpec[];
  readonly scripts: readonly ScriptSpec[];
  readonly secrets: readonly NamedSecret[];
  readonly ports: readonly PortSpec[];
  /** Entries of `/etc/hosts`. */
  readonly aliases: readonly HostAlias[];
}

/** Hosts that form one system, and how a platform finds out that it works. */
export interface GroupSpec {
  readonly name: string;
  readonly hosts: readonly HostSpec[];
  /**
   * Run in every host's container: exit 0 when this host serves, otherwise one sentence on standard error. A platform
   * appends `--wait SECONDS`, which allows the command to wait that long, or `--explain`, which asks for all reasons.
   */
  readonly readyCommand: readonly string[];
  /** How long a deploy waits for `readyCommand` on all hosts. */
  readonly readyTimeoutSeconds: number;
  /** Run in the first host's container once all hosts are ready and the membership is new. Idempotent. */
  readonly joinedCommand?: readonly string[];
  /** Run in a remaining host's container, with the leaving host's name appended, before that host goes away. */
  readonly leaveCommand?: readonly string[];
}

/** Where the platform puts the delivered files of a host; `install-files` renders them to their own paths. */
export const DELIVERY_DIRECTORY = '/etc/brokers/delivered';
/** Where the platform puts one file a secret, named after it, mode 0400. */
export const SECRETS_DIRECTORY = '/etc/brokers/secrets';
/** Where scripts live. */
export const SCRIPTS_DIRECTORY = '/opt/brokers/bin';
