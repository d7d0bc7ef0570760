import { DockerSource, renderDockerInstall } from '../../lib/config/docker-install';
import { must, run } from '../e2e/support/command';
import { provideImages } from '../e2e/support/test-images';

const NAME = `e2e-docker-install-${process.pid}`;
const MACHINE = 'cdktf-brokers-test/machine:trixie';
/** A mirror within the container itself. */
const MIRROR: DockerSource = { kind: 'mirror', url: 'http://127.0.0.1:8000' };

/** In the container, with the script as standard input of a shell. */
async function shell(script: string): Promise<string> {
  const { code, stdout, output } = await run('docker', ['exec', NAME, 'sh', '-euc', script]);
  if (code !== 0) throw new Error(`${script} failed:\n${output}`);
  return stdout.trim();
}

/** Two keys, and a repository of Docker's packages, without anything in them, for each that signs it. */
const MAKE_MIRROR = `
  mkdir -p /mirror/debian /signed && cd /signed
  export GNUPGHOME=/keys
  install -d -m 0700 /keys
  for who in docker stranger; do
    gpg --batch --quiet --passphrase '' --quick-generate-key "$who@example.test" ed25519 sign never
  done
  gpg --armor --export >/mirror/debian/gpg
  pool=/mirror/debian/pool && mkdir -p "$pool"
  for name in docker-ce docker-ce-cli containerd.io; do
    mkdir -p "$name/DEBIAN"
    printf '%s\\n' "Package: $name" 'Version: 1' 'Architecture: all' 'Maintainer: test' 'Description: test' >"$name/DEBIAN/control"
    [ "$name" != docker-ce ] || { mkdir -p docker-ce/usr/bin; printf '#!/bin/sh\\n' >docker-ce/usr/bin/dockerd; chmod 0755 docker-ce/usr/bin/dockerd; }
    dpkg-deb --build --root-owner-group "$name" "$pool/$name.deb" >/dev/null
    cat "$name/DEBIAN/control"
    printf 'Filename: pool/%s.deb\\nSize: %s\\nSHA256: %s\\n\\n' "$name" "$(stat -c %s "$pool/$name.deb")" "$(sha256sum <"$pool/$name.deb" | cut -d ' ' -f 1)"
  done >Packages
  architecture=$(dpkg --print-architecture)
  binary=/mirror/debian/dists/trixie/stable/binary-$architecture && mkdir -p "$binary"
  cp Packages "$binary/Packages"
  printf '%s\\n' 'Codename: trixie' 'Components: stable' "Architectures: $architecture" "Date: $(date -Ru)" 'SHA256:' \\
    " $(sha256sum <Packages | cut -d ' ' -f 1) $(stat -c %s Packages) stable/binary-$architecture/Packages" >Release
  for who in docker stranger; do
    gpg --batch --local-user "$who@example.test" --clearsign --output "$who.InRelease" Release
  done
  gpg --with-colons --list-keys docker@example.test | awk -F: '$1 == "fpr" { print $10; exit }'`;

/** Lets the repository be signed by `who`, and installs from it. Docker's own key cannot sign a test's packages. */
async function install(
  who: 'docker' | 'stranger',
  fingerprint: string,
): Promise<{ code: number; output: string }> {
  await shell(`cp /signed/${who}.InRelease /mirror/debian/dists/trixie/InRelease`);
  const script = renderDockerInstall('app', 'debian-13', MIRROR).replace(/\b[0-9A-F]{40}\b/g, fingerprint);
  return run('docker', ['exec', NAME, 'sh', '-c', script]);
}

describe('the installation of Docker from a mirror', () => {
  let fingerprint: string;

  beforeAll(async () => {
    await provideImages();
    await must(
      ...(['docker', 'run', '--detach', '--init', '--name', NAME, '--entrypoint', 'sleep'] as const),
      ...[MACHINE, '600'],
    );
    await shell('printf "#!/bin/sh\\n" >/usr/local/bin/systemctl; chmod 0755 /usr/local/bin/systemctl');
    await shell(
      'apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qqy install --no-install-recommends gnupg',
    );
    fingerprint = await shell(MAKE_MIRROR);
    await must('docker', 'exec', '--detach', NAME, 'python3', '-m', 'http.server', '--directory', '/mirror');
    // The distribution's own packages are not what this is about.
    await shell('rm -f /etc/apt/sources.list.d/* && : >/etc/apt/sources.list');
  });

  afterAll(async () => {
    await must('docker', 'rm', '--force', NAME);
  });

  it("trusts no other key of the mirror's key file", async () => {
    const refused = await install('stranger', fingerprint);
    expect(refused.code).not.toBe(0);
    expect((await run('docker', ['exec', NAME, 'sh', '-c', 'command -v dockerd'])).code).not.toBe(0);
    const keys = await shell('gpg --show-keys --with-colons /etc/apt/keyrings/docker.asc | grep -c ^pub:');
    expect(keys).toBe('1');
  });

  it('fails when the key file has not the key', async () => {
    const { code, output } = await install('docker', '0123456789ABCDEF0123456789ABCDEF01234567');
    expect(code).not.toBe(0);
    expect(output).toContain("http://127.0.0.1:8000/debian/gpg does not have Docker's key");
  });

  it('waits while another program has the lock of the lists, and that of the archives', async () => {
    await shell('dpkg --purge docker-ce 2>/dev/null; rm -f /var/cache/apt/archives/*.deb');
    const hold = `import fcntl, time
locks = [open(name, 'a') for name in ('/var/lib/apt/lists/lock', '/var/cache/apt/archives/lock')]
for lock in locks: fcntl.lockf(lock, fcntl.LOCK_EX)
open('/run/held', 'w')
time.sleep(1)
locks[0].close()
time.sleep(4)`;
    await must('docker', 'exec', '--detach', NAME, 'python3', '-c', hold);
    await shell('until [ -e /run/held ]; do sleep 0.05; done');
    const { code, output } = await install('docker', fingerprint);
    expect(code, output).toBe(0);
    expect(await shell('command -v dockerd')).toBe('/usr/bin/dockerd');
  });
});
