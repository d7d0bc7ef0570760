import { PublisherGroup, Site } from '../checker/clients';
import { addressOf } from '../checker/network-cut';
import { must, run } from './command';
import { Outputs } from './deployment';
import { ask } from './management';
import { Access } from './traffic';

const TOOL = '/opt/brokers/bin/rabbitmq-cli';

/** Where clients of a local stack connect: by default where its outputs say, which may be several addresses. */
export function siteOf(outputs: Access, endpoints = outputs.amqp_endpoint.split(',')): Site {
  return {
    endpoints,
    username: outputs.administrator_name,
    password: outputs.administrator_password,
  };
}

/** Where a broker itself accepts AMQP connections. */
export async function endpointOf(host: string): Promise<string> {
  return `${await addressOf(host)}:5672`;
}

/** A slow publisher on each broker that goes nowhere else: what is confirmed to it there while the broker is alone shows. */
export function pinnedPublishers(
  outputs: Access,
  brokers: readonly string[],
  routingKey: string,
): Promise<PublisherGroup[]> {
  const pinned = brokers.map(async (host) => ({
    group: `publisher on ${host}`,
    site: siteOf(outputs, [await endpointOf(host)]),
    count: 1,
    routingKey,
    pinnedTo: host,
    messagesPerSecond: 20,
  }));
  return Promise.all(pinned);
}

/** Whether the broker of a host accepts AMQP connections. */
export async function accepts(host: string): Promise<boolean> {
  return (await run('docker', ['exec', host, '/opt/brokers/bin/rabbitmq-health'])).code === 0;
}

/** Client connections of the broker with this management page. */
export async function connectionsOf(outputs: Outputs, url = ''): Promise<number> {
  const path = '/api/overview?columns=object_totals.connections';
  const { object_totals } = await ask<{ object_totals: { connections: number } }>(outputs, url, path);
  return object_totals.connections;
}

/** Messages in all queues of one broker that are not on their way to a consumer. */
export async function messagesOf(host: string): Promise<number> {
  // The figures of a quorum queue, which `list_queues` has, are up to 5 s old.
  const ready = '[Ready || Queue <- rabbit_amqqueue:list(), {ok, Ready, _} <- [rabbit_amqqueue:stat(Queue)]]';
  return Number(await tool(host, 'eval', `lists:sum(${ready}).`));
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function tool(host: string, ...args: readonly string[]): Promise<string> {
  return must('docker', 'exec', host, TOOL, 'rabbitmqctl', '--quiet', ...args);
}
