import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ArchitectureName } from '../../../stacks/architectures';
import { CommandResult, must, run } from './command';

const ROOT = resolve(__dirname, '../../..');
const CDKTF = join(ROOT, 'node_modules/cdktf-cli/bundle/bin/cdktf');

/** What a deployment leaves on an engine, in the order in which it can be removed. */
const KINDS = [
  { list: ['ps', '--all', '--format', '{{.Names}}'], remove: ['rm', '--force', '--volumes'] },
  { list: ['network', 'ls', '--format', '{{.Name}}'], remove: ['network', 'rm'] },
  { list: ['volume', 'ls', '--format', '{{.Name}}'], remove: ['volume', 'rm'] },
] as const;

/** What a test varies of the local stack; see `test/e2e/app.ts`. */
export interface Settings {
  /** Prefix of all host names, so that tests never meet the demo's containers. */
  readonly prefix: string;
  readonly subnet: string;
  readonly architecture?: ArchitectureName;
  readonly frontEnd?: 'haproxy-keepalived' | 'none';
  readonly nodes?: number;
  readonly queues?: readonly string[];
  readonly quorumQueues?: readonly string[];
  readonly idleTimeoutSeconds?: number;
  readonly readyTimeoutSeconds?: number;
  readonly metadataStore?: 'mnesia' | 'khepri';
  readonly rabbitmqImage?: string;
  readonly engine?: string;
  /** Lines of every broker's own configuration, checked by nobody. @default none */
  readonly userLines?: readonly string[];
  /** Host that gets a cookie of its own. */
  readonly strangerHost?: string;
  /** Whether the cluster has what the reference clients use. */
  readonly shop?: boolean;
}

/** Outputs of the local stack. */
export interface Outputs {
  readonly amqp_endpoint: string;
  readonly management_urls: readonly string[];
  readonly statistics_url: string;
  readonly administrator_name: string;
  readonly administrator_password: string;
  readonly statistics_name: string;
  readonly statistics_password: string;
}

/** What every app of the tests must know. */
interface CommonSettings {
  readonly prefix: string;
}

/** A folder of its own from which the real `cdktf` command deploys the stack `local` of an app. */
export class Deployment<S extends CommonSettings = Settings> {
  public readonly directory = mkdtempSync(join(tmpdir(), 'brokers-e2e-'));
  public readonly stateFile = join(this.directory, 'terraform.local.tfstate');
  /** Everything that `cdktf` printed in this deployment. */
  public transcript = '';

  /** @param app name of the app, a file of `test/e2e` */
  public constructor(
    private settings: NoInfer<S>,
    app = 'app',
  ) {
    writeFileSync(
      join(this.directory, 'cdktf.json'),
      JSON.stringify({
        language: 'typescript',
        app: `node ${join(ROOT, 'dist/test/e2e', `${app}.js`)}`,
        projectId: 'e2e',
        sendCrashReports: 'false',
      }),
    );
    this.change({});
  }

  /** The next command sees these settings. */
  public change(settings: Partial<S>): void {
    this.settings = { ...this.settings, ...settings };
    writeFileSync(join(this.directory, 'settings.json'), JSON.stringify(this.settings));
  }

  public async deploy(): Promise<CommandResult> {
    if (!existsSync(this.stateFile)) await this.sweep();
    return this.cdktf('deploy', 'local', '--auto-approve', ...skipLock());
  }

  public diff(): Promise<CommandResult> {
    return this.cdktf('diff', 'local', ...skipLock());
  }

  /** Deploys and fails the test with the whole log when that fails. */
  public async mustDeploy(): Promise<void> {
    const result = await this.deploy();
    if (result.code !== 0) throw new Error(result.output);
  }

  /** The outputs as the state has them, secrets among them. */
  public async outputs<O = Outputs>(): Promise<O> {
    const { outputs } = JSON.parse(await readFile(this.stateFile, 'utf8')) as {
      outputs: Record<string, { value: unknown }>;
    };
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])) as O;
  }

  public cdktf(...args: readonly string[]): Promise<CommandResult> {
    return this.run(process.execPath, CDKTF, ...args);
  }

  /** The real `cdktf destroy`. */
  public destroy(): Promise<CommandResult> {
    return this.cdktf('destroy', 'local', '--auto-approve');
  }

  /** Takes everything away, whatever state the deployment is in, and sooner than `destroy`. */
  public async remove(): Promise<void> {
    await this.sweep();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Names of what the engine still has of this deployment. */
  public async leftovers(): Promise<string[]> {
    const listings = KINDS.map(({ list }) => must('docker', ...list).then((names) => names.split('\n')));
    return (await Promise.all(listings)).flat().filter((name) => name.startsWith(`${this.settings.prefix}-`));
  }

  /** Removes all that has the prefix, e.g. what a run that was killed left behind, with no state to destroy it by. */
  private async sweep(): Promise<void> {
    for (const { list, remove } of KINDS) {
      const names = (await must('docker', ...list)).split('\n');
      const ours = names.filter((name) => name.startsWith(`${this.settings.prefix}-`));
      if (ours.length > 0) await must('docker', ...remove, ...ours);
    }
  }

  private async run(command: string, ...args: readonly string[]): Promise<CommandResult> {
    const result = await run(command, args, {
      cwd: this.directory,
      env: {
        ...process.env,
        CHECKPOINT_DISABLE: '1',
        CI: '1',
        // Terraform's cache of providers does not bear two at a time, and a new folder has nothing of it.
        CDKTF_DISABLE_PLUGIN_CACHE_ENV: '1',
      },
    });
    this.transcript += result.output;
    return result;
  }
}

/** Set-up says with this variable that the provider comes from a folder, where lock hashes cannot be asked for. */
function skipLock(): string[] {
  return process.env['BROKERS_SKIP_PROVIDER_LOCK'] === '1' ? ['--skip-provider-lock'] : [];
}
