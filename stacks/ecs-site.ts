import { TerraformOutput, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { DockerInstallation } from '../lib/alicloud/docker-installation';
import { EcsPlatform } from '../lib/alicloud/ecs-platform';
import { LoadBalancer, LoadBalancerProps } from '../lib/alicloud/load-balancer';
import { LoadBalancerListener } from '../lib/alicloud/load-balancer-listener';
import { MachineImage } from '../lib/alicloud/machine-image';
import { Network } from '../lib/alicloud/network';
import { NetworkLoadBalancer, NetworkLoadBalancerProps } from '../lib/alicloud/network-load-balancer';
import { PrivateDns } from '../lib/alicloud/private-dns';
import { Peer } from '../lib/connections/peer';
import { Port } from '../lib/connections/port';
import { Images } from '../lib/images';
import { ISecret } from '../lib/model/secret';
import { describeReference } from '../lib/model/secret-reference';
import { HaproxyListener } from '../lib/proxy/haproxy-listener';
import { HaproxyPair } from '../lib/proxy/haproxy-pair';
import { BrokerGroup } from '../lib/rabbitmq/broker-group';
import { RabbitMqVersion } from '../lib/rabbitmq/version';
import { Secret } from '../lib/secret';
import { SiteProps } from './architectures/site';
import { pushedImages } from './images';
import { fetchedSecret } from './secrets';
import { EnvironmentSettings } from './settings';

const STATISTICS_PORT = 1080;

type FrontEnd = { readonly address: string } | { readonly name: string };

/** What is particular to one of several sites. */
export interface EcsSiteProps {
  /** Prefix of all names that the cloud shows, and of the secrets. */
  readonly name: string;
  /** Release series whose image the machines run. */
  readonly version: RabbitMqVersion;
  /** Comes before the names of its outputs and variables, e.g. `near_`. @default none */
  readonly idPrefix?: string;
}

/** A network with machines for brokers, and what clients connect to: all of an environment, or one of its sites. */
export class EcsSite {
  public readonly network: Network;
  private readonly platform: EcsPlatform;

  public constructor(
    private readonly scope: Construct,
    private readonly settings: EnvironmentSettings,
    private readonly props: EcsSiteProps,
  ) {
    this.network = new Network(scope, 'network', {
      name: props.name,
      cidr: settings.cidr,
      zones: settings.zones,
      natGateway: settings.natGateway,
      deletionProtection: settings.deletionProtection,
      tags: settings.tags,
    });
    this.platform = this.createPlatform();
  }

  /** What the brokers of this site are made with. */
  public brokers(): SiteProps {
    const { settings } = this;
    return {
      platform: this.platform,
      name: this.brokersName,
      openFiles: settings.openFiles,
      heartbeatSeconds: settings.heartbeatSeconds,
      ...this.secret('erlangCookie', 'erlang-cookie'),
      administrator: this.secret('password', 'administrator-password'),
      ...(settings.memoryMiB === undefined ? {} : { memoryMiB: settings.memoryMiB }),
      ...(settings.nodes === undefined ? {} : { nodes: settings.nodes }),
    };
  }

  /** Puts in front of the brokers what the settings choose, and says how to reach it. */
  public serve(brokers: BrokerGroup): void {
    const address = this.createFrontEnd(brokers);
    this.output('amqp_endpoint', this.createNames(brokers, address));
    this.output('administrator_name', brokers.administratorName);
    this.outputSecret('administrator_password', brokers.administratorPassword);
    this.output('management_urls', brokers.managementUrls);
  }

  private get brokersName(): string {
    return `${this.props.name}-rabbitmq`;
  }

  private createPlatform(): EcsPlatform {
    const { scope, settings } = this;
    const { docker } = settings;
    const names = { ...pushedImages(this.props.version.line), ...settings.images };
    const key = settings.kmsKey === undefined ? {} : { kmsKeyId: settings.kmsKey };
    const systemDisk = { sizeGiB: settings.systemDiskGiB, ...key };
    return new EcsPlatform(scope, 'ecs', {
      network: this.network,
      images: Images.fromRegistry({
        rabbitmq: `${settings.registry}/${names.rabbitmq}`,
        proxy: `${settings.registry}/${names.proxy}`,
      }),
      machineImage: MachineImage.of(
        settings.image,
        settings.os,
        settings.cloudInit === undefined ? {} : { cloudInit: settings.cloudInit },
      ),
      httpTokens: settings.httpTokens,
      awaitFirstBoot: settings.awaitFirstBoot,
      machines: {
        rabbitmq: {
          instanceType: settings.instanceType,
          systemDisk,
          dataDisk: { sizeGiB: settings.dataDiskGiB, ...key },
          zoneSpread: settings.zoneSpread,
          deploymentSet: settings.deploymentSet,
        },
        // A floating address lives in one zone.
        proxy: {
          instanceType: settings.proxyInstanceType ?? settings.instanceType,
          systemDisk,
          zoneSpread: 1,
          deploymentSet: settings.deploymentSet,
        },
      },
      docker: installation(docker),
      engine: { insecureRegistries: settings.insecureRegistries },
      deletionProtection: settings.deletionProtection,
      tags: settings.tags,
      ...(settings.keyPair === undefined ? {} : { keyPair: settings.keyPair }),
      ...(settings.ramRole === undefined ? {} : { ramRole: settings.ramRole }),
      ...(settings.mayStop === undefined ? {} : { mayStop: settings.mayStop }),
      ...(settings.registryUser === undefined
        ? {}
        : {
            registryLogin: {
              server: settings.registry.split('/')[0] ?? '',
              username: settings.registryUser,
              password: Secret.fromVariable(
                TerraformStack.of(scope),
                this.idOf('registry_password'),
                `Password of ${settings.registryUser}`,
              ),
            },
          }),
    });
  }

  /** What clients connect to: an address, or a name of the cloud. */
  private createFrontEnd(brokers: BrokerGroup): FrontEnd {
    switch (this.settings.frontEnd) {
      case 'slb': {
        const [address = ''] = Object.values(this.balancerAddresses());
        const props = { ...this.balancerProps(brokers), address };
        return { address: new LoadBalancer(this.scope, 'load-balancer', props).address };
      }
      case 'nlb': {
        const props = { ...this.balancerProps(brokers), addresses: this.balancerAddresses() };
        return { name: new NetworkLoadBalancer(this.scope, 'load-balancer', props).dnsName };
      }
      case 'haproxy-keepalived':
        return { address: this.createPair(brokers).floatingAddress };
    }
  }

  private balancerAddresses(): Readonly<Record<string, string>> {
    return this.platform.reserveBalancerAddresses(this.brokersName);
  }

  /** Host and port for clients, by a private name where there is a zone for it. */
  private createNames(brokers: BrokerGroup, frontEnd: FrontEnd): string {
    const { dnsZone, tags } = this.settings;
    const port = brokers.amqpPort;
    if (dnsZone === undefined) return `${'name' in frontEnd ? frontEnd.name : frontEnd.address}:${port}`;
    const dns = new PrivateDns(this.scope, 'names', { zoneName: dnsZone, networks: [this.network], tags });
    dns.addHosts(brokers.nodes);
    const name =
      'name' in frontEnd ? dns.addAlias('amqp', frontEnd.name) : dns.addRecord('amqp', frontEnd.address);
    return `${name}:${port}`;
  }

  private balancerProps(brokers: BrokerGroup): LoadBalancerProps & NetworkLoadBalancerProps {
    const { settings } = this;
    const clients = settings.clients.map((cidr) => Peer.ipv4(cidr));
    const operators = settings.operators.map((cidr) => Peer.ipv4(cidr));
    return {
      network: this.network,
      servers: this.platform,
      name: this.props.name,
      allowFrom: clients,
      listeners: [
        LoadBalancerListener.amqp(brokers),
        ...(operators.length === 0
          ? []
          : [LoadBalancerListener.management(brokers, { allowFrom: operators })]),
      ],
      deletionProtection: settings.deletionProtection,
      tags: settings.tags,
    };
  }

  private createPair(brokers: BrokerGroup): HaproxyPair {
    const { settings, platform } = this;
    const pair = new HaproxyPair(this.scope, 'proxy', {
      platform,
      name: `${this.props.name}-proxy`,
      listeners: [HaproxyListener.amqp(brokers), HaproxyListener.management(brokers)],
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
    const found = fetchedSecret(this.settings, `${this.props.name}-${secret}`);
    return found === undefined ? {} : ({ [prop]: found } as Record<Name, Secret>);
  }

  /** Where a node fetches it, its name is what a person needs. */
  private outputSecret(name: string, secret: ISecret): void {
    const { reference } = secret;
    if (reference === undefined) this.output(name, secret.value, true);
    else this.output(`${name}_is_in`, describeReference(reference));
  }

  /** Of an output or a variable, which are the stack's. */
  private idOf(name: string): string {
    return `${this.props.idPrefix ?? ''}${name}`;
  }

  private output(name: string, value: unknown, sensitive = false): void {
    new TerraformOutput(TerraformStack.of(this.scope), this.idOf(name), { value, sensitive, staticId: true });
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
