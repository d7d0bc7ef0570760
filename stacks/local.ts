import { TerraformOutput, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { DockerPlatform } from '../lib/docker/docker-platform';
import { IImageSource } from '../lib/images';
import { HaproxyListener } from '../lib/proxy/haproxy-listener';
import { HaproxyPair } from '../lib/proxy/haproxy-pair';
import { BrokerGroup } from '../lib/rabbitmq/broker-group';
import { MetadataStore } from '../lib/rabbitmq/version';
import { ARCHITECTURES, ArchitectureName } from './architectures';

/** What can be varied of the local stack. */
export interface LocalStackProps {
  readonly images: IImageSource;
  /** @default '172.29.0.0/24' */
  readonly subnet?: string;
  /** How the brokers work together. @default 'quorum' */
  readonly architecture?: ArchitectureName;
  /** What clients connect to. @default a pair of proxies, but for a single broker none */
  readonly frontEnd?: 'haproxy-keepalived' | 'none';
  /** Brokers. @default what the architecture says: 3 for a cluster */
  readonly nodes?: number;
  /** Names of queues. @default one named `orders` */
  readonly queues?: readonly string[];
  /** Names of quorum queues beside those. @default none */
  readonly quorumQueues?: readonly string[];
  /** Comes before all host names, e.g. `blue-`. @default none */
  readonly prefix?: string;
  /** After this time without a byte the proxies close a connection. @default 3 hours */
  readonly idleTimeoutSeconds?: number;
  /** How long a deploy waits for the brokers. @default 180 */
  readonly readyTimeoutSeconds?: number;
  /** @default what the version of the brokers chooses */
  readonly metadataStore?: MetadataStore;
  /** @default the engine of the environment, see `DockerPlatformProps.engine` */
  readonly engine?: string;
}

/** Brokers of one architecture behind a HAProxy/Keepalived pair, on the Docker engine of this machine. */
export class LocalStack extends TerraformStack {
  /** Where everything runs; has room for more. */
  public readonly platform: DockerPlatform;
  /** Takes more queues, exchanges and the like until the app is synthesised. */
  public readonly brokers: BrokerGroup;

  public constructor(scope: Construct, id: string, props: LocalStackProps) {
    super(scope, id);
    const { prefix = '', architecture = 'quorum' } = props;
    this.platform = new DockerPlatform(this, 'docker', {
      subnet: props.subnet ?? '172.29.0.0/24',
      images: props.images,
      networkName: `${prefix}brokers`,
      ...(props.engine === undefined ? {} : { engine: props.engine }),
    });

    this.brokers = ARCHITECTURES[architecture].create(this, 'rabbitmq', {
      platform: this.platform,
      name: `${prefix}rabbitmq`,
      queues: props.queues ?? ['orders'],
      quorumQueues: props.quorumQueues ?? [],
      // All brokers share this machine: each takes its limits from a memory of its own.
      memoryMiB: 1024,
      ...(props.nodes === undefined ? {} : { nodes: props.nodes }),
      ...(props.metadataStore === undefined ? {} : { metadataStore: props.metadataStore }),
      ...(props.readyTimeoutSeconds === undefined ? {} : { readyTimeoutSeconds: props.readyTimeoutSeconds }),
    });
    const frontEnd = props.frontEnd ?? (this.brokers.nodes.length === 1 ? 'none' : 'haproxy-keepalived');
    if (frontEnd === 'none') this.output('amqp_endpoint', this.brokers.endpoints.join(','));
    else this.createProxies(props);

    this.output('management_urls', this.brokers.managementUrls);
    this.output('administrator_name', this.brokers.administratorName);
    this.output('administrator_password', this.brokers.administratorPassword.value, true);
  }

  private createProxies(props: LocalStackProps): void {
    const timeouts =
      props.idleTimeoutSeconds === undefined
        ? {}
        : { timeouts: { clientSeconds: props.idleTimeoutSeconds, serverSeconds: props.idleTimeoutSeconds } };
    const proxy = new HaproxyPair(this, 'proxy', {
      platform: this.platform,
      name: `${props.prefix ?? ''}proxy`,
      listeners: [HaproxyListener.amqp(this.brokers, timeouts), HaproxyListener.management(this.brokers)],
    });

    this.output('amqp_endpoint', proxy.endpoint('amqp'));
    this.output('statistics_url', proxy.statisticsUrl);
    this.output('statistics_name', proxy.statisticsUser);
    this.output('statistics_password', proxy.statisticsPassword.value, true);
  }

  private output(name: string, value: unknown, sensitive = false): void {
    new TerraformOutput(this, name, { value, sensitive, staticId: true });
  }
}
