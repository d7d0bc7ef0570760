import { PermissionDefinition, UserDefinition } from '../config/definitions';
import { ErrorSubject, ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { assertSecret, ISecret, secretPlaceholder } from '../model/secret';
import { assertEntityName, assertKnownName } from './entity-name';
import { NamePattern, patternText } from './pattern';
import { secretNameOf } from './secret-name';
import { DEFAULT_VHOST } from './vhost';

/** Tags that RabbitMQ's management plugin knows; others may serve own authorisation back ends. */
export type UserTag = 'administrator' | 'monitoring' | 'policymaker' | 'management' | 'impersonator';

const TAGS: readonly UserTag[] = ['administrator', 'monitoring', 'policymaker', 'management', 'impersonator'];

/**
 * What a user may do in one vhost, each with exchanges and queues by a regular expression over their names, or by the names
 * themselves, e.g. `{ names: ['jobs.v1'] }`.
 */
export interface PermissionOptions {
  /** @default '/' */
  readonly vhost?: string;
  /** Declare and delete. @default none */
  readonly configure?: NamePattern;
  /** Publish, bind from. @default none */
  readonly write?: NamePattern;
  /** Consume, bind to. @default none */
  readonly read?: NamePattern;
}

const PERMISSION_OPTIONS: OptionNames<PermissionOptions> = {
  vhost: true,
  configure: true,
  write: true,
  read: true,
};

/** Settings of a user. */
export interface UserOptions {
  /** Never plain text. */
  readonly password: ISecret;
  /** @default none: the user cannot log in to the management pages */
  readonly tags?: readonly (UserTag | (string & {}))[];
  /** At most one entry a vhost. @default none: the user can do nothing */
  readonly permissions?: readonly PermissionOptions[];
}

/** Matches no name: names are not empty. */
const NOTHING = '^$';

/** @throws ValidationError for a name that is not taken, `guest`, a password that is no secret, or a bad tag */
export function userDefinition(subject: ErrorSubject, name: string, options: UserOptions): UserDefinition {
  assertOptions(subject, options, { password: true, tags: true, permissions: true });
  assertUserName(subject, name);
  assertKnownName(subject, 'name', name);
  assertSecret(subject, 'password', options.password);
  for (const tag of options.tags ?? []) {
    assertEntityName(subject, 'tag', tag);
    if (tag.includes(',')) {
      throw new ValidationError(subject, `tag must not contain a comma, got "${tag}": pass an entry a tag`);
    }
    const known = TAGS.find((candidate) => candidate === tag.trim().toLowerCase());
    if (known !== undefined && known !== tag) {
      throw new ValidationError(subject, `tag must be spelt as RabbitMQ does, got "${tag}": use ${known}`);
    }
  }
  return {
    name,
    password: secretPlaceholder(userSecretName(name), 'json'),
    tags: [...(options.tags ?? [])],
  };
}

/** @throws ValidationError for a name that the broker does not take, or `guest` */
export function assertUserName(subject: ErrorSubject, name: string): void {
  assertEntityName(subject, 'name', name);
  if (name === 'guest') {
    throw new ValidationError(
      subject,
      'name must not be "guest", the well-known default user: choose another name',
    );
  }
}

/** @throws ValidationError for a pattern that is no regular expression, or two entries for one vhost */
export function permissionDefinitions(
  subject: ErrorSubject,
  user: string,
  permissions: readonly PermissionOptions[],
): readonly PermissionDefinition[] {
  const seen = new Set<string>();
  return permissions.map((permission) => {
    assertOptions(subject, permission, PERMISSION_OPTIONS, 'permissions');
    const vhost = permission.vhost ?? DEFAULT_VHOST;
    if (seen.has(vhost)) {
      throw new ValidationError(
        subject,
        `permissions must name a vhost once, got "${vhost}" twice: join the patterns`,
      );
    }
    seen.add(vhost);
    const { configure = NOTHING, write = NOTHING, read = NOTHING } = permission;
    return {
      user,
      vhost,
      configure: patternText(subject, 'configure', configure),
      write: patternText(subject, 'write', write),
      read: patternText(subject, 'read', read),
    };
  });
}

/** The name under which a user's password is known on the nodes; see `secretNameOf`. */
export function userSecretName(user: string): string {
  return secretNameOf('user', user);
}
