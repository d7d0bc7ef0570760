import { EcsDeploymentSet } from '@cdktf/provider-alicloud/lib/ecs-deployment-set';
import { EcsDisk } from '@cdktf/provider-alicloud/lib/ecs-disk';
import { EcsDiskAttachment } from '@cdktf/provider-alicloud/lib/ecs-disk-attachment';
import { EcsRamRoleAttachment } from '@cdktf/provider-alicloud/lib/ecs-ram-role-attachment';
import { Instance } from '@cdktf/provider-alicloud/lib/instance';
import { Fn, ITerraformDependable, Lazy } from 'cdktf';
import { Construct } from 'constructs';
import { Connections } from '../connections/connections';
import { Port } from '../connections/port';
import { ValidationError } from '../model/errors';
import { GroupSpec, HostSpec, SCRIPTS_DIRECTORY } from '../model/host';
import { ISecret } from '../model/secret';
import { ITopologySource, Topology, topologyHost } from '../model/topology';
import { deliveredFiles, scriptDigests } from '../node/bundle';
import { IPlacedGroup } from '../platform';
import { dependsOn } from '../terraform/dependencies';
import { keptWhen, RemovalGuard } from '../terraform/removal-guard';
import { TerraformData } from '../terraform/terraform-data';
import { shownFiles } from '../terraform/shown-files';
import { FirstBoot } from './first-boot';
import { HaVip } from './havip';
import { Disk, HttpTokens } from './machine';
import { DeclaredMachine, machineLifecycle, REPLACING_DISK, warnOfPendingChanges } from './machine-changes';
import { INetwork, IVswitch } from './network';
import { PackedScripts } from './packed-scripts';
import { SecurityGroup } from './security-group';
import { UserData, UserDataProps } from './user-data';

/** What an `EcsGroup` needs of its platform. */
export interface EcsGroupProps {
  readonly spec: () => GroupSpec;
  readonly after: readonly ITerraformDependable[];
  readonly network: INetwork;
  /** Where host `name` is. */
  readonly vswitchOf: (name: string) => IVswitch;
  readonly floatingAddress?: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly systemDisk: Disk;
  readonly dataDisk: Disk;
  readonly userData: Omit<UserDataProps, 'host' | 'image' | 'scripts' | 'diskSerial'>;
  /** Image of the containers, with registry and tag. */
  readonly containerImage: string;
  readonly deletionProtection: boolean;
  readonly deploymentSet: boolean;
  readonly httpTokens: HttpTokens;
  readonly awaitFirstBoot: boolean;
  readonly keyPair?: string;
  readonly password?: ISecret;
  readonly ramRole?: string;
  /** The host whose machine may be stopped by a change. */
  readonly mayStop?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The machines of one group, the disks of their data and the firewall around them. Machines are spread over hardware that
 * does not fail together. A running machine never learns of changed user data or of another image by itself: either would
 * stop it, and all of a group at once.
 */
export class EcsGroup extends Construct implements IPlacedGroup, ITopologySource {
  /**
   * The machines run, have their disks, and their first boot ended well, if that is waited for; whether their containers
   * serve, no resource of the cloud says.
   */
  public readonly ready: ITerraformDependable;
  public readonly connections: Connections;
  private readonly instances = new Map<string, Instance>();
  private readonly machines: { readonly declared: DeclaredMachine; readonly instance: Instance }[] = [];

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: EcsGroupProps,
  ) {
    super(scope, id);
    const { name, hosts } = props.spec();
    if (name.includes('--')) {
      throw new ValidationError(
        this,
        `name must have single hyphens only, as the host name of a machine, got ${name}: choose another name`,
      );
    }
    const group = new SecurityGroup(this, 'firewall', {
      network: props.network,
      name,
      tags: props.tags,
    });
    this.connections = group.connections;
    this.openInside(hosts);
    const spread = props.deploymentSet ? this.createDeploymentSet(name) : undefined;
    const scripts = new PackedScripts(this, 'scripts');
    const firstBoot = props.awaitFirstBoot ? new FirstBoot(this, 'first-boot', name) : undefined;
    const members = hosts.flatMap((host) => {
      const after = this.createHost(host, group, spread, scripts);
      const instanceId = this.instanceId(host.name) ?? '';
      return [
        ...after,
        ...(firstBoot === undefined ? [] : [firstBoot.await({ name: host.name, instanceId, after })]),
      ];
    });
    if (props.floatingAddress !== undefined) members.push(this.createHaVip(hosts, props.floatingAddress));
    warnOfPendingChanges(this, 'pending', this.machines);
    this.ready = new TerraformData(this, 'members', {
      triggersReplace: { hosts: hosts.map((host) => host.name) },
      dependsOn: members,
    });
  }

