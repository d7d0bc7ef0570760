import { ErrorSubject } from '../model/errors';
import { renderStaticShovels, StaticShovelConfig } from './static-shovels';
import { assertInteger } from './values';

/** What only the Erlang format can say. */
export interface AdvancedConfig {
  /** Copies of a new quorum queue; the broker makes no more than there are nodes. */
  readonly quorumGroupSize: number;
  /** @default none */
  readonly shovels?: readonly StaticShovelConfig[];
}

/**
 * `advanced.config`. Pure: equal input gives equal bytes.
 * @throws ValidationError for a number out of range
 */
export function renderAdvancedConfig(
  subject: ErrorSubject,
  { quorumGroupSize, shovels = [] }: AdvancedConfig,
): string {
  assertInteger(subject, 'quorumGroupSize', quorumGroupSize, 1, 99);
  const applications = [
    `  {rabbit, [\n    {quorum_cluster_size, ${quorumGroupSize}}\n  ]}`,
    ...(shovels.length === 0
      ? []
      : [`  {rabbitmq_shovel, [\n    {shovels, ${renderStaticShovels(shovels, 4)}}\n  ]}`]),
  ];
  return `[\n${applications.join(',\n')}\n].\n`;
}
