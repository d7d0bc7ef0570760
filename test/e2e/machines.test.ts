import { readFileSync, readdirSync } from 'node:fs';
import { nodeScript } from '../../lib/node/script';
import { eventually } from './support/command';
import { BootReport, describeBoot } from './support/machines/boot-report';
import { DataDisk } from './support/machines/data-disk';
import { Machine } from './support/machines/machine';
import { MachineNetwork } from './support/machines/network';
import { Registry } from './support/machines/registry';
import { engineImages } from './support/engine-images';

const NAME = 'e2e-machines';
const ADDRESS = '172.30.20.11';
const PAIR = ['172.30.20.21', '172.30.20.22'] as const;
const FLOATING = '172.30.20.100';

const { proxy } = engineImages();
let network: MachineNetwork;
let loopsBefore: readonly string[];

/** Loop devices whose file is gone, as a disk leaves them that is removed without being released. Other tests have disks too. */
function lostLoops(): string[] {
  return readdirSync('/sys/block').filter((name) => {
    try {
      return readFileSync(`/sys/block/${name}/loop/backing_file`, 'utf8').trim().endsWith(' (deleted)');
    } catch {
      return false;
    }
  });
}

function print(what: string, report: BootReport): void {
  console.log(
    `${what}: cloud-init through ${report.seconds.toFixed(1)} s after the start\n${describeBoot(report)}`,
  );
}

beforeAll(async () => {
  network = await MachineNetwork.create(NAME, '172.30.20.0/24');
  loopsBefore = lostLoops();
});

afterAll(async () => {
  await network.remove();
  expect(await network.leftovers()).toEqual([]);
  expect(lostLoops()).toEqual(loopsBefore);
});

describe('a machine', () => {
  let machine: Machine;
  let disk: DataDisk;

  it('boots with its user data, and has its disk when it is attached later', async () => {
    machine = await Machine.start(network, {
      name: 'plain',
      address: ADDRESS,
      hosts: { 'floating.example.test': FLOATING },
      userData: [
        '#cloud-config',
        'write_files:',
        '- { path: /etc/written, content: "tab\\there" }',
        'runcmd:',
        '- [ timeout, "60", sh, -c, "touch /run/waiting; until [ -b /dev/vdb ]; do sleep 0.1; done; blkid --probe /dev/vdb || mkfs.ext4 -q -L data /dev/vdb" ]',
        '- echo once >> /var/counted',
        '',
      ].join('\n'),
    });
    disk = await DataDisk.create(network, 'bp1first', 64);
    await machine.must('until [ -e /run/waiting ]; do sleep 0.05; done');
    expect(await machine.attach(disk)).toBe('/dev/vdb');

    const report = await machine.waitForCloudInit(90);
    print('a small user data', report);
    expect(report).toMatchObject({ status: 'done', complaints: [] });
    expect(report.stages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['init-local', 'init-network', 'modules-config', 'modules-final']),
    );
    expect(await machine.must('cat /etc/written')).toBe('tab\there');
    expect(await machine.must('hostname')).toBe('plain');
    expect(await machine.must('getent hosts floating.example.test')).toMatch(new RegExp(`^${FLOATING} `));
    expect(await machine.must('lsblk --noheadings --raw --output=NAME,SIZE,TYPE')).toBe('vdb 64M disk');
    expect(await machine.must('readlink -f /dev/disk/by-id/virtio-bp1first')).toBe('/dev/vdb');
    const byLabel = 'readlink -f /dev/disk/by-label/data';
    expect(
      await eventually(
        'the link by label',
        60,
        async () => (await machine.exec(byLabel)).stdout || undefined,
      ),
    ).toBe('/dev/vdb\n');
    expect(await machine.must('blkid --output=value --match-tag=LABEL /dev/vdb')).toBe('data');
  });

  it('is seen not to have read the user data of a host', async () => {
    const { code, output } = await machine.exec(nodeScript('host-first-boot').text);
    expect(code).toBe(1);
    expect(output).toMatch(
      /^first boot: \S*cloud-init 25\.\S+ has read no user data: with httpTokens 'required' it takes 23\.2\.2 or later\n$/,
    );
    await machine.must('mkdir -p /opt/brokers/host; echo SERVICE=proxy.service >/opt/brokers/host/settings');
    const failed = await machine.exec(nodeScript('host-first-boot').text);
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.output).toContain('first boot: it did not end well: see /var/log/cloud-init-output.log');
  });

  it('leaves the kernel settings of the machine below alone', async () => {
    const below = readFileSync('/proc/sys/vm/swappiness', 'utf8').trim();
    const other = below === '7' ? '8' : '7';
    await machine.must(`sysctl --write vm.swappiness=${other} net.ipv4.ip_nonlocal_bind=1`);
    expect(await machine.must('sysctl --values vm.swappiness net.ipv4.ip_nonlocal_bind')).toBe(`${other}\n1`);
    expect(readFileSync('/proc/sys/vm/swappiness', 'utf8').trim()).toBe(below);
    expect((await machine.exec('sysctl --write vm.no_such_setting=1')).code).not.toBe(0);
  });

  it('keeps its files and its disk when the power is cut, and is the same instance after it', async () => {
    const identity = 'cat /etc/machine-id /var/lib/cloud/data/instance-id';
    const before = await machine.must(identity);
    await machine.must('mkdir /mnt/data; mount LABEL=data /mnt/data; echo kept > /mnt/data/file; sync');
    await machine.must('mkdir /mnt/listed; echo "LABEL=data /mnt/listed ext4 nofail 0 2" >> /etc/fstab');
    await machine.powerOff();
    await machine.boot();
    const report = await machine.waitForCloudInit(90);
    print('after a power cut', report);
    expect(await machine.must(identity)).toBe(before);
    expect(await machine.must('cat /var/counted')).toBe('once');
    expect((await machine.exec('mountpoint /mnt/data')).code).not.toBe(0);
    expect(await machine.must('cat /mnt/listed/file')).toBe('kept');
    expect(await machine.must('journalctl --list-boots --no-pager --quiet | grep --count .')).toMatch(/[23]/);
  });

  it('ends in order, and its disk serves the machine that replaces it', async () => {
    await machine.must(
      'printf "[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=true\\nExecStop=touch /var/ended\\n" > /etc/systemd/system/end.service; systemctl start end',
    );
    await machine.shutDown();
    await machine.boot();
    expect(await machine.must('ls /var/ended')).toBe('/var/ended');
    await machine.destroy();

    const next = await Machine.start(network, {
      name: 'plain',
      address: ADDRESS,
      instanceId: 'i-second',
      userData: '#cloud-config\nruncmd:\n- mount LABEL=data /mnt\n',
      disks: [disk],
    });
    await next.waitForCloudInit(90);
    expect(await next.must('cat /mnt/file')).toBe('kept');
    await next.destroy();
    await disk.remove();
    expect(lostLoops()).toEqual(loopsBefore);
  });
});

