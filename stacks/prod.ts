import { TerraformOutput, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { DockerInstallation } from '../lib/alicloud/docker-installation';
import { EcsPlatform } from '../lib/alicloud/ecs-platform';
import { LoadBalancer, LoadBalancerProps } from '../lib/alicloud/load-balancer';
import { LoadBalancerListener } from '../lib/alicloud/load-balancer-listener';
import { MachineImage } from '../lib/alicloud/machine-image';
import { Network } from '../lib/alicloud/network';
import { NetworkLoadBalancer, NetworkLoadBalancerProps } from '../lib/alicloud/network-load-balancer';
import { keepStateInOss } from '../lib/alicloud/oss-backend';
import { PrivateDns } from '../lib/alicloud/private-dns';
import { AlibabaCloudProvider, AssumeRoleOptions } from '../lib/alicloud/provider';
import { Peer } from '../lib/connections/peer';
import { Port } from '../lib/connections/port';
import { Images } from '../lib/images';
import { ISecret } from '../lib/model/secret';
import { describeReference } from '../lib/model/secret-reference';
import { HaproxyListener } from '../lib/proxy/haproxy-listener';
import { HaproxyPair } from '../lib/proxy/haproxy-pair';
import { BrokerGroup } from '../lib/rabbitmq/broker-group';
import { Secret } from '../lib/secret';
import { Architecture } from './architectures/architecture';
import { ARCHITECTURES } from './architectures';
import { registryImages } from './images';
import { EnvironmentSettings } from './settings';

const STATISTICS_PORT = 1080;

type Backend = NonNullable<EnvironmentSettings['backend']>;
type FrontEnd = { readonly address: string } | { readonly name: string };

/** Brokers of one architecture on Alibaba Cloud ECS, with what the settings choose in front of them. */
export class ProdStack extends TerraformStack {
  private readonly network: Network;
  private readonly platform: EcsPlatform;
  private readonly cluster: BrokerGroup;

  public constructor(
    scope: Construct,
    id: string,
    private readonly settings: EnvironmentSettings,
  ) {
    super(scope, id);
    const assumeRole = settings.assumeRole === undefined ? undefined : { roleArn: settings.assumeRole };
    new AlibabaCloudProvider(this, 'alicloud', {
      region: settings.region,
      ...(assumeRole === undefined ? {} : { assumeRole }),
      ...(settings.providerVersion === undefined ? {} : { version: settings.providerVersion }),
    });
    if (settings.backend !== undefined) this.keepState(settings.backend, assumeRole);
    this.network = new Network(this, 'network', {
      name: id,
      cidr: settings.cidr,
      zones: settings.zones,
      natGateway: settings.natGateway,
      tags: settings.tags,
    });
    const architecture = ARCHITECTURES[settings.architecture];
    this.platform = this.createPlatform(architecture);
    this.cluster = architecture.create(this, 'rabbitmq', {
      platform: this.platform,
      name: `${id}-rabbitmq`,
      queues: settings.queues,
      quorumQueues: settings.quorumQueues,
      openFiles: settings.openFiles,
      ...this.secret('erlangCookie', 'erlang-cookie'),
      administrator: this.secret('password', 'administrator-password'),
      ...(settings.memoryMiB === undefined ? {} : { memoryMiB: settings.memoryMiB }),
      ...(settings.nodes === undefined ? {} : { nodes: settings.nodes }),
    });
    const address = this.createFrontEnd();
    this.output('amqp_endpoint', this.createNames(address));
    this.output('administrator_name', this.cluster.administratorName);
    this.outputSecret('administrator_password', this.cluster.administratorPassword);
    this.output('management_urls', this.cluster.managementUrls);
  }

  private createPlatform({ version }: Architecture): EcsPlatform {
    const { settings } = this;
    const { docker } = settings;
    const key = settings.kmsKey === undefined ? {} : { kmsKeyId: settings.kmsKey };
    const systemDisk = { sizeGiB: settings.systemDiskGiB, ...key };
    return new EcsPlatform(this, 'ecs', {
      network: this.network,
      images: Images.fromRegistry({
        rabbitmq: `${settings.registry}/${settings.images.rabbitmq ?? registryImages().rabbitmq[version.line]}`,
        proxy: `${settings.registry}/${settings.images.proxy}`,
      }),
      machineImage: MachineImage.of(settings.image, settings.os),
      machines: {
        rabbitmq: {
          instanceType: settings.instanceType,
          systemDisk,
          dataDisk: { sizeGiB: settings.dataDiskGiB, ...key },
          zoneSpread: settings.zoneSpread,
        },
        // A floating address lives in one zone.
        proxy: {
          instanceType: settings.proxyInstanceType ?? settings.instanceType,
          systemDisk,
          zoneSpread: 1,
        },
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

  private keepState(
    { lockInstance, lockTable, region = this.settings.region, ...place }: Backend,
    assumeRole: AssumeRoleOptions | undefined,
  ): void {
    keepStateInOss(this, {
      region,
      bucket: place.bucket,
      lockTable: { instance: lockInstance, table: lockTable },
      ...(place.prefix === undefined ? {} : { prefix: place.prefix }),
      ...(assumeRole === undefined ? {} : { assumeRole }),
    });
  }

  /** What clients connect to: an address, or a name of the cloud. */
  private createFrontEnd(): FrontEnd {
    switch (this.settings.frontEnd) {
      case 'slb':
        return { address: new LoadBalancer(this, 'load-balancer', this.balancerProps()).address };
      case 'nlb':
        return { name: new NetworkLoadBalancer(this, 'load-balancer', this.balancerProps()).dnsName };
      case 'haproxy-keepalived':
        return { address: this.createPair().floatingAddress };
    }
  }

  /** Host and port for clients, by a private name where there is a zone for it. */
  private createNames(frontEnd: FrontEnd): string {
    const { dnsZone, tags } = this.settings;
    const port = this.cluster.amqpPort;
    if (dnsZone === undefined) return `${'name' in frontEnd ? frontEnd.name : frontEnd.address}:${port}`;
    const dns = new PrivateDns(this, 'names', { zoneName: dnsZone, networks: [this.network], tags });
    dns.addHosts(this.cluster.nodes);
    const name =
      'name' in frontEnd ? dns.addAlias('amqp', frontEnd.name) : dns.addRecord('amqp', frontEnd.address);
    return `${name}:${port}`;
  }

  private balancerProps(): LoadBalancerProps & NetworkLoadBalancerProps {
    const { settings, cluster } = this;
    const { heartbeatSeconds } = settings;
    const clients = settings.clients.map((cidr) => Peer.ipv4(cidr));
    const operators = settings.operators.map((cidr) => Peer.ipv4(cidr));
    return {
      network: this.network,
      servers: this.platform,
      name: this.node.id,
      allowFrom: clients,
      listeners: [
        LoadBalancerListener.amqp(cluster, { heartbeatSeconds }),
        ...(operators.length === 0
          ? []
          : [LoadBalancerListener.management(cluster, { allowFrom: operators })]),
      ],
      deletionProtection: settings.deletionProtection,
      tags: settings.tags,
    };
  }

  private createPair(): HaproxyPair {
    const { settings, platform, cluster } = this;
    const { heartbeatSeconds } = settings;
    const pair = new HaproxyPair(this, 'proxy', {
      platform,
      name: `${this.node.id}-proxy`,
      listeners: [HaproxyListener.amqp(cluster, { heartbeatSeconds }), HaproxyListener.management(cluster)],
      statistics: this.secret('password', 'statistics-password'),
    });
    for (const cidr of settings.clients) pair.connections.allowFrom(Peer.ipv4(cidr), Port.amqp, 'clients');
    for (const cidr of settings.operators) {
      for (const port of [Port.management, Port.tcp(STATISTICS_PORT)]) {
        pair.connections.allowFrom(Peer.ipv4(cidr), port, 'operators');
      }
    }
    this.output('statistics_url', pair.statisticsUrl);
    this.outputSecret('statistics_password', pair.statisticsPassword);
    return pair;
  }

  /** The prop that says where a secret comes from; none for a generated one. */
  private secret<Name extends string>(prop: Name, secret: string): Partial<Record<Name, Secret>> {
    const name = `${this.node.id}-${secret}`;
    switch (this.settings.secrets) {
      case 'generated':
        return {};
      case 'kms':
        return { [prop]: Secret.fromKms(name) } as Record<Name, Secret>;
      case 'oos':
        return { [prop]: Secret.fromOosParameter(name) } as Record<Name, Secret>;
    }
  }

  /** Where a node fetches it, its name is what a person needs. */
  private outputSecret(name: string, secret: ISecret): void {
    const { reference } = secret;
    if (reference === undefined) this.output(name, secret.value, true);
    else this.output(`${name}_is_in`, describeReference(reference));
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
