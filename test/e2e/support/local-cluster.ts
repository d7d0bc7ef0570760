import { eventually, run } from './command';
import { Outputs } from './deployment';
import { ask, NodeDescription, QueueDescription } from './management';

/** Host names of the brokers of a local stack with this prefix. */
export function brokersOf(prefix: string): string[] {
  return [1, 2, 3].map((number) => `${prefix}-rabbitmq-${number}`);
}

/** Host names of its proxies. */
export function proxiesOf(prefix: string): string[] {
  return [1, 2].map((number) => `${prefix}-proxy-${number}`);
}

/** The running hosts of a local stack, asked from outside. */
export class LocalCluster {
  public readonly brokers: readonly string[];
  public readonly proxies: readonly string[];

  public constructor(
    prefix: string,
    private readonly outputs: Outputs,
  ) {
    this.brokers = brokersOf(prefix);
    this.proxies = proxiesOf(prefix);
  }

  /** A queue as the first management page describes it that answers. */
  public async queue<Q = QueueDescription>(name: string, query = ''): Promise<Q> {
    for (const url of this.outputs.management_urls) {
      const path = `/api/queues/%2F/${name}${query}`;
      const answer = await ask<Q>(this.outputs, url, path).catch(() => undefined);
      if (answer !== undefined) return answer;
    }
    throw new Error('no management page answers');
  }

  /** Host of a classic queue, of its leader where it is mirrored. */
  public async home(queue: string): Promise<string> {
    return (await this.queue(queue)).node.replace('rabbit@', '');
  }

  /** Host of the leader of a queue. */
  public async leader(queue: string): Promise<string> {
    return (await this.queue(queue)).leader.replace('rabbit@', '');
  }

  /** Whether every node sees all nodes run. */
  public async allRun(): Promise<boolean> {
    for (const url of this.outputs.management_urls) {
      const nodes = await ask<NodeDescription[]>(this.outputs, url, '/api/nodes');
      if (nodes.length !== this.brokers.length || nodes.some(({ running }) => !running)) return false;
    }
    return true;
  }

  /** Whether every node sees all nodes run, and all members of the quorum queue are online. */
  public async isWhole(queue: string): Promise<boolean> {
    if (!(await this.allRun())) return false;
    // Among the figures is a second `online`, which a leader that was cut off leaves as it was for up to minutes.
    return (await this.queue(queue, '?disable_stats=true')).online.length === this.brokers.length;
  }

  /** Waits for `isWhole`. */
  public async whole(queue: string): Promise<void> {
    await eventually(`all nodes running, all members of ${queue} online`, 180, async () =>
      (await this.isWhole(queue)) ? true : undefined,
    );
  }

  /** The proxies that have the floating address on their interface right now. */
  public async holders(): Promise<string[]> {
    const [address = ''] = this.outputs.amqp_endpoint.split(':');
    const answers = await Promise.all(
      this.proxies.map(async (proxy) => {
        const listing = await run('docker', ['exec', proxy, 'cat', '/proc/net/fib_trie']);
        return listing.code === 0 && listing.stdout.includes(`${address}\n`) ? [proxy] : [];
      }),
    );
    return answers.flat();
  }

  /** Waits until exactly one has it. */
  public async holder(): Promise<string> {
    return eventually('one holder of the floating address', 30, async () => {
      const [first, ...others] = await this.holders();
      return others.length === 0 ? first : undefined;
    });
  }
}
