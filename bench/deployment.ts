/** Deploys the local stack under the names of the bench with the real `cdktf` command. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchError, run } from './command';
import { ROOT } from './names';
import { SynthesisedLocalStack } from './synthesised-stack';

const CDKTF = join(ROOT, 'node_modules/cdktf-cli/bundle/bin/cdktf');

/** Outputs of the local stack. */
export interface Outputs {
  readonly amqp_endpoint: string;
  readonly management_urls: readonly string[];
  readonly administrator_name: string;
  readonly administrator_password: string;
}

/** A line of the log and when it came, in seconds since the start of the command. */
export interface TimedLine {
  readonly line: string;
  readonly seconds: number;
}

/** A folder of its own with a state of its own; both go with `remove`. */
export class Deployment {
  private readonly directory = mkdtempSync(join(tmpdir(), 'brokers-bench-'));

  public constructor() {
    const settings = {
      language: 'typescript',
      app: app(),
      projectId: 'brokers-bench',
      sendCrashReports: 'false',
    };
    writeFileSync(join(this.directory, 'cdktf.json'), JSON.stringify(settings));
  }

  /** What the last command has synthesised. */
  public get stack(): SynthesisedLocalStack {
    return new SynthesisedLocalStack(join(this.directory, 'cdktf.out'));
  }

  /** Runs `cdktf deploy local`, which ends once the stack serves. @throws BenchError when it fails */
  public deploy(): Promise<readonly TimedLine[]> {
    const lock = process.env['BROKERS_SKIP_PROVIDER_LOCK'] === '1' ? ['--skip-provider-lock'] : [];
    return this.cdktf('deploy', 'local', '--auto-approve', ...lock);
  }

  /** The outputs, secrets among them. */
  public async outputs(): Promise<Outputs> {
    const file = join(this.directory, 'outputs.json');
    const options = ['--outputs-file', file, '--outputs-file-include-sensitive-outputs'];
    await this.cdktf('output', 'local', ...options);
    return (JSON.parse(readFileSync(file, 'utf8')) as { readonly local: Outputs }).local;
  }

  /** Forgets the deployment; what it has on the engine goes by `sweep`. */
  public remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async cdktf(...args: readonly string[]): Promise<readonly TimedLine[]> {
    const lines: TimedLine[] = [];
    const started = performance.now();
    const { code, output } = await run(process.execPath, [CDKTF, ...args], {
      cwd: this.directory,
      env: { CI: '1', CHECKPOINT_DISABLE: '1' },
      onLine: (line) => lines.push({ line, seconds: (performance.now() - started) / 1000 }),
    });
    if (code !== 0) {
      throw new BenchError(
        `cdktf ${args[0] ?? ''} failed:\n${output.trim().split('\n').slice(-30).join('\n')}`,
      );
    }
    return [...lines, { line: 'done', seconds: (performance.now() - started) / 1000 }];
  }
}

/** The command of the project's own cdktf.json, compilation included, with the stack of the bench in the end. */
function app(): string {
  const settings = JSON.parse(readFileSync(join(ROOT, 'cdktf.json'), 'utf8')) as { readonly app: string };
  const end = ' && node dist/stacks/main.js';
  if (!settings.app.endsWith(end)) {
    throw new BenchError(
      `app in cdktf.json must end with "${end}", so that the bench can put its own stack there`,
    );
  }
  return `(cd '${ROOT}' && ${settings.app.slice(0, -end.length)}) && node '${join(ROOT, 'dist/bench/local-app.js')}'`;
}
