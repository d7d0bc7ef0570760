import { TerraformStack, Testing } from 'cdktf';
import { parse } from 'yaml';

/** A file that cloud-init writes on a machine. */
export interface WrittenFile {
  readonly permissions: string;
  readonly encoding: 'gz+b64' | 'b64' | undefined;
  /** The text itself, or the Terraform expression where only Terraform knows it. */
  readonly text: string;
}

/** The user data of a machine, as far as it is known before Terraform runs. */
export interface UserDataDocument {
  readonly hostname: string;
  readonly commands: readonly (readonly string[])[];
  readonly files: Readonly<Record<string, WrittenFile>>;
}

interface CloudConfig {
  readonly hostname: string;
  readonly write_files: readonly {
    readonly path: string;
    readonly permissions: string;
    readonly encoding?: 'gz+b64' | 'b64';
    readonly content: string;
  }[];
  readonly runcmd: readonly (readonly string[])[];
}

/** Reads back what the instance of host `host` gets, through the expressions that Terraform would evaluate. */
export function userDataOf(stack: TerraformStack, host: string): UserDataDocument {
  const { locals } = JSON.parse(Testing.synth(stack, true)) as {
    readonly locals: Readonly<Record<string, string>>;
  };
  const names = Object.keys(locals).filter((name) => name.includes(`_${host}-user-data_document_`));
  const [document] = names;
  if (document === undefined || names.length !== 1) throw new Error(`${names.length} user data of ${host}`);
  const text = plain(locals[document] ?? '');
  const { hostname, write_files: files, runcmd } = parse(text, { version: '1.1' }) as CloudConfig;
  const resolved = files.map(({ path, permissions, encoding, content }): [string, WrittenFile] => {
    const packed = /^\$\{base64gzip\(local\.([\w-]+)\)\}$/.exec(content)?.[1];
    const known = packed === undefined ? content : plain(locals[packed] ?? '');
    return [path, { permissions, encoding, text: known }];
  });
  return { hostname, commands: runcmd, files: Object.fromEntries(resolved) };
}

/** What Terraform makes of a text without expressions. */
function plain(text: string): string {
  // A long text is one quoted literal.
  const literal = /^\$\{(".*")\}$/s.exec(text)?.[1];
  const known = literal === undefined ? text : (JSON.parse(literal) as string);
  return known.replace(/([$%])\1\{/g, '$1{');
}
