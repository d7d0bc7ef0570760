import { ITerraformDependable, TerraformStack } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { ENGINE_SETTINGS, EngineSettings } from '../config/engine-settings';
import { IImageSource } from '../images';
import { AddressPlan } from '../model/addresses';
import { ValidationError } from '../model/errors';
import { GroupSpec, HostRole, HostSpec, ImageSpec } from '../model/host';
import { assertOptions, OptionNames } from '../model/options';
import { assertSecret, ISecret } from '../model/secret';
import { ITopologySource, Topology } from '../model/topology';
import { AddressRequest, FloatingAddress, IPlacedGroup, IPlatform } from '../platform';
import { DockerInstallation } from './docker-installation';
import { EcsGroup } from './ecs-group';
import {
  assertInstanceType,
  assertReadsUserData,
  diskOf,
  HttpTokens,
  MACHINE_OPTIONS,
  MachineOptions,
} from './machine';
import { IMachineImage } from './machine-image';
import { INetwork, IVswitch, networkAreas } from './network';
import { assertPublicImage } from './public-image';
import { regionOfZone } from './region';
import { tagsOf } from './tags';
import { RegistryLogin } from './user-data';

/** The cloud keeps the first and the last three addresses of a vSwitch; see "Create and manage vSwitches". */
const RESERVED_AT_END = 3;
const ZONE_SPREAD = 3;
const plansOfApps = new WeakMap<IConstruct, Map<IVswitch, AddressPlan>>();

/** Settings of an `EcsPlatform`. */
export interface EcsPlatformProps {
  readonly network: INetwork;
  /** Images of the containers, each with its registry: a machine never falls back to Docker Hub. */
  readonly images: IImageSource;
  /** @default the registry asks for no login */
  readonly registryLogin?: RegistryLogin;
  /** What the machines start from. A change reaches new machines only. */
  readonly machineImage: IMachineImage;
  /** The machines by what they run; each role that is placed needs an entry. */
  readonly machines: Readonly<Partial<Record<HostRole, MachineOptions>>>;
  /** @default Docker CE from Alibaba Cloud's mirror inside the VPC */
  readonly docker?: DockerInstallation;
  /** @default log files of 10 MiB, five a container */
  readonly engine?: EngineSettings;
  /** Name of a key pair for SSH; not together with `password`. A change reboots: see `mayStop`. @default none */
  readonly keyPair?: string;
  /** Password of root, which ends up in the state; not together with `keyPair`. A change stops: see `mayStop`. @default none */
  readonly password?: ISecret;
  /** Name of the RAM role of the machines, which secrets of KMS and OOS need. @default none */
  readonly ramRole?: string;
  /**
   * The cloud refuses to delete machines, and Terraform to delete disks of data. Turn it off and apply before you destroy.
   * @default true
   */
  readonly deletionProtection?: boolean;
  /**
   * Name of the one host, e.g. `prod-rabbitmq-1`, whose machine this deploy may stop and start, or reboot, for what no
   * running machine takes: another instance type, key pair, password or address. All other machines run on as they are.
   * @default none: such changes reach new machines only
   */
  readonly mayStop?: string;
  /**
   * `optional` lets an image with an older cloud-init read its user data, and every program on the machine read it as well.
   * A change takes effect at once and stops nothing.
   * @default 'required'
   */
  readonly httpTokens?: HttpTokens;
  /**
   * Whether a deploy waits until the first boot of each machine has ended, and fails when it did not end well. A command of
   * Cloud Assistant looks, whose agent every public image has: turn it off for images without it.
   * @default true
   */
  readonly awaitFirstBoot?: boolean;
  /** On every resource that takes tags, besides the stack's name. @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

const ECS_PLATFORM_PROPS: OptionNames<EcsPlatformProps> = {
  network: true,
  images: true,
  registryLogin: true,
  machineImage: true,
  machines: true,
  docker: true,
  engine: true,
  keyPair: true,
  password: true,
  ramRole: true,
  deletionProtection: true,
  tags: true,
  mayStop: true,
  httpTokens: true,
  awaitFirstBoot: true,
};
const ROLES: OptionNames<Record<HostRole, MachineOptions>> = {
  rabbitmq: true,
  proxy: true,
};

/**
 * Runs hosts as ECS instances with fixed private addresses in the vSwitches of a network, spread over its zones. A host's
 * container runs under systemd; cloud-init puts everything in place at the first boot.
 */
export class EcsPlatform extends Construct implements IPlatform, ITopologySource {
  private readonly plans: readonly { readonly vswitch: IVswitch; readonly addresses: AddressPlan }[];
  private readonly places = new Map<string, IVswitch>();
  private readonly roles = new Map<string, HostRole>();
  private readonly floating = new Map<string, string>();
  private readonly groups: EcsGroup[] = [];

