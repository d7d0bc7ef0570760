import { ITerraformDependable, TerraformStack } from 'cdktf';
import { Construct, IConstruct } from 'constructs';

/** What comes before a resource, by the stacks that it is in. */
export interface Dependencies {
  /** Of the same stack, fit for `dependsOn`. */
  readonly own: ITerraformDependable[];
  /** Stacks that have the others: Terraform takes no resource of another stack for a dependency. */
  readonly stacks: readonly TerraformStack[];
}

/** Tells apart which of `after` are in the stack of `scope`. What is no construct counts as being there. */
export function dependenciesOf(scope: IConstruct, after: readonly ITerraformDependable[]): Dependencies {
  const stack = TerraformStack.of(scope);
  const stackOf = (item: ITerraformDependable): TerraformStack =>
    Construct.isConstruct(item) ? TerraformStack.of(item) : stack;
  const others = after.map(stackOf).filter((other) => other !== stack);
  return { own: after.filter((item) => stackOf(item) === stack), stacks: [...new Set(others)] };
}
