import { OssBackend, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { AssumeRoleOptions, assertRole } from './provider';
import { assertRegion } from './region';

const SUBJECT = 'state in OSS';
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
/** See "Naming conventions" in the documentation of Tablestore. */
const INSTANCE = /^[A-Za-z][A-Za-z0-9-]{1,14}[A-Za-z0-9]$/;
const TABLE = /^[A-Za-z_]\w{0,254}$/;
/** Terraform's, and shorter than a provider's. */
const MOST_SESSION_SECONDS = 3600;

/** A Tablestore table whose only primary key is `LockID`, a string. */
export interface StateLockTable {
  /** Name of the Tablestore instance. */
  readonly instance: string;
  /** Name of the table. */
  readonly table: string;
  /**
   * e.g. the instance's address inside a VPC.
   * @default `https://<instance>.<region>.ots.aliyuncs.com`
   */
  readonly endpoint?: string;
}

/** Settings of `keepStateInOss`. None is a credential: those come from the environment, as for the provider. */
export interface OssStateProps {
  /** Name of a bucket that exists; switch its versioning on, so that a broken state can be taken back. */
  readonly bucket: string;
  /** Region of the bucket, e.g. `cn-hangzhou`. */
  readonly region: string;
  /** Without it two people who deploy at once would destroy the state. */
  readonly lockTable: StateLockTable;
  /**
   * Folder in the bucket, one a stack and environment, e.g. `brokers/prod`.
   * @default the name of the stack
   */
  readonly prefix?: string;
  /** The state is encrypted in the bucket; it has secrets. @default true */
  readonly encrypt?: boolean;
  /**
   * e.g. the address of OSS inside a VPC.
   * @default that of the region
   */
  readonly endpoint?: string;
  /** @default none */
  readonly assumeRole?: Omit<AssumeRoleOptions, 'externalId'>;
}

const LOCK_TABLE: OptionNames<StateLockTable> = {
  instance: true,
  table: true,
  endpoint: true,
};
const OSS_STATE_PROPS: OptionNames<OssStateProps> = {
  bucket: true,
  region: true,
  lockTable: true,
  prefix: true,
  encrypt: true,
  endpoint: true,
  assumeRole: true,
};
const BACKEND_ROLE: OptionNames<NonNullable<OssStateProps['assumeRole']>> = {
  roleArn: true,
  sessionName: true,
  sessionExpirationSeconds: true,
};

/**
 * Keeps the state of the stack of `scope` in an OSS bucket, private and encrypted, locked by a Tablestore table.
 * @throws ValidationError for a bad name, and when there is no lock table
 */
export function keepStateInOss(scope: Construct, props: OssStateProps): OssBackend {
  assertOptions(SUBJECT, props, OSS_STATE_PROPS);
  assertOptions(SUBJECT, props.lockTable, LOCK_TABLE, 'lockTable');
  assertOptions(SUBJECT, props.assumeRole, BACKEND_ROLE, 'assumeRole');
  const { bucket, region, encrypt = true, endpoint, assumeRole } = props;
  const stack = TerraformStack.of(scope);
  const prefix = props.prefix ?? stack.node.id;
  assertNames(bucket, region, prefix);
  const lock = lockOf(props);
  if (assumeRole !== undefined) assertBackendRole(assumeRole);
  return new OssBackend(stack, {
    bucket,
    region,
    prefix,
    key: 'terraform.tfstate',
    acl: 'private',
    encrypt,
    tablestoreEndpoint: lock.endpoint,
    tablestoreTable: lock.table,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(assumeRole === undefined ? {} : { assumeRoleRoleArn: assumeRole.roleArn }),
    ...(assumeRole?.sessionName === undefined ? {} : { assumeRoleSessionName: assumeRole.sessionName }),
    ...(assumeRole?.sessionExpirationSeconds === undefined
      ? {}
      : { assumeRoleSessionExpiration: assumeRole.sessionExpirationSeconds }),
  });
}

function assertNames(bucket: string, region: string, prefix: string): void {
  assertRegion(SUBJECT, region);
  if (!BUCKET.test(bucket)) {
    throw new ValidationError(
      SUBJECT,
      `bucket must be 3 to 63 of a-z, 0-9 and inner hyphens, got "${bucket}": use the name of a bucket`,
    );
  }
  if (!/^(?!\.{0,2}\/)[\w./-]+$/.test(prefix) || prefix.endsWith('/')) {
    throw new ValidationError(
      SUBJECT,
      `prefix must be a folder without a slash at its ends, got "${prefix}": write e.g. brokers/prod`,
    );
  }
}

function lockOf({ lockTable, region }: Partial<OssStateProps>): Required<Omit<StateLockTable, 'instance'>> {
  const { instance = '', table = '' } = lockTable ?? {};
  if (!INSTANCE.test(instance) || !TABLE.test(table)) {
    throw new ValidationError(
      SUBJECT,
      `lockTable must name a Tablestore instance and a table with the key LockID, got "${instance}" and "${table}": without ` +
        'a lock two deployments at once destroy the state',
    );
  }
  return { table, endpoint: lockTable?.endpoint ?? `https://${instance}.${region}.ots.aliyuncs.com` };
}

function assertBackendRole(role: NonNullable<OssStateProps['assumeRole']>): void {
  assertRole(SUBJECT, role);
  const { sessionExpirationSeconds: seconds = MOST_SESSION_SECONDS } = role;
  if (seconds <= MOST_SESSION_SECONDS) return;
  throw new ValidationError(
    SUBJECT,
    `assumeRole.sessionExpirationSeconds must be at most ${MOST_SESSION_SECONDS} for a state, got ${seconds}: use less`,
  );
}