  /** @throws ValidationError for bad input; each rule is named in the error */
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: EcsPlatformProps,
  ) {
    super(scope, id);
    if (new.target === EcsPlatform) assertOptions(this, props, ECS_PLATFORM_PROPS);
    this.assertNested();
    if (props.keyPair !== undefined && props.password !== undefined) {
      throw new ValidationError(this, 'keyPair and password exclude each other: keep the key pair');
    }
    if (props.password !== undefined) assertSecret(this, 'password', props.password);
    if (props.registryLogin !== undefined) this.assertLogin(props.registryLogin);
    assertReadsUserData(this, props.machineImage, props.httpTokens ?? 'required');
    this.node.addValidation({
      validate: () => {
        this.assertMayStop();
        return [];
      },
    });
    this.plans = props.network.vswitches.map((vswitch) => ({ vswitch, addresses: this.planOf(vswitch) }));
  }

  public reserveAddresses({ group, count, role, addresses }: AddressRequest): readonly string[] {
    if (addresses !== undefined && addresses.length !== count) {
      throw new ValidationError(
        this,
        `addresses of ${group} must name one address a host, got ${addresses.length} for ${count} hosts`,
      );
    }
    const zones = this.zonesFor(group, role, count);
    this.roles.set(group, role);
    for (const { addresses: plan } of this.plans) plan.reserveBlock(group);
    return Array.from({ length: count }, (_, index) => {
      const plan = zones[index % zones.length];
      if (plan === undefined) throw new Error(`no zone for host ${index + 1} of ${group}`);
      const address = plan.addresses.host(group, index + 1, addresses?.[index]);
      this.places.set(address, plan.vswitch);
      return address;
    });
  }

  /** @throws ValidationError also when the hosts of the group are in several zones: such an address lives in one */
  public reserveFloatingAddress(group: string, address?: string): FloatingAddress {
    const role = this.roles.get(group);
    const [plan] = this.plans;
    if (role === undefined || plan === undefined) {
      throw new ValidationError(this, `${group} has no hosts yet: reserve their addresses first`);
    }
    const spread = this.machineOf(group, role).zoneSpread ?? ZONE_SPREAD;
    if (spread > 1) {
      throw new ValidationError(
        this,
        `a floating address lives in one zone, the hosts of ${group} are spread over ${spread}: set ` +
          `machines.${role}.zoneSpread to 1, or put a LoadBalancer or a NetworkLoadBalancer in front, which span zones`,
      );
    }
    const chosen = plan.addresses.floating(group, address);
    this.floating.set(group, chosen);
    return { address: chosen, prefixLength: plan.addresses.prefixLength };
  }

