import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandResult, run } from './command';

/** What a plan is about to do to one resource, as `terraform show -json` prints it. */
export interface PlannedChange {
  readonly address: string;
  readonly change: { readonly actions: readonly string[]; readonly replace_paths?: readonly unknown[] };
}

/** A folder of its own in which the real `terraform` works on a configuration in JSON. */
export class TerraformFolder {
  public readonly directory = mkdtempSync(join(tmpdir(), 'terraform-e2e-'));

  public constructor(private readonly environment: NodeJS.ProcessEnv) {}

  /** The next command sees this configuration. */
  public write(configuration: object): void {
    writeFileSync(join(this.directory, 'main.tf.json'), JSON.stringify(configuration));
  }

  public async run(...args: readonly string[]): Promise<CommandResult> {
    if (args[0] !== 'init' && !existsSync(join(this.directory, '.terraform'))) {
      const prepared = await this.run('init');
      if (prepared.code !== 0) return prepared;
    }
    return run('terraform', [...args, '-no-color', '-input=false'], {
      cwd: this.directory,
      env: { ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1', ...this.environment },
    });
  }

  public validate(): Promise<CommandResult> {
    return this.run('validate');
  }

  public apply(...args: readonly string[]): Promise<CommandResult> {
    return this.run('apply', '-auto-approve', ...args);
  }

  /** Exit code 0: nothing to do, 2: changes. */
  public plan(): Promise<CommandResult> {
    return this.run('plan', '-detailed-exitcode');
  }

  public destroy(): Promise<CommandResult> {
    return this.run('destroy', '-auto-approve');
  }

  /** All that a plan wants to change. @throws Error with Terraform's words when there is no plan */
  public async plannedChanges(): Promise<PlannedChange[]> {
    for (const args of [
      ['plan', '-out=plan.bin'],
      ['show', '-json', 'plan.bin'],
    ] as const) {
      const result = await this.run(...args);
      if (result.code !== 0) throw new Error(result.output);
      if (args[0] !== 'show') continue;
      const { resource_changes: changes = [] } = JSON.parse(result.stdout) as {
        resource_changes?: PlannedChange[];
      };
      return changes.filter(({ change }) => change.actions.join() !== 'no-op');
    }
    return [];
  }

  /** The state that Terraform keeps. */
  public state(): string {
    return readFileSync(join(this.directory, 'terraform.tfstate'), 'utf8');
  }

  public remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
