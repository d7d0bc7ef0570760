/** The local stack under names and in a network of its own. */
import { App } from 'cdktf';
import { localImages } from '../stacks/images';
import { LocalStack } from '../stacks/local';
import { PREFIX, SUBNET } from './names';

const app = new App();
new LocalStack(app, 'local', { images: localImages(), prefix: PREFIX, subnet: SUBNET });
app.synth();
