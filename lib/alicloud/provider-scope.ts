import { Aspects, IAspect, TerraformProvider, TerraformResource, TerraformDataSource } from 'cdktf';
import { Construct, IConstruct } from 'constructs';

/**
 * Has every resource of Alibaba Cloud inside `scope` made by `provider`, unless it names its own: for a stack of several
 * regions, where each region is a scope and all but one provider have an alias.
 */
export function useProvider(scope: Construct, provider: TerraformProvider): void {
  Aspects.of(scope).add(new ProviderScope(provider));
}

class ProviderScope implements IAspect {
  public constructor(private readonly provider: TerraformProvider) {}

  public visit(node: IConstruct): void {
    if (!(node instanceof TerraformResource || node instanceof TerraformDataSource)) return;
    if (node.provider === undefined && node.terraformResourceType.startsWith('alicloud_')) {
      node.provider = this.provider;
    }
  }
}
