import { ErrorSubject, ValidationError } from '../model/errors';

/** Systems that a node can run. `alinux-3` is Alibaba Cloud Linux 3. */
export type MachineOs = 'debian-12' | 'debian-13' | 'ubuntu-22.04' | 'ubuntu-24.04' | 'alinux-3';

/**
 * Where a node has its Docker engine from: Docker CE from a mirror of download.docker.com, given by the address above
 * `debian`, `ubuntu` and `centos`; the package of its distribution; or the machine's image, which has it already.
 */
export type DockerSource =
  | { readonly kind: 'mirror'; readonly url: string }
  | { readonly kind: 'distribution' }
  | { readonly kind: 'image' };

interface AptRelease {
  readonly family: 'debian' | 'ubuntu';
  readonly codename: string;
  /** Packages of the distribution that make an engine and its client. */
  readonly packages: string;
}

const APT: Partial<Record<MachineOs, AptRelease>> = {
  'debian-12': { family: 'debian', codename: 'bookworm', packages: 'docker.io' },
  // Trixie split the client off.
  'debian-13': { family: 'debian', codename: 'trixie', packages: 'docker.io docker-cli' },
  'ubuntu-22.04': { family: 'ubuntu', codename: 'jammy', packages: 'docker.io' },
  'ubuntu-24.04': { family: 'ubuntu', codename: 'noble', packages: 'docker.io' },
};

/** Fingerprints of the keys that Docker signs its packages with; see "Install Docker Engine" for Debian and for CentOS. */
const KEY_FINGERPRINTS = {
  apt: '9DC858229FC7DD38854AE2D88D81803C0EBFCD88',
  rpm: '060A61C51B558A7F742B77AAC52FEB6B621E9F35',
} as const;

/**
 * A POSIX shell script that makes sure that a Docker engine is installed and runs. Running it twice changes nothing.
 * @throws ValidationError for a mirror that is no address, or a system whose distribution has no Docker package
 */
export function renderDockerInstall(subject: ErrorSubject, os: MachineOs, source: DockerSource): string {
  return [
    '#!/bin/sh',
    `# Makes sure that a Docker engine runs here: ${describe(source)}.`,
    'set -eu',
    '',
    ...(source.kind === 'image' ? [] : ['if ! command -v dockerd >/dev/null; then']),
    ...install(subject, os, source),
    ...(source.kind === 'image' ? [] : ['fi']),
    'systemctl --quiet enable docker.service',
    'systemctl start docker.service',
    '',
  ].join('\n');
}

function describe(source: DockerSource): string {
  switch (source.kind) {
    case 'mirror':
      return `Docker CE from ${source.url}`;
    case 'distribution':
      return 'the package of the distribution';
    case 'image':
      return "the one of the machine's image";
  }
}

function install(subject: ErrorSubject, os: MachineOs, source: DockerSource): readonly string[] {
  if (source.kind === 'image') {
    return [
      "command -v dockerd >/dev/null || { echo 'this image has no Docker engine: install it, or choose another source' >&2; exit 1; }",
    ];
  }
  if (source.kind === 'mirror' && !/^https?:\/\/[\w.-]+(:\d+)?(\/[\w.-]+)*$/.test(source.url)) {
    throw new ValidationError(
      subject,
      `the Docker mirror must be an address without a slash at its end, got ${source.url}: ` +
        'write e.g. http://mirrors.cloud.aliyuncs.com/docker-ce/linux',
    );
  }
  const release = APT[os];
  if (release !== undefined) {
    return source.kind === 'mirror'
      ? aptFromMirror(release, source.url)
      : [...APT_GET, ...aptInstall(release.packages)];
  }
  if (source.kind === 'distribution') {
    throw new ValidationError(
      subject,
      `${os} has no Docker engine among its packages: install it from a mirror, or use an image that has it`,
    );
  }
  return dnfFromMirror(source.url);
}

/**
 * Waits up to ten minutes while another program has one of the locks, as the daily jobs of a new machine do. The own
 * waiting of apt 1.9 and later is for those of dpkg, not for those of its lists and archives.
 */
const APT_GET: readonly string[] = [
  '  apt_get() {',
  '    deadline=$(($(date +%s) + 600))',
  '    while :; do',
  '      status=0',
  '      said=$(DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get --quiet --assume-yes --no-install-recommends \\',
  '        -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5 "$@" 2>&1) || status=$?',
  '      case $said in',
  '        *\'Could not get lock\'*) [ "$(date +%s)" -ge "$deadline" ] || { sleep 2; continue; } ;;',
  '      esac',
  '      break',
  '    done',
  '    printf \'%s\\n\' "$said"',
  '    return "$status"',
  '  }',
  '  apt_get update',
];

const aptInstall = (packages: string): readonly string[] => [`  apt_get install ${packages}`];

function aptFromMirror({ family, codename }: AptRelease, url: string): readonly string[] {
  return [
    ...APT_GET,
    ...aptInstall('ca-certificates curl gnupg'),
    '  install -d -m 0755 /etc/apt/keyrings',
    ...fetchKey(`${url}/${family}/gpg`, '/etc/apt/keyrings/docker.asc', KEY_FINGERPRINTS.apt),
    '  architecture=$(dpkg --print-architecture)',
    `  echo "deb [arch=$architecture signed-by=/etc/apt/keyrings/docker.asc] ${url}/${family} ${codename} stable" \\`,
    '    >/etc/apt/sources.list.d/docker.list',
    '  apt_get update',
    ...aptInstall('docker-ce docker-ce-cli containerd.io'),
  ];
}

/** Alibaba Cloud Linux 3 is compatible with release 8; its own release number would find nothing in the mirror. */
function dnfFromMirror(url: string): readonly string[] {
  return [
    ...fetchKey(`${url}/centos/gpg`, '/etc/pki/rpm-gpg/RPM-GPG-KEY-docker', KEY_FINGERPRINTS.rpm),
    "  cat >/etc/yum.repos.d/docker-ce.repo <<'END'",
    '[docker-ce-stable]',
    'name=Docker CE',
    `baseurl=${url}/centos/8/$basearch/stable`,
    'enabled=1',
    'gpgcheck=1',
    'gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-docker',
    'END',
    '  dnf --quiet --assumeyes --setopt=retries=5 install docker-ce docker-ce-cli containerd.io',
  ];
}

/**
 * A mirror may speak plain HTTP, so its key counts only by its fingerprint. All keys of a key file would be trusted, and a
 * key that has Docker's as a subkey is exported with it: exactly one primary key is taken.
 */
function fetchKey(url: string, path: string, fingerprint: string): readonly string[] {
  return [
    `  key=${path}`,
    '  GNUPGHOME=$(mktemp -d)',
    '  export GNUPGHOME',
    `  curl --fail --silent --show-error --location --retry 5 --retry-connrefused --max-time 60 --output "$GNUPGHOME/keys" ${url}`,
    '  gpg --batch --quiet --import "$GNUPGHOME/keys" || true',
    `  gpg --batch --armor --export ${fingerprint} >"$key.new"`,
    '  primary=$(gpg --show-keys --with-colons "$key.new" 2>/dev/null |',
    '    awk -F: \'$1 == "pub" { primary = 1 } $1 == "fpr" && primary { print $10; primary = 0 }\')',
    '  rm -r "$GNUPGHOME"',
    `  [ "$primary" = ${fingerprint} ] || {`,
    `    echo "${url} does not have Docker's key" >&2`,
    '    exit 1',
    '  }',
    '  mv "$key.new" "$key"',
  ];
}
