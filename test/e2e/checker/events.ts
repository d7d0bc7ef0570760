/** What happens in a run, in the order in which it happens. Times are milliseconds since the run began. */
export type CheckerEvent =
  | Sent
  | Confirmed
  | Delivered
  | FaultBegins
  | FaultHolds
  | FaultEnds
  | FaultHealed
  | FaultNotHealed
  | PublishingEnds;

/** A publisher hands a message to its connection; more than once when no confirm came. */
export interface Sent {
  readonly kind: 'sent';
  readonly at: number;
  /** Number of the publisher in the roster. */
  readonly publisher: number;
  /** Counts the messages of a publisher from 0. */
  readonly sequence: number;
}

/** The broker confirms a message, and did not return it as unroutable. */
export interface Confirmed {
  readonly kind: 'confirmed';
  readonly at: number;
  readonly publisher: number;
  readonly sequence: number;
}

/** A consumer receives a message. */
export interface Delivered {
  readonly kind: 'delivered';
  readonly at: number;
  /** Number of the consumer in the roster. */
  readonly consumer: number;
  readonly publisher: number;
  readonly sequence: number;
  /** What the broker said of it. */
  readonly redelivered: boolean;
}

/** A fault is about to be injected. */
export interface FaultBegins {
  readonly kind: 'fault begins';
  readonly at: number;
  readonly fault: string;
  /** What is hit, e.g. the name of a host. */
  readonly target: string;
  /** Hosts that cannot reach a majority while the fault holds. */
  readonly isolated: readonly string[];
}

/** The fault is in force from now on. */
export interface FaultHolds {
  readonly kind: 'fault holds';
  readonly at: number;
}

/** The fault is about to be taken away. */
export interface FaultEnds {
  readonly kind: 'fault ends';
  readonly at: number;
}

/** All hosts serve, and all clients work again. */
export interface FaultHealed {
  readonly kind: 'fault healed';
  readonly at: number;
}

/** The hosts or the clients did not come back by themselves in time. */
export interface FaultNotHealed {
  readonly kind: 'fault not healed';
  /** What was missing at last, for a person. */
  readonly why: string;
}

/** No publisher sends from now on; consumers take what is left. */
export interface PublishingEnds {
  readonly kind: 'publishing ends';
  readonly at: number;
}

/** Who takes part in a run. The number of a client is its place. */
export interface Roster {
  readonly publishers: readonly PublisherEntry[];
  readonly consumers: readonly ConsumerEntry[];
}

/** A publisher of a run. */
export interface PublisherEntry {
  /** Clients that see the same of a fault. */
  readonly group: string;
  /** The only host that it connects to. @default it may connect to any */
  readonly pinnedTo?: string;
}

/** A consumer of a run. */
export interface ConsumerEntry {
  readonly group: string;
  /** Each audience has to receive every message, whichever of its consumers gets it. */
  readonly audience: string;
}
