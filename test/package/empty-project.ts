import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../docs/repository';

const execute = promisify(execFile);
const TYPESCRIPT = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
/** What everybody who uses the packages installs with them. */
export const PEERS: readonly string[] = ['cdktf', 'constructs'];

/** Someone else's project, with nothing but what is installed from packed packages, and their peers. */
export class EmptyProject {
  /** Its folder. */
  public readonly directory = mkdtempSync(join(tmpdir(), 'package-'));

  public constructor() {
    writeFileSync(join(this.directory, 'package.json'), '{ "private": true }');
  }

  /** Installs the packages of these folders of the repository as npm would publish them, with the peers of the lockfile. */
  public async install(...folders: readonly string[]): Promise<void> {
    const files = [];
    for (const folder of folders) files.push(await this.pack(join(ROOT, folder)));
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string } | undefined>;
    };
    const peers = PEERS.map((name) => `${name}@${packages[`node_modules/${name}`]?.version ?? 'latest'}`);
    await execute(
      'npm',
      ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', ...files, ...peers],
      { cwd: this.directory },
    );
  }

  /** Where a package lies, or would lie. */
  public installed(name: string): string {
    return join(this.directory, 'node_modules', name);
  }

  public has(name: string): boolean {
    return existsSync(this.installed(name));
  }

  /** @throws Error with what the compiler says */
  public async compile(options: object, files: readonly string[], name: string): Promise<void> {
    const path = join(this.directory, name);
    const compilerOptions = { strict: true, target: 'es2022', ...options };
    writeFileSync(path, JSON.stringify({ compilerOptions, files }));
    await execute(process.execPath, [TYPESCRIPT, '-p', path]).catch((error: unknown) => {
      throw new Error((error as { stdout: string }).stdout);
    });
  }

  /** Runs a compiled application; resolves to the folder of its stack. */
  public async synthesise(script: string, stack: string): Promise<string> {
    const output = join(this.directory, `${script}.out`);
    await execute(process.execPath, [join(this.directory, 'compiled', script)], {
      cwd: this.directory,
      env: { ...process.env, CDKTF_OUTDIR: output },
    });
    return join(output, 'stacks', stack);
  }

  public remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  private async pack(folder: string): Promise<string> {
    const { stdout } = await execute(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', this.directory],
      { cwd: folder },
    );
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    return `./${filename}`;
  }
}

/** Files in a folder and its folders, by their path from it. */
export function below(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(directory, path)).isFile(),
  );
}
