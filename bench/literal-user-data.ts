import { SynthesisedStack } from './synthesised-stack';

/** What stands in the user data of one machine, and in the resource that shows its files. */
export interface MachineTexts {
  /** The cloud-init document with `@@packed:<name>@@`, `@@secret:<name>@@` and `@@disk@@` where Terraform puts something in. */
  readonly document: string;
  /** Texts that are packed, by name. */
  readonly packed: Readonly<Record<string, string>>;
  /** Files of the container by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Digests of the scripts by name. */
  readonly scripts: Readonly<Record<string, string>>;
}

/** Texts of the machines by their names. */
export type LiteralUserData = Readonly<Record<string, MachineTexts>>;

interface Shown {
  readonly triggers_replace: Partial<Pick<MachineTexts, 'files' | 'scripts'>>;
}

/** Takes the long texts out of a stack on Alibaba Cloud. */
export function literalUserData(stack: SynthesisedStack): LiteralUserData {
  const instances = stack.all('alicloud_instance') as { instance_name: string; user_data: string }[];
  return Object.fromEntries(
    instances.map(({ instance_name: name, user_data: expression }) => [
      name,
      machineTexts(stack, name, expression),
    ]),
  );
}

function machineTexts(stack: SynthesisedStack, name: string, userData: string): MachineTexts {
  const packed: Record<string, string> = {};
  const document = localOf(stack, /^\$\{base64encode\(local\.([\w-]+)\)\}$/.exec(userData)?.[1])
    .replace(/\$\{base64gzip\(local\.([\w-]+)\)\}/g, (_, local: string) => {
      const text = `text-${Object.keys(packed).length + 1}`;
      packed[text] = localOf(stack, local);
      return `@@packed:${text}@@`;
    })
    .replace(
      /\$\{base64encode\(sensitive\(terraform_data\.\w+?_([a-z-]+)_[0-9A-F]{8}\.triggers_replace\)\)\}/g,
      (_, secret: string) => `@@secret:${secret}@@`,
    )
    .replace(/\$\{substr\(alicloud_ecs_disk\.[^}]+\}/, '@@disk@@');
  return { document, packed, ...filesOf(stack, name) };
}

function localOf({ locals }: SynthesisedStack, name = ''): string {
  const text = locals[name];
  if (text === undefined) throw new Error(`the stack has no local value ${name}`);
  return text;
}

function filesOf({ resources }: SynthesisedStack, machine: string): Pick<MachineTexts, 'files' | 'scripts'> {
  for (const [address, data] of Object.entries(resources['terraform_data'] ?? {})) {
    if (!address.includes(`_${machine}-files_`)) continue;
    const { files, scripts } = (data as Shown).triggers_replace;
    if (files !== undefined && scripts !== undefined) return { files, scripts };
  }
  throw new Error(`the stack shows no files of ${machine}`);
}
