import { compareResources } from '../../bench/same-resources';

const stack = (name: string, label: string): Parameters<typeof compareResources>[0] => ({
  docker_network: { [`${name}-net`]: { '//': name, name: 'brokers', labels: [label] } },
  docker_container: { [name]: { name: 'a', network: `\${docker_network.${name}-net.name}` } },
});

describe('compareResources', () => {
  it('does not mind what resources are called', () => {
    expect(compareResources(stack('one', 'x'), stack('other', 'x'))).toEqual({ counts: [], arguments: [] });
  });

  it('does not mind what local values are called', () => {
    const using = (local: string): Parameters<typeof compareResources>[0] => ({
      alicloud_instance: { one: { user_data: `\${base64encode(local.${local})}` } },
    });
    expect(compareResources(using('document'), using('text-of_one')).arguments).toEqual([]);
  });

  it('names arguments whose values differ', () => {
    const { counts, arguments: differing } = compareResources(stack('one', 'x'), stack('one', 'y'));
    expect(counts).toEqual([]);
    expect(differing).toEqual(['docker_network.labels']);
  });

  it('counts the resources of each type', () => {
    const { docker_container = {} } = stack('one', 'x');
    expect(compareResources(stack('one', 'x'), { docker_container }).counts).toEqual([
      'docker_network: 1 and 0',
    ]);
  });
});
