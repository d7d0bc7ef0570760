import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandResult, must, run } from '../command';
import { BootReport, readBootReport } from './boot-report';
import { DataDisk } from './data-disk';
import { MachineNetwork } from './network';

const SEED = '/var/lib/cloud/seed/nocloud';
const DISKS = '/usr/lib/test-machine/disks';
const IMAGES = {
  plain: 'cdktf-brokers-test/machine:trixie',
  docker: 'cdktf-brokers-test/machine:trixie-docker',
} as const;
/** What the machine of the Docker engine must not get from here: modules, clock, hardware, limits. */
const KEPT_BACK = ['SYS_MODULE', 'SYS_TIME', 'SYS_RAWIO', 'SYS_RESOURCE'];

/** A machine to start. */
export interface MachineProps {
  /** Host name. */
  readonly name: string;
  /** Private address in the network's subnet. */
  readonly address: string;
  /** What the cloud would hand to the instance, to the byte. */
  readonly userData: string | Buffer;
  /** `docker` has the distribution's Docker in the image already. @default 'plain' */
  readonly image?: keyof typeof IMAGES;
  /** Keeps the images in memory: several machines then pull at once in a third of the time. @default false */
  readonly ramDisk?: boolean;
  /** A machine with another id is a new one to cloud-init. @default 'i-<name>' */
  readonly instanceId?: string;
  /** Attached before the machine boots. @default none */
  readonly disks?: readonly DataDisk[];
  /** Addresses by name, for names that a private DNS zone would have. @default none */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Script that is run as soon as the machine boots, at each boot, e.g. the rules of a firewall. @default none */
  readonly atBoot?: string;
  /** PEM of a certificate authority that the machine trusts beside the public ones. @default none */
  readonly authority?: string;
}

/**
 * A container that behaves like an ECS instance: systemd, cloud-init with the instance's own user data, a Docker engine of
 * its own, disks that come and go, power that can be cut. Not exercised: the choice of the AliYun datasource and its
 * metadata service, udev itself (its links below `/dev/disk` are there), and memory limits where the engine's kernel has
 * control groups of version 1.
 */
export class Machine {
  /** Makes the machine and boots it; `waitForCloudInit` tells when it is ready. */
  public static async start(network: MachineNetwork, props: MachineProps): Promise<Machine> {
    const machine = new Machine(network.nameFor(props.name), props);
    await machine.create(network);
    for (const disk of props.disks ?? []) await machine.attach(disk);
    await machine.boot();
    return machine;
  }

  private readonly disks: DataDisk[] = [];
  private running = false;

  private constructor(
    public readonly container: string,
    private readonly props: MachineProps,
  ) {}

  public get name(): string {
    return this.props.name;
  }

  public get address(): string {
    return this.props.address;
  }

  /** Runs a shell script as root and never throws for its exit code. */
  public exec(script: string): Promise<CommandResult> {
    return run('docker', ['exec', this.container, 'sh', '-euc', script]);
  }

  /** Runs a shell script as root that must succeed and returns its standard output. */
  public async must(script: string): Promise<string> {
    const { code, stdout, output } = await this.exec(script);
    if (code !== 0) throw new Error(`${this.name}: ${script} failed:\n${output}`);
    return stdout.trim();
  }

  /** Shows a disk to the machine, now or at its next boot: `/dev/vdb` is the first. Returns its device. */
  public async attach(disk: DataDisk): Promise<string> {
    this.disks.push(disk);
    const device = deviceName(this.disks.length - 1);
    const lines = this.disks.map(({ id, loop }, index) =>
      [deviceName(index), loop.major, loop.minor, loop.device, id].join(' '),
    );
    await this.put({ [DISKS]: `${lines.join('\n')}\n` });
    if (this.running) await this.must('sh /usr/lib/test-machine/disks.sh');
    return `/dev/${device}`;
  }

  /**
   * Waits until cloud-init is through with this boot.
   * @throws Error with its log when it failed, or did not end in time
   */
  public async waitForCloudInit(seconds = 300): Promise<BootReport> {
    const { code, stdout } = await this.exec(
      `timeout ${seconds} cloud-init status --wait --format=json 2> /dev/null`,
    );
    // 2: done, but not without complaints.
    if (code !== 0 && code !== 2) {
      const reason = code === 124 ? `is not done after ${seconds} s` : 'failed';
      throw new Error(`cloud-init on ${this.name} ${reason}:\n${stdout}\n${await this.log()}`);
    }
    return readBootReport(stdout, await this.must('cloud-init analyze dump'), await this.startedAt());
  }

