/** The local stack with as many quorum queues as the argument says, each with a binding. Prints nothing. */
import { App } from 'cdktf';
import { localImages } from '../stacks/images';
import { LocalStack } from '../stacks/local';
import { PREFIX, SUBNET } from './names';

const queues = Array.from({ length: Number(process.argv[2]) }, (_, index) => `queue-${index + 1}`);
const app = new App();
const stack = new LocalStack(app, 'local', { images: localImages(), prefix: PREFIX, subnet: SUBNET, queues });
for (const queue of queues) {
  stack.brokers.addBinding({ source: 'amq.topic', destination: queue, routingKey: `${queue}.*` });
}
app.synth();
