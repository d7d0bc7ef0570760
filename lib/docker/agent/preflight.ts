import { BlockList } from 'node:net';
import { AgentError, Engine } from './engine';

/** What `BROKERS_PREFLIGHT` holds. */
export interface Preflight {
  readonly engine?: string;
  readonly network: string;
  readonly subnet: string;
  /** Images that must be on the engine already. */
  readonly images: readonly string[];
}

interface NetworkDescription {
  readonly Name: string;
  readonly IPAM: { readonly Config?: readonly { readonly Subnet?: string }[] | null };
}

/**
 * Checks what would otherwise fail half-way: that the engine answers, has the images and that the subnet is free.
 * @throws AgentError naming the image that is missing, or the network that has the subnet
 */
export async function preflight(engine: Engine, { network, subnet, images }: Preflight): Promise<void> {
  const ids = await engine.require(['network', 'ls', '--quiet'], 'the Docker engine does not answer');
  const [described, ...found] = await Promise.all([
    engine.run(['network', 'inspect', ...ids.split('\n').filter((id) => id !== '')]),
    ...images.map((image) => engine.run(['image', 'inspect', '--format', '{{.Id}}', image])),
  ]);
  const missing = images.find((_, index) => found[index]?.code !== 0);
  if (missing !== undefined) {
    throw new AgentError(
      `image ${missing} is not on the engine: build or load it there, or name one of a registry`,
    );
  }
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
