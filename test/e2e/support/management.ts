import { Outputs } from './deployment';

/** The parts of `/api/nodes` that the tests look at. */
export interface NodeDescription {
  readonly name: string;
  readonly running: boolean;
  readonly mem_alarm: boolean;
  readonly disk_free_alarm: boolean;
  readonly partitions: readonly string[];
}

/** The parts of `/api/queues` that the tests look at. */
export interface QueueDescription {
  readonly name: string;
  readonly messages: number;
  /** Where it is, for a quorum queue its leader. */
  readonly node: string;
  readonly leader: string;
  readonly members: readonly string[];
  readonly online: readonly string[];
}

/**
 * The nodes with a member of this queue, in order. RabbitMQ may list one twice for up to 5 s: where its tick finds a new
 * member before the call that added it has recorded it, both do (seen on 4.0.5).
 */
export function membersOf({ members }: QueueDescription): string[] {
  return [...new Set(members)].sort();
}

/** Status code of a request to the management API with this login. */
export async function statusFor(url: string, user: string, password: string): Promise<number> {
  return (await request(url, '/api/whoami', user, password)).status;
}

/** Who may do everything. */
export type Administrator = Pick<Outputs, 'administrator_name' | 'administrator_password'>;

/** Asks the management API of one node as the administrator. */
export async function ask<T>(outputs: Administrator, url: string, path: string): Promise<T> {
  const response = await request(url, path, outputs.administrator_name, outputs.administrator_password);
  if (!response.ok) throw new Error(`${url}${path} answered ${response.status}`);
  return (await response.json()) as T;
}

/** Tells the management API of one node, as the administrator, to make or to remove something. */
export async function tell(
  outputs: Administrator,
  url: string,
  method: 'PUT' | 'DELETE',
  path: string,
  body?: object,
): Promise<void> {
  const { administrator_name: user, administrator_password: password } = outputs;
  const response = await request(url, path, user, password, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${url}${path} answered ${response.status}`);
}

function request(
  url: string,
  path: string,
  user: string,
  password: string,
  what: Pick<RequestInit, 'method' | 'body'> = {},
): Promise<Response> {
  const login = Buffer.from(`${user}:${password}`).toString('base64');
  return fetch(`${url}${path}`, {
    ...what,
    headers: { authorization: `Basic ${login}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(5000),
  });
}
