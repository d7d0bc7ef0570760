import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ROOT } from '../scripts/load';
import { CommandResult, must, run } from './support/command';

const PREFIX = 'e2e-demo-';
const LEFT_OUT = ['node_modules', '.setup', '.git', 'cdktf.out', 'coverage'];
/** Of what set-up made: images and provider, so that only the demo itself is run. */
const SET_UP = ['images.json', 'providers', 'provider-in-use'];
const folder = mkdtempSync(join(tmpdir(), 'demo-'));

/** A copy of the checkout whose hosts and network have names of their own, beside a demo that somebody looks at. */
function copyCheckout(): void {
  cpSync(ROOT, folder, {
    recursive: true,
    // Compiled files stay younger than their sources.
    preserveTimestamps: true,
    filter: (path) => !LEFT_OUT.includes(basename(path)) && !/^terraform\..*tfstate/.test(basename(path)),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const name of SET_UP.filter((each) => existsSync(join(ROOT, '.setup', each)))) {
    cpSync(join(ROOT, '.setup', name), join(folder, '.setup', name), {
      recursive: true,
      preserveTimestamps: true,
    });
  }
  replace(
    'stacks/app.ts',
    "'local', { images }",
    `'local', { images, prefix: '${PREFIX}', subnet: '172.30.95.0/24' }`,
  );
  replace('scripts/demo.mjs', "NETWORK = 'brokers'", `NETWORK = '${PREFIX}brokers'`);
}

function replace(file: string, from: string, to: string): void {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  expect(text.split(from)).toHaveLength(2);
  writeFileSync(path, text.replace(from, to));
}

/** Knows nothing of what set-up found for the tests; and Terraform's cache of providers does not bear two at a time. */
const newcomer = {
  ...process.env,
  TF_CLI_CONFIG_FILE: undefined,
  BROKERS_SKIP_PROVIDER_LOCK: undefined,
  CDKTF_DISABLE_PLUGIN_CACHE_ENV: '1',
};

function demo(...args: readonly string[]): Promise<CommandResult> {
  return run('npm', ['run', '--silent', 'demo', '--', ...args], {
    cwd: folder,
    env: newcomer,
  });
}

/** Containers, networks and volumes of the demo. */
async function resources(): Promise<string[]> {
  const filter = ['--filter', `name=${PREFIX}`];
  const lists = await Promise.all([
    must('docker', 'ps', '--all', ...filter, '--format', '{{.Names}}'),
    must('docker', 'network', 'ls', ...filter, '--format', '{{.Name}}'),
    must('docker', 'volume', 'ls', ...filter, '--format', '{{.Name}}'),
  ]);
  return lists.flatMap((list) => list.split('\n').filter((name) => name !== ''));
}

describe('npm run demo', () => {
  let first: CommandResult;
  let containers: string;

  beforeAll(async () => {
    copyCheckout();
    first = await demo();
    containers = await must('docker', 'ps', '--quiet', '--no-trunc', '--filter', `name=${PREFIX}`);
  });

  afterAll(async () => {
    if (existsSync(join(folder, 'scripts/demo.mjs'))) await demo('--down');
    rmSync(folder, { recursive: true, force: true });
  });

  it('deploys, sends messages through the floating address, and says where everything is', () => {
    expect(first.code, first.output).toBe(0);
    expect(first.output).toMatch(/^consumed: 5000 messages, 0 lost, 0 duplicates, /m);
    expect(first.output).toMatch(/^AMQP +172\.30\.95\.\d+:5672 \(floating address\)$/m);
    expect(first.output.match(/http:\/\/172\.30\.95\.\d+:15672/g)).toHaveLength(3);
    expect(first.output).toMatch(/^HAProxy +http:\/\/172\.30\.95\.\d+:/m);
    expect(first.output).toContain('npm run --silent demo -- --passwords');
    expect(containers.split('\n')).toHaveLength(5);
  });

  it('changes nothing the second time, and keeps the passwords for who asks', async () => {
    const { code, output } = await demo();
    expect(code, output).toBe(0);
    expect(output).toContain('No changes');
    expect(await must('docker', 'ps', '--quiet', '--no-trunc', '--filter', `name=${PREFIX}`)).toBe(
      containers,
    );
    const { stdout } = await demo('--passwords');
    const [, password = ''] = /^RabbitMQ +\S+ \/ (\S+)$/m.exec(stdout) ?? [];
    expect(password.length).toBeGreaterThan(15);
    expect(first.output + output).not.toContain(password);
  });

  it('leaves nothing after --down, which may be said again', async () => {
    expect(await resources()).not.toEqual([]);
    const { code, output } = await demo('--down');
    expect(code, output).toBe(0);
    expect(await resources()).toEqual([]);
    expect((await demo('--down')).code).toBe(0);
  });
});
