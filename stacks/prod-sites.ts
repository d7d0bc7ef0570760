import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { NetworkPeering, PeeredNetwork } from '../lib/alicloud/network-peering';
import { AlibabaCloudProvider } from '../lib/alicloud/provider';
import { useProvider } from '../lib/alicloud/provider-scope';
import { RabbitMqCluster } from '../lib/rabbitmq/cluster';
import { createFederatedSites } from './architectures/federation';
import { createShovelSites } from './architectures/shovel';
import { SITE_VERSION, SiteProps } from './architectures/site';
import { EcsSite } from './ecs-site';
import { createProvider, keepState } from './provider';
import { fetchedSecret } from './secrets';
import { EnvironmentSettings } from './settings';
import { SitesSettings } from './site-settings';

/** Topic exchange of a federation, whose messages come to all sites. */
const EXCHANGE = 'events';

interface Site {
  readonly name: string;
  readonly provider: AlibabaCloudProvider;
  readonly ecs: EcsSite;
  readonly tags: Readonly<Record<string, string>>;
}

/** Clusters of several regions with links between them, over connections of their networks. */
export class ProdSitesStack extends TerraformStack {
  public constructor(scope: Construct, id: string, settings: SitesSettings) {
    super(scope, id);
    const sites = [...settings.sites].map(([name, each]) => this.createSite(name, each));
    this.connect(sites);
    const [first] = settings.sites.values();
    if (first !== undefined) keepState(this, first);
    const clusters = this.createClusters(
      settings,
      Object.fromEntries(sites.map(({ name, ecs }) => [name, ecs.brokers()])),
    );
    for (const { name, ecs } of sites) {
      const cluster = clusters.get(name);
      if (cluster !== undefined) ecs.serve(cluster);
    }
  }

  private createSite(name: string, settings: EnvironmentSettings): Site {
    const provider = createProvider(this, `alicloud-${name}`, settings, name);
    const scope = new Construct(this, `${name}-site`);
    useProvider(scope, provider);
    const ecs = new EcsSite(scope, settings, {
      name: `${this.node.id}-${name}`,
      version: SITE_VERSION,
      idPrefix: `${name}_`,
    });
    return { name, provider, ecs, tags: settings.tags };
  }

  /** Every site with every other: links go from each to each. */
  private connect(sites: readonly Site[]): void {
    const end = ({ ecs, provider }: Site): PeeredNetwork => ({ network: ecs.network, provider });
    sites.forEach((to, index) => {
      for (const from of sites.slice(0, index)) {
        new NetworkPeering(this, `${from.name}-${to.name}`, {
          from: end(from),
          to: end(to),
          // It is made in the region of the one that asks.
          tags: from.tags,
        });
      }
    });
  }

  private createClusters(
    { architecture, queues, sites: settings }: SitesSettings,
    sites: Readonly<Record<string, SiteProps>>,
  ): ReadonlyMap<string, RabbitMqCluster> {
    // Each site fetches it from its own region.
    const [first] = settings.values();
    const password = first === undefined ? undefined : fetchedSecret(first, `${this.node.id}-link-password`);
    const link = password === undefined ? {} : { linkPassword: password };
    switch (architecture) {
      case 'shovel': {
        const { near, far } = sites;
        if (near === undefined || far === undefined) throw new Error('two sites');
        return new Map(Object.entries(createShovelSites(this, { near, far, queues, ...link })));
      }
      case 'federation':
        return createFederatedSites(this, { sites, exchange: EXCHANGE, queue: queues[0] ?? '', ...link });
    }
  }
}
