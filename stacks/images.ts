import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IImageSource, ImageNames, Images } from '../lib/images';

/** The folder of the project, seen from `dist/stacks`. */
const ROOT = join(__dirname, '..', '..');

/** What `npm run images` found out about this machine's engine. */
interface FoundImages extends ImageNames {
  readonly source: 'registry' | 'built';
}

/** The images that set-up found or built on this machine; without set-up, those of the registry. */
export function localImages(): IImageSource {
  const found = join(ROOT, '.setup', 'images.json');
  if (!existsSync(found)) {
    return Images.fromRegistry(
      JSON.parse(readFileSync(join(ROOT, 'images', 'registry.json'), 'utf8')) as ImageNames,
    );
  }
  const { source, ...names } = JSON.parse(readFileSync(found, 'utf8')) as FoundImages;
  return source === 'built' ? Images.onEngine(names) : Images.fromRegistry(names);
}
