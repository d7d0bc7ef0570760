import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from '../../../scripts/load';
import { run } from '../command';
import { POLICIES } from './policies';

/** What the scanner says of one resource by one rule. */
export interface ScanResult {
  /** Name of the stack. */
  readonly stack: string;
  /** Id of the rule. */
  readonly rule: string;
  readonly resource: string;
  readonly passed: boolean;
}

/** One result as checkov prints it. */
interface Check {
  readonly check_id: string;
  readonly resource: string;
  readonly file_path: string;
}

interface Report {
  readonly results: { readonly passed_checks: readonly Check[]; readonly failed_checks: readonly Check[] };
  readonly summary: { readonly parsing_errors: number };
}

/**
 * Scans synthesised stacks with checkov, by its own rules and those of this project. Nothing is fetched.
 * @param stacks JSON texts by name
 * @throws Error when checkov cannot read one, or fails
 */
export async function scan(stacks: Readonly<Record<string, string>>): Promise<ScanResult[]> {
  const { provideCheckov } = await load<{ provideCheckov: () => Promise<string> }>('checkov');
  const checkov = await provideCheckov();
  const root = mkdtempSync(join(tmpdir(), 'brokers-scan-'));
  try {
    write(
      join(root, 'policies'),
      Object.fromEntries(
        POLICIES.map(({ id, name, category, definition }) => [
          `${id}.json`,
          JSON.stringify({ metadata: { id, name, category }, definition }),
        ]),
      ),
    );
    for (const [name, text] of Object.entries(stacks))
      write(join(root, 'stacks', name), { 'cdk.tf.json': text });
    const { code, stdout, output } = await run(
      checkov,
      [
        ...['--framework', 'terraform_json', 'secrets'],
        ...['--directory', join(root, 'stacks'), '--external-checks-dir', join(root, 'policies')],
        ...['--skip-download', '--output', 'json'],
      ],
      { env: { ...process.env, LOG_LEVEL: 'WARNING' } },
    );
    // 1: there are findings.
    if (code > 1) throw new Error(`checkov failed:\n${output}`);
    return resultsOf(stdout);
  } finally {
    rmSync(root, { recursive: true });
  }
}

function write(directory: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
}

/** One report a framework that found a file for itself; a single one stands alone. */
function resultsOf(stdout: string): ScanResult[] {
  const said = JSON.parse(stdout) as Report | readonly Report[];
  return [said].flat().flatMap(({ results, summary }) => {
    if (summary.parsing_errors > 0) throw new Error(`checkov could not read every stack:\n${stdout}`);
    return [
      ...results.passed_checks.map((check) => resultOf(check, true)),
      ...results.failed_checks.map((check) => resultOf(check, false)),
    ];
  });
}

function resultOf({ check_id: rule, resource, file_path: path }: Check, passed: boolean): ScanResult {
  return { stack: path.split('/').at(-2) ?? '', rule, resource, passed };
}
