import { Token } from 'cdktf';
import { ErrorSubject, ValidationError } from '../model/errors';

/** Form of the names of what belongs to a VPC, see "CreateVpc", "CreateHaVip" and "CreateVpcPeerConnection" in its API reference. */
const FORM = /^(?!https?:\/\/).{1,128}$/su;

/**
 * `name` with `suffix`, as a part of a VPC is named.
 * @throws ValidationError when the cloud does not take it; what is not known at synth is not checked
 */
export function resourceName(subject: ErrorSubject, name: string, suffix = ''): string {
  const full = `${name}${suffix}`;
  if (Token.isUnresolved(full) || FORM.test(full)) return full;
  const added = suffix === '' ? '' : ` with ${suffix} at its end`;
  throw new ValidationError(
    subject,
    `name must have 1 to 128 characters${added} and not begin with http:// or https://, got "${full}": choose another name`,
  );
}
