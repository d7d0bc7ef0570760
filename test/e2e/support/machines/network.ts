import { load } from '../../../scripts/load';
import { must } from '../command';
import { provideImages } from '../test-images';

/** What `scripts/setup/resources.mjs` finds on the engine. */
interface Resource {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
}

/** Everything here carries one of these: `npm test -- --clean` goes by the first, `npm run bench` uses the second. */
const PREFIXES = ['e2e-', 'brokers-bench-'];

/** A network of machines; everything on it carries its name as a prefix and as a label, and goes away with it. */
export class MachineNetwork {
  /**
   * Makes the network, after taking away what a killed run left of it.
   * @param name begins with `e2e-`, or with `brokers-bench-`
   * @param subnet e.g. `172.30.20.0/24`
   * @throws Error when an image cannot be built or the subnet is taken
   */
  public static async create(name: string, subnet: string): Promise<MachineNetwork> {
    if (!PREFIXES.some((prefix) => name.startsWith(prefix))) {
      throw new Error(`a network of machines must begin with ${PREFIXES.join(' or ')}, got ${name}`);
    }
    await provideImages();
    const network = new MachineNetwork(name, subnet);
    await network.remove();
    await must('docker', 'network', 'create', ...network.labels, '--subnet', subnet, name);
    return network;
  }

  /** Options of `docker` that mark what it makes as this network's. */
  public readonly labels: readonly string[];

  private constructor(
    public readonly name: string,
    private readonly subnet: string,
  ) {
    this.labels = ['--label', 'cdktf-brokers.stack=machines', '--label', `cdktf-brokers.network=${name}`];
  }

  /** Address of the engine's own machine on this network. */
  public get gateway(): string {
    const [address = ''] = this.subnet.split('/');
    return address.replace(/\d+$/, (last) => String(Number(last) + 1));
  }

  /** The name of a container or volume on this network. */
  public nameFor(name: string): string {
    return `${this.name}-${name}`;
  }

  /** Takes away machines, registries, disks with their loop devices, volumes and the network. */
  public async remove(): Promise<void> {
    const { removeLeftovers, removePushNames } = await load<{
      removeLeftovers: (resources: readonly Resource[]) => Promise<Resource[]>;
      removePushNames: (prefix: string) => Promise<void>;
    }>('test-leftovers');
    const left = await removeLeftovers(await this.resources());
    await removePushNames(this.name);
    if (left.length > 0) throw new Error(`could not be removed: ${left.map(({ name }) => name).join(', ')}`);
  }

  /** Names of what the engine still has of this network. */
  public async leftovers(): Promise<string[]> {
    return (await this.resources()).map(({ kind, name }) => `${kind} ${name}`);
  }

  private async resources(): Promise<Resource[]> {
    const { resourcesOf } = await load<{
      resourcesOf: (of: { network: string }) => Promise<Resource[]>;
    }>('resources');
    return resourcesOf({ network: this.name });
  }
}
