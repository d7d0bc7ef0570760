import { TerraformElement } from 'cdktf';
import { Construct } from 'constructs';

/** What should be so, as a Terraform expression, and what to say when it is not. */
export interface Assertion {
  readonly condition: string;
  readonly errorMessage: string;
}

/** A `check` block, which cdktf has no class for: it warns in each plan and apply, and stops neither. */
export class TerraformCheck extends TerraformElement {
  public constructor(
    scope: Construct,
    id: string,
    private readonly assertions: readonly Assertion[],
  ) {
    super(scope, id, 'check');
  }

  public override toTerraform(): Record<string, unknown> {
    const assert = this.assertions.map(({ condition, errorMessage }) => ({
      condition,
      error_message: errorMessage,
    }));
    return { check: { [this.friendlyUniqueId]: { assert } } };
  }
}
