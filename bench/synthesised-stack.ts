import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A `docker_container` of a synthesised stack, so far as the local stack uses its arguments. */
export interface ContainerArguments {
  readonly name: string;
  readonly hostname: string;
  readonly image: string;
  readonly init: boolean;
  readonly restart: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: readonly string[];
  readonly capabilities: { readonly add: readonly string[]; readonly drop: readonly string[] };
  readonly networks_advanced: readonly { readonly ipv4_address: string }[];
  readonly volumes: readonly { readonly container_path: string; readonly volume_name: string }[];
  readonly labels: readonly { readonly label: string; readonly value: string }[];
  readonly healthcheck: {
    readonly test: readonly string[];
    readonly interval: string;
    readonly timeout: string;
    readonly start_period: string;
    readonly retries: number;
  };
  readonly log_driver: string;
  readonly log_opts: Readonly<Record<string, string>>;
  readonly stop_timeout: number;
  readonly memory?: number;
  readonly ulimit?: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  readonly upload: readonly Upload[];
}

/** A file that a new container gets. */
export interface Upload {
  readonly file: string;
  readonly content: string;
  readonly executable?: boolean;
}

/** A `terraform_data` of the stack. */
export interface DataArguments {
  readonly triggers_replace?: unknown;
  readonly provisioner?: readonly {
    readonly 'local-exec': { readonly environment: Readonly<Record<string, string>> };
  }[];
}

/** Resources by type and by name. */
export type Resources = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What `App.synth()` wrote for one stack. */
export class SynthesisedStack {
  public readonly resources: Resources;
  /** Local values by name. */
  public readonly locals: Readonly<Record<string, string>>;

  /** @param directory the output folder of the app, e.g. `cdktf.out` */
  public constructor(directory: string, name: string) {
    const text = readFileSync(join(directory, 'stacks', name, 'cdk.tf.json'), 'utf8');
    const { resource, locals = {} } = JSON.parse(text) as {
      readonly resource: Resources;
      readonly locals?: Readonly<Record<string, string>>;
    };
    this.resources = resource;
    this.locals = locals;
  }

  /** All resources of a type. */
  public all(type: string): unknown[] {
    return Object.values(this.resources[type] ?? {});
  }
}

/** The stack `local`. */
export class SynthesisedLocalStack extends SynthesisedStack {
  public constructor(directory: string) {
    super(directory, 'local');
  }

  public get containers(): readonly ContainerArguments[] {
    return this.all('docker_container') as ContainerArguments[];
  }

  public get data(): readonly DataArguments[] {
    return this.all('terraform_data') as DataArguments[];
  }

  /** Argument `name` of the resource that `expression` refers to, e.g. `${docker_image.proxy.image_id}`. */
  public argumentOf(expression: string, name: string): string {
    const [, type = '', resource = ''] = /^\$\{(\w+)\.([\w-]+)\.\w+\}$/.exec(expression) ?? [];
    const value = (this.resources[type]?.[resource] as Record<string, unknown> | undefined)?.[name];
    if (typeof value !== 'string') throw new Error(`${expression} refers to nothing that has a ${name}`);
    return value;
  }

  /** Values of an environment variable that the local commands of the stack get. */
  public environmentValues(variable: string): readonly string[] {
    return this.data
      .flatMap(({ provisioner = [] }) => provisioner)
      .flatMap(({ 'local-exec': { environment } }) => environment[variable] ?? []);
  }
}