  /**
   * A fixed address in each zone of the network, by zone, for a load balancer in front of a group without a floating
   * address. One that the cloud chose could be that of a machine which is yet to come.
   * @throws ValidationError when a vSwitch has no room
   */
  public reserveBalancerAddresses(group: string): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.plans.map(({ vswitch, addresses }) => [vswitch.zone, addresses.floating(group)]),
    );
  }

  public place(spec: () => GroupSpec, after: readonly ITerraformDependable[] = []): IPlacedGroup {
    const { name, hosts } = spec();
    const [first] = hosts;
    if (first === undefined) throw new ValidationError(this, `group ${name} has no hosts`);
    for (const host of hosts) {
      this.assertOwnVolumes(host);
      if (this.groups.some((group) => group.instanceId(host.name) !== undefined)) {
        throw new ValidationError(this, `host name ${host.name} is used twice: rename one group`);
      }
    }
    const { props } = this;
    const machine = this.machineOf(name, first.container.image.role);
    const floatingAddress = this.floating.get(name);
    const group = new EcsGroup(this, name, {
      spec,
      after,
      network: props.network,
      vswitchOf: (host) => this.vswitchOf(spec, host),
      instanceType: machine.instanceType,
      deploymentSet: machine.deploymentSet ?? true,
      imageId: this.imageFor(machine.instanceType),
      systemDisk: diskOf(this, 'systemDisk', machine.systemDisk ?? { sizeGiB: 40 }),
      dataDisk: diskOf(this, 'dataDisk', machine.dataDisk ?? { sizeGiB: 100 }),
      userData: {
        os: props.machineImage.os,
        docker: (props.docker ?? DockerInstallation.fromMirror()).source,
        engine: props.engine ?? {},
        hasRole: props.ramRole !== undefined,
        ...(props.registryLogin === undefined ? {} : { registryLogin: props.registryLogin }),
      },
      containerImage: this.containerImage(first.container.image),
      deletionProtection: props.deletionProtection ?? true,
      httpTokens: props.httpTokens ?? 'required',
      awaitFirstBoot: props.awaitFirstBoot ?? true,
      tags: tagsOf(this, { stack: TerraformStack.of(this).node.id, ...props.tags }).tags ?? {},
      ...(floatingAddress === undefined ? {} : { floatingAddress }),
      ...(props.keyPair === undefined ? {} : { keyPair: props.keyPair }),
      ...(props.password === undefined ? {} : { password: props.password }),
      ...(props.ramRole === undefined ? {} : { ramRole: props.ramRole }),
      ...(props.mayStop === undefined ? {} : { mayStop: props.mayStop }),
    });
    this.groups.push(group);
    return group;
  }

  /**
   * Id of the machine of a host, a token, e.g. for a load balancer.
   * @throws ValidationError when no such host was placed
   */
  public instanceId(hostName: string): string {
    for (const group of this.groups) {
      const id = group.instanceId(hostName);
      if (id !== undefined) return id;
    }
    throw new ValidationError(this, `there is no host ${hostName} on this platform`);
  }

  /** The network may be made elsewhere, so that no construct of this stack tells of it. */
  public describeTopology(): Partial<Topology> {
    return { areas: networkAreas(this.props.network) };
  }

  private imageFor(instanceType: string): string {
    const { machineImage } = this.props;
    const id = machineImage.idIn(this, this.region);
    assertPublicImage(this, machineImage, id, instanceType);
    return id;
  }

  /** e.g. `cn-hangzhou`. */
  private get region(): string {
    return regionOfZone(this, this.plans[0]?.vswitch.zone ?? '');
  }

  /** One for each vSwitch of an app, whichever platform asks: hosts of two platforms never get one address. */
  private planOf(vswitch: IVswitch): AddressPlan {
    const { root } = this.node;
    const plans = plansOfApps.get(root) ?? new Map<IVswitch, AddressPlan>();
    plansOfApps.set(root, plans);
    const plan = plans.get(vswitch) ?? new AddressPlan(this, vswitch.cidr, RESERVED_AT_END);
    plans.set(vswitch, plan);
    return plan;
  }

  private assertMayStop(): void {
    const { mayStop } = this.props;
    const names = this.groups.flatMap((group) => group.hostNames);
    if (mayStop === undefined || names.includes(mayStop)) return;
    throw new ValidationError(
      this,
      `mayStop must name one host of this platform, got ${mayStop}: use ${names.join(', ')}`,
    );
  }

  private assertOwnVolumes({ name, container }: HostSpec): void {
    const shared = container.volumes.find((volume) => volume.shared === true);
    if (shared === undefined) return;
    throw new ValidationError(
      this,
      `a disk belongs to one machine, got volume ${shared.name} of ${name}, which its group shares: let each host keep ` +
        `its own data (a Warren with store 'independent'), or copy it (a RabbitMqCluster with nodes 3)`,
    );
  }

  private zonesFor(group: string, role: HostRole, count: number): typeof this.plans {
    const spread = this.machineOf(group, role).zoneSpread ?? ZONE_SPREAD;
    if (!Number.isInteger(spread) || spread < 1) {
      throw new ValidationError(
        this,
        `machines.${role}.zoneSpread must be a whole number from 1, got ${spread}`,
      );
    }
    const zones = Math.min(spread, count);
    if (this.plans.length < zones) {
      throw new ValidationError(
        this,
        `hosts of ${group} are spread over ${zones} zones, the network has ${this.plans.length}: ` +
          `name more zones, or set machines.${role}.zoneSpread to ${this.plans.length}`,
      );
    }
    return this.plans.slice(0, spread);
  }

  private vswitchOf(spec: () => GroupSpec, hostName: string): IVswitch {
    const host = spec().hosts.find(({ name }) => name === hostName);
    const vswitch = host === undefined ? undefined : this.places.get(host.address);
    if (vswitch === undefined) {
      throw new ValidationError(
        this,
        `host ${hostName} has an address that this platform did not give: reserve it`,
      );
    }
    return vswitch;
  }

  private machineOf(group: string, role: HostRole): MachineOptions {
    const machine = this.props.machines[role];
    if (machine === undefined) {
      throw new ValidationError(
        this,
        `${group} needs machines for ${role}: add machines.${role}, e.g. { instanceType: 'ecs.g8i.large' }`,
      );
    }
    return machine;
  }

  private containerImage(spec: ImageSpec): string {
    const { images } = this.props;
    const name = images.nameFor(this, spec);
    if (images.local) {
      throw new ValidationError(
        this,
        `image ${name} is on the engine of one machine only: name it with a registry by Images.fromRegistry`,
      );
    }
    const [registry = '', ...rest] = name.split('/');
    if (rest.length === 0 || !(/[.:]/.test(registry) || registry === 'localhost')) {
      throw new ValidationError(
        this,
        `image ${name} names no registry: write e.g. acme-registry-vpc.${this.region}.cr.aliyuncs.com/brokers/${name}, ` +
          `or docker.io/${rest.length === 0 ? 'library/' : ''}${name} if Docker Hub is meant`,
      );
    }
    if (!/^[\w.:@/-]+$/.test(name)) {
      throw new ValidationError(this, `image ${name} has characters that no image name has`);
    }
    return name;
  }

  /** Members of an option. */
  private assertNested(): void {
    const { machines, registryLogin, engine } = this.props;
    assertOptions(this, machines, ROLES, 'machines');
    for (const [role, machine] of Object.entries(machines) as [string, MachineOptions | undefined][]) {
      if (machine === undefined) continue;
      assertOptions(this, machine, MACHINE_OPTIONS, `machines.${role}`);
      assertInstanceType(this, machine.instanceType);
    }
    assertOptions(this, registryLogin, { server: true, username: true, password: true }, 'registryLogin');
    assertOptions(this, engine, ENGINE_SETTINGS, 'engine');
  }

  private assertLogin({ server, username, password }: RegistryLogin): void {
    assertSecret(this, 'registryLogin.password', password);
    if (!/^[\w.-]+(:\d+)?$/.test(server)) {
      throw new ValidationError(this, `registryLogin.server must be host or host:port, got ${server}`);
    }
    if (!/^[\w.@+-]+$/.test(username)) {
      throw new ValidationError(
        this,
        `registryLogin.username may have letters, digits and . _ @ + -, got ${username}`,
      );
    }
  }
}
