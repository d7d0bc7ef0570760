/**
 * Synthesises `<argument>` clusters of three nodes and prints the milliseconds from the first construct to the end of
 * `synth()`, without the start of Node.js and the loading of modules.
 */
import { App, TerraformStack } from 'cdktf';
import { DockerPlatform } from '../lib/docker/docker-platform';
import { Images } from '../lib/images';
import { RabbitMqCluster } from '../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../lib/rabbitmq/version';

const started = performance.now();
const app = new App();
const stack = new TerraformStack(app, 'growth');
const platform = new DockerPlatform(stack, 'docker', {
  subnet: '10.64.0.0/16',
  images: Images.onEngine({ rabbitmq: 'rabbitmq' }),
});
for (let number = 1; number <= Number(process.argv[2]); number++) {
  const version = RabbitMqVersion.V4_0;
  const cluster = new RabbitMqCluster(stack, `cluster-${number}`, { platform, nodes: 3, version });
  cluster.addQueue('orders');
}
app.synth();
console.log(performance.now() - started);
