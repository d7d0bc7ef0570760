import { ContainerSpec } from '../model/host';

/** A container as a service of systemd. */
export interface ContainerUnit {
  /** Name of the container, e.g. `rabbitmq`. */
  readonly name: string;
  readonly description: string;
  /** Image with its registry and tag. */
  readonly image: string;
  readonly container: ContainerSpec;
  /** Absolute path of the program that the container starts with; it gets the container's command as arguments. */
  readonly entryPoint: string;
  /** Folders of the host that the container has under the same path. */
  readonly sharedDirectories: readonly string[];
  /** Folder of the host that holds one folder a volume. */
  readonly dataDirectory: string;
  /** Command of the host that must succeed before each start. */
  readonly before?: readonly string[];
}

/**
 * A systemd unit that runs a container in the host's network, starts it again whenever it ends, and stops it in an
 * orderly way, together with the engine. The container is made anew at each start; what must outlive it is in its folders,
 * and what it prints in the journal.
 */
export function renderContainerUnit(unit: ContainerUnit): string {
  const { name, container } = unit;
  const stop = container.stopTimeoutSeconds;
  return [
    '[Unit]',
    `Description=${unit.description}`,
    'Requires=docker.service',
    'After=docker.service network-online.target',
    'Wants=network-online.target',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    ...(unit.before === undefined ? [] : [`ExecStartPre=${command(unit.before)}`]),
    // What a hard power-off left behind.
    `ExecStartPre=-${command(['/usr/bin/docker', 'rm', '--force', name])}`,
    `ExecStart=${command(['/usr/bin/docker', 'run', ...runArguments(unit)])}`,
    `ExecStop=${command(['/usr/bin/docker', 'stop', name])}`,
    // The client of the container ends a moment later: systemd would kill it, and take that for the end of the service.
    'ExecStop=-/usr/bin/timeout 10 /usr/bin/tail --sleep-interval=0.1 --pid=$MAINPID --follow /dev/null',
    'Restart=always',
    'RestartSec=1',
    'TimeoutStartSec=infinity',
    `TimeoutStopSec=${stop + 15}`,
    // The engine's copy of the container's output goes with the container, the journal's stays: whole, whatever its amount.
    `SyslogIdentifier=${name}`,
    'LogRateLimitIntervalSec=0',
    '',
    '[Install]',
    // A stop of the engine, or of its socket, stops this service as well: their start has to start it.
    'WantedBy=multi-user.target docker.service docker.socket',
    '',
  ].join('\n');
}

function runArguments({
  name,
  image,
  container,
  entryPoint,
  sharedDirectories,
  dataDirectory,
}: ContainerUnit): string[] {
  const { healthCheck } = container;
  return [
    ...['--name', name, '--rm', '--init', '--network', 'host', '--pull', 'never'],
    ...['--stop-timeout', String(container.stopTimeoutSeconds)],
    ...['--cap-drop', 'ALL'],
    ...container.capabilities.flatMap((capability) => ['--cap-add', capability]),
    ...(container.openFiles === undefined
      ? []
      : ['--ulimit', `nofile=${container.openFiles}:${container.openFiles}`]),
    ...(container.memoryMiB === undefined
      ? []
      : ['--memory', `${container.memoryMiB}m`, '--memory-swap', `${container.memoryMiB}m`]),
    ...Object.entries(container.environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    ...sharedDirectories.flatMap((path) => ['--volume', `${path}:${path}`]),
    ...container.volumes.flatMap((volume) => [
      '--volume',
      `${dataDirectory}/${volume.name}:${volume.mountPath}`,
    ]),
    ...['--health-cmd', healthCheck.command.map(shellWord).join(' ')],
    ...['--health-interval', `${healthCheck.intervalSeconds}s`],
    ...['--health-timeout', `${healthCheck.timeoutSeconds}s`],
    ...['--health-start-period', `${healthCheck.startPeriodSeconds}s`],
    ...['--health-retries', String(healthCheck.retries)],
    ...['--entrypoint', entryPoint],
    image,
    ...container.command,
  ];
}

/** The engine hands a health check to a shell. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`;
}

/** A command line of a unit; see "Command lines" in systemd.service(5) and "Specifiers" in systemd.unit(5). */
function command(words: readonly string[]): string {
  return words.map(word).join(' ');
}

function word(text: string): string {
  const escaped = text.replace(/[%$]/g, '$&$&');
  if (/^[\w@%+=:,./$-]+$/.test(escaped)) return escaped;
  const quoted = escaped
    .replace(/[\\"]/g, '\\$&')
    // A control character may end the line.
    .replace(
      /[^ -\u{10ffff}]/gu,
      (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
  return `"${quoted}"`;
}
