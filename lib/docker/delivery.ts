import { ContainerUpload } from '@cdktf/provider-docker/lib/container';
import { createHash } from 'node:crypto';
import { DELIVERY_DIRECTORY, HostSpec, SCRIPTS_DIRECTORY, SECRETS_DIRECTORY } from '../model/host';
import { terraformText } from '../terraform/text';

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
  // The provider uploads no empty file; one empty line means the same in every format used here.
  return files.map((file) => (file.text === '' ? { ...file, text: '\n' } : file));
}

/** What a new container of `host` starts with: files, scripts and secrets. */
export function uploads(host: HostSpec): ContainerUpload[] {
  return [
    ...deliveredFiles(host).map(({ deliveredTo, text }) => ({
      file: deliveredTo,
      content: terraformText(text),
    })),
    ...host.scripts.map(({ name, text }) => ({
      file: `${SCRIPTS_DIRECTORY}/${name}`,
      content: terraformText(text),
      executable: true,
    })),
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
