import { Annotations } from 'cdktf';
import { IConstruct } from 'constructs';
import { ValidationError } from '../model/errors';
import { MetadataStore, RabbitMqVersion } from './version';

/** The cluster that has RAM nodes. */
export interface RamNodeHost {
  readonly version: RabbitMqVersion;
  readonly metadataStore: MetadataStore;
  /** Number of all nodes. */
  readonly nodes: number;
}

/**
 * Checks the numbers of the nodes that keep metadata in memory only, and warns of them.
 * @throws ValidationError for a number that no node has or that stands twice, for a cluster without disc nodes, and for a
 *   metadata store that knows disc nodes only
 */
export function assertRamNodes(cluster: IConstruct, host: RamNodeHost, ramNodes: readonly number[]): void {
  if (ramNodes.length === 0) return;
  const { version, metadataStore, nodes } = host;
  const got = `[${ramNodes.join(', ')}]`;
  if (!version.ramNodes || metadataStore !== 'mnesia') {
    throw new ValidationError(
      cluster,
      `ramNodes need the metadata store Mnesia, got ${got} with ${metadataStore} of version ${version.toString()}: ` +
        'leave ramNodes out, every node is a disc node then',
    );
  }
  const stranger = ramNodes.find((node) => !Number.isInteger(node) || node < 1 || node > nodes);
  if (stranger !== undefined) {
    throw new ValidationError(
      cluster,
      `ramNodes must be numbers of nodes, 1 to ${nodes}, got ${stranger}: name nodes that there are`,
    );
  }
  if (new Set(ramNodes).size < ramNodes.length) {
    throw new ValidationError(cluster, `ramNodes must be different, got ${got}: name each node once`);
  }
  const discs = nodes - ramNodes.length;
  if (discs === 0) {
    throw new ValidationError(
      cluster,
      `ramNodes must leave a disc node, got ${got} of ${nodes} nodes: metadata would be lost with a stop of all nodes`,
    );
  }
  Annotations.of(cluster).addWarning(
    `ramNodes ${got}: RabbitMQ advises against RAM nodes since 2021 and removes them in 4.3; messages are neither faster nor ` +
      `safer there. ${discs === 1 ? 'Only one disc node is left: all metadata is lost with its disk.' : 'Leave them out.'}`,
  );
}
