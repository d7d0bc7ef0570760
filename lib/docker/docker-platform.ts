import { Image } from '@cdktf/provider-docker/lib/image';
import { Network } from '@cdktf/provider-docker/lib/network';
import { DockerProvider } from '@cdktf/provider-docker/lib/provider';
import {
  AssetType,
  ITerraformDependable,
  Lazy,
  TerraformAsset,
  TerraformProvider,
  TerraformStack,
} from 'cdktf';
import { Construct } from 'constructs';
import { join } from 'node:path';
import { AddressPlan } from '../model/addresses';
import { ValidationError } from '../model/errors';
import { GroupSpec, ImageSpec } from '../model/host';
import { assertOptions, OptionNames } from '../model/options';
import { ITopologySource, Topology } from '../model/topology';
import { AddressRequest, FloatingAddress, IPlacedGroup, IPlatform } from '../platform';
import { TerraformData } from '../terraform/terraform-data';
import { Preflight } from './agent/preflight';
import { DockerGroup } from './docker-group';
import { IImageSource } from '../images';

/** The first release whose behaviour this library was tested with, and the end of that major line. */
const PROVIDER_VERSION = '>= 3.6.2, < 5.0.0';

/** Settings of a `DockerPlatform`. */
export interface DockerPlatformProps {
  /** IPv4 network of the hosts, e.g. `172.29.0.0/24`. It is made for this platform and must be free on the engine. */
  readonly subnet: string;
  /** Where the images come from. */
  readonly images: IImageSource;
  /**
   * Name of the Docker network.
   * @default `<stack>-<construct id>`
   */
  readonly networkName?: string;
  /**
   * Address of the engine as in `DOCKER_HOST`, e.g. `ssh://user@host`.
   * @default the environment's `DOCKER_HOST`, or the local socket
   */
  readonly engine?: string;
  /**
   * A provider that the stack already has.
   * @default the one of the stack that is for `engine`, or a new one
   */
  readonly provider?: TerraformProvider;
}

const DOCKER_PLATFORM_PROPS: OptionNames<DockerPlatformProps> = {
  subnet: true,
  images: true,
  networkName: true,
  engine: true,
  provider: true,
};

/**
 * Runs hosts as containers with fixed addresses on one Docker engine. Addresses are reachable from the machine itself
 * where the engine runs on Linux. The `docker` command must be on the path when the stack is applied.
 */
export class DockerPlatform extends Construct implements IPlatform, ITopologySource {
  /** Name of the Docker network. */
  public readonly networkName: string;
  private readonly plan: AddressPlan;
  private readonly provider: TerraformProvider;
  private readonly preflight: TerraformData;
  private readonly network: Network;
  private readonly agent: TerraformAsset;
  private readonly images = new Map<string, Image>();
  private readonly hostNames = new Set<string>();

