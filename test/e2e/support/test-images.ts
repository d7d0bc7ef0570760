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
