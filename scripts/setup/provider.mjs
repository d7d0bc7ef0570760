// The Docker provider of Terraform: from the registry where it answers, built here from the Go module proxy otherwise.
import {
  existsSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { must, run } from './command.mjs';
import { fingerprint } from './fingerprint.mjs';
import { ROOT, SETUP, WORK, made } from './paths.mjs';
import { SetupError, step } from './report.mjs';
import { isAtLeast } from './system.mjs';

const ADDRESS = 'kreuzwerker/docker';
const HOSTS = ['registry.terraform.io', 'registry.opentofu.org'];
/** The release that the pinned source in scripts/setup/provider is the development of. */
const VERSION = '4.5.0';
const PACKAGE = 'github.com/terraform-providers/terraform-provider-docker';
const RECIPE = join(ROOT, 'scripts/setup/provider');
const MIRROR = join(SETUP, 'providers');
const CONFIG = join(SETUP, 'terraformrc');
const IN_USE = join(SETUP, 'provider-in-use');
const ANSWERED = join(SETUP, 'registry-answers');
const FILE = `terraform-provider-docker_v${VERSION}`;
/** Earlier ones can't fetch the newer Go that the provider asks for. */
const OLDEST_GO = '1.21.0';
const PROBE_SECONDS = 180;
const PATIENCE = { TF_REGISTRY_CLIENT_TIMEOUT: '5', TF_REGISTRY_DISCOVERY_RETRY: '0' };
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };

const PROBE = `terraform {
  required_providers {
    docker = {
      source = "${ADDRESS}"
    }
  }
}
`;

/**
 * Makes sure that `terraform init` gets the provider. Resolves to the environment that it needs for that: empty where
 * the registry serves it.
 */
export async function provideProvider({ binary }) {
  if (await registryServes(binary)) {
    forgetOtherBuilds('registry');
    return {};
  }
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined) {
    throw new SetupError(
      `The Docker provider can't be built for ${process.arch}: make the Terraform registry reachable.`,
    );
  }
  if (isBuilt(architecture)) await step('Docker provider', () => `${VERSION}, built before`);
  else await buildProvider(architecture);
  writeFileSync(CONFIG, cliConfig(MIRROR));
  forgetOtherBuilds(`built ${statSync(join(MIRROR, folderOf(HOSTS[0], architecture), FILE)).mtimeMs}`);
  return { TF_CLI_CONFIG_FILE: CONFIG, BROKERS_SKIP_PROVIDER_LOCK: '1' };
}

/** CLI configuration by which Terraform and OpenTofu take this one provider from the folder `mirror`. */
export function cliConfig(mirror) {
  const names = `[${HOSTS.map((host) => JSON.stringify(`${host}/${ADDRESS}`)).join(', ')}]`;
  return `provider_installation {
  filesystem_mirror {
    path    = ${JSON.stringify(mirror)}
    include = ${names}
  }
  direct {
    exclude = ${names}
  }
}
`;
}

// Terraform itself is asked, since it knows about proxies, mirrors and credentials of this machine, and since a registry
// that answers doesn't mean that its downloads arrive. What it downloads stays in the plugin cache that cdktf uses.
async function registryServes(binary) {
  if (existsSync(ANSWERED)) {
    await step('Docker provider', () => 'from the registry');
    return true;
  }
  removeAbandoned();
  const directory = mkdtempSync(join(made(WORK), 'provider-probe-'));
  const cache = process.env.TF_PLUGIN_CACHE_DIR || join(homedir(), '.terraform.d/plugin-cache');
  const own = process.env.TF_CLI_CONFIG_FILE === CONFIG ? { TF_CLI_CONFIG_FILE: '' } : {};
  writeFileSync(join(directory, 'main.tf'), PROBE);
  let served = false;
  await step('Docker provider: asking the registry', async () => {
    const { code } = await run(binary, ['init', '-input=false', '-no-color'], {
      cwd: directory,
      env: { ...own, ...PATIENCE, TF_PLUGIN_CACHE_DIR: made(cache), CHECKPOINT_DISABLE: '1' },
      output: 'provider-probe',
      timeoutSeconds: PROBE_SECONDS,
    });
    served = code === 0;
    // What answered may be a mirror of this person's configuration, which need not be there the next time.
    if (served && !process.env.TF_CLI_CONFIG_FILE) writeFileSync(ANSWERED, '');
    return served ? 'it serves the provider' : 'not served';
  });
  rmSync(directory, { recursive: true });
  return served;
}

// The lock files beside the synthesised stacks hold the checksum of the provider they were made with, and Terraform takes
// no other one.
function forgetOtherBuilds(build) {
  const stacks = join(ROOT, 'cdktf.out/stacks');
  if (existsSync(IN_USE) && readFileSync(IN_USE, 'utf8') === build) return;
  for (const stack of existsSync(stacks) ? readdirSync(stacks) : []) {
    rmSync(join(stacks, stack, '.terraform.lock.hcl'), { force: true });
  }
  writeFileSync(IN_USE, build);
}

// What a killed run left.
function removeAbandoned() {
  for (const name of readdirSync(made(WORK)).filter((entry) => entry.startsWith('provider-'))) {
    rmSync(join(WORK, name), { recursive: true, force: true });
  }
}

async function buildProvider(architecture) {
  const go = await goVersion();
  if (go === undefined || !isAtLeast(go, OLDEST_GO)) {
    throw new SetupError(
      `The Terraform registry does not serve the Docker provider, and building it needs Go ${OLDEST_GO} or newer, ${go === undefined ? 'which is not on PATH' : `this is ${go}`}: install Go (https://go.dev/dl/), or make the registry reachable (HTTPS_PROXY).`,
    );
  }
  await step(
    'Docker provider: building it from the Go module proxy',
    () => compileInto(architecture),
    '2-4 min',
  );
}

// Everything is made aside and renamed at the end, so that a killed build leaves nothing half.
async function compileInto(architecture) {
  const directory = mkdtempSync(join(made(WORK), 'provider-'));
  const program = join(directory, 'program');
  await must(
    'go',
    ['build', '-trimpath', '-ldflags=-s -w', '-o', program, PACKAGE],
    'The Docker provider could not be built: check that the Go module proxy (GOPROXY) can be reached',
    {
      cwd: RECIPE,
      output: 'provider',
      env: { CGO_ENABLED: '0', GOOS: 'linux', GOARCH: architecture, GOFLAGS: '-mod=readonly', GOWORK: 'off' },
    },
  );
  for (const host of HOSTS)
    linkSync(program, join(made(join(directory, folderOf(host, architecture))), FILE));
  rmSync(program);
  writeFileSync(join(directory, 'recipe'), recipe());
  rmSync(MIRROR, { recursive: true, force: true });
  renameSync(directory, MIRROR);
}

function isBuilt(architecture) {
  try {
    return (
      readFileSync(join(MIRROR, 'recipe'), 'utf8') === recipe() &&
      HOSTS.every((host) => existsSync(join(MIRROR, folderOf(host, architecture), FILE)))
    );
  } catch {
    return false;
  }
}

const folderOf = (host, architecture) => join(host, ADDRESS, VERSION, `linux_${architecture}`);
const recipe = () => fingerprint(VERSION, readFileSync(join(RECIPE, 'go.mod'), 'utf8'));

async function goVersion() {
  const { code, stdout } = await run('go', ['env', 'GOVERSION']);
  return code === 0 ? stdout.trim().replace(/^go/, '') : undefined;
}
