import { Construct } from 'constructs';
import { terraformText } from '../terraform/text';
import { packedEstimate, packedExpression } from './packed-text';

/** A script as it stands in user data. */
export interface PackedScript {
  /** Terraform expression of its text, compressed and in base64. */
  readonly expression: string;
  /** What that will be, but for how Terraform compresses. */
  readonly estimate: string;
}

/** The scripts that all machines of a group have alike: one Terraform local each, and not one for each machine. */
export class PackedScripts extends Construct {
  private readonly scripts = new Map<string, PackedScript & { readonly text: string }>();

  /**
   * The script at `path` of the machines.
   * @throws Error when it has another text than on a machine before
   */
  public pack(path: string, text: string): PackedScript {
    const known = this.scripts.get(path);
    if (known !== undefined) {
      if (known.text !== text) throw new Error(`${this.node.path} has another ${path} already`);
      return known;
    }
    const expression = packedExpression(this, path, terraformText(text));
    const script = { text, expression, estimate: packedEstimate(text) };
    this.scripts.set(path, script);
    return script;
  }
}
