import { renderCloudInit } from '../../lib/config/cloud-init';
import { nodeScript } from '../../lib/node/script';
import { CommandResult, eventually } from './support/command';
import { DataDisk } from './support/machines/data-disk';
import { Machine } from './support/machines/machine';
import { MachineNetwork } from './support/machines/network';

const TARGET = '/var/lib/brokers/data';

let network: MachineNetwork;
let machine: Machine;

beforeAll(async () => {
  network = await MachineNetwork.create('e2e-data-disk', '172.30.23.0/24');
  machine = await Machine.start(network, {
    name: 'machine',
    address: '172.30.23.11',
    userData: renderCloudInit('test', {
      hostname: 'machine',
      files: [
        {
          path: '/opt/brokers/host/data-disk',
          permissions: '0755',
          content: nodeScript('host-data-disk').text,
        },
      ],
      commands: [],
    }),
  });
  await machine.waitForCloudInit(90);
  // Links by label come when a test says so.
  await machine.must('systemctl stop test-machine-labels.path');
});

afterAll(async () => {
  await network.remove();
  expect(await network.leftovers()).toEqual([]);
});

afterEach(async () => {
  await machine.must(`! mountpoint -q ${TARGET} || umount ${TARGET}`);
  await machine.must('wipefs --all --quiet /dev/vd? 2> /dev/null || :; rm -f /dev/disk/by-label/*');
});

/** A blank disk that is attached to the machine, and its device there. */
async function attached(id: string): Promise<string> {
  return machine.attach(await DataDisk.create(network, id, 16));
}

/** Runs the script as that of a machine whose own disk has the serial number `serial`. */
async function mountData(serial: string, timeoutSeconds = 1): Promise<CommandResult> {
  const settings = `DISK_SERIAL='${serial}'\nDISK_TIMEOUT_SECONDS='${timeoutSeconds}'\n`;
  await machine.put({ '/opt/brokers/host/settings': settings });
  return machine.exec('/opt/brokers/host/data-disk');
}

const mounted = (): Promise<string> =>
  machine.must(`findmnt --noheadings --raw --output SOURCE,FSTYPE,LABEL ${TARGET} || :`);
const checksum = (device: string): Promise<string> => machine.must(`sha256sum ${device}`);

describe('the disk of the data', () => {
  it('is waited for, and missed in a sentence', async () => {
    expect(await mountData('bp1absent')).toMatchObject({
      code: 1,
      output: 'no data disk after 1 s: attach disk d-bp1absent, or one with the label brokers-data\n',
    });
    expect(await mounted()).toBe('');
  });

  it('gets a file system when it is blank, and keeps it from then on', async () => {
    const device = await attached('bp1blank');
    expect(await mountData('bp1blank')).toMatchObject({ code: 0, output: '' });
    expect(await mounted()).toBe(`${device} ext4 brokers-data`);
    await machine.must(`echo kept > ${TARGET}/file`);

    expect(await mountData('bp1blank')).toMatchObject({ code: 0, output: '' });
    expect(await mounted()).toBe(`${device} ext4 brokers-data`);

    await machine.must(`umount ${TARGET}`);
    expect(await mountData('bp1blank')).toMatchObject({ code: 0, output: '' });
    expect(await machine.must(`cat ${TARGET}/file`)).toBe('kept');
  });

  it('is found by its label when it is another one, as one from a snapshot is', async () => {
    const device = await attached('bp1snapshot');
    await machine.must(`mkfs.ext4 -q -L brokers-data ${device}; sh /usr/lib/test-machine/labels.sh`);
    expect(await mountData('bp1gone')).toMatchObject({ code: 0, output: '' });
    expect(await mounted()).toBe(`${device} ext4 brokers-data`);
  });

  it.each([
    ['bp1ext4', 'a file system of somebody else', 'mkfs.ext4 -q -L other'],
    ['bp1table', 'a partition table', 'echo "start=2048, type=83" | sfdisk --quiet'],
    ['bp1random', 'unknown data', 'dd if=/dev/urandom bs=1M count=1 status=none conv=notrunc of='],
    ['bp1late', 'data after zeros', 'printf x | dd bs=1 seek=1048575 status=none conv=notrunc of='],
  ])('is refused and left alone when it has something on it: %s, %s', async (id, _, fill) => {
    const device = await attached(id);
    await machine.must(fill.endsWith('=') ? fill + device : `${fill} ${device}`);
    const before = await checksum(device);
    expect(await mountData(id)).toMatchObject({
      code: 1,
      output: `disk d-${id} has something on it that is not the broker's: wipe it, or give its file system the label brokers-data\n`,
    });
    expect(await mounted()).toBe('');
    expect(await checksum(device)).toBe(before);
  });

  it('may be attached while it is waited for', async () => {
    const disk = await DataDisk.create(network, 'bp1waited', 16);
    const running = mountData('bp1waited', 60);
    await machine.must('until pgrep --full host/data-disk > /dev/null; do sleep 0.05; done');
    expect(await mounted()).toBe('');
    const device = await machine.attach(disk);
    expect(await running).toMatchObject({ code: 0, output: '' });
    expect(await mounted()).toBe(`${device} ext4 brokers-data`);
  });

  it('that becomes larger is found within a minute, and what keeps its file system from growing is told', async () => {
    const disk = await DataDisk.create(network, 'bp1grown', 16);
    const device = await machine.attach(disk);
    // The timer of the tests before may have met a disk that they took away.
    const begin = await machine.must('date +%s.%N');
    const told = `journalctl --quiet --no-pager --output=cat --since=@${begin} --unit=brokers-data-grow.service`;
    expect(await mountData('bp1grown')).toMatchObject({ code: 0, output: '' });
    expect(await machine.must('systemctl is-active brokers-data-grow.timer')).toBe('active');
    await machine.must('systemctl start brokers-data-grow.service');
    expect(await machine.must(told)).toBe('');

    await disk.grow(64);
    expect(await machine.must(`blockdev --getsize64 ${device}`)).toBe(String(64 * 2 ** 20));
    // The kernel grows none for a machine without CAP_SYS_RESOURCE, which is kept back from these here; the cloud's have it.
    const lines = await eventually(
      'the timer has run',
      90,
      async () => (await machine.must(told)) || undefined,
    );
    expect(lines).toContain(`Filesystem at ${device} is mounted on ${TARGET}; on-line resizing required`);
    expect(lines).toContain('resize2fs: Permission denied to resize filesystem');
    expect(await machine.must('systemctl is-active brokers-data-grow.timer')).toBe('active');
  });
});
