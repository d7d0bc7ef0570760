import { Site } from '../checker/clients';
import { begin, end } from '../checker/fault';
import { addressOf, cut } from '../checker/network-cut';
import { must } from './command';
import { ask, Administrator, QueueDescription } from './management';
import { Access } from './traffic';

/** What a test varies of the stacks with several sites; see `test/e2e/sites-app.ts`. */
export interface SitesSettings {
  readonly prefix: string;
  readonly subnet: string;
  readonly kind: 'shovel' | 'federation';
  readonly staticQueues?: readonly string[];
  readonly sites?: readonly string[];
  readonly nodes?: number;
  readonly reconnectDelaySeconds?: number;
}

/** Outputs of such a stack: `<site>_amqp_endpoints` and so on. */
export type SitesOutputs = Readonly<Record<string, string | readonly string[]>>;

/** Parts of `/api/shovels` and `/api/federation-links` that the tests look at. */
interface LinkDescription {
  readonly state?: string;
  readonly status?: string;
}

/** One site with a single broker, seen from outside. */
export class SingleSite {
  /** Host name of the broker. */
  public readonly host: string;
  /** For the clients of the checker. */
  public readonly clients: Site;
  public readonly access: Access;
  private readonly url: string;

  public constructor(prefix: string, name: string, outputs: SitesOutputs) {
    const one = (key: string): string => String([outputs[`${name}_${key}`]].flat()[0]);
    const [endpoint, username] = [one('amqp_endpoints'), one('administrator_name')];
    const password = one('administrator_password');
    this.host = `${prefix}-${name}-1`;
    this.url = one('management_urls');
    this.clients = { endpoints: [endpoint], username, password };
    this.access = { amqp_endpoint: endpoint, administrator_name: username, administrator_password: password };
  }

  public get administrator(): Administrator {
    return this.access;
  }

  /** Asks the management API. */
  public ask<T>(path: string): Promise<T> {
    return ask<T>(this.administrator, this.url, path);
  }

  /** Messages in a queue as the node itself counts them: the management API is up to 5 s behind. */
  public async messages(queue: string): Promise<number> {
    const command = ['rabbitmqctl', '--quiet', '--silent', 'list_queues', 'name', 'messages'];
    const listing = await must('docker', 'exec', this.host, '/opt/brokers/bin/rabbitmq-cli', ...command);
    const row = listing.split('\n').find((line) => line.startsWith(`${queue}\t`));
    if (row === undefined) throw new Error(`${this.host} has no queue ${queue}`);
    return Number(row.split('\t')[1]);
  }

  public queue(name: string): Promise<QueueDescription> {
    return this.ask<QueueDescription>(`/api/queues/%2F/${name}`);
  }

  /** Sets a parameter by hand, as no construct would. */
  public async setParameter(component: string, name: string, value: object): Promise<void> {
    const command = ['rabbitmqctl', '--quiet', 'set_parameter', component, name, JSON.stringify(value)];
    await must('docker', 'exec', this.host, '/opt/brokers/bin/rabbitmq-cli', ...command);
  }

  public async clearParameter(component: string, name: string): Promise<void> {
    const command = ['rabbitmqctl', '--quiet', 'clear_parameter', component, name];
    await must('docker', 'exec', this.host, '/opt/brokers/bin/rabbitmq-cli', ...command);
  }

  /** How many shovels run here. */
  public async shovelsRunning(): Promise<number> {
    const shovels = await this.ask<LinkDescription[]>('/api/shovels');
    return shovels.filter(({ state }) => state === 'running').length;
  }

  /** How many links of a federation run here. */
  public async federationLinksRunning(): Promise<number> {
    const links = await this.ask<LinkDescription[]>('/api/federation-links');
    return links.filter(({ status }) => status === 'running').length;
  }
}

/** Cuts `host` off from `others` while `act` runs: packets vanish without an answer, as on a line that is broken. */
export async function whileCut(
  host: string,
  others: readonly string[],
  act: () => Promise<unknown>,
): Promise<void> {
  const from = await Promise.all(others.map((other) => addressOf(other)));
  const injection = await cut('cut the link', () => Promise.resolve({ hosts: [host], from })).aim(0);
  await begin(injection);
  try {
    await act();
  } finally {
    await end(injection);
  }
}
