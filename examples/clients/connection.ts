// What the clients of this folder share: how to connect, and what a message is.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Connection } from 'rabbitmq-client';

/** A message to publish. */
export interface Message {
  /** Stays the same when the message is sent again, so that consumers can tell a copy from a new message. */
  readonly id: string;
  readonly body: unknown;
}

/** Where a broker is and who asks. */
export interface Login {
  /** `host:port`, best that of the proxies. */
  readonly endpoint: string;
  readonly user: string;
  readonly password: string;
}

/** The login that `AMQP_ENDPOINT`, `AMQP_USER` and the file `AMQP_PASSWORD_FILE` hold. @throws Error when one is not set */
export function loginOfEnvironment(): Login {
  return {
    endpoint: setting('AMQP_ENDPOINT'),
    user: setting('AMQP_USER'),
    // A file, since more than this process can read its environment.
    password: readFileSync(setting('AMQP_PASSWORD_FILE'), 'utf8').trim(),
  };
}

/** Connects, and again whenever the connection breaks. `name` is shown on the management pages. */
export function connect(
  name: string,
  { endpoint, user, password }: Login = loginOfEnvironment(),
): Connection {
  const [hostname = '', port = ''] = endpoint.split(':');
  const connection = new Connection({
    hostname,
    port,
    username: user,
    password,
    connectionName: name,
    connectionTimeout: 1000,
    acquireTimeout: 1500,
    // A peer that vanished without a word is noticed after 20 s, not after two minutes.
    heartbeat: 10,
    // A quorum queue needs about half a second for a new leader: who comes back sooner waits longer.
    retryLow: 250,
    retryHigh: 1000,
  });
  // Without a listener the event would end the process.
  connection.on('error', (error: unknown) => {
    console.error(`${name}: ${String(error)}`);
  });
  return connection;
}

/** @throws Error when the variable is not set */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`${name} must be set: see the README of the clients`);
  return value;
}

/** The lines of standard input, each as a message with an id of its own. */
export async function* messagesOfInput(): AsyncGenerator<Message> {
  for await (const body of createInterface({ input: process.stdin })) yield { id: randomUUID(), body };
}
