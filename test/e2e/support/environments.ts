import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ROOT } from '../../scripts/load';
import { CommandResult, run } from './command';

const CDKTF = join(ROOT, 'node_modules/cdktf-cli/bundle/bin/cdktf');

/** A folder of its own with environments in it, from which the real `cdktf` command deploys them. */
export class Environments {
  public readonly directory = mkdtempSync(join(tmpdir(), 'environments-e2e-'));

  /**
   * @param environment process environment of `cdktf`, besides this process's own
   * @param settings of each environment, by its name
   */
  public constructor(
    private readonly environment: NodeJS.ProcessEnv,
    settings: Readonly<Record<string, object>>,
  ) {
    writeFileSync(
      join(this.directory, 'cdktf.json'),
      JSON.stringify({
        language: 'typescript',
        app: `node ${join(ROOT, 'dist/stacks/main.js')}`,
        projectId: 'e2e',
        sendCrashReports: 'false',
      }),
    );
    mkdirSync(join(this.directory, 'environments'));
    for (const [name, values] of Object.entries(settings)) this.write(name, values);
  }

  /** The settings of an environment from now on. */
  public write(name: string, settings: object): void {
    writeFileSync(join(this.directory, 'environments', `${name}.yaml`), stringify(settings));
  }

  public deploy(name: string): Promise<CommandResult> {
    return this.cdktf('deploy', name, '--auto-approve', '--skip-provider-lock');
  }

  public diff(name: string): Promise<CommandResult> {
    return this.cdktf('diff', name, '--skip-provider-lock');
  }

  public destroy(name: string): Promise<CommandResult> {
    return this.cdktf('destroy', name, '--auto-approve', '--skip-provider-lock');
  }

  /** Outputs of a deployed environment, the sensitive ones included. */
  public outputs(name: string): Record<string, unknown> {
    const { outputs } = JSON.parse(
      readFileSync(join(this.directory, `terraform.${name}.tfstate`), 'utf8'),
    ) as { outputs: Record<string, { value: unknown }> };
    return Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value]));
  }

  /** What `cdktf synth` and the commands after it left, without the state. */
  public synthesised(name: string): string {
    return readFileSync(join(this.directory, 'cdktf.out/stacks', name, 'cdk.tf.json'), 'utf8');
  }

  public remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private cdktf(...args: readonly string[]): Promise<CommandResult> {
    return run(process.execPath, [CDKTF, ...args], {
      cwd: this.directory,
      env: { ...process.env, CHECKPOINT_DISABLE: '1', ...this.environment },
    });
  }
}
