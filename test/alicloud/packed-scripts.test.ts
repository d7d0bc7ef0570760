import { PackedScripts } from '../../lib/alicloud/packed-scripts';
import { nodeScript } from '../../lib/node/script';
import { platformIn, topology } from './ecs-fixture';
import { stackOf } from './synthesis';

describe('scripts of machines', () => {
  it('are in the plan once for each group, whatever the number of its machines', () => {
    const paths = [3, 5].map((nodes) => {
      const stack = stackOf((scope) => topology(scope, platformIn(scope), nodes));
      return stack.node
        .findAll()
        .map(({ node }) => node.path)
        .filter((path) => path.endsWith('opt-brokers-host-bundle'));
    });
    expect(paths[0]).toEqual([
      'stack/ecs/rabbitmq/scripts/opt-brokers-host-bundle',
      'stack/ecs/proxy/scripts/opt-brokers-host-bundle',
    ]);
    expect(paths[1]).toEqual(paths[0]);
  });

  it('have one text on all machines of a group', () => {
    const scripts = new PackedScripts(
      stackOf(() => undefined),
      'scripts',
    );
    const { text } = nodeScript('unpack');
    const first = scripts.pack('/opt/brokers/unpack', text);
    expect(first.expression).toMatch(/^\$\{/);
    expect(scripts.pack('/opt/brokers/unpack', text)).toBe(first);
    expect(() => scripts.pack('/opt/brokers/unpack', `${text}\n`)).toThrow(
      'stack/scripts has another /opt/brokers/unpack already',
    );
  });
});
