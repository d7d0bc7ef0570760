import { ContainerUpload } from '@cdktf/provider-docker/lib/container';
import { gzipSync } from 'node:zlib';
import { ErrorSubject, ValidationError } from '../model/errors';
import { HostSpec, SECRETS_DIRECTORY } from '../model/host';
import { BUNDLE_PATH, DeliveredFile, hostBundle, UNPACK_PATH } from '../node/bundle';
import { nodeScript } from '../node/script';
import { terraformLiteral, terraformText } from '../terraform/text';

/** Linux takes 128 KiB for one variable of a process; Terraform may pack a little worse than what is reckoned here. */
const MOST_PACKED_BYTES = 125_000;

/**
 * What a new container of `host` starts with: its secrets, and all files and scripts in one bundle, since the provider
 * spends as long on each upload as on a large one.
 * @throws ValidationError when a line of a file looks like the start of the next one
 */
export function uploads(host: HostSpec): ContainerUpload[] {
  return [
    { file: UNPACK_PATH, content: terraformText(nodeScript('unpack').text), executable: true },
    { file: BUNDLE_PATH, content: terraformText(hostBundle(host)) },
    ...host.secrets.map(({ name, secret }) => ({
      file: `${SECRETS_DIRECTORY}/${name}`,
      content: secret.value,
    })),
  ];
}

/**
 * Terraform expression of the texts by path, packed, for a variable of the process that delivers them. It takes them from
 * the resource of the diff, but for those that are shown there in parts.
 * @throws ValidationError when they are too large for a variable
 */
export function packedFiles(subject: ErrorSubject, files: readonly DeliveredFile[]): string {
  const shown = 'self.triggers_replace.files';
  const long = files.filter(({ shownAs }) => shownAs !== undefined);
  if (long.length === 0) return `\${base64gzip(jsonencode(${shown}))}`;
  const bytes = gzipSync(JSON.stringify(files.map(({ text }) => text))).toString('base64').length;
  if (bytes > MOST_PACKED_BYTES) {
    throw new ValidationError(
      subject,
      `files of a host must be at most ${MOST_PACKED_BYTES} bytes when they are compressed, got ${bytes}: ` +
        'declare fewer queues, exchanges and bindings, and let clients declare the others',
    );
  }
  const texts = long.map(({ path, text }) => `${terraformLiteral(path)} = ${terraformLiteral(text)}`);
  return `\${base64gzip(jsonencode(merge(${shown}, { ${texts.join(', ')} })))}`;
}
