import { Construct } from 'constructs';
import { RabbitMqCluster } from '../lib/rabbitmq/cluster';
import { createFederatedSites } from './architectures/federation';
import { SitesStack, SitesStackProps } from './sites';

/** What can be varied of the stack with a federation. */
export interface FederationStackProps extends SitesStackProps {
  /** Two or three. @default `north`, `south` and `west` */
  readonly sites?: readonly string[];
}

/** Sites that are all active: what is published at one comes to all, and work to where somebody waits for it. */
export class FederationStack extends SitesStack {
  /** Clusters by the name of their site. */
  public readonly sites: ReadonlyMap<string, RabbitMqCluster>;

  public constructor(scope: Construct, id: string, props: FederationStackProps) {
    super(scope, id, props);
    const { sites = ['north', 'south', 'west'], reconnectDelaySeconds = 5 } = props;
    this.sites = createFederatedSites(this, {
      sites: Object.fromEntries(sites.map((name) => [name, this.site(name)])),
      exchange: 'events',
      queue: 'jobs',
      reconnectDelaySeconds,
    });
    for (const [name, cluster] of this.sites) this.describe(name, cluster);
  }
}
