import { createHash } from 'node:crypto';
import { ValidationError } from '../model/errors';
import { DELIVERY_DIRECTORY, HostSpec, SCRIPTS_DIRECTORY, SECRETS_DIRECTORY } from '../model/host';

/** Root of what `install-files` reads beside the delivered files themselves. */
const BROKERS_DIRECTORY = '/etc/brokers';

/** Where a new container finds its bundle, and the script that takes it apart before the container's command starts. */
export const BUNDLE_PATH = '/opt/brokers/bundle';
export const UNPACK_PATH = '/opt/brokers/unpack';

/** A file as it lands in the container, before secrets are put in. */
export interface DeliveredFile {
  /** Where the file takes effect. */
  readonly path: string;
  /** Where the platform writes it. */
  readonly deliveredTo: string;
  readonly text: string;
  /** What a diff shows in place of the text. */
  readonly shownAs?: Readonly<Record<string, string>>;
}

/** All files of `host` in a fixed order: the manifest, the host names, then the files as declared. */
export function deliveredFiles(host: HostSpec): readonly DeliveredFile[] {
  const manifest = [
    ...host.files.map(({ mode, owner, onChange, path }) => `${mode} ${owner} ${onChange} ${path}\n`),
    // Named, so that one that is not declared any more goes away.
    ...host.secrets.map(({ name }) => `0400 root none ${SECRETS_DIRECTORY}/${name}\n`),
  ].join('');
  const aliases = host.aliases.map((alias) => `${alias.address} ${alias.name}\n`).join('');
  const files: DeliveredFile[] = [
    { path: `${BROKERS_DIRECTORY}/manifest`, deliveredTo: `${BROKERS_DIRECTORY}/manifest`, text: manifest },
    { path: '/etc/hosts', deliveredTo: `${BROKERS_DIRECTORY}/hosts`, text: aliases },
    ...host.files.map(({ path, text, shownAs }) => ({
      path,
      deliveredTo: DELIVERY_DIRECTORY + path,
      text,
      ...(shownAs === undefined ? {} : { shownAs }),
    })),
  ];
  // A bundle is made of whole lines, and an empty line means nothing in every format used here.
  return files.map((file) => (file.text.endsWith('\n') ? file : { ...file, text: `${file.text}\n` }));
}

/**
 * All files and scripts that a new container of `host` starts with, in one text: the same on every platform.
 * @throws ValidationError when a line of a file looks like the start of the next one
 */
export function hostBundle(host: HostSpec): string {
  const bundled = [
    ...host.scripts.map(({ name, text }) => ({ path: `${SCRIPTS_DIRECTORY}/${name}`, text })),
    ...deliveredFiles(host).map(({ deliveredTo, text }) => ({ path: deliveredTo, text })),
  ];
  const marked = bundled.find(({ text }) => /^@@file \//m.test(text));
  if (marked !== undefined) {
    throw new ValidationError(
      host.name,
      `no line of ${marked.path} may begin with the reserved marker "@@file /"`,
    );
  }
  return bundleOf(bundled);
}

/** Files in one text, as `unpack` takes it apart: each after a line with its path. Texts are whole lines. */
export function bundleOf(files: readonly { readonly path: string; readonly text: string }[]): string {
  return files.map(({ path, text }) => `@@file ${path}\n${text}`).join('');
}

/** Short digest of each script by name: enough to see in a diff that one changed. */
export function scriptDigests(host: HostSpec): Record<string, string> {
  return Object.fromEntries(host.scripts.map(({ name, text }) => [name, digestOf(text)]));
}

/** The digest of one script. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
