// Disks of the end-to-end tests' machines: a loop device of the engine's kernel each, on a file in a volume.
import { must } from './command.mjs';

/** Label of a volume that holds such a disk. */
export const DISK_LABEL = 'cdktf-brokers.disk';

const IMAGE = 'cdktf-brokers-test/machine:trixie';
const FILE = '/disk/data.img';

/**
 * Makes a blank disk of `sizeMiB` in a volume. Resolves to its loop device: `{ device: 'loop3', major: 7, minor: 3 }`.
 */
export async function createDisk(volume, sizeMiB) {
  const said = await inVolume(
    volume,
    `truncate --size=${sizeMiB}M ${FILE}; stat --format='%Hr %Lr %n' "$(losetup --find --show ${FILE})"`,
  );
  const [major, minor, path] = said.split(' ');
  return { device: path.replace('/dev/', ''), major: Number(major), minor: Number(minor) };
}

/** Makes the disk in a volume larger, while it is in use. */
export async function growDisk(volume, sizeMiB) {
  await inVolume(
    volume,
    `truncate --size=${sizeMiB}M ${FILE}; losetup --set-capacity "$(losetup --associated ${FILE} --noheadings --output=NAME)"`,
  );
}

/** Gives the loop device of the disk in a volume back; its machine must be gone. */
export async function releaseDisk(volume) {
  await inVolume(
    volume,
    `[ ! -e ${FILE} ] || losetup --associated ${FILE} --noheadings --output=NAME | xargs --no-run-if-empty losetup --detach`,
  );
}

// In a container, since the user of these tests need not be root and the engine need not share their files.
function inVolume(volume, script) {
  return must(
    'docker',
    [
      'run',
      '--rm',
      '--network=none',
      '--cap-add=SYS_ADMIN',
      '--security-opt=apparmor=unconfined',
      '--device-cgroup-rule=b 7:* rwm',
      '--device-cgroup-rule=c 10:237 rwm',
      '--volume=/dev:/dev',
      `--volume=${volume}:/disk`,
      '--entrypoint=sh',
      IMAGE,
      '-euc',
      script,
    ],
    'The tests need loop devices: load the kernel module loop on the machine of the Docker engine',
  );
}
