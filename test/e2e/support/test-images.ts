import { load } from '../../scripts/load';
import { engineImages } from './engine-images';

/** Builds the tests' own images. Set-up has done so before `npm test`; a test that is run by hand may be the first to need them. */
export async function provideImages(): Promise<void> {
  const { source } = engineImages();
  const { provideTestImages } = await load<{
    provideTestImages: (options: { registry: boolean }) => Promise<void>;
  }>('test-images');
  await provideTestImages({ registry: source === 'registry' });
}

/** Puts the image of an older series of RabbitMQ on the engine, where set-up has not done so before; returns its name. */
export async function provideSeries(series: string): Promise<string> {
  const found = engineImages();
  const images = await load<{
    provideSeries: (series: string, images: { source: string }) => Promise<string>;
  }>('images');
  return images.provideSeries(series, found);
}
