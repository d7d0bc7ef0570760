import { App } from 'cdktf';
import { readFileSync } from 'node:fs';
import { localImages } from '../../stacks/images';
import { WarrenStack } from '../../stacks/warren';
import { WarrenSettings } from './support/warren';

const { prefix, ...settings } = JSON.parse(readFileSync('settings.json', 'utf8')) as WarrenSettings;
const app = new App();
new WarrenStack(app, 'local', { ...settings, prefix: `${prefix}-`, images: localImages() });
app.synth();
