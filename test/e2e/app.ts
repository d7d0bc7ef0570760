import { App } from 'cdktf';
import { readFileSync } from 'node:fs';
import { declareShop } from '../../examples/clients/topology';
import { DockerPlatform } from '../../lib/docker/docker-platform';
import { Images } from '../../lib/images';
import { GroupSpec } from '../../lib/model/host';
import { Secret } from '../../lib/secret';
import { localImages } from '../../stacks/images';
import { LocalStack } from '../../stacks/local';
import { Settings } from './support/deployment';

const { prefix, rabbitmqImage, strangerHost, userLines, shop, ...settings } = JSON.parse(
  readFileSync('settings.json', 'utf8'),
) as Settings;
const app = new App();

if (strangerHost !== undefined) {
  // One node with a cookie of its own: what a copied shell command produces, and what no construct offers.
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
  const place = DockerPlatform.prototype.place;
  DockerPlatform.prototype.place = function (this: DockerPlatform, spec, after) {
    const cookie =
      this.node.tryFindChild('stranger') === undefined ? Secret.generate(this, 'stranger') : undefined;
    return place.call(this, () => withStranger(spec(), strangerHost, cookie), after);
  };
}

if (userLines !== undefined) {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
  const place = DockerPlatform.prototype.place;
  DockerPlatform.prototype.place = function (this: DockerPlatform, spec, after) {
    return place.call(this, () => withUserLines(spec(), userLines), after);
  };
}

/** What synth would take, since it does not know every setting of a broker. */
function withUserLines(group: GroupSpec, lines: readonly string[]): GroupSpec {
  const hosts = group.hosts.map((host) => ({
    ...host,
    files: host.files.map((file) =>
      file.path.endsWith('-user.conf') ? { ...file, text: `${lines.join('\n')}\n` } : file,
    ),
  }));
  return { ...group, hosts };
}

function withStranger(group: GroupSpec, name: string, cookie: Secret | undefined): GroupSpec {
  const hosts = group.hosts.map((host) =>
    host.name !== name || cookie === undefined
      ? host
      : {
          ...host,
          secrets: host.secrets.map((secret) =>
            secret.name === 'erlang-cookie' ? { ...secret, secret: cookie } : secret,
          ),
        },
  );
  return { ...group, hosts };
}

const images = localImages();
const stack = new LocalStack(app, 'local', {
  ...settings,
  prefix: `${prefix}-`,
  images:
    rabbitmqImage === undefined
      ? images
      : Images.onEngine({
          rabbitmq: rabbitmqImage,
          proxy: images.nameFor('proxy', { role: 'proxy', version: '3.0' }),
        }),
});
if (shop === true) declareShop(stack.brokers);
app.synth();
