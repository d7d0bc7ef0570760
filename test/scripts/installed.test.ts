import { load } from './load';

interface Packages {
  readonly packages?: Record<string, object>;
}

async function isInstalled(lock: Packages, installed: Packages): Promise<boolean> {
  const module = await load<{ isInstalled(lock: Packages, installed: Packages): boolean }>('installed');
  return module.isInstalled(lock, installed);
}

const A = { version: '1.0.0', integrity: 'sha512-a' };
const LOCK = { packages: { '': { name: 'root' }, 'node_modules/a': A } };

describe('node_modules', () => {
  it('is as in the lockfile, whatever else lies there', async () => {
    expect(await isInstalled(LOCK, { packages: { 'node_modules/a': A, 'node_modules/old': A } })).toBe(true);
  });

  it.each([
    ['lacks a package', {}],
    ['has another version', { 'node_modules/a': { ...A, version: '1.0.1' } }],
    ['has other content', { 'node_modules/a': { ...A, integrity: 'sha512-b' } }],
  ])('is out of date when it %s', async (_, packages) => {
    expect(await isInstalled(LOCK, { packages })).toBe(false);
  });

  it('may lack packages for other systems', async () => {
    const lock = { packages: { ...LOCK.packages, 'node_modules/mac': { ...A, optional: true } } };
    expect(await isInstalled(lock, { packages: { 'node_modules/a': A } })).toBe(true);
  });
});
