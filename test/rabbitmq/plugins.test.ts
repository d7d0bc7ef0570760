import { RabbitMqPlugin, renderEnabledPlugins, resolvePlugins } from '../../lib/rabbitmq/plugins';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';

describe('plugins', () => {
  const resolve = (version: RabbitMqVersion, ...extra: string[]): readonly string[] =>
    resolvePlugins('cluster', version, extra as RabbitMqPlugin[]);

  it('come sorted, once each, with management and Prometheus', () => {
    expect(resolve(RabbitMqVersion.V4_0, 'rabbitmq_shovel', 'rabbitmq_mqtt', 'rabbitmq_management')).toEqual([
      'rabbitmq_management',
      'rabbitmq_mqtt',
      'rabbitmq_prometheus',
      'rabbitmq_shovel',
    ]);
  });

  it('can do without the default ones', () => {
    expect(resolvePlugins('cluster', RabbitMqVersion.V4_0, ['rabbitmq_stream'], [])).toEqual([
      'rabbitmq_stream',
    ]);
  });

  it('refuses what does not come with RabbitMQ', () => {
    expect(() => resolve(RabbitMqVersion.V4_0, 'rabbitmq_delayed_message_exchange')).toThrow(
      'cluster: plugin must be one that comes with RabbitMQ, got "rabbitmq_delayed_message_exchange": see RabbitMqPlugin',
    );
    expect(() => resolve(RabbitMqVersion.V4_0, 'shovel')).toThrow('did you mean rabbitmq_shovel?');
    expect(() => resolve(RabbitMqVersion.V4_0, 'rabbitmq-mqtt')).toThrow('did you mean rabbitmq_mqtt?');
    expect(() => resolve(RabbitMqVersion.V4_0, 'toString')).toThrow('must be one that comes with RabbitMQ');
  });

  it('refuses what the version lacks', () => {
    expect(() => resolve(RabbitMqVersion.V3_13, 'rabbitmq_shovel_prometheus')).toThrow(
      'plugin rabbitmq_shovel_prometheus comes with RabbitMQ 4.0 and later, got version 3.13: leave it out',
    );
    expect(resolve(RabbitMqVersion.V4_0, 'rabbitmq_shovel_prometheus')).toContain(
      'rabbitmq_shovel_prometheus',
    );
    expect(() => resolve(RabbitMqVersion.V4_1, 'rabbitmq_queue_federation')).toThrow(
      'comes with RabbitMQ 4.2',
    );
  });

  it('renders an Erlang list, one plugin a line, sorted', () => {
    expect(renderEnabledPlugins(['rabbitmq_prometheus', 'rabbitmq_management'])).toBe(
      '[rabbitmq_management,\n rabbitmq_prometheus].\n',
    );
    expect(renderEnabledPlugins([])).toBe('[].\n');
  });
});
