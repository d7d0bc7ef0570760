// Images from a registry.
import { run } from './command.mjs';

const FIRST_ANSWER_SECONDS = 20;
const WHOLE_PULL_SECONDS = 1200;

/**
 * Pulls `image` onto the engine. A registry that does not answer is found out in seconds, since the engine names the
 * image as soon as the registry knows it; a slow download has its time.
 * Resolves to undefined, or to `{ reason, unreachable }`.
 */
export async function pull(image) {
  const { code, stdout, stderr, timedOut } = await run('docker', ['pull', image], {
    timeoutSeconds: WHOLE_PULL_SECONDS,
    firstOutputSeconds: FIRST_ANSWER_SECONDS,
  });
  if (code === 0) return undefined;
  if (timedOut)
    return {
      reason: stdout === '' ? `no answer in ${FIRST_ANSWER_SECONDS} s` : 'too slow',
      unreachable: true,
    };
  return describeFailure(stderr);
}

/** What `docker pull` said, in a few words, and whether the registry was not reached at all. */
export function describeFailure(stderr) {
  const text =
    stderr
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^Error response from daemon: /, '') ?? '';
  if (
    /manifest.*(unknown|not found)|not found: manifest|repository does not exist|pull access denied/i.test(
      text,
    )
  ) {
    return { reason: 'the registry does not have it', unreachable: false };
  }
  if (/toomanyrequests|rate limit/i.test(text))
    return { reason: 'its limit of pulls is reached', unreachable: false };
  return { reason: `not reachable, ${text.split(': ').at(-1) || 'no reason given'}`, unreachable: true };
}

/** Whether the engine has `image`. */
export async function isOnEngine(image) {
  return (await run('docker', ['image', 'inspect', '--format', '{{.Id}}', image])).code === 0;
}
