import { ContainerArguments, SynthesisedLocalStack, Upload } from './synthesised-stack';

/** What stands in a host's files: long texts that nobody writes into code. */
export interface HostTexts {
  /** Files and scripts that its new container gets, without the secrets. */
  readonly uploads: readonly Upload[];
  /** Files by the path where they take effect. */
  readonly files: Readonly<Record<string, string>>;
  /** Digests of the scripts by name. */
  readonly scripts: Readonly<Record<string, string>>;
  /** The host as the agent reads it. */
  readonly agentHost: string;
}

/** The literal texts of the local stack. */
export interface LiteralTexts {
  readonly images: { readonly rabbitmq: string; readonly proxy: string };
  readonly preflight: string;
  /** By the name of the host. */
  readonly hosts: Readonly<Record<string, HostTexts>>;
  /** Groups as the agent reads them, by name. */
  readonly groups: Readonly<Record<string, string>>;
}

/** Takes the texts out of the local stack. */
export function literalTexts(stack: SynthesisedLocalStack): LiteralTexts {
  return {
    images: { rabbitmq: imageOf(stack, 'rabbitmq-1'), proxy: imageOf(stack, 'proxy-1') },
    preflight: stack.environmentValues('BROKERS_PREFLIGHT')[0] ?? '',
    hosts: Object.fromEntries(
      stack.containers.map((container) => [container.name, hostTexts(stack, container)]),
    ),
    groups: Object.fromEntries(stack.environmentValues('BROKERS_GROUP').map((text) => [nameIn(text), text])),
  };
}

function imageOf(stack: SynthesisedLocalStack, host: string): string {
  const container = stack.containers.find(({ name }) => name === host);
  if (container === undefined) throw new Error(`the stack has no container ${host}`);
  return stack.argumentOf(container.image, 'name');
}

function hostTexts(stack: SynthesisedLocalStack, { name, upload }: ContainerArguments): HostTexts {
  for (const { triggers_replace, provisioner } of stack.data) {
    const agentHost = provisioner?.[0]?.['local-exec'].environment['BROKERS_HOST'];
    if (agentHost === undefined || nameIn(agentHost) !== name) continue;
    const { files, scripts } = triggers_replace as Pick<HostTexts, 'files' | 'scripts'>;
    const uploads = upload.filter(({ file }) => !file.startsWith('/etc/brokers/secrets/'));
    return { uploads, files, scripts, agentHost };
  }
  throw new Error(`the stack delivers nothing to ${name}`);
}

function nameIn(json: string): string {
  return (JSON.parse(json) as { readonly name: string }).name;
}
