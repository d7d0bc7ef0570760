import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BenchError } from './command';
import { ContainerArguments, SynthesisedLocalStack } from './synthesised-stack';

/** The folders of a container that get delivered files; they are mounted from the folder of the host. */
const MOUNTED = ['/etc/brokers', '/opt/brokers'];

interface NetworkArguments {
  readonly name: string;
  readonly ipam_config: readonly {
    readonly subnet: string;
    readonly gateway: string;
    readonly ip_range: string;
  }[];
}

interface Group {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly readyCommand: readonly string[];
  readonly joinedCommand?: readonly string[];
}

/**
 * Writes what `docker-run.sh` needs to start the containers of `stack` into `directory`:
 * `network`, arguments of `docker network create`; `hosts/<name>/arguments`, those of `docker run`, and the files of the
 * host beside it; `groups/<n>/{name,hosts,ready,joined}`, the groups in the order in which they come to serve. One word a
 * line everywhere.
 */
export function writePlainContainers(stack: SynthesisedLocalStack, directory: string): void {
  const [network] = stack.all('docker_network') as NetworkArguments[];
  const [range] = network?.ipam_config ?? [];
  if (network === undefined || range === undefined) throw new BenchError('the local stack has no network');
  writeWords(join(directory, 'network'), [
    `--subnet=${range.subnet}`,
    `--gateway=${range.gateway}`,
    `--ip-range=${range.ip_range}`,
    network.name,
  ]);
  const secrets = new Map<string, string>();
  for (const container of stack.containers) {
    const root = join(directory, 'hosts', container.name);
    for (const { file, content, executable } of container.upload) {
      const text = isReference(content) ? secretFor(secrets, content) : unescaped(content);
      writeFile(join(root, file), text, executable === true ? 0o755 : 0o644);
    }
    writeWords(join(root, 'arguments'), [
      ...runOptions(stack, container, network.name),
      ...MOUNTED.map((path) => `--volume=${join(root, path)}:${path}`),
      stack.argumentOf(container.image, 'name'),
      ...container.command,
    ]);
  }
  for (const [index, group] of groupsOf(stack).entries()) {
    const root = join(directory, 'groups', String(index));
    writeWords(join(root, 'name'), [group.name]);
    writeWords(join(root, 'hosts'), group.hosts);
    writeWords(join(root, 'ready'), group.readyCommand);
    writeWords(join(root, 'joined'), group.joinedCommand ?? []);
  }
}

function runOptions(stack: SynthesisedLocalStack, container: ContainerArguments, network: string): string[] {
  const { healthcheck, capabilities, memory, ulimit = [] } = container;
  return [
    `--name=${container.name}`,
    `--hostname=${container.hostname}`,
    `--network=${network}`,
    `--ip=${container.networks_advanced[0]?.ipv4_address ?? ''}`,
    `--init=${container.init}`,
    `--restart=${container.restart}`,
    `--entrypoint=${container.entrypoint[0] ?? ''}`,
    `--stop-timeout=${container.stop_timeout}`,
    `--log-driver=${container.log_driver}`,
    ...Object.entries(container.log_opts).map(([name, value]) => `--log-opt=${name}=${value}`),
    ...container.env.map((variable) => `--env=${unescaped(variable)}`),
    ...capabilities.drop.map((name) => `--cap-drop=${name}`),
    ...capabilities.add.map((name) => `--cap-add=${name}`),
    ...ulimit.map(({ name, soft, hard }) => `--ulimit=${name}=${soft}:${hard}`),
    ...(memory === undefined ? [] : [`--memory=${memory}m`, `--memory-swap=${memory}m`]),
    ...container.volumes.map(
      ({ container_path, volume_name }) =>
        `--volume=${stack.argumentOf(volume_name, 'name')}:${container_path}`,
    ),
    `--health-cmd=${healthcheck.test.slice(1).join(' ')}`,
    `--health-interval=${healthcheck.interval}`,
    `--health-timeout=${healthcheck.timeout}`,
    `--health-start-period=${healthcheck.start_period}`,
    `--health-retries=${healthcheck.retries}`,
  ];
}

/** Brokers first: without living servers a proxy never serves. */
function groupsOf(stack: SynthesisedLocalStack): readonly Group[] {
  const groups = new Map(
    stack.environmentValues('BROKERS_GROUP').map((text) => {
      const group = JSON.parse(unescaped(text)) as Group;
      return [group.name, group];
    }),
  );
  const isFirst = ({ joinedCommand }: Group): number => (joinedCommand === undefined ? 1 : 0);
  return [...groups.values()].sort((a, b) => isFirst(a) - isFirst(b));
}

function isReference(content: string): boolean {
  return content.startsWith('${');
}

/** The same value for the same expression, so that all brokers get one cookie. */
function secretFor(secrets: Map<string, string>, expression: string): string {
  const value = secrets.get(expression) ?? randomBytes(32).toString('hex');
  secrets.set(expression, value);
  return value;
}

/** The text that a Terraform string stands for. */
function unescaped(text: string): string {
  return text.replace(/([$%])\1\{/g, '$1{');
}

function writeWords(path: string, words: readonly string[]): void {
  writeFile(path, words.map((word) => `${word}\n`).join(''), 0o644);
}

function writeFile(path: string, text: string, mode: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
}
