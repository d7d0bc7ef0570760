import { isTopologySource, mergeTopology } from '../../lib/model/topology';

describe('the parts of a topology', () => {
  it('become one in their order', () => {
    const link = { kind: 'serves', from: [], to: [], ports: [] } as const;
    const merged = mergeTopology([
      { names: [{ name: 'amqp.example', target: '10.0.0.1' }] },
      { links: [link], names: [{ name: 'other.example', target: '10.0.0.2' }] },
    ]);
    expect(merged.names.map(({ name }) => name)).toEqual(['amqp.example', 'other.example']);
    expect(merged.links).toEqual([link]);
    expect(merged.hosts).toEqual([]);
  });

  it('complete each other where they tell of the same area or firewall', () => {
    const peer = { cidr: '10.0.0.0/8' };
    const rules = [{ peer, protocol: 'tcp', from: 5672, to: 5672 }] as const;
    const merged = mergeTopology([
      { areas: [{ id: 'vpc', kind: 'network', name: 'prod', details: ['VPC'] }] },
      { firewalls: [{ id: 'group', name: 'brokers', rules }] },
      { areas: [{ id: 'vpc', kind: 'network', name: 'VPC', details: [] }] },
      { firewalls: [{ id: 'group', members: [{ name: 'a', address: '10.0.0.1' }] }] },
    ]);
    expect(merged.areas).toEqual([{ id: 'vpc', kind: 'network', name: 'prod', details: ['VPC'] }]);
    expect(merged.firewalls).toEqual([
      { id: 'group', name: 'brokers', rules, members: [{ name: 'a', address: '10.0.0.1' }] },
    ]);
  });
});

it.each([
  [{ describeTopology: () => ({}) }, true],
  [{ describeTopology: 'no method' }, false],
  [{}, false],
])('what can describe itself does: %o', (candidate, expected) => {
  expect(isTopologySource(candidate)).toBe(expected);
});
