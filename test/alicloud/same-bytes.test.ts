import { TerraformStack } from 'cdktf';
import { DockerPlatform } from '../../lib/docker/docker-platform';
import { Images } from '../../lib/images';
import { IPlatform } from '../../lib/platform';
import { HaproxyListener } from '../../lib/proxy/haproxy-listener';
import { HaproxyPair } from '../../lib/proxy/haproxy-pair';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Secret } from '../../lib/secret';
import { terraformText } from '../../lib/terraform/text';
import * as docker from '../docker/fixture';
import { broker, platformIn } from './ecs-fixture';
import { stackOf } from './synthesis';
import { userDataOf } from './user-data-document';

const HOSTS = ['rabbitmq-1', 'rabbitmq-2', 'rabbitmq-3', 'proxy-1', 'proxy-2'];
const SHARED = ['/opt/brokers/bundle', '/opt/brokers/unpack'];

/** A topology with as much in its files as there can be, text that Terraform would take for its own included. */
function build(stack: TerraformStack, platform: IPlatform): void {
  const cluster = new RabbitMqCluster(stack, 'rabbitmq', {
    platform,
    nodes: 3,
    version: RabbitMqVersion.V4_0,
    memoryMiB: 2048,
    openFiles: 65_536,
  });
  cluster.addQueue('orders-${x}%{y}');
  cluster.addUser('app', { password: Secret.generate(stack, 'app'), tags: ['monitoring'] });
  new HaproxyPair(stack, 'proxy', {
    platform,
    listeners: [HaproxyListener.amqp(cluster), HaproxyListener.management(cluster)],
    extraGlobalLines: ['# ${x} %{y}'],
  });
}

/** Text of each shared file by its path, as the container of a host on an engine gets it. */
function uploadsOf(container: Record<string, unknown>): Record<string, string> {
  const uploads = container['upload'] as readonly { readonly file: string; readonly content: string }[];
  return Object.fromEntries(uploads.map(({ file, content }) => [file, content]));
}

/** A machine gets no delivery, and so no script that checks one. */
function withoutCheck(bundle: string): string {
  return bundle.replace(/^@@file \/opt\/brokers\/bin\/rabbitmq-check\n.*?(?=^@@file )/ms, '');
}

describe('the same topology', () => {
  const engine = docker.stack();
  build(
    engine,
    new DockerPlatform(engine, 'docker', { subnet: '10.0.0.0/24', images: Images.onEngine(docker.IMAGES) }),
  );
  const containers = docker.resourcesOf(engine);
  const cloud = stackOf((stack) => {
    build(stack, platformIn(stack, broker({ zoneSpread: 1 })));
  });

  it.each(HOSTS)('has the same bytes in the files of %s on an engine and on ECS', (host) => {
    const uploads = uploadsOf(docker.one(containers, 'docker_container', host));
    const { files } = userDataOf(cloud, host);
    for (const path of SHARED) {
      const text = files[path]?.text ?? '';
      expect(text).not.toBe('');
      expect(terraformText(text)).toBe(withoutCheck(uploads[path] ?? ''));
    }
    expect(Object.keys(files).filter((path) => path.startsWith('/etc/brokers/secrets/'))).toEqual(
      Object.keys(uploads).filter((path) => path.startsWith('/etc/brokers/secrets/')),
    );
  });

  it('has the same command, environment and limits', () => {
    const { files } = userDataOf(cloud, 'rabbitmq-1');
    const unit = files['/etc/systemd/system/rabbitmq.service']?.text ?? '';
    const container = docker.one(containers, 'docker_container', 'rabbitmq-1') as unknown as {
      readonly command: readonly string[];
      readonly env: readonly string[];
      readonly stop_timeout: number;
      readonly memory: number;
    };
    expect(unit).toContain(` ${container.command.join(' ')}\n`);
    for (const assignment of container.env) expect(unit).toContain(` --env ${assignment} `);
    expect(unit).toContain(` --stop-timeout ${container.stop_timeout} `);
    expect(unit).toContain(` --memory ${container.memory}m `);
  });
});
