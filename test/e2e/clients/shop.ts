import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Connection } from 'rabbitmq-client';
import { connect, Login } from '../../../examples/clients/connection';
import { FailoverPublisher } from '../../../examples/clients/failover';
import { eventually, must } from '../support/command';
import { Deployment, Outputs } from '../support/deployment';
import { ask, NodeDescription } from '../support/management';
import { RedisServer } from './redis-server';

const PREFIX = 'e2e-x';
const COMPILED = resolve(__dirname, '../../../dist');
const END = 'end';

/** A client that runs as a process of its own. */
export interface Program {
  /** Lines that it printed so far. */
  readonly lines: readonly string[];
  /** Kills it as a crash would: at once, with no farewell. */
  readonly kill: () => Promise<void>;
}

/** The local stack with what the reference clients use, and a Redis beside it. */
export class Shop {
  /** Deploys, and starts Redis in the network of the brokers. */
  public static async open(): Promise<Shop> {
    const deployment = new Deployment({
      prefix: PREFIX,
      subnet: '172.30.80.0/24',
      queues: [],
      shop: true,
    });
    try {
      await deployment.mustDeploy();
      const password = randomBytes(16).toString('hex');
      const redis = await RedisServer.start(`${PREFIX}-redis`, `${PREFIX}-brokers`, password);
      return new Shop(deployment, await deployment.outputs(), redis);
    } catch (error) {
      await deployment.remove();
      throw error;
    }
  }

  private readonly secrets = mkdtempSync(join(tmpdir(), 'brokers-clients-'));
  private readonly connections: Connection[] = [];
  private readonly programs: Program[] = [];

  private constructor(
    private readonly deployment: Deployment,
    private readonly outputs: Outputs,
    public readonly redis: RedisServer,
  ) {
    writeFileSync(this.secretFile('amqp'), outputs.administrator_password, { mode: 0o600 });
    writeFileSync(this.secretFile('redis'), redis.password, { mode: 0o600 });
  }

  public get brokers(): readonly string[] {
    return [1, 2, 3].map((number) => `${PREFIX}-rabbitmq-${number}`);
  }

  public get proxies(): readonly string[] {
    return [1, 2].map((number) => `${PREFIX}-proxy-${number}`);
  }

  /** The address that floats between the proxies. */
  public get floatingAddress(): string {
    return this.login.endpoint.split(':')[0] ?? '';
  }

  /** Ends what the tests left open, and takes everything away. */
  public async close(): Promise<void> {
    await this.endClients();
    await this.redis.remove();
    rmSync(this.secrets, { recursive: true });
    await this.deployment.remove();
  }

  /** Ends every client that a test left open. */
  public async endClients(): Promise<void> {
    await Promise.all(this.programs.splice(0).map((program) => program.kill()));
    for (const connection of this.connections.splice(0)) connection.unsafeDestroy();
  }

  /** A connection through the floating address, as the clients make it. */
  public connect(name = 'test'): Connection {
    const connection = connect(name, this.login);
    this.connections.push(connection);
    return connection;
  }

