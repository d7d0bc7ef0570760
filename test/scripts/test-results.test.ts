import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, load } from './load';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly reasons: readonly string[];
}

let folder: string;

beforeEach(() => {
  mkdirSync(join(ROOT, '.setup'), { recursive: true });
  folder = mkdtempSync(join(ROOT, '.setup', 'results-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** What is counted of a real run of vitest over these files. */
async function count(files: Record<string, string>): Promise<Counts> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    'export default { test: { globals: true, include: ["*.spec.mjs"] } };',
  );
  const report = join(folder, 'report.json');
  const { status } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--root',
      folder,
      '--reporter=json',
      `--outputFile=${report}`,
    ],
    { env: { PATH: process.env['PATH'] } },
  );
  return countText(readFileSync(report, 'utf8'), status);
}

async function countText(json: string, code: number | null): Promise<Counts> {
  const module = await load<{ countResults(json: string, code: number | null): Counts }>('test-results');
  return module.countResults(json, code);
}

describe('numbers of a test run', () => {
  it('count what is skipped or cannot be loaded as failed', async () => {
    const counts = await count({
      'mixed.spec.mjs': `
        it('passes', () => {});
        it('fails', () => { throw new Error('no'); });
        it.runIf(false)('is skipped', () => {});
        it('is planned');`,
      'broken.spec.mjs': `import './nowhere.mjs';`,
      'hook.spec.mjs': `
        afterAll(() => { throw new Error('leftovers'); });
        it('passes', () => {});`,
    });
    expect(counts).toMatchObject({ passed: 2, failed: 5 });
    expect(counts.reasons.join('\n')).toMatch(/is skipped was not run/);
    expect(counts.reasons.join('\n')).toMatch(/nowhere\.mjs/);
  });

  it('count an error outside of the tests', async () => {
    const counts = await count({
      'late.spec.mjs': `it('passes', () => { setTimeout(() => { throw new Error('late'); }, 0); return new Promise((done) => setTimeout(done, 50)); });`,
    });
    expect(counts).toMatchObject({ passed: 1, failed: 1 });
  });

  it('are all good when all pass', async () => {
    expect(await count({ 'good.spec.mjs': `it('passes', () => {});` })).toEqual({
      passed: 1,
      failed: 0,
      reasons: [],
    });
  });

  it('fail when there is no test', async () => {
    expect(await countText('{"testResults":[]}', 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  it.each(['', '{"testRes'])('fail when the report is missing or cut off: %j', async (json) => {
    expect(await countText(json, 137)).toMatchObject({ passed: 0, failed: 1 });
  });
});
