// `npm run images`: the images alone, for instance to hand them to machines behind a slow registry.
import { readArguments } from './setup/arguments.mjs';
import { must, run } from './setup/command.mjs';
import { provideEngine } from './setup/engine.mjs';
import { OLDER_SERIES } from './setup/build-image.mjs';
import { provideImages, provideSeries } from './setup/images.mjs';
import { exclusively } from './setup/lock.mjs';
import { runMain, say, step } from './setup/report.mjs';
import { checkSystem } from './setup/system.mjs';

const HELP = `Usage: npm run images [-- OPTION...]

Puts the images of the brokers and the proxies on the Docker engine and writes their names to .setup/images.json, from
where the stacks take them. Without an option: from a registry where one answers, built here otherwise.

  --build            build them here from the Dockerfiles in images/
  --pull             pull those of images/registry.json, and fail where that can't be done
  --series 3.10      as well as the image of that release series, which the stack mirrored runs
  --push REGISTRY    then push them to REGISTRY, e.g. registry.example.com/brokers, under the last part of their names;
                     log in to it before (\`docker login\`), and out after it: Docker keeps the password
  --help             print this

BROKERS_RABBITMQ_IMAGE and BROKERS_PROXY_IMAGE name images to use instead, for instance pushed ones.
Exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted.`;

async function provide({ build, pull, push, series }) {
  await checkSystem({ linux: true });
  await provideEngine();
  const images = await provideImages(build ? 'build' : pull ? 'pull' : undefined);
  const names = { rabbitmq: images.rabbitmq, proxy: images.proxy };
  if (series !== undefined) names[`rabbitmq ${series}`] = await provideSeries(series, images);
  if (push !== undefined) {
    for (const image of Object.values(names)) await pushImage(image, push);
  }
  for (const [role, image] of Object.entries(names)) say(`${role.padEnd(14)}${image}`);
  return 0;
}

async function pushImage(image, registry) {
  const target = `${registry.replace(/\/+$/, '')}/${image.split('/').at(-1)}`;
  await step(`pushing ${target}`, async () => {
    await must('docker', ['tag', image, target], `${target} is no name for an image: correct --push`);
    try {
      await must('docker', ['push', target], `${target} could not be pushed: log in with \`docker login\``);
    } finally {
      await run('docker', ['rmi', target]); // the name only, the image has another one
    }
  });
}

const chosen = readArguments(
  HELP,
  {
    build: { type: 'boolean' },
    pull: { type: 'boolean' },
    push: { type: 'string' },
    series: { type: 'string' },
  },
  ({ build, pull, series }) => {
    if (build && pull) throw new Error('Use --build or --pull, not both.');
    if (series !== undefined && !OLDER_SERIES.includes(series))
      throw new Error(`There is no image of the series ${series}: use ${OLDER_SERIES.join(', ')}.`);
  },
);
await runMain(() => exclusively('setup', () => provide(chosen)));
