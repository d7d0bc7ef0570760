import { Channel, Connection } from 'rabbitmq-client';
import { MessageId } from './message-id';

/** Where clients connect. */
export interface Site {
  /** `host:port`, e.g. one floating address or several brokers. A client goes on to the next when one fails. */
  readonly endpoints: readonly string[];
  readonly username: string;
  readonly password: string;
  /** @default '/' */
  readonly vhost?: string;
}

/** Publishers that do the same. */
export interface PublisherGroup {
  readonly group: string;
  readonly site: Site;
  readonly count: number;
  /** @default the default exchange */
  readonly exchange?: string;
  /** Name of the queue when the exchange is the default one. */
  readonly routingKey: string;
  /** Of each publisher. @default 50 */
  readonly messagesPerSecond?: number;
  /** The only host behind the endpoints of the site. @default there are several */
  readonly pinnedTo?: string;
  /** @default true */
  readonly persistent?: boolean;
}

/** Consumers that do the same. */
export interface ConsumerGroup {
  readonly group: string;
  readonly site: Site;
  readonly count: number;
  readonly queue: string;
  /** Every audience has to receive every message. @default 'all' */
  readonly audience?: string;
  /** Unacknowledged messages that a consumer may have. @default 100 */
  readonly prefetch?: number;
  /** `after publishing`: a backlog grows first. @default 'at once' */
  readonly start?: 'at once' | 'after publishing';
}

/** What clients tell of themselves. */
export interface Observer {
  readonly sent: (id: MessageId) => void;
  readonly confirmed: (id: MessageId) => void;
  readonly delivered: (consumer: number, id: MessageId, redelivered: boolean) => void;
}

/**
 * Half of it after a server went silent, a client writes and learns that the connection is gone; after twice of it, it
 * gives up a connection that still takes what is written. The broker's own default of 60 would take minutes.
 */
const HEARTBEAT_SECONDS = 5;
const CONNECT_MILLISECONDS = 2000;
const BETWEEN_SESSIONS_MILLISECONDS = 50;

/** A connection with one channel, from its start to its end. */
export type Session = (connection: Connection, channel: Channel) => Promise<void>;

/**
 * Opens sessions one after the other until `stopped`, each on a connection of its own. A session ends when it returns or
 * throws.
 */
export async function sessions(
  name: string,
  site: Site,
  stopped: () => boolean,
  session: Session,
): Promise<void> {
  const { endpoints, username, password, vhost = '/' } = site;
  for (let attempt = 0; !stopped(); attempt++) {
    const first = attempt % endpoints.length;
    const connection = new Connection({
      hosts: [...endpoints.slice(first), ...endpoints.slice(0, first)],
      username,
      password,
      vhost,
      connectionName: name,
      heartbeat: HEARTBEAT_SECONDS,
      connectionTimeout: CONNECT_MILLISECONDS,
      acquireTimeout: CONNECT_MILLISECONDS,
      retryLow: 50,
      retryHigh: 200,
    });
    // What is wrong shows in what does not come.
    connection.on('error', () => undefined);
    try {
      const channel = await within(CONNECT_MILLISECONDS, connection.acquire());
      channel.on('error', () => undefined);
      await session(connection, channel);
    } catch {
      // The next session begins from scratch.
    } finally {
      connection.unsafeDestroy();
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_SESSIONS_MILLISECONDS));
  }
}

/** @throws Error when `promise` has no result after so long */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${milliseconds} ms`));
    }, milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
