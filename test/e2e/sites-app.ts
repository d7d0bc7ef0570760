import { App } from 'cdktf';
import { readFileSync } from 'node:fs';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { LinkEndpoint } from '../../lib/rabbitmq/link-endpoint';
import { FederationStack } from '../../stacks/federation';
import { localImages } from '../../stacks/images';
import { ShovelStack } from '../../stacks/shovel';
import { SitesSettings } from './support/sites';

const { prefix, kind, ...settings } = JSON.parse(readFileSync('settings.json', 'utf8')) as SitesSettings;
const app = new App();
const props = { ...settings, prefix: `${prefix}-`, images: localImages() };
addRing(
  kind === 'shovel'
    ? Object.values(new ShovelStack(app, 'local', props).sites)
    : [...new FederationStack(app, 'local', props).sites.values()],
);
app.synth();

/** An exchange that each site fetches from the one before it only: two that fetch from each other, or a ring. */
function addRing(clusters: readonly RabbitMqCluster[]): void {
  clusters.forEach((cluster, index) => {
    const upstream = clusters.at(index - 1) ?? cluster;
    cluster.addExchange('ring', { type: 'fanout' });
    cluster.addQueue('ring');
    cluster.addBinding({ source: 'ring', destination: 'ring' });
    cluster.addUpstream('before', {
      endpoint: LinkEndpoint.cluster(upstream, { user: upstream.administratorName }),
      maxHops: clusters.length - 1,
    });
    cluster.addPolicy('ring', {
      pattern: '^ring$',
      applyTo: 'exchanges',
      definition: { 'federation-upstream': 'before' },
    });
  });
}
