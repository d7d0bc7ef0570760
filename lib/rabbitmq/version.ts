import { ValidationError } from '../model/errors';

/** Where a broker keeps vhosts, users, queues and so on. */
export type MetadataStore = 'mnesia' | 'khepri';

/** How many messages with a different priority a quorum queue tells apart. */
export type QuorumPriorityLevels = 0 | 2 | 32;

const MAJORS_AND_MINORS = ['3.10', '3.11', '3.12', '3.13', '4.0', '4.1', '4.2', '4.3'] as const;

/**
 * A release series of RabbitMQ, optionally with a patch release, and what it can and cannot do.
 *
 * Every series listed here has quorum queues with message TTL and at-least-once dead lettering (3.10), streams, `conf.d`
 * and `definitions.skip_if_unchanged`. What differs is told by the members; their source is the release notes of the
 * series that is named.
 */
export class RabbitMqVersion {
  public static readonly V3_10 = new RabbitMqVersion(3, 10);
  public static readonly V3_11 = new RabbitMqVersion(3, 11);
  public static readonly V3_12 = new RabbitMqVersion(3, 12);
  public static readonly V3_13 = new RabbitMqVersion(3, 13);
  public static readonly V4_0 = new RabbitMqVersion(4, 0);
  public static readonly V4_1 = new RabbitMqVersion(4, 1);
  public static readonly V4_2 = new RabbitMqVersion(4, 2);
  public static readonly V4_3 = new RabbitMqVersion(4, 3);

  /**
   * @param version a series such as `4.0` or a release such as `4.0.5`
   * @throws ValidationError for anything else, and for a series that this library does not know
   */
  public static of(version: string): RabbitMqVersion {
    const match = /^(\d+)\.(\d+)(?:\.(\d+))?$/.exec(version);
    const [, major, minor, patch] = match ?? [];
    const line = MAJORS_AND_MINORS.find((known) => known === `${major}.${minor}`);
    if (line === undefined) {
      const known = MAJORS_AND_MINORS.join(', ');
      throw new ValidationError(
        'RabbitMqVersion.of',
        `version must be one of ${known} or a release of one, e.g. 4.0.5, got "${version}"`,
      );
    }
    return new RabbitMqVersion(Number(major), Number(minor), patch === undefined ? undefined : Number(patch));
  }

  private constructor(
    private readonly major: number,
    private readonly minor: number,
    private readonly patch?: number,
  ) {}

  /** The series, e.g. `4.0`. */
  public get line(): string {
    return `${this.major}.${this.minor}`;
  }

  /** As precise as it was given: `4.0` or `4.0.5`. */
  public toString(): string {
    return this.patch === undefined ? this.line : `${this.line}.${this.patch}`;
  }

  /** Whether this is the series `major.minor` or a later one. */
  public isAtLeast(major: number, minor: number): boolean {
    return this.major > major || (this.major === major && this.minor >= minor);
  }

  /** Classic queues that are copied to other nodes by `ha-*` policies. Removed in 4.0. */
  public get mirroredClassicQueues(): boolean {
    return !this.isAtLeast(4, 0);
  }

  /**
   * Stores fit for production. Khepri was an experiment in 3.13 that cannot be upgraded; Mnesia is gone in 4.3.
   */
  public get metadataStores(): readonly MetadataStore[] {
    if (!this.isAtLeast(4, 0)) return ['mnesia'];
    return this.isAtLeast(4, 3) ? ['khepri'] : ['mnesia', 'khepri'];
  }

  /** What a new cluster uses when nothing is said: Khepri from 4.2. */
  public get defaultMetadataStore(): MetadataStore {
    return this.isAtLeast(4, 2) ? 'khepri' : 'mnesia';
  }

  /** Whether `cluster_partition_handling` has an effect: until 4.2. Khepri never needed it. */
  public get partitionHandling(): boolean {
    return !this.isAtLeast(4, 3);
  }

  /** Nodes that keep metadata in memory only. Deprecated since 2021; they need Mnesia, which ends with 4.2. */
  public get ramNodes(): boolean {
    return !this.isAtLeast(4, 3);
  }

  /**
   * Priorities that a quorum queue knows without being told: none in 3.x, normal and high from 4.0, 0 to 31 from 4.3.
   * `x-max-priority` is for classic queues in every version.
   */
  public get quorumPriorityLevels(): QuorumPriorityLevels {
    if (!this.isAtLeast(4, 0)) return 0;
    return this.isAtLeast(4, 3) ? 32 : 2;
  }

  /** Lazy classic queues. From 3.12 all classic queues work like lazy ones and the mode is ignored; 4.3 refuses it. */
  public get lazyQueues(): boolean {
    return !this.isAtLeast(3, 12);
  }

  /** Redeliveries after which a quorum queue drops or dead-letters a message when nothing is said: 20 from 4.0. */
  public get defaultDeliveryLimit(): number | undefined {
    return this.isAtLeast(4, 0) ? 20 : undefined;
  }

  /** Least time for a consumer's acknowledgement that brokers tell apart: until 4.2 they look once a minute. */
  public get consumerTimeoutFloorMilliseconds(): number {
    return this.isAtLeast(4, 3) ? 1 : 60_000;
  }

  /** Queues that are neither durable nor exclusive. 4.3 refuses them unless it is told otherwise. */
  public get transientQueues(): boolean {
    return !this.isAtLeast(4, 3);
  }

  /** Policies for one type of queue (`quorum_queues`, `classic_queues`, `streams`). From 3.12. */
  public get policiesByQueueType(): boolean {
    return this.isAtLeast(3, 12);
  }

  /** Whether the management API answers `/api/health/checks/ready-to-serve-clients`. From 4.1. */
  public get readyToServeClientsCheck(): boolean {
    return this.isAtLeast(4, 1);
  }

  /** Whether a dynamic shovel can be told to wait for its queues instead of making them. From 4.0. */
  public get predeclaredShovels(): boolean {
    return this.isAtLeast(4, 0);
  }

  /** Whether the queue that federation keeps for an exchange can be a quorum queue. From 3.13 (3.13.1). */
  public get quorumFederationQueues(): boolean {
    return this.isAtLeast(3, 13);
  }

  /** The tool whose `check_if_node_is_quorum_critical` says whether a queue would lose its majority. */
  public get quorumCriticalTool(): 'rabbitmq-diagnostics' | 'rabbitmq-queues' {
    return this.isAtLeast(4, 0) ? 'rabbitmq-queues' : 'rabbitmq-diagnostics';
  }

  /** Whether clients may log in without a user unless `anonymous_login_user` is `none`. From 4.0. */
  public get anonymousLogin(): boolean {
    return this.isAtLeast(4, 0);
  }
}