  /** Id of the machine of host `name`, a token; undefined when it is none of this group. */
  public instanceId(name: string): string | undefined {
    return this.instances.get(name)?.id;
  }

  public get hostNames(): readonly string[] {
    return [...this.instances.keys()];
  }

  public describeTopology(): Partial<Topology> {
    const { spec, vswitchOf, dataDisk, instanceType } = this.props;
    const { name, hosts } = spec();
    return {
      hosts: hosts.map((host) =>
        topologyHost(host, {
          group: { id: this.node.path, name },
          area: vswitchOf(host.name).vswitchId,
          machine: instanceType,
          disks: host.container.volumes.map(({ mountPath }) => ({
            kind: `disk ${dataDisk.size} GiB`,
            mountPath,
          })),
        }),
      ),
      firewalls: this.connections.securityGroups.map(({ securityGroupId }) => ({
        id: securityGroupId,
        members: hosts,
      })),
    };
  }

  private createDeploymentSet(name: string): EcsDeploymentSet {
    return new EcsDeploymentSet(this, 'spread', {
      deploymentSetName: name,
      strategy: 'Availability',
      onUnableToRedeployFailedInstance: 'CancelMembershipAndStart',
    });
  }

  private openInside(hosts: readonly HostSpec[]): void {
    for (const port of hosts[0]?.ports.filter(({ audience }) => audience === 'group') ?? []) {
      this.connections.allowInternally(Port.of(port), port.name);
    }
  }

  private createHost(
    host: HostSpec,
    group: SecurityGroup,
    spread: EcsDeploymentSet | undefined,
    scripts: PackedScripts,
  ): ITerraformDependable[] {
    const { props } = this;
    const vswitch = props.vswitchOf(host.name);
    const disk = host.container.volumes.length === 0 ? undefined : this.createDisk(host.name, vswitch);
    const userData = new UserData(this, `${host.name}-user-data`, {
      ...props.userData,
      host: () => this.host(host.name),
      image: props.containerImage,
      scripts,
      // A disk calls itself by its id without the "d-"; see "Query the serial numbers of disks".
      ...(disk === undefined ? {} : { diskSerial: Fn.substr(disk.id, 2, -1) }),
    });
    this.createFilesText(host.name, userData);
    const declared: DeclaredMachine = {
      name: host.name,
      instanceType: props.instanceType,
      ...(props.keyPair === undefined ? {} : { keyPair: props.keyPair }),
      address: host.address,
      zone: vswitch.zone,
      mayStop: props.mayStop === host.name,
    };
    const instance = new Instance(this, host.name, {
      instanceName: host.name,
      hostName: host.name,
      instanceType: props.instanceType,
      imageId: props.imageId,
      vswitchId: vswitch.vswitchId,
      privateIp: host.address,
      securityGroups: [group.securityGroupId],
      ...(spread === undefined ? {} : { deploymentSetId: spread.id }),
      internetMaxBandwidthOut: 0,
      httpEndpoint: 'enabled',
      httpTokens: props.httpTokens,
      systemDiskCategory: props.systemDisk.category,
      systemDiskSize: props.systemDisk.size,
      systemDiskEncrypted: props.systemDisk.encrypted,
      ...(props.systemDisk.kmsKeyId === undefined ? {} : { systemDiskKmsKeyId: props.systemDisk.kmsKeyId }),
      ...(props.systemDisk.performanceLevel === undefined
        ? {}
        : { systemDiskPerformanceLevel: props.systemDisk.performanceLevel }),
      deletionProtection: props.deletionProtection,
      ...(props.keyPair === undefined ? {} : { keyName: props.keyPair }),
      ...(props.password === undefined ? {} : { password: props.password.value }),
      tags: { ...props.tags },
      userData: userData.base64,
      dependsOn: dependsOn(this, [...props.after, ...(vswitch.egress === undefined ? [] : [vswitch.egress])]),
      // One that was stopped, by hand or by a change that failed half-way, is started.
      status: 'Running',
      lifecycle: {
        ...machineLifecycle(declared),
        preventDestroy: props.deletionProtection,
        precondition: [
          {
            condition: userData.fits,
            errorMessage: `the user data of ${host.name} is larger than the 32 KiB that an instance takes`,
          },
        ],
      },
    });
    this.instances.set(host.name, instance);
    this.machines.push({ declared, instance });
    RemovalGuard.of(this).add(instance, 'machine', props.deletionProtection, instance);
    const members: ITerraformDependable[] = [instance];
    if (props.ramRole !== undefined) {
      members.push(
        new EcsRamRoleAttachment(this, `${host.name}-role`, {
          instanceId: instance.id,
          ramRoleName: props.ramRole,
        }),
      );
    }
    if (disk === undefined) return members;
    const attachment = new EcsDiskAttachment(this, `${host.name}-data-attachment`, {
      diskId: disk.id,
      instanceId: instance.id,
      ...keptWhen(props.deletionProtection),
    });
    return [...members, attachment];
  }

