import { BlockList } from 'node:net';
import { AgentError, Engine } from './engine';

/** What `BROKERS_PREFLIGHT` holds. */
export interface Preflight {
  readonly engine?: string;
  readonly network: string;
  readonly subnet: string;
  /** Images that must be on the engine already. */
  readonly images: readonly string[];
  /** Names of the containers that are to be made, or are there already. */
  readonly hosts: readonly string[];
  /** Labels of all that belongs to this deployment. */
  readonly labels: Readonly<Record<string, string>>;
}

interface NetworkDescription {
  readonly Name: string;
  readonly IPAM: { readonly Config?: readonly { readonly Subnet?: string }[] | null };
}

/**
 * Checks what would otherwise fail half-way: that the engine answers, has the images and that subnet and names are free.
 * @throws AgentError naming the image that is missing, the network that has the subnet, or the container that has the name
 */
export async function preflight(engine: Engine, request: Preflight): Promise<void> {
  const { network, subnet, images } = request;
  const ids = await engine.require(['network', 'ls', '--quiet'], 'the Docker engine does not answer');
  const [described, containers, ...found] = await Promise.all([
    engine.run(['network', 'inspect', ...ids.split('\n').filter((id) => id !== '')]),
    engine.run(['ps', '--all', '--format', containerFormat(request)]),
    ...images.map((image) => engine.run(['image', 'inspect', '--format', '{{.Id}}', image])),
  ]);
  const missing = images.find((_, index) => found[index]?.code !== 0);
  if (missing !== undefined) {
    throw new AgentError(
      `image ${missing} is not on the engine: build or load it there, or name one of a registry`,
    );
  }
  assertFreeNames(request, containers.stdout);
  // It exits non-zero when a network went away meanwhile, and prints the others all the same.
  for (const other of JSON.parse(described.stdout || '[]') as NetworkDescription[]) {
    for (const { Subnet: taken } of other.IPAM.Config ?? []) {
      if (other.Name !== network && taken !== undefined && overlaps(subnet, taken)) {
        throw new AgentError(
          `subnet ${subnet} is taken: Docker network ${other.Name} has ${taken}; choose another subnet for the platform`,
        );
      }
    }
  }
}

const STACK_LABEL = 'cdktf-brokers.stack';

/** One line a container: its name, then its labels, one after the other. */
function containerFormat({ labels }: Preflight): string {
  return [
    '{{.Names}}',
    ...[STACK_LABEL, ...Object.keys(labels)].map((label) => `{{.Label "${label}"}}`),
  ].join('\t');
}

/** A container of ours stays or is replaced; one of somebody else keeps its name. */
function assertFreeNames({ hosts, labels }: Preflight, listing: string): void {
  for (const line of listing.split('\n')) {
    const [names = '', stack = '', ...values] = line.split('\t');
    const taken = names.split(',').find((name) => hosts.includes(name));
    if (taken === undefined || Object.values(labels).join('\t') === values.join('\t')) continue;
    throw new AgentError(
      `host name ${taken} is taken: ${stack === '' ? 'a container that is not of this library' : `stack ${stack}`} has a ` +
        'container of that name on this engine; choose another name for the cluster or the pair',
    );
  }
}

/** Whether two networks share an address: then one contains the first address of the other. */
export function overlaps(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

function contains(outer: string, inner: string): boolean {
  const [network = '', prefix = ''] = outer.split('/');
  const [first = ''] = inner.split('/');
  if (network.includes(':') || first.includes(':')) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), 'ipv4');
  return list.check(first, 'ipv4');
}
