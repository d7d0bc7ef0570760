import { Construct } from 'constructs';
import { ErrorSubject, ValidationError } from '../../lib/model/errors';
import { BrokerGroup } from '../../lib/rabbitmq/broker-group';
import { BrokerGroupProps } from '../../lib/rabbitmq/broker-group-props';
import { QueueOptions } from '../../lib/rabbitmq/queue';
import { MetadataStore, RabbitMqVersion } from '../../lib/rabbitmq/version';

/** What a stack decides for any brokers; the architecture decides everything else. */
export type StackChoices = Pick<
  BrokerGroupProps,
  | 'platform'
  | 'memoryMiB'
  | 'openFiles'
  | 'heartbeatSeconds'
  | 'erlangCookie'
  | 'administrator'
  | 'readyTimeoutSeconds'
>;

/** What a stack decides for the brokers of an architecture. */
export interface ArchitectureProps extends StackChoices, Pick<BrokerGroupProps, 'name'> {
  /** Where a cluster keeps vhosts, users, queues and so on. @default what its version chooses */
  readonly metadataStore?: MetadataStore;
  /** Number of brokers. @default what the architecture says */
  readonly nodes?: number;
  /** Names of the queues to declare, of the type that the architecture is about. */
  readonly queues: readonly string[];
  /** Names of quorum queues beside those, e.g. the successors of mirrored ones. @default none */
  readonly quorumQueues?: readonly string[];
}

/** One way to run brokers, on whatever platform a stack has. */
export interface Architecture {
  /** Release series that it runs; the platform needs an image of it. */
  readonly version: RabbitMqVersion;
  /** What is wrong with a number of brokers, and the way out. @default that is for the brokers themselves to say */
  readonly nodesProblem?: (nodes: number) => string | undefined;
  /** The brokers, under the construct id `id` of `scope`. @throws ValidationError for what the architecture cannot do */
  readonly create: (scope: Construct, id: string, props: ArchitectureProps) => BrokerGroup;
}

/** Declares the queues that were asked for, those of the architecture's own type with `options`. */
export function declareQueues(
  brokers: BrokerGroup,
  { queues, quorumQueues = [] }: Pick<ArchitectureProps, 'queues' | 'quorumQueues'>,
  options: QueueOptions,
): void {
  for (const queue of queues) brokers.addQueue(queue, options);
  for (const queue of quorumQueues) brokers.addQueue(queue, { type: 'quorum' });
}

/** @throws ValidationError for a number of brokers that an architecture does not have */
export function assertNodes(
  subject: ErrorSubject,
  { nodesProblem }: Pick<Architecture, 'nodesProblem'>,
  nodes: number | undefined,
): void {
  const problem = nodes === undefined ? undefined : nodesProblem?.(nodes);
  if (problem !== undefined) throw new ValidationError(subject, `nodes ${problem}`);
}
