/** How many bytes an instance of `prod` is handed, as Terraform hands them to the provider. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AlicloudProvider, startAlicloudProvider } from '../test/e2e/support/alicloud-provider';
import { TerraformFolder } from '../test/e2e/support/terraform';
import { BenchError, must } from './command';

const FRONT_ENDS = ['slb', 'nlb', 'haproxy-keepalived'];

/** Sizes of one role behind one front end. */
export interface UserDataSizes {
  readonly role: string;
  readonly frontEnd: string;
  /** One an instance, before the Base64 of the cloud. */
  readonly bytes: readonly number[];
}

/**
 * Applies `prod` with each front end to the stand-in for the cloud.
 * @param program synthesises it
 * @param directory where it does so
 * @throws BenchError when Terraform fails
 */
export async function userDataSizes(program: string, directory: string): Promise<UserDataSizes[]> {
  const sizes: UserDataSizes[] = [];
  for (const frontEnd of FRONT_ENDS) {
    await must(process.execPath, [program], {
      cwd: directory,
      env: { BROKERS_PROD_FRONT_END: frontEnd },
    });
    const text = readFileSync(join(directory, 'cdktf.out/stacks/prod/cdk.tf.json'), 'utf8');
    const configuration = JSON.parse(text) as { readonly terraform: object };
    // Its state is of no use, and has secrets: it goes with the folder.
    const terraform = { ...configuration.terraform, backend: undefined };
    sizes.push(...(await appliedSizes({ ...configuration, terraform }, frontEnd)));
  }
  return sizes;
}

async function appliedSizes(configuration: object, frontEnd: string): Promise<UserDataSizes[]> {
  const provider = await startAlicloudProvider();
  const folder = new TerraformFolder();
  try {
    folder.write(configuration);
    const { code, output } = await folder.apply(provider.environment);
    if (code !== 0) throw new BenchError(`prod behind ${frontEnd} could not be applied:\n${output}`);
    const byRole = sizesByRole(provider);
    return [...byRole].map(([role, bytes]) => ({ role, frontEnd, bytes }));
  } finally {
    folder.remove();
    provider.stop();
  }
}

/** Instances are called `prod-<role>-<number>`. */
function sizesByRole(provider: AlicloudProvider): Map<string, number[]> {
  const sizes = new Map<string, number[]>();
  for (const { values } of provider.resources('alicloud_instance')) {
    const { instance_name: name, user_data: encoded } = values as Readonly<Record<string, string>>;
    const role = name?.split('-').at(-2) ?? '';
    sizes.set(role, [...(sizes.get(role) ?? []), Buffer.from(encoded ?? '', 'base64').length]);
  }
  return sizes;
}
