import { must } from '../support/command';
import { Fault, Step } from './fault';
import { Target } from './host-faults';

const DATA = '/var/lib/rabbitmq';
const FILLER = `${DATA}/checker-filler`;
const RABBITMQCTL = ['/opt/brokers/bin/rabbitmq-cli', 'rabbitmqctl'] as const;
const MIB = 1024 * 1024;
/** What the file takes of this machine's disk. */
const FILLER_MIB = 256;

/**
 * The data disk of a broker fills up until the broker's disk alarm blocks all publishers of its cluster. The limit is
 * raised to just below what is free, so that a small file is enough and the machine's own disk stays as it is.
 */
export function fullDisk(target: Target, holdSeconds: Fault['holdSeconds'] = [2, 5]): Fault {
  return {
    name: 'full disk',
    holdSeconds,
    aim: async (draw) => {
      const host = await target(draw);
      const inHost = (...command: string[]): Step => ({ command: ['docker', 'exec', host, ...command] });
      const limit = (await freeBytes(host)) - (FILLER_MIB / 2) * MIB;
      const before = await configuredLimit(host);
      return {
        target: host,
        inject: [
          inHost(...RABBITMQCTL, 'set_disk_free_limit', String(limit)),
          inHost('fallocate', '--length', `${FILLER_MIB}MiB`, FILLER),
          inHost(...RABBITMQCTL, 'eval', AWAIT_ALARM),
        ],
        heal: [
          inHost('rm', '--force', FILLER),
          inHost(...RABBITMQCTL, 'set_disk_free_limit', String(before)),
        ],
      };
    },
  };
}

/** The broker looks at its disk every 0.1 to 10 s, more often the less is free. */
const AWAIT_ALARM = `
  Raised = fun() -> lists:any(fun({{resource_limit, disk, Node}, _}) -> Node =:= node(); (_) -> false end, rabbit_alarm:get_alarms()) end,
  Await = fun(_, 0) -> exit(no_disk_alarm);
             (Self, Left) -> case Raised() of true -> ok; false -> timer:sleep(100), Self(Self, Left - 1) end end,
  Await(Await, 200).
`
  .replace(/\s+/g, ' ')
  .trim();

async function freeBytes(host: string): Promise<number> {
  const output = await must('docker', 'exec', host, 'df', '--output=avail', '--block-size=1', DATA);
  return Number(output.split('\n').at(-1));
}

async function configuredLimit(host: string): Promise<number> {
  const output = await must(
    'docker',
    'exec',
    host,
    ...RABBITMQCTL,
    'eval',
    'rabbit_disk_monitor:get_disk_free_limit().',
  );
  const limit = Number(output.trim());
  if (!Number.isFinite(limit)) throw new Error(`${host} does not tell its disk limit: ${output}`);
  return limit;
}
