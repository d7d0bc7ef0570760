import { App } from 'cdktf';
import { readFileSync } from 'node:fs';
import { LinkEndpoint } from '../../lib/rabbitmq/link-endpoint';
import { FederationStack } from '../../stacks/federation';
import { localImages } from '../../stacks/images';
import { ShovelStack } from '../../stacks/shovel';
import { SitesSettings } from './support/sites';

const { prefix, kind, ...settings } = JSON.parse(readFileSync('settings.json', 'utf8')) as SitesSettings;
const app = new App();
const props = { ...settings, prefix: `${prefix}-`, images: localImages() };
if (kind === 'shovel') new ShovelStack(app, 'local', props);
else addRing(new FederationStack(app, 'local', props));
app.synth();

/** A second exchange, which each site fetches from the one before it only, two hops at most. */
function addRing({ sites }: FederationStack): void {
  const clusters = [...sites.values()];
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
