import { Site } from '../checker/clients';
import { must, run } from './command';
import { Outputs } from './deployment';

const TOOL = '/opt/brokers/bin/rabbitmq-cli';

/** Where clients of a local stack connect. */
export function siteOf(outputs: Outputs): Site {
  return {
    endpoints: [outputs.amqp_endpoint],
    username: outputs.administrator_name,
    password: outputs.administrator_password,
  };
}

/** Whether the broker of a host accepts AMQP connections. */
export async function accepts(host: string): Promise<boolean> {
  return (await run('docker', ['exec', host, '/opt/brokers/bin/rabbitmq-health'])).code === 0;
}

/** Client connections of one broker. */
export async function connectionsOf(host: string): Promise<number> {
  const listing = await tool(host, 'list_connections', 'pid', '--no-table-headers');
  return listing.split('\n').filter((line) => line !== '').length;
}

/** Messages in all queues of one broker, exactly. */
export async function messagesOf(host: string): Promise<number> {
  const listing = await tool(host, 'list_queues', 'messages', '--no-table-headers');
  return listing.split('\n').reduce((sum, count) => sum + Number(count), 0);
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function tool(host: string, ...args: readonly string[]): Promise<string> {
  return must('docker', 'exec', host, TOOL, 'rabbitmqctl', '--quiet', ...args);
}
