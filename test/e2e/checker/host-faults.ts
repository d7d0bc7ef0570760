import { Fault, Injection, Step } from './fault';
import { pick } from './schedule';

/** Chooses a host when the fault is about to happen; `draw` is from 0 to less than 1. */
export type Target = (draw: number) => Promise<string>;

/** Any of `hosts`. */
export function anyOf(hosts: readonly string[]): Target {
  return (draw) => Promise.resolve(pick(hosts, draw));
}

/** `docker kill` with SIGKILL, as a machine that loses its power. */
export function kill(name: string, target: Target, holdSeconds: Fault['holdSeconds'] = [1, 4]): Fault {
  return onHosts(name, holdSeconds, (draw) => target(draw).then((host) => [host]), killHosts);
}

/** An orderly stop by SIGTERM. */
export function stop(name: string, target: Target, holdSeconds: Fault['holdSeconds'] = [1, 4]): Fault {
  return onHosts(name, holdSeconds, (draw) => target(draw).then((host) => [host]), stopHosts);
}

/** A host that stands still and keeps its connections open, for longer than a publisher waits for a confirm. */
export function pause(name: string, target: Target, holdSeconds: Fault['holdSeconds'] = [6, 12]): Fault {
  return onHosts(
    name,
    holdSeconds,
    (draw) => target(draw).then((host) => [host]),
    ([host = '']) => ({
      inject: [{ command: ['docker', 'pause', host], doneAlready: /is already paused/ }],
      heal: [{ command: ['docker', 'unpause', host], doneAlready: /is not paused/ }],
    }),
  );
}

/** All of `hosts` are stopped in an orderly way and started again, all at once. */
export function restartAll(hosts: readonly string[], holdSeconds: Fault['holdSeconds'] = [0, 2]): Fault {
  return onHosts('restart all', holdSeconds, () => Promise.resolve(hosts), stopHosts);
}

/** All of `hosts` lose their power at once. */
export function killAll(hosts: readonly string[], holdSeconds: Fault['holdSeconds'] = [0, 2]): Fault {
  return onHosts('kill all', holdSeconds, () => Promise.resolve(hosts), killHosts);
}

type Steps = Pick<Injection, 'inject' | 'heal'>;

function onHosts(
  name: string,
  holdSeconds: Fault['holdSeconds'],
  choose: (draw: number) => Promise<readonly string[]>,
  steps: (hosts: readonly string[]) => Steps,
): Fault {
  return {
    name,
    holdSeconds,
    aim: async (draw) => {
      const hosts = await choose(draw);
      return { target: hosts.join(', '), ...steps(hosts) };
    },
  };
}

function killHosts(hosts: readonly string[]): Steps {
  return {
    inject: [{ command: ['docker', 'kill', '--signal', 'KILL', ...hosts], doneAlready: /is not running/ }],
    heal: [start(hosts)],
  };
}

function stopHosts(hosts: readonly string[]): Steps {
  return { inject: [{ command: ['docker', 'stop', '--time', '60', ...hosts] }], heal: [start(hosts)] };
}

/** Nothing happens to hosts that run. */
function start(hosts: readonly string[]): Step {
  return { command: ['docker', 'start', ...hosts] };
}
