import { Token } from 'cdktf';
import { ErrorSubject, ValidationError } from '../model/errors';

/** Most tags of one resource, see "TagResources" in the API references of ECS, VPC and Server Load Balancer. */
const MOST = 20;
const LONGEST = 128;

/**
 * Tags as an argument of a resource: a copy, and nothing where there are none.
 * @throws ValidationError for tags that the cloud does not take; what is not known at synth is not checked
 */
export function tagsOf(
  subject: ErrorSubject,
  tags: Readonly<Record<string, string>> | undefined,
): { tags?: Record<string, string> } {
  if (tags === undefined) return {};
  const count = Object.keys(tags).length;
  if (count > MOST) {
    throw new ValidationError(subject, `tags must be at most ${MOST}, got ${count}: leave some out`);
  }
  for (const [key, value] of Object.entries(tags)) assertTag(subject, key, value);
  return { tags: { ...tags } };
}

function assertTag(subject: ErrorSubject, key: string, value: string): void {
  if (
    !Token.isUnresolved(key) &&
    (key === '' || key.length > LONGEST || /^(aliyun|acs:)|https?:\/\//i.test(key))
  ) {
    throw new ValidationError(
      subject,
      `keys of tags must have 1 to ${LONGEST} characters, not begin with aliyun or acs: and have no http:// or https://, ` +
        `got "${key}": choose another key`,
    );
  }
  if (!Token.isUnresolved(value) && (value.length > LONGEST || /https?:\/\//i.test(value))) {
    throw new ValidationError(
      subject,
      `values of tags must have at most ${LONGEST} characters and no http:// or https://, got "${value}" for ${key}: ` +
        'choose another value',
    );
  }
}
