import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, load } from '../../scripts/load';

/** Builds the tests' own images. Set-up has done so before `npm test`; a test that is run by hand may be the first to need them. */
export async function provideImages(): Promise<void> {
  const { source } = JSON.parse(readFileSync(join(ROOT, '.setup/images.json'), 'utf8')) as { source: string };
  const { provideTestImages } = await load<{
    provideTestImages: (options: { registry: boolean }) => Promise<void>;
  }>('test-images');
  await provideTestImages({ registry: source === 'registry' });
}

/** Puts the image of an older series of RabbitMQ on the engine, where set-up has not done so before. */
export async function provideSeries(series: string): Promise<void> {
  const found = JSON.parse(readFileSync(join(ROOT, '.setup/images.json'), 'utf8')) as { source: string };
  const images = await load<{
    provideSeries: (series: string, images: { source: string }) => Promise<string>;
  }>('images');
  await images.provideSeries(series, found);
}
