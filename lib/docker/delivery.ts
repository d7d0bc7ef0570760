import { ContainerUpload } from '@cdktf/provider-docker/lib/container';
import { HostSpec, SECRETS_DIRECTORY } from '../model/host';
import { BUNDLE_PATH, hostBundle, UNPACK_PATH } from '../node/bundle';
import { nodeScript } from '../node/script';
import { terraformText } from '../terraform/text';

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
