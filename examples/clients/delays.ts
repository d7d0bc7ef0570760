// The times for which the topology has queues: each delay is a queue of its own.

/** Delays of a delivery, in seconds. */
export const DELAYS_SECONDS = [1, 10, 60] as const;

/** Times between two attempts at work that failed, in seconds. */
export const RETRIES_SECONDS = [1, 10] as const;
