import { Cloud } from './cloud';
import { readDataSource } from './data-sources';
import { Diagnostic, AttributePath, failure, pathMessage, refusals } from './diagnostics';
import { HalfDone, Operations } from './operations';
import { planResource } from './plan';
import { configurationProblems } from './rules';
import { Block, ProviderSchema, conform } from './schema';
import { schemaMessage } from './schema-message';
import { validateBlock } from './validate';
import { DynamicValue, ObjectValue, decodeObject, encodeValue, isObject, spelled, textOf } from './values';

interface Typed {
  readonly type_name: string;
}
interface Config extends Typed {
  readonly config: DynamicValue;
}
interface Proposal extends Config {
  readonly prior_state: DynamicValue;
  readonly proposed_new_state: DynamicValue;
}
interface Change extends Config {
  readonly prior_state: DynamicValue;
  readonly planned_state: DynamicValue;
}
interface CurrentResource extends Typed {
  readonly current_state: DynamicValue;
}
interface RawResource extends Typed {
  readonly raw_state: { readonly json: Uint8Array };
}
interface ImportRequest extends Typed {
  readonly id: string;
}
interface Answer {
  readonly diagnostics?: readonly Diagnostic[];
  readonly [field: string]: unknown;
}

/** The methods of the plugin protocol, without the transport. */
export class ProviderService {
  public constructor(
    private readonly schema: ProviderSchema,
    private readonly cloud: Cloud,
    private readonly operations: Operations,
  ) {}

  /** The methods by their names in the protocol. Whatever they throw is answered as a diagnostic. */
  public methods(): Record<string, (request: never) => Promise<Answer>> {
    const message = schemaMessage(this.schema.raw);
    return {
      GetSchema: answering(() => message as Answer),
      PrepareProviderConfig: answering(({ config }: Config) => this.prepare(config)),
      Configure: answering(({ config }: Config) => this.configure(config)),
      ValidateResourceTypeConfig: answering((request: Config) => this.validateResource(request)),
      ValidateDataSourceConfig: answering((request: Config) => this.validateDataSource(request)),
      UpgradeResourceState: answering((request: RawResource) => this.upgrade(request)),
      ReadResource: answering((request: CurrentResource) => this.read(request)),
      PlanResourceChange: answering((request: Proposal) => this.plan(request)),
      ApplyResourceChange: answering((request: Change) => this.apply(request)),
      ImportResourceState: answering((request: ImportRequest) => this.import(request)),
      ReadDataSource: answering((request: Config) => this.readDataSource(request)),
      Stop: answering(() => ({ Error: '' })),
    };
  }

  /** Makes a resource as somebody without Terraform would. @throws Error as the cloud's API refuses it */
  public async add(type: string, values: ObjectValue): Promise<string> {
    const block = this.resource(type);
    const { planned } = planResource(type, block, null, conform(block, values));
    const created = await this.operations.create(type, block, planned);
    return spelled(created['id']);
  }

  private prepare(config: DynamicValue): Answer {
    const values = decodeObject(config) ?? {};
    return { prepared_config: config, diagnostics: refusals(validateBlock(this.schema.provider, values)) };
  }

  private configure(config: DynamicValue): Answer {
    const region = textOf(decodeObject(config)?.['region']) ?? process.env['ALICLOUD_REGION'];
    if (region === undefined)
      throw new Error('region is not set in the provider block nor as ALICLOUD_REGION');
    this.cloud.region = region;
    return {};
  }

  private validateResource({ type_name: type, config }: Config): Answer {
    const values = decodeObject(config) ?? {};
    const problems = [...validateBlock(this.resource(type), values), ...configurationProblems(type, values)];
    return { diagnostics: refusals(problems) };
  }

  private validateDataSource({ type_name: type, config }: Config): Answer {
    return { diagnostics: refusals(validateBlock(this.dataSource(type), decodeObject(config) ?? {})) };
  }

  private upgrade({ type_name: type, raw_state: raw }: RawResource): Answer {
    const values = JSON.parse(Buffer.from(raw.json).toString('utf8')) as ObjectValue;
    return { upgraded_state: encodeValue(conform(this.resource(type), values)) };
  }

  private read({ type_name: type, current_state: current }: CurrentResource): Answer {
    const block = this.resource(type);
    const values = decodeObject(current);
    const stored = this.cloud.get(type, textOf(values?.['id']) ?? '');
    if (stored === undefined) return { new_state: encodeValue(null) };
    // Timeouts are Terraform's own and never the cloud's.
    const timeouts = values?.['timeouts'] ?? null;
    return { new_state: encodeValue(conform(block, { ...stored.values, timeouts })) };
  }

  private plan({ type_name: type, prior_state, proposed_new_state }: Proposal): Answer {
    const proposed = decodeObject(proposed_new_state);
    const plan =
      proposed === null
        ? { planned: null, requiresReplace: [] as AttributePath[] }
        : this.planned(type, decodeObject(prior_state), proposed);
    return {
      planned_state: encodeValue(plan.planned),
      requires_replace: plan.requiresReplace,
      legacy_type_system: true,
    };
  }

  private planned(type: string, prior: ObjectValue | null, proposed: ObjectValue) {
    const { planned, requiresReplace } = planResource(type, this.resource(type), prior, proposed);
    return { planned, requiresReplace: requiresReplace.map(pathMessage) };
  }

  private async apply({ type_name: type, prior_state, planned_state }: Change): Promise<Answer> {
    const block = this.resource(type);
    const prior = decodeObject(prior_state);
    const planned = decodeObject(planned_state);
    try {
      const result = await this.changed(type, block, prior, planned);
      const state = result === null ? null : conform(block, result);
      return { new_state: encodeValue(state), legacy_type_system: true };
    } catch (error) {
      const state = error instanceof HalfDone ? conform(block, error.values) : prior;
      return { new_state: encodeValue(state), diagnostics: [failure(error)], legacy_type_system: true };
    }
  }

  private async changed(
    type: string,
    block: Block,
    prior: ObjectValue | null,
    planned: ObjectValue | null,
  ): Promise<ObjectValue | null> {
    if (planned !== null) {
      return prior === null
        ? this.operations.create(type, block, planned)
        : this.operations.update(type, block, prior, planned);
    }
    if (prior !== null) await this.operations.delete(type, prior);
    return null;
  }

  private import({ type_name: type, id }: ImportRequest): Answer {
    const block = this.schema.resources.get(type);
    if (block?.importable !== true) throw new Error(`resource ${type} doesn't support import`);
    const state = encodeValue(conform(block, { id }));
    return { imported_resources: [{ type_name: type, state }] };
  }

  private readDataSource({ type_name: type, config }: Config): Answer {
    const values = decodeObject(config);
    if (!isObject(values)) throw new Error(`${type} needs a configuration`);
    return { state: encodeValue(conform(this.dataSource(type), readDataSource(this.cloud, type, values))) };
  }

  private resource(type: string): Block {
    const block = this.schema.resources.get(type);
    if (block === undefined) throw new Error(`unknown resource type ${type}`);
    return block;
  }

  private dataSource(type: string): Block {
    const block = this.schema.dataSources.get(type);
    if (block === undefined) throw new Error(`unknown data source ${type}`);
    return block;
  }
}

function answering<Request>(method: (request: Request) => Answer | Promise<Answer>) {
  return async (request: Request): Promise<Answer> => {
    try {
      return await method(request);
    } catch (error) {
      return { diagnostics: [failure(error)] };
    }
  };
}
