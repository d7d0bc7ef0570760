import { TerraformOutput, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { DockerPlatform } from '../lib/docker/docker-platform';
import { IImageSource } from '../lib/images';
import { HaproxyListener } from '../lib/proxy/haproxy-listener';
import { HaproxyPair } from '../lib/proxy/haproxy-pair';
import { RabbitMqCluster } from '../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../lib/rabbitmq/version';

/** What can be varied of the local stack. */
export interface LocalStackProps {
  readonly images: IImageSource;
  /** @default '172.29.0.0/24' */
  readonly subnet?: string;
  /** Brokers. @default 3 */
  readonly nodes?: number;
  /** Names of quorum queues. @default one named `orders` */
  readonly queues?: readonly string[];
  /** Comes before all host names, e.g. `blue-`. @default none */
  readonly prefix?: string;
  /** After this time without a byte the proxies close a connection. @default 3 hours */
  readonly idleTimeoutSeconds?: number;
  /** How long a deploy waits for the brokers. @default 180 */
  readonly readyTimeoutSeconds?: number;
  /** @default the engine of the environment, see `DockerPlatformProps.engine` */
  readonly engine?: string;
}

/** A RabbitMQ cluster behind a HAProxy/Keepalived pair, on the Docker engine of this machine. */
export class LocalStack extends TerraformStack {
  public constructor(scope: Construct, id: string, props: LocalStackProps) {
    super(scope, id);
    const prefix = props.prefix ?? '';
    const platform = new DockerPlatform(this, 'docker', {
      subnet: props.subnet ?? '172.29.0.0/24',
      images: props.images,
      networkName: `${prefix}brokers`,
      ...(props.engine === undefined ? {} : { engine: props.engine }),
    });

    const cluster = new RabbitMqCluster(this, 'rabbitmq', {
      platform,
      name: `${prefix}rabbitmq`,
      nodes: props.nodes ?? 3,
      version: RabbitMqVersion.V4_0,
      // Three brokers share this machine: each takes its limits from a memory of its own.
      memoryMiB: 1024,
      ...(props.readyTimeoutSeconds === undefined ? {} : { readyTimeoutSeconds: props.readyTimeoutSeconds }),
    });
    for (const queue of props.queues ?? ['orders']) cluster.addQueue(queue);

    const timeouts =
      props.idleTimeoutSeconds === undefined
        ? {}
        : { timeouts: { clientSeconds: props.idleTimeoutSeconds, serverSeconds: props.idleTimeoutSeconds } };
    const proxy = new HaproxyPair(this, 'proxy', {
      platform,
      name: `${prefix}proxy`,
      listeners: [HaproxyListener.amqp(cluster, timeouts), HaproxyListener.management(cluster)],
    });

    this.output('amqp_endpoint', proxy.endpoint('amqp'));
    this.output('management_urls', cluster.managementUrls);
    this.output('statistics_url', proxy.statisticsUrl);
    this.output('administrator_name', cluster.administratorName);
    this.output('administrator_password', cluster.administratorPassword.value, true);
    this.output('statistics_name', proxy.statisticsUser);
    this.output('statistics_password', proxy.statisticsPassword.value, true);
  }

  private output(name: string, value: unknown, sensitive = false): void {
    new TerraformOutput(this, name, { value, sensitive, staticId: true });
  }
}
