import { load } from '../../../scripts/load';
import { must } from '../command';
import { MachineNetwork } from './network';

/** The functions of `scripts/setup/test-disks.mjs`. */
interface TestDisks {
  readonly DISK_LABEL: string;
  readonly createDisk: (volume: string, sizeMiB: number) => Promise<LoopDevice>;
  readonly growDisk: (volume: string, sizeMiB: number) => Promise<void>;
  readonly releaseDisk: (volume: string) => Promise<void>;
}

/** A block device of the engine's kernel. */
export interface LoopDevice {
  /** Its name there, e.g. `loop3`. */
  readonly device: string;
  readonly major: number;
  readonly minor: number;
}

/** A disk of its own, as `alicloud_ecs_disk` is one: blank at first, outlives the machines that it is attached to. */
export class DataDisk {
  /**
   * @param id shows in the machine as `/dev/disk/by-id/virtio-<id>`, as the cloud's disk ids do without their `d-`
   * @throws Error when the engine's kernel has no loop devices
   */
  public static async create(network: MachineNetwork, id: string, sizeMiB: number): Promise<DataDisk> {
    const { DISK_LABEL, createDisk } = await load<TestDisks>('test-disks');
    const volume = network.nameFor(`disk-${id}`);
    await must('docker', 'volume', 'create', ...network.labels, '--label', DISK_LABEL, volume);
    return new DataDisk(id, volume, await createDisk(volume, sizeMiB));
  }

  private constructor(
    public readonly id: string,
    private readonly volume: string,
    public readonly loop: LoopDevice,
  ) {}

  /** Makes the disk larger while machines run, as `ResizeDisk` of type `online` does. */
  public async grow(sizeMiB: number): Promise<void> {
    await (await load<TestDisks>('test-disks')).growDisk(this.volume, sizeMiB);
  }

  /** Removes the disk with its data; no machine may have it any more. */
  public async remove(): Promise<void> {
    await (await load<TestDisks>('test-disks')).releaseDisk(this.volume);
    await must('docker', 'volume', 'rm', this.volume);
  }
}
