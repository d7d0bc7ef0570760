import { ErrorSubject, ValidationError } from './errors';
import { OptionNames } from './options';

/** How a node reaches the service that keeps a secret, and which part of the secret it takes. */
export interface SecretFetchOptions {
  /**
   * Region of the secret, e.g. `cn-hangzhou`.
   * @default the region of the instance that fetches it
   */
  readonly region?: string;
  /**
   * Host name of the service, with `:port` unless it is 443; always called over TLS. A KMS instance has its own,
   * `<instance id>.cryptoservice.kms.aliyuncs.com`.
   * @default the shared endpoint in the VPC: `kms-vpc.<region>.aliyuncs.com` or `oos-vpc.<region>.aliyuncs.com`
   */
  readonly endpoint?: string;
  /**
   * PEM certificates that the endpoint's own is checked against. A KMS instance needs its CA certificate here.
   * @default what the operating system of the node trusts
   */
  readonly certificateAuthority?: string;
  /**
   * Member of the JSON object that the secret holds, e.g. `password`; its value is a string.
   * @default the secret as a whole
   */
  readonly field?: string;
}

/** Which version of a KMS secret a node takes. */
export interface KmsSecretOptions extends SecretFetchOptions {
  /**
   * A fixed version, so that a machine made after a rotation gets what the others have.
   * @default the version that has `versionStage`
   */
  readonly versionId?: string;
  /**
   * Stage label of the version.
   * @default `ACSCurrent`
   */
  readonly versionStage?: string;
}

/** Which version of an OOS parameter a node takes. */
export interface OosParameterOptions extends SecretFetchOptions {
  /**
   * 1-100; a fixed version, so that a machine made after a change gets what the others have.
   * @default the newest
   */
  readonly version?: number;
}

const FETCH_OPTIONS: OptionNames<SecretFetchOptions> = {
  region: true,
  endpoint: true,
  certificateAuthority: true,
  field: true,
};
export const KMS_SECRET_OPTIONS: OptionNames<KmsSecretOptions> = {
  ...FETCH_OPTIONS,
  versionId: true,
  versionStage: true,
};
export const OOS_PARAMETER_OPTIONS: OptionNames<OosParameterOptions> = { ...FETCH_OPTIONS, version: true };

/** A secret of Key Management Service. */
export interface KmsSecretReference extends KmsSecretOptions {
  readonly store: 'kms';
  /** Name in the account of the node, or the ARN of a secret that another account shares. */
  readonly name: string;
}

/** An encrypted parameter of CloudOps Orchestration Service. */
export interface OosParameterReference extends OosParameterOptions {
  readonly store: 'oos';
  readonly name: string;
}

/** Where a node fetches a secret that never passes through Terraform. Holds nothing secret. */
export type SecretReference = KmsSecretReference | OosParameterReference;

/** "CreateSecret" of the KMS API reference; with the ARN of "GetSecretValue" for other accounts. */
const KMS_NAME = /^(?:acs:kms:[a-z0-9-]+:\d+:secret\/)?[\w/+=.@-]{1,192}$/;
/** "CreateSecretParameter" of the OOS API reference. */
const OOS_NAME = /^(?!ALIYUN|ACS|ALIBABA|ALICLOUD|OOS)[\w-]{1,180}$/;
const OOS_VERSIONS = { first: 1, last: 100 };
const REGION = /^[a-z]{2}(?:-[a-z0-9]+)+$/;
const ENDPOINT = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i;
const CERTIFICATE = '-----BEGIN CERTIFICATE-----';

/** What `reference` is called in messages and outputs, e.g. `KMS secret "prod/rabbitmq", field "cookie"`. */
export function describeReference(reference: SecretReference): string {
  const kind = reference.store === 'kms' ? 'KMS secret' : 'OOS parameter';
  return `${kind} "${reference.name}"${reference.field === undefined ? '' : `, field "${reference.field}"`}`;
}

/**
 * Checks what can be known of `reference` before a node asks for it.
 * @param isToken tells text that is known only when Terraform runs, which is not checked
 * @throws ValidationError when the service could not have such a secret, or the endpoint is none
 */
export function assertReference(
  subject: ErrorSubject,
  reference: SecretReference,
  isToken: (text: string) => boolean,
): void {
  const check = (value: string | undefined, valid: (text: string) => boolean, problem: string): void => {
    if (value !== undefined && !isToken(value) && !valid(value)) throw new ValidationError(subject, problem);
  };
  const { name, region, endpoint, field } = reference;
  assertName(check, reference);
  check(region, (text) => REGION.test(text), `region must look like cn-hangzhou, got "${region}"`);
  check(
    endpoint,
    (text) => ENDPOINT.test(text),
    `endpoint must be a host name with or without a port, got "${endpoint}": leave out https:// and any path`,
  );
  check(
    reference.certificateAuthority,
    (text) => text.includes(CERTIFICATE),
    `certificateAuthority must be PEM text that begins with ${CERTIFICATE}: give the certificate, not its path`,
  );
  check(
    field,
    (text) => text !== '',
    `field of "${name}" must have a name: leave it out for the whole secret`,
  );
  if (reference.store === 'kms') {
    for (const prop of ['versionId', 'versionStage'] as const) {
      check(reference[prop], (text) => text !== '', `${prop} of "${name}" must not be empty: leave it out`);
    }
  } else assertOosVersion(subject, reference.version);
}

function assertName(
  check: (value: string, valid: (text: string) => boolean, problem: string) => void,
  { store, name }: SecretReference,
): void {
  if (store === 'kms') {
    check(
      name,
      (text) => KMS_NAME.test(text),
      `name must be 1-192 letters, digits or _/+=.@- or an ARN acs:kms:<region>:<account>:secret/<name>, got "${name}"`,
    );
  } else {
    check(
      name,
      (text) => OOS_NAME.test(text),
      'name must be 1-180 letters, digits, - or _ and not begin with ALIYUN, ACS, ALIBABA, ALICLOUD or OOS, ' +
        `got "${name}"`,
    );
  }
}

function assertOosVersion(subject: ErrorSubject, version: number | undefined): void {
  const { first, last } = OOS_VERSIONS;
  if (version === undefined || (Number.isInteger(version) && version >= first && version <= last)) return;
  throw new ValidationError(
    subject,
    `version must be a whole number from ${first} to ${last}, got ${version}: leave it out for the newest`,
  );
}
