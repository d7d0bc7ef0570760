import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';

/** Releases of the Terraform provider `aliyun/alicloud` whose arguments are those that this library was checked with. */
export const ALICLOUD_PROVIDER_VERSION = '~> 1.289';

/**
 * Lets the stack of `scope` use each release of `aliyun/alicloud` that matches `constraint`, in Terraform's syntax, e.g.
 * `>= 1.289.0, < 1.300.0`. Without it the bindings ask for exactly the release that they were generated from. The last
 * call for a stack counts.
 */
export function constrainAlicloudProvider(
  scope: Construct,
  constraint: string = ALICLOUD_PROVIDER_VERSION,
): void {
  TerraformStack.of(scope).addOverride('terraform.required_providers.alicloud.version', constraint);
}
