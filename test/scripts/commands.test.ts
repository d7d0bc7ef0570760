import { SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './load';

let checkout: string;

beforeEach(() => {
  // A checkout of its own, so that nothing of this one's set-up changes.
  checkout = mkdtempSync(join(tmpdir(), 'brokers-checkout-'));
  for (const name of ['scripts', 'images', 'test/e2e/architectures'])
    cpSync(join(ROOT, name), join(checkout, name), { recursive: true });
  mkdirSync(join(checkout, 'bin'));
});

afterEach(() => {
  rmSync(checkout, { recursive: true });
});

/** Puts a program on the PATH of what `call` runs. */
function program(name: string, script: string): void {
  writeFileSync(join(checkout, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function call(args: readonly string[], environment: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
  const bin = join(checkout, 'bin');
  for (const name of ['sh', 'cat', 'sleep']) {
    if (!existsSync(join(bin, name))) symlinkSync(`/bin/${name}`, join(bin, name));
  }
  return spawnSync(process.execPath, args, {
    cwd: checkout,
    encoding: 'utf8',
    env: { PATH: bin, ...environment },
  });
}

describe.each(['demo', 'test', 'images', 'check', 'diagram'])('scripts/%s.mjs', (name) => {
  it('explains itself and does nothing else', () => {
    const { status, stdout, stderr } = call([`scripts/${name}.mjs`, '--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`Usage: npm ${name === 'test' ? '' : 'run '}${name}`);
    expect(existsSync(join(checkout, '.setup'))).toBe(false);
  });

  it('refuses options that it does not know', () => {
    const { status, stderr } = call([`scripts/${name}.mjs`, '--dwon']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/--dwon/);
  });
});

describe('the demo, taken away', () => {
  it('is nothing to do on a machine without Docker', () => {
    const { status, stdout } = call(['scripts/demo.mjs', '--down']);
    expect(stdout).toBe('nothing to remove: there is no Docker engine on this machine\n');
    expect(status).toBe(0);
  });

  it('names an engine that does not answer, without the user in its address', () => {
    program('docker', 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
    const { status, stderr } = call(['scripts/demo.mjs', '--down'], {
      DOCKER_HOST: 'tcp://someone:hidden@127.0.0.1:1',
    });
    expect(status).toBe(1);
    expect(stderr).toBe(
      'The Docker engine at tcp://127.0.0.1:1 does not answer: start it, or unset DOCKER_HOST (Cannot connect to the Docker daemon).\n',
    );
  });
});

describe('images', () => {
  const VERSION = 'version) echo 27.0.1 ;;';

  /** A docker command that notes how it is called; `cases` are branches on its first argument. */
  function docker(cases: string): void {
    program(
      'docker',
      `echo "$*" >> ${checkout}/calls\ncase "$1" in\n${VERSION}\n${cases}\n*) exit 1 ;;\nesac`,
    );
  }

  const calls = (): string => readFileSync(join(checkout, 'calls'), 'utf8');
  const result = (): unknown => JSON.parse(readFileSync(join(checkout, '.setup/images.json'), 'utf8'));

  it('come from the registry where it answers, and nothing is built', () => {
    docker('pull) echo "Pulling from $2" ;;');
    const { status } = call(['scripts/images.mjs']);
    expect(status).toBe(0);
    const text = readFileSync(join(ROOT, 'images/registry.json'), 'utf8');
    const { series, ...names } = JSON.parse(text) as Record<string, object>;
    expect(Object.keys(series ?? {}).length).toBeGreaterThan(0);
    expect(Object.keys(names)).toEqual(expect.arrayContaining(['rabbitmq', 'proxy']));
    expect(result()).toEqual({ source: 'registry', ...names });
    expect(calls()).toMatch(/^pull/m);
    expect(calls()).not.toMatch(/^(build|import|run)/m);
  });

  it('that the engine has are not pulled again', () => {
    docker('image) ;;');
    expect(call(['scripts/images.mjs']).status).toBe(0);
    expect(calls()).toMatch(/^image/m);
    expect(calls()).not.toMatch(/^pull/m);
  });

  it('are built on a public base where the registry lacks one', () => {
    docker(`pull) case "$2" in *keepalived*) echo "manifest unknown" >&2; exit 1 ;; esac ;;
build) ;;
run) echo 3.0.11-1 ;;
tag) ;;`);
    expect(call(['scripts/images.mjs']).status).toBe(0);
    expect(result()).toMatchObject({
      source: 'built',
      rabbitmq: 'rabbitmq:4.0.9',
      proxy: 'cdktf-brokers/proxy:3.0',
    });
    expect(calls()).toMatch(/^build .*BASE=debian:trixie-slim/m);
  });

  it('can be given', () => {
    docker('image) ;;');
    const { status } = call(['scripts/images.mjs'], {
      BROKERS_RABBITMQ_IMAGE: 'registry.example.com/mq:3.13.7',
      BROKERS_PROXY_IMAGE: 'registry.example.com/proxy',
    });
    expect(status).toBe(0);
    expect(result()).toEqual({
      source: 'registry',
      rabbitmq: 'registry.example.com/mq:3.13.7',
      proxy: 'registry.example.com/proxy',
      rabbitmqVersion: '3.13',
    });
  });

  it('that are given and nowhere to be had stop it, naming the setting', () => {
    docker('pull) echo "manifest unknown" >&2; exit 1 ;;');
    const { status, stderr } = call(['scripts/images.mjs'], { BROKERS_RABBITMQ_IMAGE: 'mq:1.0' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^mq:1\.0 .*the registry does not have it.*BROKERS_RABBITMQ_IMAGE/);
    expect(existsSync(join(checkout, '.setup/images.json'))).toBe(false);
  });

  it('must be pulled when that was asked for', () => {
    docker('pull) echo "lookup registry.example.com: no such host" >&2; exit 1 ;;');
    const { status, stderr } = call(['scripts/images.mjs', '--pull']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/not reachable, no such host/);
  });

  it('are pushed under another registry, and only there', () => {
    docker('image) ;;\ntag) ;;\npush) ;;\nrmi) ;;');
    const { status } = call(['scripts/images.mjs', '--push', 'registry.example.com/team/']);
    expect(status).toBe(0);
    expect(calls()).toContain('push registry.example.com/team/rabbitmq:4.0.9\n');
    expect(calls()).toContain('rmi registry.example.com/team/rabbitmq:4.0.9\n');
  });
});

describe('the diagram command', () => {
  it.each([
    [[], 'Name a stack, e.g. local.'],
    [['local', 'prod'], 'There is no place for prod.'],
    [['local', '--docs'], '--docs stands alone.'],
    [['--docs', '--output', 'x.svg'], '--docs stands alone.'],
  ])('refuses %j', (args, sentence) => {
    const { status, stderr } = call(['scripts/diagram.mjs', ...args]);
    expect(status).toBe(2);
    expect(stderr.split('\n')[0]).toBe(sentence);
    expect(existsSync(join(checkout, '.setup'))).toBe(false);
  });
});
