/** What machines like ECS instances take from power-on until the cluster serves. */
import { startAlicloudProvider } from '../test/e2e/support/alicloud-provider';
import { Environments } from '../test/e2e/support/environments';
import { InstanceMachines } from '../test/e2e/support/machines/instances';
import { Machine } from '../test/e2e/support/machines/machine';
import { MachineNetwork } from '../test/e2e/support/machines/network';
import { BROKERS, prodSettings, PROXIES } from '../test/e2e/support/machines/prod-settings';
import { Registry } from '../test/e2e/support/machines/registry';
import { load } from '../test/scripts/load';
import { assertNotInterrupted, BenchError, watchSignals } from './command';
import { deployPrograms } from './machine';
import { PREFIX } from './names';
import { Measurement, Part, ratio } from './report';
import { engineImages } from '../test/e2e/support/engine-images';

const ROUNDS = 3;
/** Apart from the networks of the tests. */
const CIDR = '172.30.64.0/20';
const MACHINES = [...BROKERS, ...PROXIES];

/** Seconds since the power-on by stage, the last machine's. */
type Stages = ReadonlyMap<string, number>;

/** Measures the boot. @throws BenchError when the stack cannot be applied */
export async function measureBoot(say: (line: string) => void): Promise<Part> {
  await load('command');
  // That module ends its process at a signal, and here machines have to be taken away first.
  watchSignals();
  const images = engineImages();
  const healthy: number[] = [];
  const stages: Stages[] = [];
  const empty: number[] = [];
  const provider = await startAlicloudProvider();
  const network = await MachineNetwork.create(`${PREFIX}machines`, CIDR);
  try {
    const registry = await Registry.start(network, {
      address: '172.30.79.5',
      images: [images.rabbitmq, images.proxy],
    });
    const environments = new Environments(provider.environment, {
      prod: prodSettings(registry, images, CIDR),
    });
    try {
      const { code, output } = await environments.deploy('prod');
      if (code !== 0) throw new BenchError(`the stack could not be applied:\n${output}`);
    } finally {
      environments.remove();
    }
    const instances = new InstanceMachines(network, provider);
    for (let round = 1; round <= ROUNDS; round++) {
      assertNotInterrupted();
      healthy.push(await bootOnce(instances));
      stages.push(await lastStages(instances));
      await instances.remove();
      assertNotInterrupted();
      empty.push(await bootEmpty(network, instances));
      say(
        `  round ${round}: ${healthy.at(-1)?.toFixed(1)} s, with empty user data ${empty.at(-1)?.toFixed(1)} s`,
      );
    }
  } finally {
    await network.remove();
    provider.stop();
  }
  return {
    title: 'Boot',
    method: [
      'From the power-on of five machines at once, three brokers and two proxies with the user data that `prod` hands to its instances, Docker in their image and their data disks blank, until every node says that it serves; against the same machines with empty user data until cloud-init is through.',
      'The machines are containers with systemd, cloud-init and a Docker engine of their own, as in `test/e2e/ecs.test.ts`; they pull the images from a registry on their network. Stages are those of the machine that comes last, alternating.',
    ],
    programs: await deployPrograms(),
    measurements: [
      { what: 'boot to healthy', unit: 's', values: healthy },
      ...stageMeasurements(stages),
      { what: 'empty user data', unit: 's', values: empty },
    ],
    figures: [ratio('boot: to healthy / empty user data', healthy, empty)],
    remarks: ['All five machines share the cores of one.'],
  };
}

async function bootOnce(instances: InstanceMachines): Promise<number> {
  const started = performance.now();
  await Promise.all(MACHINES.map((name) => instances.start(name, { image: 'docker' })));
  await instances.ready();
  return (performance.now() - started) / 1000;
}

/** The same machines, but with nothing to do. */
async function bootEmpty(network: MachineNetwork, instances: InstanceMachines): Promise<number> {
  const started = performance.now();
  const machines = await Promise.all(
    MACHINES.map((name) =>
      Machine.start(network, {
        name,
        address: instances.instance(name).address,
        userData: '#cloud-config\n{}\n',
        image: 'docker',
        ramDisk: true,
      }),
    ),
  );
  await Promise.all(machines.map((machine) => machine.waitForCloudInit()));
  const seconds = (performance.now() - started) / 1000;
  for (const machine of machines) await machine.destroy();
  return seconds;
}

/** Stages of the first boot, each when the last machine was through with it, in seconds since its start. */
async function lastStages(instances: InstanceMachines): Promise<Stages> {
  const latest = new Map<string, number>();
  for (const name of MACHINES) {
    const { stages } = await instances.machine(name).waitForCloudInit();
    const began = stages.find((stage) => /\/config-scripts[-_]user$/.test(stage.name))?.began ?? Number.NaN;
    const ends = [...(await instances.stages(name)).matchAll(/^brokers: (.+) after (\d+) ms$/gm)].map(
      ([, stage = '', milliseconds = '']) => [stage, began + Number(milliseconds) / 1000] as const,
    );
    for (const [stage, seconds] of [['cloud-init runs the bootstrap', began] as const, ...ends]) {
      latest.set(stage, Math.max(latest.get(stage) ?? 0, seconds));
    }
  }
  return latest;
}

function stageMeasurements(rounds: readonly Stages[]): Measurement[] {
  return [...(rounds[0]?.keys() ?? [])].map((stage) => ({
    what: stage,
    unit: 's' as const,
    values: rounds.flatMap((round) => round.get(stage) ?? []),
    detail: true,
  }));
}
