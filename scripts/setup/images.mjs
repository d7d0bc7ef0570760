// The images of the containers: from a registry where one answers, built here otherwise.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildImage } from './build-image.mjs';
import { must } from './command.mjs';
import { ROOT, SETUP, made } from './paths.mjs';
import { isOnEngine, pull } from './pull.mjs';
import { SetupError, step } from './report.mjs';

const RESULT = join(SETUP, 'images.json');
const ROLES = ['rabbitmq', 'proxy'];
const OVERRIDES = { rabbitmq: 'BROKERS_RABBITMQ_IMAGE', proxy: 'BROKERS_PROXY_IMAGE' };
const MODES = ['auto', 'build', 'pull'];

/**
 * Puts the images on the engine and writes `.setup/images.json`, which stacks/local.ts reads:
 * `{ source: "registry" | "built", rabbitmq, proxy, rabbitmqVersion }`.
 * `mode`: `auto` (a registry, or else built here), `build` or `pull`; BROKERS_IMAGES where absent.
 */
export async function provideImages(mode = process.env.BROKERS_IMAGES || 'auto') {
  if (!MODES.includes(mode))
    throw new SetupError(`BROKERS_IMAGES is ${mode}: use ${MODES.join(', ')}, or unset it.`);
  const registryNames = readJson(join(ROOT, 'images/registry.json'));
  const before = mode === 'auto' ? readJson(RESULT) : {};
  const names = {};
  let source = 'registry';
  const wanted = mode === 'pull' || (mode === 'auto' && before.source !== 'built');
  let reachable = true;
  for (const role of ROLES) {
    const given = process.env[OVERRIDES[role]];
    if (given) {
      await takeGiven(role, given);
      names[role] = given;
      continue;
    }
    const failure = wanted && reachable ? await takeFromRegistry(role, registryNames[role]) : {};
    names[role] = failure === undefined ? registryNames[role] : undefined;
    if (failure === undefined) continue;
    if (mode === 'pull')
      throw new SetupError(
        `${registryNames[role]} could not be pulled: ${failure.reason}. Name another image in ${OVERRIDES[role]}, or build it with \`npm run images -- --build\`.`,
      );
    reachable &&= failure.unreachable !== true;
    names[role] = await buildImage(role, { registry: reachable });
    source = 'built';
  }
  const result = { source, ...names, rabbitmqVersion: await rabbitmqVersion(names.rabbitmq) };
  writeFileSync(join(made(SETUP), 'images.json.new'), `${JSON.stringify(result, null, 2)}\n`);
  renameSync(`${RESULT}.new`, RESULT);
  return result;
}

/**
 * Puts the image of an older `series` of RabbitMQ on the engine, e.g. 3.10. `source`: where the other images are from, as
 * `provideImages` found out. Resolves to its name.
 */
export async function provideSeries(series, { source }) {
  if (source === 'built') return buildImage('rabbitmq', { registry: false, series });
  const image = readJson(join(ROOT, 'images/registry.json')).series[series];
  const failure = await takeFromRegistry(`rabbitmq ${series}`, image);
  if (failure === undefined) return image;
  throw new SetupError(
    `${image} could not be pulled: ${failure.reason}. Build the images with \`npm run images -- --build --series ${series}\`.`,
  );
}

/** The version line in an image's tag: `registry.example.com:5000/rabbitmq:4.0.9-management` → `4.0`. */
export function versionInTag(image) {
  return /:v?(\d+\.\d+)[^/]*$/.exec(image)?.[1];
}

async function rabbitmqVersion(image) {
  const inTag = versionInTag(image);
  if (inTag !== undefined) return inTag;
  const said = await must(
    'docker',
    ['run', '--rm', '--network=none', '--entrypoint=rabbitmqctl', image, 'version'],
    `${image} has no version in its tag and does not tell one: name an image of RabbitMQ`,
  );
  return versionInTag(`:${said}`) ?? said;
}

async function takeGiven(role, image) {
  await step(`images: ${role}, ${OVERRIDES[role]} says ${image}`, async () => {
    if (await isOnEngine(image)) return 'on the engine';
    const failure = await pull(image);
    if (failure === undefined) return 'pulled';
    throw new SetupError(
      `${image} is not on the engine and could not be pulled: ${failure.reason}. Correct ${OVERRIDES[role]}, or unset it.`,
    );
  });
}

async function takeFromRegistry(role, image) {
  if (await isOnEngine(image)) return step(`images: ${role}`, () => `${image}, on the engine`);
  let failure;
  await step(`images: pulling ${image}`, async () => {
    failure = await pull(image);
    return failure?.reason;
  });
  return failure;
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}
