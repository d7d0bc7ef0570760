// Terraform or OpenTofu, whichever cdktf is to use.
import { must, run, which } from './command.mjs';
import { SetupError, step } from './report.mjs';

/** Finds the program. Resolves to `{ binary, isTofu, env }`, `env` being what cdktf needs to use the same one. */
export async function findTerraform() {
  const named = process.env.TERRAFORM_BINARY_NAME;
  const binary = (named ? [named] : ['terraform', 'tofu']).find((name) => which(name) !== undefined);
  await step('Terraform', async () => {
    if (binary === undefined) {
      throw new SetupError(
        named
          ? `${named} (TERRAFORM_BINARY_NAME) is not on PATH: install it, or unset that variable.`
          : 'Neither terraform nor tofu is on PATH: install Terraform 1.5 or newer (https://developer.hashicorp.com/terraform/install) or OpenTofu (https://opentofu.org/docs/intro/install/).',
      );
    }
    const version = await must(binary, ['version'], `${binary} does not run: install it again`);
    return version.split('\n').find((line) => /^(Terraform|OpenTofu) v/.test(line)) ?? binary;
  });
  const isTofu = (await run(binary, ['version'])).stdout.includes('OpenTofu');
  return { binary, isTofu, env: binary === 'terraform' ? {} : { TERRAFORM_BINARY_NAME: binary } };
}
