import { ErrorSubject } from '../model/errors';
import { assertInteger } from './values';

/** What only the Erlang format can say. */
export interface AdvancedConfig {
  /** Copies of a new quorum queue; the broker makes no more than there are nodes. */
  readonly quorumGroupSize: number;
}

/**
 * `advanced.config`. Pure: equal input gives equal bytes.
 * @throws ValidationError for a number out of range
 */
export function renderAdvancedConfig(subject: ErrorSubject, { quorumGroupSize }: AdvancedConfig): string {
  assertInteger(subject, 'quorumGroupSize', quorumGroupSize, 1, 99);
  return `[\n  {rabbit, [\n    {quorum_cluster_size, ${quorumGroupSize}}\n  ]}\n].\n`;
}
