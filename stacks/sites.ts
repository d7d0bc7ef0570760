import { TerraformOutput, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { DockerPlatform } from '../lib/docker/docker-platform';
import { IImageSource } from '../lib/images';
import { RabbitMqCluster } from '../lib/rabbitmq/cluster';
import { SiteProps } from './architectures/site';

/** What can be varied of a stack with several sites. */
export interface SitesStackProps {
  readonly images: IImageSource;
  /** One network for all sites: networks of one engine reach each other no more than two regions without a peering. */
  readonly subnet: string;
  /** Comes before all host names, e.g. `blue-`. @default none */
  readonly prefix?: string;
  /** Brokers by the name of the site. @default 1 each: all sites share this machine */
  readonly nodes?: Readonly<Record<string, number>>;
  /** Pause before the next attempt to connect. @default 5 */
  readonly reconnectDelaySeconds?: number;
  /** How long a deploy waits for the brokers of a site. @default 180 */
  readonly readyTimeoutSeconds?: number;
}

/** Sites on the Docker engine of this machine, each a cluster of its own. */
export abstract class SitesStack extends TerraformStack {
  private readonly platform: DockerPlatform;

  protected constructor(
    scope: Construct,
    id: string,
    private readonly props: SitesStackProps,
  ) {
    super(scope, id);
    this.platform = new DockerPlatform(this, 'docker', {
      subnet: props.subnet,
      images: props.images,
      networkName: `${props.prefix ?? ''}sites`,
    });
  }

  /** Settings of the site `name`. */
  protected site(name: string): SiteProps {
    const { prefix = '', nodes = {}, readyTimeoutSeconds } = this.props;
    return {
      platform: this.platform,
      name: `${prefix}${name}`,
      nodes: nodes[name] ?? 1,
      memoryMiB: 1024,
      ...(readyTimeoutSeconds === undefined ? {} : { readyTimeoutSeconds }),
    };
  }

  /** Where the site `name` is, and who may do everything there. */
  protected describe(name: string, cluster: RabbitMqCluster): void {
    this.output(`${name}_amqp_endpoints`, cluster.endpoints);
    this.output(`${name}_management_urls`, cluster.managementUrls);
    this.output(`${name}_administrator_name`, cluster.administratorName);
    this.output(`${name}_administrator_password`, cluster.administratorPassword.value, true);
  }

  private output(name: string, value: unknown, sensitive = false): void {
    new TerraformOutput(this, name, { value, sensitive, staticId: true });
  }
}
