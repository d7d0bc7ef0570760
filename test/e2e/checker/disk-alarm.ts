import { must } from '../support/command';
import { Fault, Step } from './fault';
import { Target } from './host-faults';

const RABBITMQCTL = ['/opt/brokers/bin/rabbitmq-cli', 'rabbitmqctl'] as const;
/** Bytes; no disk has as much free. */
const ABOVE_ANY = String(1e15);

/** The broker looks at its disk every 0.1 to 10 s. */
const AWAIT_ALARM = [
  'Raised = fun() -> lists:any(fun({{resource_limit, disk, N}, _}) -> N =:= node(); (_) -> false end,',
  'rabbit_alarm:get_alarms()) end,',
  'Await = fun(_, 0) -> exit(no_disk_alarm);',
  '(Self, Left) -> case Raised() of true -> ok; false -> timer:sleep(100), Self(Self, Left - 1) end end,',
  'Await(Await, 200).',
].join(' ');

/**
 * A broker's disk has less free than its limit, so that its alarm blocks all publishers of the cluster. The limit rises
 * above what is free, instead of a file that grows: a broker compares the two and sees no difference, and what other
 * programs do on the same disk cannot take the alarm away.
 */
export function diskAlarm(target: Target, holdSeconds: Fault['holdSeconds'] = [2, 5]): Fault {
  return {
    name: 'disk alarm',
    holdSeconds,
    aim: async (draw) => {
      const host = await target(draw);
      const inHost = (...command: string[]): Step => ({ command: ['docker', 'exec', host, ...command] });
      const before = await limitOf(host);
      return {
        target: host,
        inject: [
          inHost(...RABBITMQCTL, 'set_disk_free_limit', ABOVE_ANY),
          inHost(...RABBITMQCTL, 'eval', AWAIT_ALARM),
        ],
        heal: [inHost(...RABBITMQCTL, 'set_disk_free_limit', String(before))],
      };
    },
  };
}

/** In bytes. */
async function limitOf(host: string): Promise<number> {
  const expression = 'rabbit_disk_monitor:get_disk_free_limit().';
  const output = await must('docker', 'exec', host, ...RABBITMQCTL, 'eval', expression);
  const limit = Number(output.trim());
  if (!Number.isFinite(limit)) throw new Error(`${host} does not tell its disk limit: ${output}`);
  return limit;
}