  /** A connection that the proxies give to this broker. */
  public async connectTo(broker: string, name: string): Promise<Connection> {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const connection = this.connect(`${name}-${attempt}`);
      if ((await this.brokerOf(`${name}-${attempt}`)) === broker) return connection;
      await connection.close();
    }
    throw new Error(`the proxies gave no connection to ${broker}`);
  }

  /** Runs a compiled program, e.g. `examples/clients/redelivery`, with the login in its environment. */
  public start(program: string, environment: Readonly<Record<string, string>> = {}): Program {
    const child = spawn(process.execPath, [join(COMPILED, `${program}.js`)], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        PATH: process.env['PATH'],
        AMQP_ENDPOINT: this.login.endpoint,
        AMQP_USER: this.login.user,
        AMQP_PASSWORD_FILE: this.secretFile('amqp'),
        REDIS_ENDPOINT: this.redis.endpoint,
        REDIS_PASSWORD_FILE: this.secretFile('redis'),
        ...environment,
      },
    });
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    const ended = new Promise<void>((resolve) =>
      child.on('exit', () => {
        resolve();
      }),
    );
    const started = {
      lines,
      kill: (): Promise<void> => {
        child.kill('SIGKILL');
        return ended;
      },
    };
    this.programs.push(started);
    return started;
  }

  /** Bytes that a queue has in all, of them in memory, and what memory the queue itself takes. */
  public async memoryOf(queue: string): Promise<Record<'size' | 'inMemory' | 'memory', number>> {
    const columns = ['name', 'message_bytes', 'message_bytes_ram', 'memory'];
    const [broker = ''] = this.brokers;
    const args = [
      'exec',
      broker,
      '/opt/brokers/bin/rabbitmq-cli',
      'rabbitmqctl',
      '--quiet',
      '--no-table-headers',
      'list_queues',
      ...columns,
    ];
    const rows = (await must('docker', ...args)).split('\n').map((row) => row.split('\t'));
    const [, size, inMemory, memory] = rows.find(([name]) => name === queue) ?? [];
    return { size: Number(size), inMemory: Number(inMemory), memory: Number(memory) };
  }

  /** Waits until each broker sees all three. */
  public async whole(): Promise<void> {
    await eventually('three brokers that see each other', 60, async () => {
      for (const url of this.outputs.management_urls) {
        const nodes = await ask<NodeDescription[]>(this.outputs, url, '/api/nodes');
        if (nodes.length !== 3 || nodes.some(({ running }) => !running)) return undefined;
      }
      return true;
    });
  }

  /** The ids in a queue, in their order, with copies; the queue is empty afterwards. */
  public async drain(queue: string): Promise<readonly string[]> {
    const connection = this.connect();
    const publisher = new FailoverPublisher(connection);
    await publisher.send({ routingKey: queue, messageId: END }, END);
    await publisher.close();
    const ids: string[] = [];
    await new Promise<void>((resolve) => {
      const consumer = connection.createConsumer(
        { queue, queueOptions: { passive: true }, qos: { prefetchCount: 500 } },
        ({ messageId = '' }) => {
          if (messageId !== END) ids.push(messageId);
          // The last acknowledgement must leave first: the handler is still in its call.
          else setImmediate(() => void consumer.close().then(resolve));
        },
      );
      consumer.on('error', () => undefined);
    });
    await connection.close();
    return ids;
  }

  /** Empties queues of the topology, left as other tests left them. */
  public async purge(...queues: readonly string[]): Promise<void> {
    const connection = this.connect();
    for (const queue of queues) await connection.queuePurge(queue);
    await connection.close();
  }

  /** Asks the management API of the first broker that answers. */
  public async ask<T>(path: string): Promise<T> {
    for (const url of this.outputs.management_urls) {
      const answer = await ask<T>(this.outputs, url, path).catch(() => undefined);
      if (answer !== undefined) return answer;
    }
    throw new Error(`no management page answers ${path}`);
  }

  private get login(): Login {
    return {
      endpoint: this.outputs.amqp_endpoint,
      user: this.outputs.administrator_name,
      password: this.outputs.administrator_password,
    };
  }

  private secretFile(name: string): string {
    return join(this.secrets, name);
  }

  private async brokerOf(connectionName: string): Promise<string> {
    interface ConnectionDescription {
      readonly node: string;
      readonly client_properties?: { readonly connection_name?: string };
    }
    return eventually(`the connection ${connectionName}`, 20, async () => {
      const connections = await this.ask<ConnectionDescription[]>('/api/connections');
      return connections
        .find(({ client_properties: properties }) => properties?.connection_name === connectionName)
        ?.node.replace('rabbit@', '');
    });
  }
}

/** Kills a container as a power failure would. */
export async function kill(container: string): Promise<void> {
  await must('docker', 'kill', container);
}
