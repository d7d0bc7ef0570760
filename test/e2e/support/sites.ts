import { Site } from '../checker/clients';
import { begin, end } from '../checker/fault';
import { addressOf, Cut, cut } from '../checker/network-cut';
import { must } from './command';
import { ask, NodeDescription, tell } from './management';
import { Access } from './traffic';

/** What a test varies of the stacks with several sites; see `test/e2e/sites-app.ts`. */
export interface SitesSettings {
  readonly prefix: string;
  readonly subnet: string;
  readonly kind: 'shovel' | 'federation';
  readonly staticQueues?: readonly string[];
  readonly sites?: readonly string[];
  /** Brokers by the name of the site. @default 1 each */
  readonly nodes?: Readonly<Record<string, number>>;
  readonly reconnectDelaySeconds?: number;
}

/** Outputs of such a stack: `<site>_amqp_endpoints` and so on. */
export type SitesOutputs = Readonly<Record<string, string | readonly string[]>>;

/** Parts of `/api/shovels` that the tests look at. */
interface ShovelDescription {
  readonly name: string;
  readonly node: string;
  readonly state: string;
}

/** Parts of `/api/federation-links`. */
interface FederationLinkDescription {
  readonly status?: string;
}

/** The brokers of one site, seen from outside. */
export class RunningSite {
  public readonly hosts: readonly string[];
  /** For the clients of the checker. */
  public readonly clients: Site;
  /** The first broker, for clients that meet no failure. */
  public readonly access: Access;
  private readonly urls: readonly string[];

  public constructor(
    prefix: string,
    public readonly name: string,
    outputs: SitesOutputs,
  ) {
    const all = (key: string): readonly string[] => [outputs[`${name}_${key}`] ?? []].flat();
    const endpoints = all('amqp_endpoints');
    const [username = ''] = all('administrator_name');
    const [password = ''] = all('administrator_password');
    this.hosts = endpoints.map((_, index) => `${prefix}-${name}-${index + 1}`);
    this.urls = all('management_urls');
    this.clients = { endpoints, username, password };
    this.access = {
      amqp_endpoint: endpoints[0] ?? '',
      administrator_name: username,
      administrator_password: password,
    };
  }

  /** Host name of the first broker. */
  public get host(): string {
    return this.hosts[0] ?? '';
  }

  /** Addresses of all brokers. */
  public addresses(): Promise<string[]> {
    return Promise.all(this.hosts.map((host) => addressOf(host)));
  }

  /** Messages in queues, in their order. A quorum queue counts every 5 s, and the management API is another 5 s behind. */
  public async messages(...queues: readonly string[]): Promise<number[]> {
    const command = ['rabbitmqctl', '--quiet', '--silent', 'list_queues', 'name', 'messages'];
    const listing = await must('docker', 'exec', this.host, '/opt/brokers/bin/rabbitmq-cli', ...command);
    return queues.map((queue) => {
      const row = listing.split('\n').find((line) => line.startsWith(`${queue}\t`));
      if (row === undefined) throw new Error(`${this.host} has no queue ${queue}`);
      return Number(row.split('\t')[1]);
    });
  }

  /** Sets a parameter by hand, as no construct would. */
  public async setParameter(component: string, name: string, value: object): Promise<void> {
    await tell(this.access, this.urls[0] ?? '', 'PUT', parameterPath(component, name), { value });
  }

  public async clearParameter(component: string, name: string): Promise<void> {
    await tell(this.access, this.urls[0] ?? '', 'DELETE', parameterPath(component, name));
  }

  /** How many shovels run here. */
  public async shovelsRunning(): Promise<number> {
    return (await this.shovels()).filter(({ state }) => state === 'running').length;
  }

  /** The host on which a shovel runs. */
  public async hostOfShovel(name: string): Promise<string> {
    const shovel = (await this.shovels()).find((each) => each.name === name);
    if (shovel === undefined) throw new Error(`${this.name} runs no shovel ${name}`);
    return shovel.node.replace('rabbit@', '');
  }

  /** How many links of a federation run here. */
  public async federationLinksRunning(): Promise<number> {
    const links = await this.ask<readonly FederationLinkDescription[]>('/api/federation-links');
    return links.filter(({ status }) => status === 'running').length;
  }

  /** Answers when every broker sees all brokers of the site, and rejects with what one sees instead. */
  public async isWhole(): Promise<true> {
    for (const url of this.urls) {
      const nodes = await ask<readonly NodeDescription[]>(this.access, url, '/api/nodes');
      if (nodes.length === this.hosts.length && nodes.every(({ running }) => running)) continue;
      const seen = nodes.map(({ name, running }) => `${name} ${running ? 'running' : 'down'}`);
      throw new Error(`${url} sees ${seen.join(', ')}`);
    }
    return true;
  }

  /** Answers when these shovels run, once each, and no other; rejects with those that there are instead. */
  public async runsShovels(...names: readonly string[]): Promise<true> {
    const shovels = await this.shovels();
    const running = shovels.filter(({ state }) => state === 'running').map(({ name }) => name);
    if (running.sort().join() === [...names].sort().join()) return true;
    const found = shovels.map(({ name, node, state }) => `${name} ${state} on ${node}`);
    throw new Error(`${this.name} has the shovels ${found.join(', ')}`);
  }

  private shovels(): Promise<readonly ShovelDescription[]> {
    return this.ask<readonly ShovelDescription[]>('/api/shovels');
  }

  /** Asks the first management API that answers. */
  private async ask<T>(path: string): Promise<T> {
    for (const url of this.urls) {
      const answer = await ask<T>(this.access, url, path).catch(() => undefined);
      if (answer !== undefined) return answer;
    }
    throw new Error(`no management API of ${this.name} answers`);
  }
}

function parameterPath(component: string, name: string): string {
  return `/api/parameters/${component}/%2F/${encodeURIComponent(name)}`;
}

/** Cuts a site off from others while `act` runs: packets vanish without an answer, as on a line that is broken. */
export async function whileCut(
  site: RunningSite,
  others: readonly RunningSite[],
  act: () => Promise<unknown>,
): Promise<void> {
  const injection = await cut('cut the link', () => between(site, others)).aim(0);
  await begin(injection);
  try {
    await act();
  } finally {
    await end(injection);
  }
}

/** What is between a site and others. */
export async function between(site: RunningSite, others: readonly RunningSite[]): Promise<Cut> {
  const from = await Promise.all(others.map((other) => other.addresses()));
  return { hosts: site.hosts, from: from.flat() };
}

/**
 * Everything about the hosts of `sites` that people and programs can see: logs, settings, process lists, environments.
 */
export async function visible(sites: readonly RunningSite[]): Promise<string[]> {
  const processes = 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"';
  return Promise.all(
    sites
      .flatMap(({ hosts }) => hosts)
      .flatMap((host) => [
        must('sh', '-c', `docker logs ${host} 2>&1`),
        must('docker', 'inspect', host),
        must('docker', 'exec', host, 'sh', '-c', processes),
      ]),
  );
}
