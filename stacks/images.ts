import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IImageSource, Images } from '../lib/images';

/** The folder of the project, seen from `stacks` or `dist/stacks`. */
const ROOT = existsSync(join(__dirname, '..', 'package.json'))
  ? join(__dirname, '..')
  : join(__dirname, '..', '..');
/** Names that `npm run images -- --series` gives to what it builds. */
const BUILT_SERIES = { '3.10': 'cdktf-brokers/rabbitmq:3.10' };

/** What images/registry.json says, and what `npm run images` found out about this machine's engine. */
interface NamedImages {
  readonly rabbitmq: string;
  readonly proxy: string;
  /** Release series of the image `rabbitmq`. */
  readonly rabbitmqVersion: string;
}

/** Images of a role for each release series. */
export interface SeriesImages {
  readonly rabbitmq: Readonly<Record<string, string>>;
  readonly proxy: string;
}

/** Where the stacks' images are, in the registry that Docker takes by itself. */
export function registryImages(): SeriesImages {
  const { series, ...names } = read('images/registry.json') as NamedImages & {
    readonly series: Readonly<Record<string, string>>;
  };
  return bySeries(names, series);
}

/** Names of the images of `registryImages` after `npm run images -- --push`, which keeps the last part. */
export function pushedImages(line: string): { readonly rabbitmq: string; readonly proxy: string } {
  const { rabbitmq, proxy } = registryImages();
  return { rabbitmq: lastPart(rabbitmq[line] ?? ''), proxy: lastPart(proxy) };
}

/** The images that set-up found or built on this machine; without set-up, those of the registry. */
export function localImages(): IImageSource {
  if (!existsSync(join(ROOT, '.setup', 'images.json'))) return Images.fromRegistry(registryImages());
  const { source, ...names } = read('.setup/images.json') as NamedImages & {
    readonly source: 'registry' | 'built';
  };
  return source === 'built'
    ? Images.onEngine(bySeries(names, BUILT_SERIES))
    : Images.fromRegistry(bySeries(names, registryImages().rabbitmq));
}

function bySeries(
  { rabbitmq, proxy, rabbitmqVersion }: NamedImages,
  others: Readonly<Record<string, string>>,
): SeriesImages {
  return { rabbitmq: { ...others, [rabbitmqVersion]: rabbitmq }, proxy };
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}
