/** What `cdktf deploy` takes until the cluster serves, against plain `docker run` of the same containers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchError, must } from './command';
import { Deployment, TimedLine } from './deployment';
import { ContainerFacts, containerFacts, sweep } from './engine';
import { deployPrograms } from './machine';
import { PREFIX, ROOT } from './names';
import { writePlainContainers } from './plain-containers';
import { Measurement, Part, ratio } from './report';

const ROUNDS = 3;
const SCRIPT = join(ROOT, 'bench/docker-run.sh');

/** Lines of the log of `cdktf deploy` that end a stage; the last such line counts. */
const STAGES: readonly (readonly [stage: string, line: RegExp])[] = [
  ['compiled and synthesised', /Initializing the backend/],
  ['initialised', /Terraform has been successfully initialized/],
  ['planned', /Plan: \d+ to add/],
  ['containers started', /docker_container\.\S+: Creation complete/],
  ['files of the brokers checked', /terraform_data\.\S*rabbitmq-\d+-files_\S+: Creation complete/],
  ['brokers ready and joined', /terraform_data\.\S*rabbitmq_members_\S+: Creation complete/],
  ['proxies ready', /terraform_data\.\S*proxy_members_\S+: Creation complete/],
  ['all', /^done$/],
];

/** Seconds since the start by stage, in the order of the stages. */
type Stages = ReadonlyMap<string, number>;

/** Measures the deploy. @throws BenchError when one of the two does not come to serve */
export async function measureDeploy(say: (line: string) => void): Promise<Part> {
  const ours: Stages[] = [];
  const plain: Stages[] = [];
  const root = mkdtempSync(join(tmpdir(), 'brokers-bench-'));
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      await sweep();
      const directory = join(root, String(round));
      const deployed = await deployOnce(directory);
      say(`  round ${round}: cdktf deploy ${total(deployed.stages).toFixed(1)} s`);
      await sweep();
      const started = await runOnce(directory);
      say(`  round ${round}: docker run ${total(started.stages).toFixed(1)} s`);
      assertSame(deployed.facts, started.facts);
      ours.push(deployed.stages);
      plain.push(started.stages);
    }
  } finally {
    await sweep();
    rmSync(root, { recursive: true, force: true });
  }
  return {
    title: 'Deploy',
    method: [
      'From the start of `cdktf deploy local` (compilation of the project included, empty output folder, new state) to its end, which means that the cluster serves, against `bench/docker-run.sh`, which starts the same containers all at once with plain `docker run` and waits until the same scripts on the nodes say that they serve, alternating.',
      'Stages are counted from the start of the command.',
    ],
    programs: await deployPrograms(),
    measurements: [...measurements('cdktf deploy', ours), ...measurements('docker run', plain)],
    figures: [ratio('deploy: cdktf deploy / docker run', ours.map(total), plain.map(total), { atMost: 1.5 })],
    remarks: [],
  };
}

interface Outcome {
  readonly stages: Stages;
  readonly facts: ReadonlyMap<string, ContainerFacts>;
}

/** Deploys, and describes the containers in `directory` for `runOnce`. */
async function deployOnce(directory: string): Promise<Outcome> {
  const deployment = new Deployment();
  try {
    const lines = await deployment.deploy();
    writePlainContainers(deployment.stack, directory);
    return { stages: stagesOf(lines), facts: await containerFacts() };
  } finally {
    deployment.remove();
  }
}

async function runOnce(directory: string): Promise<Outcome> {
  const started = performance.now();
  const output = await must(SCRIPT, [directory], { timeoutSeconds: 300 });
  const seconds = (performance.now() - started) / 1000;
  const stages = output.split('\n').map((line): [string, number] => {
    const [milliseconds = '', stage = ''] = line.split('\t');
    return [stage.replace(PREFIX, ''), Number(milliseconds) / 1000];
  });
  return { stages: new Map([...stages, ['all', seconds]]), facts: await containerFacts() };
}

function stagesOf(lines: readonly TimedLine[]): Stages {
  const stages = STAGES.flatMap(([stage, pattern]): [string, number][] => {
    const last = lines.filter(({ line }) => pattern.test(line)).at(-1);
    return last === undefined ? [] : [[stage, last.seconds]];
  });
  return new Map(stages);
}

function total(stages: Stages): number {
  return Math.max(...stages.values());
}

function measurements(what: string, runs: readonly Stages[]): Measurement[] {
  const stages = [...(runs[0]?.keys() ?? [])].filter((stage) => stage !== 'all');
  return [
    { what, unit: 's', values: runs.map(total) },
    ...stages.map((stage) => ({
      what: stage,
      unit: 's' as const,
      values: runs.flatMap((run) => run.get(stage) ?? []),
      detail: true,
    })),
  ];
}

/** What would make the comparison unfair is an error. */
function assertSame(
  ours: ReadonlyMap<string, ContainerFacts>,
  plain: ReadonlyMap<string, ContainerFacts>,
): void {
  const names = [...new Set([...ours.keys(), ...plain.keys()])].sort();
  const differences = names.flatMap((name) => {
    const [one, other] = [ours.get(name), plain.get(name)];
    if (one === undefined || other === undefined) return [`${name} is missing in one`];
    return Object.keys(one)
      .filter((fact) => one[fact] !== other[fact])
      .map((fact) => `${name}: ${fact} ${one[fact] ?? ''} and ${other[fact] ?? ''}`);
  });
  if (differences.length === 0) return;
  throw new BenchError(
    `bench/plain-containers.ts does not start the containers of the stack: bring it up to date\n${differences.join('\n')}`,
  );
}
