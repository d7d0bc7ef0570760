import { TerraformMetaArguments, TerraformResource } from 'cdktf';
import { Construct } from 'constructs';

/** Arguments of `terraform_data`; values may hold tokens at any depth. */
export interface TerraformDataConfig extends TerraformMetaArguments {
  /** Kept in the state, updated in place. */
  readonly input?: unknown;
  /** Kept in the state; a change replaces the resource and so runs its provisioners again. */
  readonly triggersReplace?: unknown;
}

/**
 * The built-in resource `terraform_data`. Unlike the `DataResource` of cdktf it takes values of any shape and starts no
 * Terraform process at synth to check its version.
 */
export class TerraformData extends TerraformResource {
  private readonly arguments: TerraformDataConfig;

  public constructor(scope: Construct, id: string, config: TerraformDataConfig) {
    super(scope, id, {
      terraformResourceType: 'terraform_data',
      terraformGeneratorMetadata: { providerName: 'terraform' },
      ...config,
    });
    this.arguments = config;
  }

  /** The value given as `triggersReplace`, as a Terraform expression. */
  public get triggersReplace(): string {
    return this.getStringAttribute('triggers_replace');
  }

  /** Id of the resource: new whenever it was replaced. */
  public get id(): string {
    return this.getStringAttribute('id');
  }

  /** Bare address for `replaceTriggeredBy`, which takes no `${}` around it as the tokens of cdktf have. */
  public get address(): string {
    return `terraform_data.${this.friendlyUniqueId}`;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { input: this.arguments.input, triggers_replace: this.arguments.triggersReplace };
  }
}
