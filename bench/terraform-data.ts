import { Fn, TerraformMetaArguments, TerraformResource, TerraformStack, Token } from 'cdktf';

/** Terraform's own resource that keeps a value, as the programs by hand need it: a few lines of anyone's code. */
export class Data extends TerraformResource {
  public constructor(
    stack: TerraformStack,
    id: string,
    private readonly config: TerraformMetaArguments & { readonly triggersReplace: unknown },
  ) {
    super(stack, id, { terraformResourceType: 'terraform_data', ...config });
  }

  /** 64 digits that Terraform makes once. */
  public static generated(stack: TerraformStack, id: string): Data {
    return new Data(stack, id, {
      triggersReplace: '${sensitive(sha256(uuid()))}',
      lifecycle: { ignoreChanges: ['triggers_replace'] },
    });
  }

  public get value(): string {
    return Token.asString(Fn.sensitive(this.getStringAttribute('triggers_replace')));
  }

  public get address(): string {
    return `terraform_data.${this.friendlyUniqueId}`;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { triggers_replace: this.config.triggersReplace };
  }
}
