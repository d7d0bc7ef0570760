import { ContainerUpload } from '@cdktf/provider-docker/lib/container';
import { createHash } from 'node:crypto';
import { ValidationError } from '../model/errors';
import { DELIVERY_DIRECTORY, HostSpec, SCRIPTS_DIRECTORY, SECRETS_DIRECTORY } from '../model/host';
import { nodeScript } from '../node/script';
import { terraformText } from '../terraform/text';
import { bundle } from './agent/bundle';

/** Root of what `install-files` reads beside the delivered files themselves. */
const BROKERS_DIRECTORY = '/etc/brokers';

/** A file as it lands in the container, before secrets are put in. */
export interface DeliveredFile {
  /** Where the file takes effect. */
  readonly path: string;
  /** Where the platform writes it. */
  readonly deliveredTo: string;
  readonly text: string;
}

/** All files of `host` in a fixed order: the manifest, the host names, then the files as declared. */
export function deliveredFiles(host: HostSpec): readonly DeliveredFile[] {
  const manifest = host.files.map((file) => `${file.mode} ${file.owner} ${file.path}\n`).join('');
  const aliases = host.aliases.map((alias) => `${alias.address} ${alias.name}\n`).join('');
  const files = [
    { path: `${BROKERS_DIRECTORY}/manifest`, deliveredTo: `${BROKERS_DIRECTORY}/manifest`, text: manifest },
    { path: '/etc/hosts', deliveredTo: `${BROKERS_DIRECTORY}/hosts`, text: aliases },
    ...host.files.map(({ path, text }) => ({ path, deliveredTo: DELIVERY_DIRECTORY + path, text })),
  ];
  // A bundle is made of whole lines, and an empty line means nothing in every format used here.
  return files.map((file) => (file.text.endsWith('\n') ? file : { ...file, text: `${file.text}\n` }));
}

/** Takes the bundle of a new container apart before its command starts. */
export const UNPACK_PATH = '/opt/brokers/unpack';

/**
 * What a new container of `host` starts with: its secrets, and all files and scripts in one bundle, since the provider
 * spends as long on each upload as on a large one.
 * @throws ValidationError when a line of a file looks like the start of the next one
 */
export function uploads(host: HostSpec): ContainerUpload[] {
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
  return [
    { file: UNPACK_PATH, content: terraformText(nodeScript('unpack').text), executable: true },
    {
      file: '/opt/brokers/bundle',
      content: terraformText(bundle(bundled)),
    },
    ...host.secrets.map(({ name, secret }) => ({
      file: `${SECRETS_DIRECTORY}/${name}`,
      content: secret.value,
    })),
  ];
}

/** Short digest of each script by name: enough to see in a diff that one changed. */
export function scriptDigests(host: HostSpec): Record<string, string> {
  return Object.fromEntries(
    host.scripts.map(({ name, text }) => [
      name,
      createHash('sha256').update(text).digest('hex').slice(0, 12),
    ]),
  );
}