  private createDisk(host: string, vswitch: IVswitch): EcsDisk {
    const { dataDisk, deletionProtection, tags } = this.props;
    return new EcsDisk(this, `${host}-data`, {
      diskName: `${host}-data`,
      zoneId: vswitch.zone,
      category: dataDisk.category,
      size: dataDisk.size,
      // Without it, a running machine does not see that the disk became larger.
      type: 'online',
      encrypted: dataDisk.encrypted,
      ...(dataDisk.kmsKeyId === undefined ? {} : { kmsKeyId: dataDisk.kmsKeyId }),
      ...(dataDisk.performanceLevel === undefined ? {} : { performanceLevel: dataDisk.performanceLevel }),
      deleteWithInstance: false,
      tags: { ...tags },
      lifecycle: { preventDestroy: deletionProtection, ignoreChanges: [...REPLACING_DISK] },
    });
  }

  /** Text in the diff of all that a new machine of a host starts with, where its user data is one opaque value that is ignored. */
  private createFilesText(name: string, userData: UserData): void {
    const { imageId, systemDisk, dataDisk } = this.props;
    const { os, docker } = this.props.userData;
    const files = Lazy.anyValue({
      produce: () => {
        const own = Object.entries(userData.visibleFiles).map(([path, text]) => ({ path, text }));
        return shownFiles([...own, ...deliveredFiles(this.host(name))]);
      },
    });
    const scripts = Lazy.anyValue({
      produce: () => ({ ...userData.visibleScripts, ...scriptDigests(this.host(name)) }),
    });
    const machine = {
      image: imageId,
      os,
      docker,
      systemDisk: encryptionOf(systemDisk),
      dataDisk: encryptionOf(dataDisk),
    };
    new TerraformData(this, `${name}-files`, { triggersReplace: { files, scripts, machine } });
  }

  private createHaVip(hosts: readonly HostSpec[], address: string): ITerraformDependable {
    const { spec, vswitchOf, deletionProtection, tags } = this.props;
    const [first] = hosts;
    if (first === undefined) throw new Error(`group ${this.node.id} has no host`);
    const havip = new HaVip(this, 'floating-address', {
      name: spec().name,
      vswitch: vswitchOf(first.name),
      address,
      deletionProtection,
      tags,
    });
    for (const host of hosts)
      havip.attach(host.name, this.instances.get(host.name)?.id ?? '', vswitchOf(host.name));
    return havip.ready;
  }

  private host(name: string): HostSpec {
    const host = this.props.spec().hosts.find((candidate) => candidate.name === name);
    if (host === undefined)
      throw new Error(`group ${this.node.id} lost host ${name} between construction and synth`);
    return withoutCheck(host);
  }
}

/** Traits of a disk that a change leaves as they are. */
function encryptionOf({ encrypted, kmsKeyId, category }: Disk): string {
  return `${category}, ${encrypted ? `encrypted with ${kmsKeyId ?? "the service's key"}` : 'not encrypted'}`;
}

/** `host` without the script that checks deliveries: nothing is delivered to a machine that runs, and user data has a limit. */
function withoutCheck(host: HostSpec): HostSpec {
  const { checkCommand: [check] = [], reloadCommand: [reload] = [] } = host.container;
  const unused = check === reload ? undefined : check;
  return { ...host, scripts: host.scripts.filter(({ name }) => `${SCRIPTS_DIRECTORY}/${name}` !== unused) };
}
