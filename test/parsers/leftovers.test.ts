import { must, run } from '../e2e/support/command';
import { load } from '../scripts/load';
import { engineImages } from '../e2e/support/engine-images';

interface Resource {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
}

const MINE = 'e2e-left-mine';
const OTHER = 'e2e-left-other';
const { proxy: image } = engineImages();

/** A network, a volume and a container in both, labelled as a deployment labels them. */
async function create(network: string): Promise<void> {
  const labels = ['--label=cdktf-brokers.stack=left', `--label=cdktf-brokers.network=${network}`];
  await must('docker', 'network', 'create', ...labels, network);
  await must('docker', 'volume', 'create', ...labels, `${network}-data`);
  const volume = `--volume=${network}-data:/data`;
  await must(
    'docker',
    'create',
    ...labels,
    `--name=${network}-1`,
    `--network=${network}`,
    volume,
    image,
    'true',
  );
}

async function clear(): Promise<void> {
  for (const name of [MINE, OTHER]) {
    await run('docker', ['rm', '--force', `${name}-1`]);
    await run('docker', ['network', 'rm', name]);
    await run('docker', ['volume', 'rm', `${name}-data`]);
  }
}

const engine = () =>
  load<{
    resourcesOf: (of: { stack?: string; network?: string }) => Promise<Resource[]>;
    removeResources: (resources: readonly Resource[]) => Promise<Resource[]>;
  }>('resources');

describe('what the demo leaves', () => {
  beforeAll(async () => {
    await clear();
    await create(MINE);
    await create(OTHER);
  });

  afterAll(clear);

  it('is found by its labels and removed, and nothing of another network', async () => {
    const { resourcesOf, removeResources } = await engine();
    const mine = await resourcesOf({ stack: 'left', network: MINE });
    expect(mine.map(({ kind, name }) => [kind, name])).toEqual([
      ['container', `${MINE}-1`],
      ['network', MINE],
      ['volume', `${MINE}-data`],
    ]);
    expect(mine[0]?.id).toBe(await must('docker', 'inspect', '--format={{.Id}}', `${MINE}-1`));
    expect(mine[1]?.id).toBe(await must('docker', 'network', 'inspect', '--format={{.Id}}', MINE));

    expect(await removeResources(mine)).toEqual([]);
    expect(await resourcesOf({ stack: 'left', network: MINE })).toEqual([]);
    expect(await resourcesOf({ stack: 'left', network: OTHER })).toHaveLength(3);
  });

  it('names what could not be removed', async () => {
    const { resourcesOf, removeResources } = await engine();
    const volume = (await resourcesOf({ stack: 'left', network: OTHER })).filter(
      ({ kind }) => kind === 'volume',
    );
    // A container still has it.
    expect(volume).toHaveLength(1);
    expect(await removeResources(volume)).toEqual(volume);
  });
});
