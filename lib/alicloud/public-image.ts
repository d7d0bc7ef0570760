import { Token } from 'cdktf';
import { ErrorSubject, ValidationError } from '../model/errors';
import { IMachineImage } from './machine-image';

/** The id of a public image says what it holds, e.g. `debian_12_6_x64_20G_alibase_20240819.vhd`. */
const PUBLIC_ID = /^([a-z][a-z-]*)_(\d+)(?:_(\d+))?_(?:[a-z0-9]+_)*?(x64|arm64)_\d+G_/i;

/** Families of machines with Arm processors: Ampere's and Yitian's, see "Overview of instance families". */
const ARM_FAMILY = /^ecs\.(?:[cg]6r|(?:ebm)?[cgr]\d+y)\./;

/**
 * Holds the id of a public image against the system and the machines that are declared for it. The ids of custom images say
 * nothing.
 * @throws ValidationError for an image of another system, or for another processor
 */
export function assertPublicImage(
  subject: ErrorSubject,
  { os }: Pick<IMachineImage, 'os'>,
  imageId: string,
  instanceType: string,
): void {
  const [, distribution = '', major = '', minor = '', architecture] = PUBLIC_ID.exec(imageId) ?? [];
  if (architecture === undefined) return;
  const held = systemOf(distribution.toLowerCase(), major, minor);
  if (held !== undefined && held !== os) {
    throw new ValidationError(
      subject,
      `the image must hold ${os}, as is declared, got ${imageId}: name an image of ${os}, or what it holds`,
    );
  }
  const needed = ARM_FAMILY.test(instanceType) ? 'arm64' : 'x64';
  if (needed === architecture.toLowerCase() || Token.isUnresolved(instanceType)) return;
  throw new ValidationError(
    subject,
    `instance type ${instanceType} needs an image for ${needed}, got ${imageId}: name one, or another instance type`,
  );
}

/** Undefined for what no `MachineOs` is about: it may be near enough to one. */
function systemOf(distribution: string, major: string, minor: string): string | undefined {
  switch (distribution) {
    case 'debian':
      return `debian-${major}`;
    case 'ubuntu':
      return `ubuntu-${major}.${minor}`;
    case 'aliyun':
      return `alinux-${major}`;
    default:
      return undefined;
  }
}