  /** @throws ValidationError when the subnet is no IPv4 network. */
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: DockerPlatformProps,
  ) {
    super(scope, id);
    if (new.target === DockerPlatform) assertOptions(this, props, DOCKER_PLATFORM_PROPS);
    this.plan = new AddressPlan(this, props.subnet);
    const stack = TerraformStack.of(this);
    this.assertApart(stack);
    this.provider = props.provider ?? this.providerIn(stack);
    stack.addOverride('terraform.required_providers.docker.version', PROVIDER_VERSION);
    this.agent = new TerraformAsset(this, 'agent', {
      path: join(__dirname, 'agent'),
      type: AssetType.DIRECTORY,
    });
    this.networkName = props.networkName ?? `${stack.node.id}-${id}`;
    this.preflight = this.createPreflight();
    this.network = this.createNetwork();
  }

  public reserveAddresses(request: AddressRequest): readonly string[] {
    return this.plan.hosts(request.group, request.count, request.addresses);
  }

  public reserveFloatingAddress(group: string, address?: string): FloatingAddress {
    return {
      address: this.plan.floating(group, address),
      prefixLength: this.plan.prefixLength,
    };
  }

  public place(spec: () => GroupSpec, after: readonly ITerraformDependable[] = []): IPlacedGroup {
    const shape = spec();
    if (this.node.tryFindChild(shape.name) !== undefined) {
      throw new ValidationError(
        this,
        `name must differ from the parts of the platform and its groups, got "${shape.name}": choose another name`,
      );
    }
    for (const { name } of shape.hosts) {
      if (this.hostNames.has(name))
        throw new ValidationError(this, `host name ${name} is used twice: rename one group`);
      this.hostNames.add(name);
    }
    return new DockerGroup(this, shape.name, {
      spec,
      after,
      network: this.network,
      preflight: this.preflight,
      area: this.node.path,
      provider: this.provider,
      agentCommand: (action) => this.agentCommand(action),
      image: (image) => this.imageFor(image),
      labels: this.labels,
      ...(this.props.engine === undefined ? {} : { engine: this.props.engine }),
    });
  }

  public describeTopology(): Partial<Topology> {
    const { networkName, plan } = this;
    return {
      areas: [
        {
          id: this.node.path,
          kind: 'network',
          name: networkName,
          details: [`Docker network ${plan.cidr}`],
        },
      ],
    };
  }

  /** The stack alone does not tell two deployments of it on one engine apart; their networks do. */
  private get labels(): readonly { readonly label: string; readonly value: string }[] {
    return [
      { label: 'cdktf-brokers.stack', value: TerraformStack.of(this).node.id },
      { label: 'cdktf-brokers.network', value: this.networkName },
    ];
  }

  /** Terraform takes one provider without an alias. */
  private providerIn(stack: TerraformStack): DockerProvider {
    const { engine } = this.props;
    const others = stack.node.findAll().filter((made) => made instanceof DockerProvider);
    const same = others.find(({ host, context }) => host === engine && context === undefined);
    return (
      same ??
      new DockerProvider(this, 'provider', {
        ...(engine === undefined ? {} : { host: engine }),
        ...(others.length === 0 ? {} : { alias: `docker-${this.node.path.replace(/[^\w-]/g, '-')}` }),
      })
    );
  }

  /** The preflight of each asks before the networks of both are made. Stacks may be alternatives, which never meet. */
  private assertApart(stack: TerraformStack): void {
    const { engine, subnet } = this.props;
    const taken = stack.node
      .findAll()
      .filter((other): other is DockerPlatform => other instanceof DockerPlatform && other !== this)
      .find(({ props, plan }) => props.engine === engine && plan.overlaps(this.plan));
    if (taken === undefined) return;
    throw new ValidationError(
      this,
      `platforms on one engine must not share addresses, got ${subnet} beside ${taken.props.subnet} of ` +
        `${taken.node.id}: give one of them another subnet`,
    );
  }

  private agentCommand(action: string): string {
    return `node ${this.agent.path}/main.js ${action}`;
  }

  private createPreflight(): TerraformData {
    const request = (): Preflight => ({
      ...(this.props.engine === undefined ? {} : { engine: this.props.engine }),
      network: this.networkName,
      subnet: this.props.subnet,
      images: this.props.images.local ? [...this.images.keys()] : [],
      hosts: [...this.hostNames],
      labels: Object.fromEntries(this.labels.map(({ label, value }) => [label, value])),
    });
    return new TerraformData(this, 'preflight', {
      triggersReplace: Lazy.anyValue({ produce: request }),
      provisioners: [
        {
          type: 'local-exec',
          command: this.agentCommand('preflight'),
          environment: {
            BROKERS_PREFLIGHT: Lazy.stringValue({ produce: () => JSON.stringify(request()) }),
          },
        },
      ],
    });
  }

  private createNetwork(): Network {
    return new Network(this, 'network', {
      name: this.networkName,
      provider: this.provider,
      // What is in the way is told before anything is made.
      dependsOn: [this.preflight],
      labels: [...this.labels],
      ipamConfig: [
        { subnet: this.props.subnet, gateway: this.plan.gateway, ipRange: this.plan.dynamicRange },
      ],
    });
  }

  private imageFor(spec: ImageSpec): Image {
    const name = this.props.images.nameFor(this, spec);
    const known = this.images.get(name);
    if (known !== undefined) return known;
    const image = new Image(this, `image-${spec.role}-${spec.version}`, {
      name,
      keepLocally: true,
      provider: this.provider,
      dependsOn: [this.preflight],
    });
    this.images.set(name, image);
    return image;
  }
}
