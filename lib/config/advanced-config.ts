import { ErrorSubject } from '../model/errors';
import { assertNetTickTime } from './rabbitmq';
import { assertInteger } from './values';

/** What only the Erlang format can say. */
export interface AdvancedConfig {
  /** Copies of a new quorum queue; the broker makes no more than there are nodes. */
  readonly quorumGroupSize: number;
  /** For versions that do not take it in `rabbitmq.conf`. */
  readonly netTickTimeSeconds?: number;
}

/**
 * `advanced.config`. Pure: equal input gives equal bytes.
 * @throws ValidationError for a number out of range
 */
export function renderAdvancedConfig(subject: ErrorSubject, config: AdvancedConfig): string {
  const { quorumGroupSize, netTickTimeSeconds } = config;
  assertInteger(subject, 'quorumGroupSize', quorumGroupSize, 1, 99);
  const sections = [`  {rabbit, [\n    {quorum_cluster_size, ${quorumGroupSize}}\n  ]}`];
  if (netTickTimeSeconds !== undefined) {
    assertNetTickTime(subject, netTickTimeSeconds);
    sections.push(`  {kernel, [\n    {net_ticktime, ${netTickTimeSeconds}}\n  ]}`);
  }
  return `[\n${sections.join(',\n')}\n].\n`;
}
