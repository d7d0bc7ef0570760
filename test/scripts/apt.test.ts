import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './load';

let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'brokers-apt-'));
  cpSync(join(ROOT, 'scripts'), join(checkout, 'scripts'), { recursive: true });
  mkdirSync(join(checkout, 'bin'));
  for (const name of ['sh', 'cat', 'grep', 'rm']) symlinkSync(`/bin/${name}`, join(checkout, 'bin', name));
});

afterEach(() => {
  rmSync(checkout, { recursive: true });
});

/** Installs a package with an `apt-get` that runs `script` after it noted its arguments. */
function install(script: string): {
  readonly status: number | null;
  readonly stderr: string;
  readonly calls: string;
} {
  writeFileSync(join(checkout, 'bin/apt-get'), `#!/bin/sh\necho "$*" >>${checkout}/calls\n${script}\n`, {
    mode: 0o755,
  });
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `await (await import('${checkout}/scripts/setup/apt.mjs')).installPackages(['some'])`,
    ],
    { encoding: 'utf8', env: { PATH: join(checkout, 'bin') } },
  );
  return { status, stderr, calls: readFileSync(join(checkout, 'calls'), 'utf8') };
}

describe('an installation of packages', () => {
  it('waits while another program has a lock that apt does not wait for', () => {
    const { status, stderr, calls } = install(
      `if [ ! -e ${checkout}/once-$1 ]; then
        : >${checkout}/once-$1
        echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 1 (apt-get)' >&2
        exit 100
      fi`,
    );
    expect(status, stderr).toBe(0);
    const installing = 'install -y --no-install-recommends -o DPkg::Lock::Timeout=600 some';
    expect(calls.trim().split('\n')).toEqual(['update', 'update', installing, installing]);
  });

  it('fails at once for another reason', () => {
    const { status, stderr, calls } = install('echo "E: Unable to locate package some" >&2; exit 100');
    expect(status).toBe(1);
    expect(stderr).toContain('apt-get could not install some: install them yourself');
    expect(calls.trim().split('\n')).toHaveLength(2);
  });
});
