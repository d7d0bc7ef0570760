// Idempotent consumption: copies of a message, from a publisher that sent it again or a broker that delivered it again,
// are worked on once. Redis remembers the ids: `SET … NX PX` takes a lease on an id, which becomes a mark when the work
// is done. A mark alone, set before the work, would lose the message of a consumer that dies in between.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { AsyncMessage, Connection, Consumer } from 'rabbitmq-client';
import { connect, setting } from './connection';

/** Times of the marks. */
export interface Memory {
  /** How long a dead worker holds up its message; a living one prolongs its lease. @default 5000 */
  readonly leaseMilliseconds?: number;
  /** How late a copy may come: longer than any outage. @default 24 hours */
  readonly rememberMilliseconds?: number;
}

const DONE = 'done';
const POLL_MILLISECONDS = 50;

/** Changes a key only while it has the caller's value: another worker may have taken over. */
const FINISH = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1 end return 0`;
const PROLONG = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`;
const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

const createRedis = (host: string, port: number, password: string) =>
  createClient({ socket: { host, port, connectTimeout: 1000 }, password });

/** A client of Redis. */
export type Redis = ReturnType<typeof createRedis>;

/** A client that waits for Redis when it is away, so that messages stay where they are meanwhile. */
export function connectRedis(endpoint: string, password: string): Redis {
  const [host = '', port = ''] = endpoint.split(':');
  const redis = createRedis(host, Number(port), password);
  redis.on('error', (error: unknown) => {
    console.error(`redis: ${String(error)}`);
  });
  return redis;
}

/** Does work once an id. */
export class Once {
  private readonly leaseMilliseconds: number;
  private readonly rememberMilliseconds: number;

  public constructor(
    private readonly redis: Redis,
    { leaseMilliseconds = 5000, rememberMilliseconds = 86_400_000 }: Memory = {},
  ) {
    this.leaseMilliseconds = leaseMilliseconds;
    this.rememberMilliseconds = rememberMilliseconds;
  }

  /**
   * Runs `work` unless it was done under this id before, and returns whether it ran. While another worker is at it, waits
   * until that one is done or dead: to put the message back would only bring it again, up to the delivery limit.
   */
  public async run(id: string, work: () => Promise<void> | void): Promise<boolean> {
    const key = `once:${id}`;
    const token = randomUUID();
    const lease = { condition: 'NX', expiration: { type: 'PX', value: this.leaseMilliseconds } } as const;
    while ((await this.redis.set(key, token, lease)) === null) {
      if ((await this.redis.get(key)) === DONE) return false;
      await pause(POLL_MILLISECONDS);
    }
    const alive = setInterval(() => {
      this.ifMine(PROLONG, key, token, this.leaseMilliseconds).catch(() => undefined);
    }, this.leaseMilliseconds / 3);
    try {
      await work();
      await this.ifMine(FINISH, key, token, DONE, this.rememberMilliseconds);
      return true;
    } catch (error) {
      await this.ifMine(RELEASE, key, token);
      throw error;
    } finally {
      clearInterval(alive);
    }
  }

  private ifMine(script: string, key: string, ...args: readonly (string | number)[]): Promise<unknown> {
    return this.redis.eval(script, { keys: [key], arguments: args.map(String) });
  }
}

/** Works on each id of a queue once; publishers have to set `messageId`. */
export function consumeOnce(
  connection: Connection,
  queue: string,
  once: Once,
  work: (message: AsyncMessage) => Promise<void> | void,
): Consumer {
  const consumer = connection.createConsumer(
    { queue, queueOptions: { passive: true }, qos: { prefetchCount: 10 } },
    async (message) => {
      if (message.messageId === undefined)
        throw new Error('a message without messageId cannot be told from a copy');
      await once.run(message.messageId, () => work(message));
    },
  );
  consumer.on('error', (error: unknown) => {
    console.error(String(error));
  });
  return consumer;
}

async function main(): Promise<void> {
  const { WORK_MILLISECONDS: milliseconds = '0', LEASE_MILLISECONDS: lease = '5000' } = process.env;
  const redis = connectRedis(
    setting('REDIS_ENDPOINT'),
    readFileSync(setting('REDIS_PASSWORD_FILE'), 'utf8').trim(),
  );
  await redis.connect();
  const connection = connect('idempotent-consumer');
  const consumer = consumeOnce(
    connection,
    'shop.orders',
    new Once(redis, { leaseMilliseconds: Number(lease) }),
    async ({ messageId = '' }) => {
      console.log(`began ${messageId}`);
      await pause(Number(milliseconds));
      console.log(`done ${messageId}`);
    },
  );
  process.once('SIGTERM', () => {
    void consumer
      .close()
      .then(() => connection.close())
      .then(() => redis.close());
  });
}

if (require.main === module) void main();
