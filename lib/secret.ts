import { Fn, TerraformVariable, Token } from 'cdktf';
import { Construct } from 'constructs';
import { ValidationError } from './model/errors';
import { ISecret } from './model/secret';
import { TerraformData } from './terraform/terraform-data';

/**
 * A password, cookie or key. Its value exists only in the Terraform state (marked sensitive) and on the nodes: never at
 * synth, never in a diff.
 */
export class Secret implements ISecret {
  /**
   * 64 hexadecimal digits made at the first apply (SHA-256 of a random UUID) and kept in the state from then on.
   * Needs no provider. Replaced only when its construct id changes.
   */
  public static generate(scope: Construct, id: string): Secret {
    const stored = new TerraformData(scope, id, {
      triggersReplace: '${sensitive(sha256(uuid()))}',
      lifecycle: { ignoreChanges: ['triggers_replace'] },
    });
    return new Secret(stored.triggersReplace);
  }

  /**
   * A value that another resource or data source makes, e.g. `randomPassword.result`.
   * @throws ValidationError when `token` is plain text: that would end up in `cdktf.out`.
   */
  public static of(token: string): Secret {
    if (typeof token !== 'string' || !Token.isUnresolved(token)) {
      throw new ValidationError(
        'Secret.of',
        'token must be an attribute of a resource or a variable, got plain text: use Secret.generate or Secret.fromVariable',
      );
    }
    return new Secret(token);
  }

  /** A Terraform variable that is given at apply, e.g. as `TF_VAR_<id>` in the environment. It has no default. */
  public static fromVariable(scope: Construct, id: string, description?: string): Secret {
    const variable = new TerraformVariable(scope, id, {
      type: 'string',
      sensitive: true,
      nullable: false,
      ...(description === undefined ? {} : { description }),
    });
    variable.overrideLogicalId(id);
    return new Secret(variable.stringValue);
  }

  /** The value as a sensitive Terraform expression. */
  public readonly value: string;

  private constructor(token: string) {
    this.value = Token.asString(Fn.sensitive(token));
  }
}
