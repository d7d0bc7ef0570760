/** What Terraform had the cloud do. */
export interface Operation {
  readonly operation: 'create' | 'update' | 'delete';
  /** Resource type, such as `alicloud_instance`. */
  readonly type: string;
  /** Empty while the resource is not created. */
  readonly id: string;
  /** Name that the configuration gives the resource, or its id. */
  readonly name: string;
  /** Attributes and blocks that change; those that are set when it is created; none when it is deleted. */
  readonly changed: readonly string[];
  /** What an update does to a running instance. */
  readonly interruption?: Interruption;
  /** Set when a running instance does not see the change before the cloud has restarted it. */
  readonly unseen?: boolean;
}

/** `stopped`: shut down and started. `rebooted`: the same without release. `reset`: its system disk is replaced and lost. */
export type Interruption = 'stopped' | 'rebooted' | 'reset';

/** An operation that has ended. */
export interface JournalEntry extends Operation {
  /** Milliseconds since the provider started. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Why it failed. */
  readonly error?: string;
}
