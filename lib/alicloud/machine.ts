import { Token } from 'cdktf';
import { ErrorSubject, ValidationError } from '../model/errors';
import { OptionNames, assertOptions } from '../model/options';

/** A disk of a machine. */
export interface DiskOptions {
  /** 20 to 32768, of a system disk to 2048; at least 461 with PL2 and 1261 with PL3. */
  readonly sizeGiB: number;
  /** @default 'cloud_essd' */
  readonly category?: 'cloud_essd' | 'cloud_auto' | 'cloud_essd_entry' | 'cloud_efficiency' | 'cloud_ssd';
  /** Of category cloud_essd only. @default 'PL1' */
  readonly performanceLevel?: 'PL0' | 'PL1' | 'PL2' | 'PL3';
  /** @default true */
  readonly encrypted?: boolean;
  /** Id of a key of KMS, which encrypts it in place of the service's own key. @default the service's own key */
  readonly kmsKeyId?: string;
}

/** The machines of one role. */
export interface MachineOptions {
  /** e.g. `ecs.g8i.large`. */
  readonly instanceType: string;
  /** @default 40 GiB */
  readonly systemDisk?: DiskOptions;
  /**
   * The disk of the broker's data. It is no part of the machine and survives it. A larger one is used in full within a
   * minute, without a stop; the cloud refuses a smaller one, and one that exists keeps its encryption.
   * @default 100 GiB
   */
  readonly dataDisk?: DiskOptions;
  /**
   * Over how many of the network's zones hosts are spread, in the order of the zones: host n is in zone n modulo this. It
   * is no count of the zones there are, so that a zone more moves no host.
   * @default 3
   */
  readonly zoneSpread?: number;
  /**
   * Whether the cloud keeps the machines of a group on different hardware. Turn it off for a family of instances that cannot be
   * in a deployment set, before the first deploy: the cloud deletes no set that has machines.
   * @default true
   */
  readonly deploymentSet?: boolean;
}

const DISK_OPTIONS: OptionNames<DiskOptions> = {
  sizeGiB: true,
  category: true,
  performanceLevel: true,
  encrypted: true,
  kmsKeyId: true,
};
export const MACHINE_OPTIONS: OptionNames<MachineOptions> = {
  instanceType: true,
  systemDisk: true,
  dataDisk: true,
  zoneSpread: true,
  deploymentSet: true,
};

/**
 * Whether the metadata service of a machine asks for a token. User data carries secrets: with `required`, a request that a
 * program was tricked into cannot read them. cloud-init of the image must then know tokens; see `MachineImage`.
 */
export type HttpTokens = 'required' | 'optional';

/** A disk with its defaults. */
export interface Disk {
  readonly size: number;
  readonly category: string;
  readonly performanceLevel?: string;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
}

const LARGEST_GIB = { systemDisk: 2048, dataDisk: 32_768 };
const SMALLEST_GIB = { PL0: 20, PL1: 20, PL2: 461, PL3: 1261 };

/** @throws ValidationError for a size out of range, a performance level that the category lacks, or a key without use */
export function diskOf(subject: ErrorSubject, name: keyof typeof LARGEST_GIB, options: DiskOptions): Disk {
  assertOptions(subject, options, DISK_OPTIONS, name);
  const { sizeGiB, category = 'cloud_essd', encrypted = true } = options;
  const essd = category === 'cloud_essd';
  if (options.performanceLevel !== undefined && !essd) {
    throw new ValidationError(
      subject,
      `${name}.performanceLevel ${options.performanceLevel} is of category cloud_essd only, got ${category}: leave it out`,
    );
  }
  const least = SMALLEST_GIB[options.performanceLevel ?? 'PL1'];
  const most = LARGEST_GIB[name];
  if (!Number.isInteger(sizeGiB) || sizeGiB < least || sizeGiB > most) {
    const level = least === 20 ? '' : ` with performanceLevel ${options.performanceLevel}`;
    throw new ValidationError(
      subject,
      `${name}.sizeGiB must be a whole number from ${least} to ${most}${level}, got ${sizeGiB}`,
    );
  }
  if (options.kmsKeyId !== undefined && !encrypted) {
    throw new ValidationError(
      subject,
      `${name}.kmsKeyId is of encrypted disks only: leave out encrypted: false`,
    );
  }
  return {
    size: sizeGiB,
    category,
    encrypted,
    ...(options.kmsKeyId === undefined ? {} : { kmsKeyId: options.kmsKeyId }),
    ...(essd ? { performanceLevel: options.performanceLevel ?? 'PL1' } : {}),
  };
}

/** @throws ValidationError when the type has not the form of one; what is not known at synth is not checked */
export function assertInstanceType(subject: ErrorSubject, type: string): void {
  if (Token.isUnresolved(type) || /^ecs\.[a-z][a-z0-9-]*\.[a-z0-9]+$/.test(type)) return;
  throw new ValidationError(
    subject,
    `instanceType must be a type of ECS, got ${type}: write e.g. ecs.g8i.large`,
  );
}

/** First release whose data source of Alibaba Cloud asks for a token (cloud-init pull request 1865). */
const TOKENS_SINCE = [23, 1] as const;

/** @throws ValidationError for a version that is none, and for one that reads no user data under `httpTokens` */
export function assertReadsUserData(
  subject: ErrorSubject,
  { cloudInit }: { readonly cloudInit?: string },
  httpTokens: HttpTokens,
): void {
  if (cloudInit === undefined) return;
  const [, major, minor] = /^(\d+)\.(\d+)\b/.exec(cloudInit) ?? [];
  if (major === undefined || minor === undefined) {
    throw new ValidationError(
      subject,
      `cloudInit of the machine image must be a version, got ${cloudInit}: write e.g. 25.1`,
    );
  }
  const [year, release] = TOKENS_SINCE;
  const knows = Number(major) > year || (Number(major) === year && Number(minor) >= release);
  if (knows || httpTokens === 'optional') return;
  throw new ValidationError(
    subject,
    `cloud-init of the machine image must be 23.2.2 or later with httpTokens 'required', got ${cloudInit}: ` +
      "use a later image, or set httpTokens to 'optional'",
  );
}
