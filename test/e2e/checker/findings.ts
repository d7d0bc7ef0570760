/** What a run showed, before anybody judges it. */
export interface Findings {
  /** Messages that were confirmed. */
  readonly confirmed: number;
  /** Messages that were sent and never confirmed. */
  readonly unconfirmed: number;
  /** Messages that were sent more than once, since no confirm came. */
  readonly resent: number;
  /** Confirmed messages that an audience did not get, summed over the audiences. */
  readonly lost: number;
  readonly duplicates: Duplicates;
  /**
   * Messages that a consumer got for the first time after a later one of the same publisher. Left out are those that were
   * marked as redelivered and those that were sent more than once.
   */
  readonly reordered: number;
  /** Confirms that a publisher got from a host while that host could not reach a majority. */
  readonly acceptedWhileIsolated: number;
  readonly faults: readonly FaultFindings[];
  /** Longest wait outside of any fault, in milliseconds by group of clients. */
  readonly calm: ReadonlyMap<string, number>;
  /** The first few of each kind, for a person who looks for the cause. */
  readonly examples: readonly string[];
}

/** Deliveries of a message to an audience that had it already. */
export interface Duplicates {
  /** The broker said that it may be one. */
  readonly redelivered: number;
  /** The publisher had sent the message more than once. */
  readonly resent: number;
  /** Neither: the consumer could not have known. */
  readonly unmarked: number;
}

/** What one fault did. Times are milliseconds since the run began. */
export interface FaultFindings {
  readonly fault: string;
  readonly target: string;
  /** Hosts that could not reach a majority while it held. */
  readonly isolated: readonly string[];
  readonly beganAt: number;
  readonly heldAt?: number;
  readonly endedAt?: number;
  /** Absent when the hosts or the clients did not come back by themselves. */
  readonly healedAt?: number;
  /** What was missing at last when they did not. */
  readonly notHealed?: string;
  /** Longest time that one client of a group had to wait, in milliseconds by group. */
  readonly waits: ReadonlyMap<string, number>;
}
