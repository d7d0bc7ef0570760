import { AlicloudProvider } from '@cdktf/provider-alicloud/lib/provider';
import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { ALICLOUD_PROVIDER_VERSION, constrainAlicloudProvider } from './provider-version';
import { assertRegion } from './region';

const ROLE_ARN = /^acs:ram::\d+:role\/[\w.-]{1,64}$/;
/** See "AssumeRole" in the API reference of Security Token Service. */
const SESSION_NAME = /^[\w.@-]{2,64}$/;
const SESSION_SECONDS = { least: 900, most: 43_200 } as const;

/** A role that the provider takes on with the credentials that it finds. */
export interface AssumeRoleOptions {
  /** e.g. `acs:ram::1234567890123456:role/deploy`. */
  readonly roleArn: string;
  /** Who it was, in the audit log: 2 to 64 letters, digits, `.`, `@`, `-` or `_`. @default 'terraform' */
  readonly sessionName?: string;
  /** 900 to 43200, and not above what the role allows. @default 3600 */
  readonly sessionExpirationSeconds?: number;
  /** Where the role's trust policy asks for one. @default none */
  readonly externalId?: string;
}

/**
 * Settings of an `AlibabaCloudProvider`. None is a credential: those come from the environment or the machine's role, see
 * "Terraform authentication" in the documentation of Alibaba Cloud.
 */
export interface AlibabaCloudProviderProps {
  /** e.g. `cn-hangzhou`. */
  readonly region: string;
  /** @default none */
  readonly assumeRole?: AssumeRoleOptions;
  /**
   * Site of the account. It spares a question to the billing service when the provider starts, which a role for deploying
   * need not be allowed to ask.
   * @default 'Domestic'
   */
  readonly accountType?: 'Domestic' | 'International';
  /** Number of the account; where absent, resources that need it ask for it. @default none */
  readonly accountId?: string;
  /** For a stack of several regions: pass the provider to the constructs of its region. @default none */
  readonly alias?: string;
  /** Releases that the stack may use, in Terraform's syntax. @default `ALICLOUD_PROVIDER_VERSION` */
  readonly version?: string;
}

const ASSUME_ROLE_OPTIONS: OptionNames<AssumeRoleOptions> = {
  roleArn: true,
  sessionName: true,
  sessionExpirationSeconds: true,
  externalId: true,
};
const PROVIDER_PROPS: OptionNames<AlibabaCloudProviderProps> = {
  region: true,
  assumeRole: true,
  accountType: true,
  accountId: true,
  alias: true,
  version: true,
};

/** The provider block of `aliyun/alicloud` for one region. */
export class AlibabaCloudProvider extends AlicloudProvider {
  /** @throws ValidationError for a bad region, account or role */
  public constructor(scope: Construct, id: string, props: AlibabaCloudProviderProps) {
    const { region, assumeRole, accountType = 'Domestic', accountId, alias, version } = props;
    const subject = `provider ${id}`;
    if (new.target === AlibabaCloudProvider) assertOptions(subject, props, PROVIDER_PROPS);
    if (!Token.isUnresolved(region)) assertRegion(subject, region);
    if (accountId !== undefined && !Token.isUnresolved(accountId) && !/^\d+$/.test(accountId)) {
      throw new ValidationError(
        subject,
        `accountId must be digits, got "${accountId}": see the account's overview page`,
      );
    }
    assertOptions(subject, assumeRole, ASSUME_ROLE_OPTIONS, 'assumeRole');
    if (assumeRole !== undefined) assertRole(subject, assumeRole);
    super(scope, id, {
      region,
      accountType,
      ...(accountId === undefined ? {} : { accountId }),
      ...(alias === undefined ? {} : { alias }),
      ...(assumeRole === undefined ? {} : { assumeRole: roleBlock(assumeRole) }),
    });
    constrainAlicloudProvider(this, version ?? ALICLOUD_PROVIDER_VERSION);
  }
}

function roleBlock({ roleArn, sessionName, sessionExpirationSeconds, externalId }: AssumeRoleOptions): {
  readonly roleArn: string;
  readonly sessionName?: string;
  readonly sessionExpiration?: number;
  readonly externalId?: string;
} {
  return {
    roleArn,
    ...(sessionName === undefined ? {} : { sessionName }),
    ...(sessionExpirationSeconds === undefined ? {} : { sessionExpiration: sessionExpirationSeconds }),
    ...(externalId === undefined ? {} : { externalId }),
  };
}

/**
 * Checks a role that Terraform takes on.
 * @throws ValidationError for a bad name or time; what is not known at synth is not checked
 */
export function assertRole(subject: string, role: AssumeRoleOptions): void {
  const { roleArn, sessionName, sessionExpirationSeconds: seconds } = role;
  if (!Token.isUnresolved(roleArn) && !ROLE_ARN.test(roleArn)) {
    throw new ValidationError(
      subject,
      `assumeRole.roleArn must look like acs:ram::1234567890123456:role/deploy, got "${roleArn}"`,
    );
  }
  if (sessionName !== undefined && !Token.isUnresolved(sessionName) && !SESSION_NAME.test(sessionName)) {
    throw new ValidationError(
      subject,
      `assumeRole.sessionName must be 2 to 64 letters, digits, . @ - or _, got "${sessionName}"`,
    );
  }
  const { least, most } = SESSION_SECONDS;
  if (seconds === undefined || Token.isUnresolved(seconds)) return;
  if (!Number.isInteger(seconds) || seconds < least || seconds > most) {
    throw new ValidationError(
      subject,
      `assumeRole.sessionExpirationSeconds must be a whole number from ${least} to ${most}, got ${seconds}`,
    );
  }
}
