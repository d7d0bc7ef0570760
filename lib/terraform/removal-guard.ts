import { TerraformElement, TerraformResource, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { terraformText } from './text';

const ID = 'deletion-protection';

/** Something that no plan may remove. */
interface Guarded {
  /** An instance of the block, and what Terraform calls it when it refuses. */
  readonly name: string;
  readonly isProtected: boolean;
  readonly made: TerraformResource;
}

/**
 * Has Terraform refuse a plan that removes what is protected. The `prevent_destroy` of a resource goes when its block goes, so
 * that it counts for a replacement and not for a removal. The block of this one stays, with an instance for each name: a name
 * that is gone is an instance to destroy, which is refused before anything is touched.
 */
export class RemovalGuard extends TerraformElement {
  /** The one of the stack of `scope`. */
  public static of(scope: Construct): RemovalGuard {
    const stack = TerraformStack.of(scope);
    const made = stack.node.tryFindChild(ID);
    return made instanceof RemovalGuard ? made : new RemovalGuard(stack, ID);
  }

  private readonly guarded: Guarded[] = [];

  private constructor(scope: Construct, id: string) {
    super(scope, id, 'terraform_data');
  }

  /**
   * Guards `made` once it exists. What is not protected any more is let go by the next apply, and can be removed by the one
   * after.
   * @param construct whose path is its name
   * @param kind what it is, for the message
   */
  public add(construct: Construct, kind: string, isProtected: boolean, made: TerraformResource): void {
    const path = construct.node.path.slice(this.cdktfStack.node.path.length + 1);
    this.guarded.push({ name: `${path} (${kind})`, isProtected, made });
  }

  public override toTerraform(): object {
    const kept = this.guarded.filter(({ isProtected }) => isProtected);
    const names = JSON.stringify(kept.map(({ name }) => name));
    const released = this.guarded.filter(({ isProtected }) => !isProtected);
    return {
      resource: {
        terraform_data: {
          [this.friendlyUniqueId]: {
            for_each: `\${toset(${terraformText(names)})}`,
            depends_on: kept.map(({ made }) => `${made.terraformResourceType}.${made.friendlyUniqueId}`),
            lifecycle: { prevent_destroy: true },
          },
        },
      },
      // To a block that there is none of, and that therefore nothing keeps.
      moved: released.map(({ name }) => ({
        from: instanceOf(this.friendlyUniqueId, name),
        to: instanceOf(`${this.friendlyUniqueId}-released`, name),
      })),
    };
  }
}

function instanceOf(block: string, name: string): string {
  return `terraform_data.${block}[${terraformText(JSON.stringify(name))}]`;
}

/** Arguments with which Terraform refuses to replace a resource, and to destroy it as long as its block is there. */
export function keptWhen(isProtected: boolean): { readonly lifecycle?: { readonly preventDestroy: true } } {
  return isProtected ? { lifecycle: { preventDestroy: true } } : {};
}
