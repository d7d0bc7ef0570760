import { App, TerraformOutput } from 'cdktf';
import { readFileSync } from 'node:fs';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { LinkEndpoint } from '../../lib/rabbitmq/link-endpoint';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Secret } from '../../lib/secret';
import { localImages } from '../../stacks/images';
import { LocalStack } from '../../stacks/local';
import { MigrationSettings, SUCCESSOR } from './support/migration';

const { prefix, subnet, phase } = JSON.parse(readFileSync('settings.json', 'utf8')) as MigrationSettings;
const app = new App();
const stack = new LocalStack(app, 'local', {
  images: localImages(),
  architecture: 'mirrored',
  prefix: `${prefix}-`,
  subnet,
  queues: phase === 'moved' ? ['checked', 'invoices'] : ['checked', 'invoices', 'orders'],
  quorumQueues: phase === 'before' ? [] : [SUCCESSOR],
});
const old = stack.brokers;
if (!(old instanceof RabbitMqCluster)) throw new Error('mirrored brokers are no cluster');
old.addUser('moving', { password: Secret.generate(stack, 'moving'), permissions: [{ read: '^invoices$' }] });
if (phase === 'moving') {
  old.addShovel('orders', { source: { queue: 'orders' }, destination: { queue: SUCCESSOR } });
}
if (phase !== 'before') addNewCluster(old);
app.synth();

/** One node of RabbitMQ 4 is enough to see what a shovel brings. */
function addNewCluster(from: RabbitMqCluster): void {
  const fresh = new RabbitMqCluster(stack, 'new', {
    platform: stack.platform,
    name: `${prefix}-new`,
    nodes: 1,
    version: RabbitMqVersion.V4_0,
    memoryMiB: 1024,
  });
  fresh.addQueue('invoices');
  fresh.addShovel('invoices', {
    source: { endpoint: LinkEndpoint.cluster(from, { user: 'moving' }), queue: 'invoices' },
    destination: { queue: 'invoices' },
  });
  const { value } = fresh.administratorPassword;
  new TerraformOutput(stack, 'new_amqp_endpoint', { value: fresh.endpoint, staticId: true });
  new TerraformOutput(stack, 'new_administrator_password', { value, sensitive: true, staticId: true });
}