  /** The last lines of what cloud-init and the units of this boot said. */
  public async log(): Promise<string> {
    const { output } = await this.exec(
      'tail --lines=60 /var/log/cloud-init-output.log; journalctl --boot --priority=warning --no-pager --lines=40',
    );
    return output;
  }

  /** Cuts the power: every process ends at once. What the kernel has not written yet is written all the same. */
  public async powerOff(): Promise<void> {
    await must('docker', 'kill', '--signal=KILL', this.container);
    await must('docker', 'wait', this.container);
    this.running = false;
  }

  /** Ends in order, as a stop through the cloud's console does. */
  public async shutDown(): Promise<void> {
    await must('docker', 'stop', '--time=120', this.container);
    this.running = false;
  }

  /** Boots the machine again, with the file system, images, disks and instance id that it had. */
  public async boot(): Promise<void> {
    await must('docker', 'start', this.container);
    this.running = true;
    if (this.props.atBoot !== undefined) await this.must(this.props.atBoot);
  }

  /** Takes the machine away. Its data disks stay. */
  public async destroy(): Promise<void> {
    const holders = this.props.ramDisk === true ? [`${this.container}-ram`] : [];
    await must('docker', 'rm', '--force', '--volumes', this.container, ...holders);
    await must('docker', 'volume', 'rm', `${this.container}-docker`);
    this.running = false;
  }

  /** Writes files by absolute path, readable by root; their folders are there. */
  public async put(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
    const root = mkdtempSync(join(tmpdir(), 'machine-'));
    try {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), content, { mode: 0o600 });
        await must('docker', 'cp', join(root, path), `${this.container}:${path}`);
      }
    } finally {
      rmSync(root, { recursive: true });
    }
  }

  private async create(network: MachineNetwork): Promise<void> {
    const { name, address, userData, hosts = {} } = this.props;
    const image = IMAGES[this.props.image ?? 'plain'];
    const volume = `${this.container}-docker`;
    const memory = this.props.ramDisk === true;
    const options = memory ? ['--opt=type=tmpfs', '--opt=device=tmpfs'] : [];
    await must('docker', 'volume', 'create', ...network.labels, ...options, volume);
    if (memory) await this.hold(network, volume, image);
    await must(
      'docker',
      'create',
      ...network.labels,
      `--name=${this.container}`,
      `--hostname=${name}`,
      `--network=${network.name}`,
      `--ip=${address}`,
      ...Object.entries(hosts).map(([host, its]) => `--add-host=${host}:${its}`),
      '--cgroupns=private',
      '--cap-add=ALL',
      ...KEPT_BACK.map((capability) => `--cap-drop=${capability}`),
      '--security-opt=seccomp=unconfined',
      '--security-opt=apparmor=unconfined',
      '--security-opt=systempaths=unconfined',
      '--device-cgroup-rule=a *:* rwm',
      '--tmpfs=/run',
      '--tmpfs=/tmp',
      `--volume=${volume}:/var/lib/docker`, // overlays do not stack
      image,
    );
    await this.put({
      ...trusted(this.props.authority),
      [`${SEED}/meta-data`]: `instance-id: ${this.props.instanceId ?? `i-${name}`}\nlocal-hostname: ${name}\n`,
      [`${SEED}/user-data`]: userData,
    });
  }

  // The engine drops a volume in memory with its last container, and this machine's power will be cut.
  private async hold(network: MachineNetwork, volume: string, image: string): Promise<void> {
    const name = `${this.container}-ram`;
    const mounts = ['--network=none', `--volume=${volume}:/held`, '--entrypoint=sleep'];
    await must(
      'docker',
      'run',
      '--detach',
      ...network.labels,
      `--name=${name}`,
      ...mounts,
      image,
      'infinity',
    );
  }

  private async startedAt(): Promise<number> {
    return Date.parse(await must('docker', 'inspect', '--format={{.State.StartedAt}}', this.container));
  }
}

/** The file by whose name OpenSSL finds an authority. */
function trusted(authority: string | undefined): Record<string, string> {
  if (authority === undefined) return {};
  const options = ['x509', '-noout', '-subject_hash'];
  const hash = execFileSync('openssl', options, { input: authority, encoding: 'utf8' }).trim();
  return { [`/etc/ssl/certs/${hash}.0`]: authority };
}

function deviceName(index: number): string {
  return `vd${String.fromCharCode('b'.charCodeAt(0) + index)}`;
}
