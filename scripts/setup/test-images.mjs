// Images that the tests need besides the brokers' and the proxies': machines, a registry for images,
// ShellCheck, iptables and Redis.
import { join } from 'node:path';
import { provideBase } from './base-image.mjs';
import { build, isBuiltFrom, pruneReplaced, sourceOf } from './docker-build.mjs';
import { ROOT } from './paths.mjs';
import { step } from './report.mjs';

const MACHINES = join(ROOT, 'test/e2e/support/machines');
const SEVERAL = [
  {
    name: 'cdktf-brokers-test/machine:trixie',
    directory: join(MACHINES, 'machine-image'),
    target: 'machine',
    expected: '20 s',
  },
  {
    name: 'cdktf-brokers-test/machine:trixie-docker',
    directory: join(MACHINES, 'machine-image'),
    target: 'machine-docker',
    expected: '15 s',
  },
  {
    name: 'cdktf-brokers-test/registry:trixie',
    directory: join(MACHINES, 'registry-image'),
    expected: '5 s',
  },
  {
    name: 'cdktf-brokers-test/redis:trixie',
    directory: join(ROOT, 'test/e2e/clients/redis-image'),
    expected: '5 s',
  },
  {
    name: 'cdktf-brokers-test/shellcheck:trixie',
    directory: join(ROOT, 'test/parsers/shellcheck-image'),
    expected: '5 s',
  },
  {
    name: 'cdktf-brokers-test/network-tools:trixie',
    directory: join(ROOT, 'test/e2e/checker/network-tools-image'),
    expected: '5 s',
  },
];

/** Builds those that the engine does not have as they are described now. `registry`: whether one may have their base. */
export async function provideTestImages({ registry }) {
  for (const { name, directory, target, expected } of SEVERAL) {
    const source = sourceOf(directory, target);
    if (await isBuiltFrom(name, source)) {
      await step('test images', () => `${name}, built before`);
      continue;
    }
    const base = await provideBase({ registry });
    await step(
      `test images: building ${name}`,
      async () => {
        await build({ directory, target, base, source, name, log: 'test-images' });
        await pruneReplaced();
      },
      expected,
    );
  }
}
