import { AlicloudProvider } from '@cdktf/provider-alicloud/lib/provider';
import { TerraformOutput, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { DockerInstallation } from '../lib/alicloud/docker-installation';
import { EcsPlatform } from '../lib/alicloud/ecs-platform';
import { MachineImage } from '../lib/alicloud/machine-image';
import { Network } from '../lib/alicloud/network';
import { Peer } from '../lib/connections/peer';
import { Port } from '../lib/connections/port';
import { Images } from '../lib/images';
import { HaproxyListener } from '../lib/proxy/haproxy-listener';
import { HaproxyPair } from '../lib/proxy/haproxy-pair';
import { RabbitMqCluster } from '../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../lib/rabbitmq/version';
import { Secret } from '../lib/secret';
import { EnvironmentSettings } from './settings';

/** A RabbitMQ cluster on Alibaba Cloud ECS, with what the settings choose in front of it. */
export class ProdStack extends TerraformStack {
  private readonly network: Network;
  private readonly platform: EcsPlatform;
  private readonly cluster: RabbitMqCluster;

  public constructor(
    scope: Construct,
    id: string,
    private readonly settings: EnvironmentSettings,
  ) {
    super(scope, id);
    new AlicloudProvider(this, 'alicloud', { region: settings.region });
    this.network = new Network(this, 'network', {
      name: id,
      cidr: settings.cidr,
      zones: settings.zones,
      natGateway: settings.natGateway,
      tags: settings.tags,
    });
    this.platform = this.createPlatform();
    this.cluster = new RabbitMqCluster(this, 'rabbitmq', {
      platform: this.platform,
      name: `${id}-rabbitmq`,
      nodes: settings.nodes,
      version: RabbitMqVersion.V4_0,
      openFiles: settings.openFiles,
      ...(settings.memoryMiB === undefined ? {} : { memoryMiB: settings.memoryMiB }),
    });
    for (const queue of settings.queues) this.cluster.addQueue(queue);
    this.createFrontEnd();
    this.output('administrator_name', this.cluster.administratorName);
    this.output('administrator_password', this.cluster.administratorPassword.value, true);
    this.output('management_urls', this.cluster.managementUrls);
  }

  private createPlatform(): EcsPlatform {
    const { settings } = this;
    const { docker } = settings;
    return new EcsPlatform(this, 'ecs', {
      network: this.network,
      images: Images.fromRegistry({
        rabbitmq: `${settings.registry}/${settings.images.rabbitmq}`,
        proxy: `${settings.registry}/${settings.images.proxy}`,
      }),
      machineImage: MachineImage.of(settings.image, settings.os),
      machines: {
        rabbitmq: {
          instanceType: settings.instanceType,
          systemDisk: { sizeGiB: settings.systemDiskGiB },
          dataDisk: { sizeGiB: settings.dataDiskGiB },
          zoneSpread: settings.zoneSpread,
        },
        // A floating address lives in one zone.
        proxy: { instanceType: settings.proxyInstanceType ?? settings.instanceType, zoneSpread: 1 },
      },
      docker: installation(docker),
      engine: { insecureRegistries: settings.insecureRegistries },
      deletionProtection: settings.deletionProtection,
      tags: settings.tags,
      ...(settings.keyPair === undefined ? {} : { keyPair: settings.keyPair }),
      ...(settings.ramRole === undefined ? {} : { ramRole: settings.ramRole }),
      ...(settings.registryUser === undefined
        ? {}
        : {
            registryLogin: {
              server: settings.registry.split('/')[0] ?? '',
              username: settings.registryUser,
              password: Secret.fromVariable(
                this,
                'registry_password',
                `Password of ${settings.registryUser}`,
              ),
            },
          }),
    });
  }

  private createFrontEnd(): void {
    const { settings, platform, cluster } = this;
    const timing = { heartbeatSeconds: settings.heartbeatSeconds };
    const pair = new HaproxyPair(this, 'proxy', {
      platform,
      name: `${this.node.id}-proxy`,
      listeners: [HaproxyListener.amqp(cluster, timing), HaproxyListener.management(cluster)],
    });
    for (const cidr of settings.clients) pair.connections.allowFrom(Peer.ipv4(cidr), Port.amqp);
    for (const cidr of settings.operators) pair.connections.allowFrom(Peer.ipv4(cidr), Port.management);
    this.output('amqp_endpoint', pair.endpoint('amqp'));
    this.output('statistics_url', pair.statisticsUrl);
  }

  private output(name: string, value: unknown, sensitive = false): void {
    new TerraformOutput(this, name, { value, sensitive, staticId: true });
  }
}

function installation(docker: EnvironmentSettings['docker']): DockerInstallation {
  switch (docker) {
    case 'mirror':
      return DockerInstallation.fromMirror();
    case 'distribution':
      return DockerInstallation.fromDistribution();
    case 'image':
      return DockerInstallation.inImage();
    default:
      return DockerInstallation.fromMirror(docker);
  }
}
