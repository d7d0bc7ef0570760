import { TerraformStack } from 'cdktf';
import { keepStateInOss } from '../lib/alicloud/oss-backend';
import { AlibabaCloudProvider, AssumeRoleOptions } from '../lib/alicloud/provider';
import { EnvironmentSettings } from './settings';

/** The provider of the region and account that the settings name; with an `alias` where a stack has several. */
export function createProvider(
  stack: TerraformStack,
  id: string,
  settings: EnvironmentSettings,
  alias?: string,
): AlibabaCloudProvider {
  return new AlibabaCloudProvider(stack, id, {
    region: settings.region,
    ...roleOf(settings),
    ...(settings.providerVersion === undefined ? {} : { version: settings.providerVersion }),
    ...(alias === undefined ? {} : { alias }),
  });
}

/** Keeps the state where the settings say so. */
export function keepState(stack: TerraformStack, settings: EnvironmentSettings): void {
  if (settings.backend === undefined) return;
  const { bucket, prefix, lockInstance, lockTable, region = settings.region } = settings.backend;
  keepStateInOss(stack, {
    region,
    bucket,
    lockTable: { instance: lockInstance, table: lockTable },
    ...(prefix === undefined ? {} : { prefix }),
    ...roleOf(settings),
  });
}

function roleOf({ assumeRole }: EnvironmentSettings): { readonly assumeRole?: AssumeRoleOptions } {
  return assumeRole === undefined ? {} : { assumeRole: { roleArn: assumeRole } };
}
