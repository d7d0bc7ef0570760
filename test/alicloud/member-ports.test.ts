import { platformIn, topology } from './ecs-fixture';
import { ofType, resourcesOf } from './synthesis';

describe('machines of brokers', () => {
  const rules = ofType(
    resourcesOf((stack) => topology(stack, platformIn(stack))),
    'alicloud_security_group_rule',
  );

  it('reach each other by what a cluster needs: its readiness and the copies of streams too', () => {
    const inside = Object.keys(rules).filter(
      (path) => path.startsWith('ecs/rabbitmq/') && path.endsWith('-from-members'),
    );
    expect(inside.map((path) => path.replace(/.*\/ingress-|-from-members/g, ''))).toEqual([
      'tcp-5672',
      'tcp-4369',
      'tcp-25672',
      'tcp-35672-35682',
      'tcp-6000-6500',
    ]);
  });
});
