import { Fn, TerraformVariable, Token } from 'cdktf';
import { Construct } from 'constructs';
import { ValidationError } from './model/errors';
import { assertOptions } from './model/options';
import { ISecret } from './model/secret';
import {
  assertReference,
  describeReference,
  KMS_SECRET_OPTIONS,
  KmsSecretOptions,
  OOS_PARAMETER_OPTIONS,
  OosParameterOptions,
  SecretReference,
} from './model/secret-reference';
import { TerraformData } from './terraform/terraform-data';

const VARIABLE_NAME = /^[A-Za-z_][\w-]*$/;
/** Arguments of a module, which no variable can be called; see "Input variables" in Terraform's documentation. */
const RESERVED_NAMES = [
  'source',
  'version',
  'providers',
  'count',
  'for_each',
  'lifecycle',
  'depends_on',
  'locals',
];

/**
 * A password, cookie or key. Its value exists in the Terraform state (marked sensitive) and on the nodes, or on the nodes
 * alone when they fetch it: never at synth, never in a diff.
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
    return Secret.known(stored.triggersReplace);
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
    return Secret.known(token);
  }

  /**
   * A Terraform variable that is given at apply, e.g. as `TF_VAR_<id>` in the environment. It has no default.
   * @throws ValidationError when no variable can be called `id`
   */
  public static fromVariable(scope: Construct, id: string, description?: string): Secret {
    if (!VARIABLE_NAME.test(id) || RESERVED_NAMES.includes(id)) {
      throw new ValidationError(
        'Secret.fromVariable',
        `id must be a name that a variable can have (letters, digits, _ and -, no digit or - first), got "${id}": ` +
          'write e.g. rabbitmq_password',
      );
    }
    const variable = new TerraformVariable(scope, id, {
      type: 'string',
      sensitive: true,
      nullable: false,
      ...(description === undefined ? {} : { description }),
    });
    variable.overrideLogicalId(id);
    return Secret.known(variable.stringValue);
  }

  /**
   * A secret of Key Management Service (KMS) that exists. Only ECS nodes can have it: each fetches it at its first boot,
   * with its RAM role, which needs `kms:GetSecretValue`. Neither the state nor the user data has the value.
   * @param name e.g. `prod/rabbitmq`, or the ARN of a secret that another account shares
   * @throws ValidationError when KMS could not have such a secret
   */
  public static fromKms(name: string, options: KmsSecretOptions = {}): Secret {
    assertOptions('Secret.fromKms', options, KMS_SECRET_OPTIONS);
    return Secret.fetched('Secret.fromKms', { store: 'kms', name, ...options });
  }

  /**
   * An encrypted parameter of CloudOps Orchestration Service (OOS) that exists. Only ECS nodes can have it: each fetches
   * it at its first boot, with its RAM role, which needs `oos:GetSecretParameter`. Neither the state nor the user data
   * has the value.
   * @throws ValidationError when OOS could not have such a parameter
   */
  public static fromOosParameter(name: string, options: OosParameterOptions = {}): Secret {
    assertOptions('Secret.fromOosParameter', options, OOS_PARAMETER_OPTIONS);
    return Secret.fetched('Secret.fromOosParameter', { store: 'oos', name, ...options });
  }

  private static known(token: string): Secret {
    return new Secret(Token.asString(Fn.sensitive(token)));
  }

  private static fetched(subject: string, reference: SecretReference): Secret {
    assertReference(subject, reference, (text) => Token.isUnresolved(text));
    return new Secret(reference);
  }

  public readonly reference?: SecretReference;

  private constructor(private readonly source: string | SecretReference) {
    if (typeof source !== 'string') this.reference = source;
  }

  /**
   * The value as a sensitive Terraform expression.
   * @throws ValidationError when a node fetches it, as `reference` says: Terraform does not know it
   */
  public get value(): string {
    if (typeof this.source === 'string') return this.source;
    throw new ValidationError(
      describeReference(this.source),
      'an ECS node fetches the value with its RAM role, so there is none that Terraform could use: ' +
        'use Secret.generate, Secret.fromVariable or Secret.of where a value is needed',
    );
  }
}
