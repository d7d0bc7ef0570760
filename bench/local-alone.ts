/** The local stack as `stacks/app.ts` makes it, without the stacks of the environments. */
import { App } from 'cdktf';
import { localImages } from '../stacks/images';
import { LocalStack } from '../stacks/local';

const app = new App();
new LocalStack(app, 'local', { images: localImages() });
app.synth();
