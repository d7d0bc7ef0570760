import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../docs/repository';

const PACKAGE = join(ROOT, 'providers', 'alicloud');
const ADDRESS = 'registry.terraform.io/aliyun/alicloud';

interface Provider {
  readonly resource_schemas: Record<string, object>;
  readonly data_source_schemas: Record<string, object>;
}
interface Schema {
  readonly provider_schemas: Record<string, Provider>;
  readonly provider_versions: Record<string, string>;
}

const original = JSON.parse(readFileSync(join(PACKAGE, 'schema.json'), 'utf8')) as Schema;

const { resource_schemas, ...rest } = original.provider_schemas[ADDRESS] ?? {
  resource_schemas: {},
  data_source_schemas: {},
};

/** As Terraform prints it: with prose, more resources than are wanted, and other things than resources. */
const printed = {
  format_version: '1.0',
  provider_schemas: {
    [ADDRESS]: withProse({
      ...rest,
      resource_schemas: { ...resource_schemas, alicloud_other: { version: 0, block: {} } },
      ephemeral_resource_schemas: {},
    }),
  },
};

function withProse(schemas: object): object {
  const prose = { description: 'Some prose.', description_kind: 'plain' };
  return JSON.parse(
    JSON.stringify(schemas, (_, value: unknown) =>
      typeof value === 'object' && value !== null && ('computed' in value || 'optional' in value)
        ? { ...prose, ...value }
        : value,
    ),
  ) as object;
}

describe('printing the schema anew', () => {
  const directory = mkdtempSync(join(tmpdir(), 'print-schema-'));
  const file = join(directory, 'schema.json');

  beforeEach(() => {
    cpSync(join(PACKAGE, 'scripts'), join(directory, 'scripts'), { recursive: true });
    cpSync(join(PACKAGE, 'schema.json'), file);
  });

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  /** Puts a `terraform` on the path that answers each command, or fails with what it says on standard error. */
  const terraform = (answers: Record<string, object | string>): void => {
    mkdirSync(join(directory, 'bin'), { recursive: true });
    writeFileSync(join(directory, 'answers.json'), JSON.stringify(answers));
    writeFileSync(
      join(directory, 'bin', 'terraform'),
      `#!${process.execPath}
const answer = require('../answers.json')[process.argv[2]];
if (typeof answer === 'object') process.stdout.write(JSON.stringify(answer));
else {
  process.stderr.write(answer);
  process.exitCode = 1;
}
`,
      { mode: 0o755 },
    );
  };
  const print = (...args: string[]): { output: string; status: number | null } => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [join(directory, 'scripts', 'print-schema.mjs'), ...args],
      { encoding: 'utf8', env: { PATH: join(directory, 'bin'), TMPDIR: directory } },
    );
    return { output: stdout + stderr, status };
  };
  const version = { provider_selections: original.provider_versions };

  it('gives the same bytes for the same release', () => {
    terraform({ init: {}, version, providers: printed });
    expect(print()).toEqual({ output: `schema.json is of ${ADDRESS} 1.289.0\n`, status: 0 });
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(join(PACKAGE, 'schema.json'), 'utf8'));
  });

  it('has a resource whose name was added, and tells which the provider no longer has', () => {
    const wanted = { ...resource_schemas, alicloud_other: {}, alicloud_gone: {} };
    const schema = { ...original, provider_schemas: { [ADDRESS]: { ...rest, resource_schemas: wanted } } };
    writeFileSync(file, JSON.stringify(schema));
    terraform({ init: {}, version, providers: printed });
    expect(print()).toMatchObject({
      output: expect.stringContaining('the provider no longer has alicloud_gone\n') as string,
      status: 0,
    });
    const { provider_schemas } = JSON.parse(readFileSync(file, 'utf8')) as Schema;
    const { alicloud_other, alicloud_gone } = provider_schemas[ADDRESS]?.resource_schemas ?? {};
    expect(alicloud_other).toEqual({ block: {}, version: 0 });
    expect(alicloud_gone).toBeUndefined();
  });

  it('fails with one sentence where the registry is out of reach, and leaves the schema as it is', () => {
    terraform({
      init: '\nError: Failed to query available provider packages\n\nCould not retrieve the list\n',
    });
    expect(print('~> 1.290')).toEqual({
      output:
        'terraform init failed for aliyun/alicloud ~> 1.290 (Error: Failed to query available provider packages): ' +
        'run this where the Terraform registry can be reached, and name a release that exists\n',
      status: 1,
    });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(original);
  });

  it('fails with one sentence where there is no Terraform', () => {
    rmSync(join(directory, 'bin'), { recursive: true, force: true });
    expect(print()).toEqual({ output: "terraform can't be started (ENOENT): install it\n", status: 1 });
  });
});
