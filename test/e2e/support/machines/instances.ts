import { AlicloudProvider } from '../alicloud-provider';
import { eventually } from '../command';
import { DataDisk } from './data-disk';
import { Machine, MachineProps } from './machine';
import { MachineNetwork } from './network';
import { firewallScript } from './security-rules';

const DISK_MIB = 8192;

/** What the stand-in for the cloud was told of an instance. */
export interface Instance {
  readonly id: string;
  readonly address: string;
  readonly userData: Buffer;
}

/** What the cloud does not tell of a machine. */
export type InstanceMachineProps = Pick<MachineProps, 'image' | 'instanceId' | 'hosts' | 'authority'>;

/** Machines that are what the instances of the stand-in for the cloud would be, behind the rules of their security groups. */
export class InstanceMachines {
  private readonly machines = new Map<string, Machine>();
  private readonly disks = new Map<string, DataDisk>();

  public constructor(
    private readonly network: MachineNetwork,
    private readonly provider: AlicloudProvider,
  ) {}

  /** The instance of that name. @throws Error when there is none */
  public instance(name: string): Instance {
    const found = this.provider
      .resources('alicloud_instance')
      .find(({ values }) => values['host_name'] === name);
    if (found === undefined) throw new Error(`no instance ${name} was made`);
    return {
      id: found.id,
      address: text(found.values, 'private_ip'),
      userData: Buffer.from(text(found.values, 'user_data'), 'base64'),
    };
  }

  /** Starts the machine of an instance, with its data disk where it has one: the same one at each start. */
  public async start(name: string, props: InstanceMachineProps = {}): Promise<Machine> {
    const { id, address, userData } = this.instance(name);
    const disk = this.disks.get(name) ?? (await this.createDisk(name, id));
    const machine = await Machine.start(this.network, {
      name,
      address,
      userData,
      ramDisk: true,
      atBoot: firewallScript(this.provider, address, this.network.gateway),
      disks: disk === undefined ? [] : [disk],
      ...props,
    });
    this.machines.set(name, machine);
    return machine;
  }

  /** The machine of that name. @throws Error when it was not started */
  public machine(name: string): Machine {
    const found = this.machines.get(name);
    if (found === undefined) throw new Error(`no machine ${name} was started`);
    return found;
  }

  /** Waits until the container of each machine says that it serves. */
  public async ready(names: readonly string[] = [...this.machines.keys()], seconds = 120): Promise<void> {
    await Promise.all(names.map((name) => this.serves(name, seconds)));
  }

  /** What a machine's first boot said of its stages, one a line. */
  public stages(name: string): Promise<string> {
    return this.machine(name).must("grep '^brokers: ' /var/log/cloud-init-output.log");
  }

  /** Takes all machines and their disks away. */
  public async remove(): Promise<void> {
    for (const machine of this.machines.values()) await machine.destroy();
    for (const disk of this.disks.values()) await disk.remove();
    this.machines.clear();
    this.disks.clear();
  }

  private async createDisk(name: string, instanceId: string): Promise<DataDisk | undefined> {
    const attachment = this.provider
      .resources('alicloud_ecs_disk_attachment')
      .find(({ values }) => values['instance_id'] === instanceId);
    if (attachment === undefined) return undefined;
    const serial = text(attachment.values, 'disk_id').replace('d-', '');
    const disk = await DataDisk.create(this.network, serial, DISK_MIB);
    this.disks.set(name, disk);
    return disk;
  }

  private async serves(name: string, seconds: number): Promise<void> {
    const [container, command] = name.includes('proxy')
      ? ['proxy', 'proxy-ready']
      : ['rabbitmq', 'rabbitmq-ready'];
    await eventually(`${name} serves`, seconds, async () => {
      const { code, output } = await this.machine(name).exec(
        `docker exec ${container} /opt/brokers/bin/${command}`,
      );
      if (code !== 0) throw new Error(output.trim());
      return true;
    });
  }
}

function text(values: Readonly<Record<string, unknown>>, name: string): string {
  const value = values[name];
  if (typeof value !== 'string') throw new Error(`${name} is no text`);
  return value;
}
