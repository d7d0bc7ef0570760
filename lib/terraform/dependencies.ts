import { ITerraformDependable, TerraformStack } from 'cdktf';
import { Construct, IConstruct } from 'constructs';

/**
 * `after` as the argument `dependsOn` of a resource in `scope`: what is in the same stack, and what is no construct. Terraform
 * takes no resource of another stack for a dependency, so that such a stack is deployed before this one, as a whole.
 */
export function dependsOn(scope: IConstruct, after: readonly ITerraformDependable[]): ITerraformDependable[] {
  const stack = TerraformStack.of(scope);
  const stackOf = (item: ITerraformDependable): TerraformStack =>
    Construct.isConstruct(item) ? TerraformStack.of(item) : stack;
  for (const other of after.map(stackOf)) if (other !== stack) stack.addDependency(other);
  return after.filter((item) => stackOf(item) === stack);
}
