import { ITerraformDependable, TerraformStack, Testing } from 'cdktf';
import { Connections } from '../../lib/connections/connections';
import { GroupSpec } from '../../lib/model/host';
import { AddressRequest, FloatingAddress, IPlacedGroup, IPlatform } from '../../lib/platform';
import { HaproxyListener } from '../../lib/proxy/haproxy-listener';
import { HaproxyPair, HaproxyPairProps } from '../../lib/proxy/haproxy-pair';

/** Remembers what it was asked for; it places nothing. */
export class FakePlatform implements IPlatform {
  public constructor(private readonly connections = new Connections([])) {}

  public readonly requests: AddressRequest[] = [];
  public readonly floating: (string | undefined)[] = [];
  public after: readonly ITerraformDependable[] = [];
  private produce: (() => GroupSpec) | undefined;

  public reserveAddresses(request: AddressRequest): readonly string[] {
    this.requests.push(request);
    return request.addresses ?? Array.from({ length: request.count }, (_, index) => `10.0.0.2${index + 1}`);
  }

  public reserveFloatingAddress(_group: string, address?: string): FloatingAddress {
    this.floating.push(address);
    return { address: address ?? '10.0.0.20', prefixLength: 24 };
  }

  public place(spec: () => GroupSpec, after: readonly ITerraformDependable[] = []): IPlacedGroup {
    this.produce = spec;
    this.after = after;
    spec();
    return { ready: { fqn: 'terraform_data.members' }, connections: this.connections };
  }

  /** The group as it is at synth. */
  public get group(): GroupSpec {
    if (this.produce === undefined) throw new Error('nothing was placed');
    return this.produce();
  }

  /** Text of a file on host number `host`, counted from 0. */
  public file(host: number, path: string): string {
    const file = this.group.hosts[host]?.files.find((candidate) => candidate.path === path);
    if (file === undefined) throw new Error(`host ${host} has no ${path}`);
    return file.text;
  }
}

/** Brokers to which tests can add. */
export function brokers(count: number): {
  nodes: { name: string; address: string }[];
  ready: ITerraformDependable;
} {
  return {
    nodes: Array.from({ length: count }, (_, i) => ({
      name: `rabbit-${i + 1}`,
      address: `10.0.0.1${i + 1}`,
    })),
    ready: { fqn: 'terraform_data.rabbit' },
  };
}

/** A pair on a fake platform, in front of three brokers unless `props` say otherwise. */
export function placePair(
  props: Partial<HaproxyPairProps> = {},
  connections = new Connections([]),
): {
  pair: HaproxyPair;
  platform: FakePlatform;
} {
  const platform = new FakePlatform(connections);
  const stack = new TerraformStack(Testing.app(), 'stack');
  const listeners = props.listeners ?? [HaproxyListener.amqp(brokers(3))];
  return { pair: new HaproxyPair(stack, 'proxy', { platform, listeners, ...props }), platform };
}
