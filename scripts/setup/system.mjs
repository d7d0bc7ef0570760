// What must be there before anything else: the system and Node.
import { readFileSync } from 'node:fs';
import { SetupError, step } from './report.mjs';

const OLDEST_NODE = '20.9.0';

export const isRoot = () => process.getuid?.() === 0;

/** Whether version `have` (`20.11.1`) is `wanted` or newer. */
export function isAtLeast(have, wanted) {
  const [a, b] = [have, wanted].map((version) => version.split('.').map(Number));
  const at = b.findIndex((part, i) => part !== (a[i] ?? 0));
  return at === -1 || (a[at] ?? 0) > b[at];
}

/** Checks Node, and Linux where containers are needed. */
export async function checkSystem({ linux }) {
  await step('system', () => {
    const { node } = process.versions;
    if (!isAtLeast(node, OLDEST_NODE)) {
      throw new SetupError(
        `Node ${OLDEST_NODE} or newer is needed, this is ${node}: install Node 20 LTS or newer.`,
      );
    }
    if (linux && process.platform !== 'linux') {
      throw new SetupError(
        `Only Linux can run this, since containers must be reachable by their own addresses, and this is ${process.platform}: use a Linux machine or a Linux VM.`,
      );
    }
    return `${process.platform}, Node ${node}, ${isRoot() ? 'root' : 'not root'}`;
  });
}

/** Whether packages can be installed here with apt-get. */
export function hasApt() {
  return isRoot() && /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease());
}

function osRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
