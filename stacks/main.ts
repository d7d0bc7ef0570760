import { App } from 'cdktf';
import { localImages } from './images';
import { LocalStack } from './local';

const app = new App();
new LocalStack(app, 'local', { images: localImages() });
app.synth();
