import { App, Testing } from 'cdktf';
import { ProdStack } from '../../stacks/prod';
import { ProdSitesStack } from '../../stacks/prod-sites';
import { parseSettings } from '../../stacks/settings';
import { parseSitesSettings } from '../../stacks/site-settings';
import { bodyOf } from '../alicloud/provider-schema';
import { FEWEST } from './fewest-settings';

const TAGS = { team: 'mq' };
/** What the settings can add to a stack. */
const MORE = { natGateway: true, operators: ['10.9.0.0/16'], dnsZone: 'brokers.internal', tags: TAGS };

/** Resources that could have the tags of the settings and do not. */
function untagged(stack: ProdStack | ProdSitesStack): { readonly tagged: number; readonly others: string[] } {
  const { resource } = JSON.parse(Testing.synth(stack, true)) as {
    resource: Record<string, Record<string, { tags?: object }>>;
  };
  const all = Object.entries(resource)
    .filter(([type]) => bodyOf('resource', type)?.rules.has('tags') === true)
    .flatMap(([type, resources]) =>
      Object.entries(resources).map(([id, { tags = {} }]) => [`${type}.${id}`, tags] as const),
    );
  const others = all.filter(([, tags]) => !('team' in tags)).map(([id]) => id);
  return { tagged: all.length - others.length, others };
}

describe('tags of the settings', () => {
  it.each([
    ['slb', 14],
    ['nlb', 18],
    ['haproxy-keepalived', 15],
  ])('are on every resource that takes tags, behind %s', (frontEnd, least) => {
    const settings = parseSettings('test', { ...FEWEST, ...MORE, frontEnd });
    const { tagged, others } = untagged(new ProdStack(new App(), 'prod', settings));
    expect(others).toEqual([]);
    expect(tagged).toBeGreaterThanOrEqual(least);
  });

  it('are on the connections of several sites as well', () => {
    const settings = parseSitesSettings('test', {
      ...FEWEST,
      ...MORE,
      architecture: 'shovel',
      queues: ['orders'],
      sites: { near: { cidr: '10.1.0.0/16' }, far: { cidr: '10.2.0.0/16' } },
    });
    const { tagged, others } = untagged(new ProdSitesStack(new App(), 'links', settings));
    expect(others).toEqual([]);
    expect(tagged).toBeGreaterThanOrEqual(30);
  });
});
