import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandResult, run } from './command';

/** What a plan is about to do to one resource, as `terraform show -json` prints it. */
export interface PlannedChange {
  readonly address: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly replace_paths?: readonly unknown[];
    /** What it is and is to be; null when there is none, without what is not known yet. */
    readonly before: Readonly<Record<string, unknown>> | null;
    readonly after: Readonly<Record<string, unknown>> | null;
  };
}

/** A folder of its own in which the real `terraform` works on a configuration in JSON. */
export class TerraformFolder {
  public readonly directory = mkdtempSync(join(tmpdir(), 'terraform-e2e-'));

  /** The next command sees this configuration. */
  public write(configuration: object): void {
    writeFileSync(join(this.directory, 'main.tf.json'), JSON.stringify(configuration, undefined, 2));
  }

  public validate(environment: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    return this.run(environment, 'validate');
  }

  public apply(environment: NodeJS.ProcessEnv = {}, ...options: readonly string[]): Promise<CommandResult> {
    return this.run(environment, 'apply', '-auto-approve', ...options);
  }

  /** Exit code 0: nothing to do, 2: changes. */
  public plan(environment: NodeJS.ProcessEnv = {}, ...options: readonly string[]): Promise<CommandResult> {
    return this.run(environment, 'plan', '-detailed-exitcode', ...options);
  }

  public destroy(environment: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    return this.run(environment, 'destroy', '-auto-approve');
  }

  /** All that a plan wants to change. @throws Error with Terraform's words when there is no plan */
  public async plannedChanges(environment: NodeJS.ProcessEnv = {}): Promise<PlannedChange[]> {
    return (await this.planned(environment)).changes;
  }

  /** The same, with what Terraform says to it. @throws Error with Terraform's words when there is no plan */
  public async planned(
    environment: NodeJS.ProcessEnv = {},
    ...options: readonly string[]
  ): Promise<{ readonly changes: PlannedChange[]; readonly output: string }> {
    const { code, output } = await this.run(environment, 'plan', '-out=plan.bin', ...options);
    if (code !== 0) throw new Error(output);
    const { stdout } = await this.terraform(environment, 'show', '-json', 'plan.bin');
    const { resource_changes: changes = [] } = JSON.parse(stdout) as { resource_changes?: PlannedChange[] };
    return { changes: changes.filter(({ change }) => change.actions.join() !== 'no-op'), output };
  }

  /** Takes what exists into the state. */
  public import(environment: NodeJS.ProcessEnv, address: string, id: string): Promise<CommandResult> {
    return this.run(environment, 'import', address, id);
  }

  /** Takes a resource out of the state and leaves it where it is, as when a deploy is killed before it is written down. */
  public forget(environment: NodeJS.ProcessEnv, address: string): Promise<CommandResult> {
    return this.run(environment, 'state', 'rm', address);
  }

  /** The state that Terraform keeps. */
  public state(): string {
    return readFileSync(join(this.directory, 'terraform.tfstate'), 'utf8');
  }

  public remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async run(environment: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<CommandResult> {
    if (!existsSync(join(this.directory, '.terraform'))) {
      const prepared = await this.terraform(environment, 'init', '-input=false');
      if (prepared.code !== 0) return prepared;
    }
    return this.terraform(environment, ...args);
  }

  private terraform(environment: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<CommandResult> {
    return run('terraform', [...args, '-no-color'], {
      cwd: this.directory,
      env: { ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1', ...environment },
    });
  }
}
