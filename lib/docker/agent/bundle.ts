import { createHash } from 'node:crypto';

/** A text and the path under which a node finds it. */
export interface BundledFile {
  readonly path: string;
  readonly text: string;
}

/** Everything that a new container gets, in one file that `unpack` of lib/node takes apart. */
export function bundle(files: readonly BundledFile[]): string {
  return files.map(({ path, text }) => `@@file ${path}\n${text}`).join('');
}

/** What `unpack` leaves in the container in place of the bundle: its SHA-256 in hexadecimal. */
export function bundleDigest(files: readonly BundledFile[]): string {
  return createHash('sha256').update(bundle(files)).digest('hex');
}
