import { BenchError, eventually, must, run } from './command';
import { PREFIX } from './names';

/** What a run leaves on an engine, in the order in which it can be removed. */
const KINDS = [
  { list: ['ps', '--all', '--format', '{{.Names}}'], remove: ['rm', '--force', '--volumes'] },
  { list: ['network', 'ls', '--format', '{{.Name}}'], remove: ['network', 'rm'] },
  { list: ['volume', 'ls', '--format', '{{.Name}}'], remove: ['volume', 'rm', '--force'] },
] as const;

/** What the engine says of a container, so far as it must be the same however the container was started. */
export type ContainerFacts = Readonly<Record<string, string>>;

/**
 * Takes away everything whose name begins with the prefix of the bench. Asks again, since an engine may still finish what
 * a program began that was ended.
 */
export async function sweep(): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (let clean = 0; clean < 2;) {
    clean = (await sweepOnce()) === 0 ? clean + 1 : 0;
    if (performance.now() > deadline) {
      throw new BenchError(`what is called ${PREFIX}… cannot be removed from the engine: remove it by hand`);
    }
  }
}

async function sweepOnce(): Promise<number> {
  let found = 0;
  for (const { list, remove } of KINDS) {
    const names = (await must('docker', list, { cleansUp: true })).split('\n');
    const own = names.filter((name) => name.startsWith(PREFIX));
    found += own.length;
    // All at once: the engine works on them side by side.
    await Promise.all(own.map((name) => run('docker', [...remove, name], { cleansUp: true })));
  }
  return found;
}

/** Facts of the bench's containers by name. */
export async function containerFacts(): Promise<ReadonlyMap<string, ContainerFacts>> {
  const names = await must('docker', [
    'ps',
    '--all',
    '--filter',
    `name=^${PREFIX}`,
    '--format',
    '{{.Names}}',
  ]);
  const inspected = await must('docker', ['inspect', ...names.split('\n')]);
  return new Map((JSON.parse(inspected) as Inspected[]).map((each) => [each.Name.slice(1), facts(each)]));
}

/** Waits until `command` succeeds in each of `containers`. */
export async function awaitCommand(containers: readonly string[], command: string): Promise<void> {
  for (const container of containers) {
    await eventually(`${command} in ${container}`, 120, async () =>
      (await run('docker', ['exec', container, command])).code === 0 ? true : undefined,
    );
  }
}

interface Inspected {
  readonly Name: string;
  readonly Image: string;
  readonly Config: Readonly<Record<'Hostname' | 'Entrypoint' | 'StopTimeout', unknown>> & {
    readonly Env: readonly string[];
    readonly Healthcheck?: { readonly Test: readonly string[] };
  };
  readonly HostConfig: Readonly<
    Record<'CapAdd' | 'CapDrop' | 'Init' | 'LogConfig' | 'Memory' | 'RestartPolicy' | 'Ulimits', unknown>
  >;
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string; readonly Destination: string }[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

function facts({ Image, Config, HostConfig, Mounts, NetworkSettings }: Inspected): ContainerFacts {
  const { CapAdd, CapDrop, Init, LogConfig, Memory, RestartPolicy, Ulimits } = HostConfig;
  const volumes = Mounts.filter(({ Type }) => Type === 'volume').map(({ Name, Destination }) => [
    Name,
    Destination,
  ]);
  const networks = Object.entries(NetworkSettings.Networks).map(([name, { IPAddress }]) => [name, IPAddress]);
  // The docker command can only give the text of a shell command, the provider gives words.
  const { Test, ...health } = Config.Healthcheck ?? { Test: [] };
  return Object.fromEntries(
    Object.entries({
      image: Image,
      hostname: Config.Hostname,
      environment: [...Config.Env].sort(),
      entrypoint: Config.Entrypoint,
      'stop timeout': Config.StopTimeout,
      health: [Test.slice(1).join(' '), health],
      capabilities: [CapAdd, CapDrop],
      init: Init,
      log: LogConfig,
      memory: Memory,
      restart: RestartPolicy,
      'resource limits': Ulimits ?? [],
      volumes,
      networks,
    }).map(([name, value]) => [name, JSON.stringify(value)]),
  );
}
