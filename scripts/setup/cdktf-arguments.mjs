// How cdktf is called on this machine.

const LOCKING = ['deploy', 'apply', 'diff', 'plan', 'destroy', 'output'];

/**
 * `args` with `--skip-provider-lock` where set-up says that it is needed: the hashes of a provider that was built here
 * can't be asked for.
 */
export function cdktfArguments(args, environment) {
  const locks = LOCKING.includes(args[0]) && !args.includes('--skip-provider-lock');
  return locks && environment.BROKERS_SKIP_PROVIDER_LOCK === '1'
    ? [...args, '--skip-provider-lock']
    : [...args];
}
