import { SynthesisedStack } from './synthesised-stack';

/** What stands in the user data of one machine, and in the resource that shows its files. */
export interface MachineTexts {
  /** The cloud-init document with `@@packed:<name>@@`, `@@secret:<name>@@` and `@@disk@@` where Terraform puts something in. */
  readonly document: string;
  /** Texts that are packed, by name. */
  readonly packed: Readonly<Record<string, string>>;
  /** Everything that the diff shows of it: files by path, digests of scripts, the machine. */
  readonly shown: Shown;
}

/** The long texts of the stack. */
export interface LiteralUserData {
  /** By the names of the machines. */
  readonly machines: Readonly<Record<string, MachineTexts>>;
  /** The command that waits for a first boot, in base64. */
  readonly firstBoot: string;
}

interface Shown {
  readonly files: Readonly<Record<string, string>>;
}

/** Takes the long texts out of a stack on Alibaba Cloud. */
export function literalUserData(stack: SynthesisedStack): LiteralUserData {
  const instances = stack.all('alicloud_instance') as { instance_name: string; user_data: string }[];
  const [command] = stack.all('alicloud_ecs_command') as { command_content: string }[];
  if (command === undefined) throw new Error('the stack waits for no first boot');
  const machines = Object.fromEntries(
    instances.map(({ instance_name: name, user_data: expression }) => [
      name,
      machineTexts(stack, name, expression),
    ]),
  );
  return { machines, firstBoot: command.command_content };
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
  return { document, packed, shown: shownOf(stack, name) };
}

function localOf({ locals }: SynthesisedStack, name = ''): string {
  const text = locals[name];
  if (text === undefined) throw new Error(`the stack has no local value ${name}`);
  return text;
}

function shownOf({ resources }: SynthesisedStack, machine: string): Shown {
  for (const [address, data] of Object.entries(resources['terraform_data'] ?? {})) {
    if (!address.includes(`_${machine}-files_`)) continue;
    return (data as { readonly triggers_replace: Shown }).triggers_replace;
  }
  throw new Error(`the stack shows no files of ${machine}`);
}
