/** What the figures were measured on. */
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { RabbitMqVersion } from '../lib/rabbitmq/version';
import { must } from './command';
import { ROOT } from './names';
import { localImages } from '../stacks/images';

/** E.g. `2 cores, 24 GiB`. */
export function machine(): string {
  return `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

/** Processes that ran or waited to run, on average over the last minute. */
export function load(): number {
  return loadavg()[0] ?? 0;
}

/** Above this load other programs take a part of the machine that shows in the figures. */
export function quietLoad(): number {
  return cpus().length / 4;
}

/** Name of the image of a role on this machine, for the stacks' release series. */
export function imageOf(role: 'rabbitmq' | 'proxy'): string {
  return localImages().nameFor('bench', { role, version: RabbitMqVersion.V4_0.line });
}

/** Programs that a synth uses, with their versions. */
export function synthPrograms(): string[] {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules/cdktf/package.json'), 'utf8')) as {
    readonly version: string;
  };
  return [`Node.js ${process.versions.node}`, `cdktf ${version}`];
}

/** Terraform or OpenTofu, with its version. */
export async function terraformProgram(): Promise<string> {
  const binary = process.env['TERRAFORM_BINARY_NAME'] ?? 'terraform';
  const said = JSON.parse(await must(binary, ['version', '-json'])) as { readonly terraform_version: string };
  return `${binary} ${said.terraform_version}`;
}

/** Programs that a deployment uses, with their versions. */
export async function deployPrograms(): Promise<string[]> {
  return [
    ...synthPrograms(),
    await terraformProgram(),
    `Docker ${await must('docker', ['version', '--format', '{{.Server.Version}}'])}`,
    ...(await brokerPrograms()),
  ];
}

/** Programs in the images, with their versions. */
export async function brokerPrograms(): Promise<string[]> {
  const haproxy = await inImage('proxy', 'haproxy', '-v');
  return [
    `RabbitMQ ${await inImage('rabbitmq', 'rabbitmqctl', 'version')}`,
    `HAProxy ${/version (\d+(?:\.\d+)+)/.exec(haproxy)?.[1] ?? haproxy}`,
  ];
}

function inImage(role: 'rabbitmq' | 'proxy', program: string, argument: string): Promise<string> {
  return must('docker', [
    'run',
    '--rm',
    '--network=none',
    `--entrypoint=${program}`,
    imageOf(role),
    argument,
  ]);
}