describe('two machines', () => {
  const machines: Machine[] = [];

  it('pull from a registry, with plain HTTP and Docker by the package at boot, or with TLS and Docker in the image', async () => {
    const [plain, secure] = await Promise.all([
      Registry.start(network, { address: '172.30.20.5', images: [proxy] }),
      Registry.start(network, {
        address: '172.30.20.6',
        hostName: 'images.example.test',
        tls: true,
        images: [proxy],
      }),
    ]);
    const insecure = {
      path: '/etc/docker/daemon.json',
      content: `{"insecure-registries":["${plain.endpoint}"]}`,
    };
    const trusted = {
      path: `/etc/docker/certs.d/${secure.endpoint}/ca.crt`,
      content: await secure.certificate(),
    };
    machines.push(
      ...(await Promise.all([
        Machine.start(network, {
          name: 'one',
          address: PAIR[0],
          disks: [await DataDisk.create(network, 'bp1left', 64)], // goes away with the network
          userData: userData(0, plain.nameOf(proxy), insecure, ['docker.io', 'docker-cli']),
        }),
        Machine.start(network, {
          name: 'two',
          address: PAIR[1],
          image: 'docker',
          ramDisk: true,
          userData: userData(1, secure.nameOf(proxy), trusted, []),
        }),
      ])),
    );
    for (const machine of machines) {
      const report = await machine.waitForCloudInit();
      print(machine.name, report);
      expect(report).toMatchObject({ status: 'done', complaints: [] });
      expect(await machine.must('docker info --format={{.Driver}}')).toBe('overlay2');
    }
  });

  it('hand a floating address over when the power of one is cut, and back when it boots', async () => {
    const [one, two] = machines as [Machine, Machine];
    await answering(one);
    expect(await two.must(`ping -c 1 -W 1 ${FLOATING}`)).toContain('1 received');
    await one.powerOff();
    const over = await answering(two);
    await one.boot();
    const back = await answering(one);
    console.log(`floating address: over after ${over} s, back ${back} s after the boot`);
  });

  it('keep images and containers over a power cut, in memory too', async () => {
    const two = machines[1] as Machine;
    await two.powerOff();
    await two.boot();
    await eventually('keepalived is back', 30, async () =>
      (await two.exec('pgrep --exact keepalived')).code === 0 ? true : undefined,
    );
    await two.destroy();
    expect((await network.leftovers()).filter((name) => name.includes('-two'))).toEqual([]);
  });
});

/** Waits until this machine answers at the floating address, asked from outside of all machines; returns seconds. */
async function answering(machine: Machine): Promise<string> {
  const started = performance.now();
  await eventually(`${machine.name} answers at ${FLOATING}`, 30, async () => {
    const response = await fetch(`http://${FLOATING}:8000/name`, { signal: AbortSignal.timeout(500) });
    return (await response.text()).trim() === machine.name ? true : undefined;
  });
  return ((performance.now() - started) / 1000).toFixed(1);
}

/** A pair with Keepalived on each machine's own network, in a container that comes back by itself. */
function userData(index: 0 | 1, image: string, file: object, packages: readonly string[]): string {
  const keepalived = `global_defs {
  vrrp_version 3
}
vrrp_instance floating {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${110 - index * 10}
  advert_int 0.2
  unicast_src_ip ${PAIR[index]}
  unicast_peer {
    ${PAIR[index === 0 ? 1 : 0]}
  }
  virtual_ipaddress {
    ${FLOATING}/24
  }
}
`;
  const service = `[Service]
WorkingDirectory=/srv
ExecStart=python3 -m http.server 8000
`;
  const run =
    'docker run --detach --restart=always --network=host --cap-add=NET_ADMIN --memory=256m' +
    ` --volume=/etc/floating.conf:/etc/floating.conf:ro --entrypoint=keepalived ${image}` +
    ' --dont-fork --log-console --vrrp --use-file=/etc/floating.conf';
  return `#cloud-config\n${JSON.stringify({
    ...(packages.length > 0 ? { package_update: true, packages } : {}),
    write_files: [
      file,
      { path: '/etc/floating.conf', content: keepalived },
      {
        path: '/etc/systemd/system/name.service',
        content: `${service}[Install]\nWantedBy=multi-user.target\n`,
      },
    ],
    runcmd: ['hostname > /srv/name', 'systemctl enable --now name', `docker pull --quiet ${image}`, run],
  })}`;
}
