import { renderAdvancedConfig } from '../../lib/config/advanced-config';

describe('renderAdvancedConfig', () => {
  it('renders the copies of quorum queues', async () => {
    await expect(renderAdvancedConfig('cluster', { quorumGroupSize: 7 })).toMatchFileSnapshot(
      '../golden/rabbitmq/advanced.config',
    );
  });

  it('renders static shovels, from and to queues and exchanges', async () => {
    const common = { ackMode: 'on-confirm', reconnectDelaySeconds: 5, prefetchCount: 1000 } as const;
    const local = ['amqp:///%2F'];
    const remote = [11, 12].map((n) => `amqp://link:@@secret-uri:a@@@10.0.0.${n}:5672/%2F`);
    const shovels = [
      {
        ...common,
        name: 'orders to south',
        source: { uris: local, resource: { queue: 'orders "ü"' } },
        destination: { uris: remote, resource: { queue: 'orders' } },
        addForwardHeaders: true,
      },
      {
        ...common,
        name: 'events',
        source: { uris: remote, resource: { exchange: 'events', routingKey: '#' } },
        destination: { uris: local, resource: { exchange: 'amq.topic' } },
        addForwardHeaders: false,
      },
    ];
    await expect(renderAdvancedConfig('cluster', { quorumGroupSize: 7, shovels })).toMatchFileSnapshot(
      '../golden/rabbitmq/static-shovels.config',
    );
  });

  it('refuses a number out of range', () => {
    expect(() => renderAdvancedConfig('cluster', { quorumGroupSize: 0 })).toThrow(
      'cluster: quorumGroupSize must be a whole number from 1 to 99, got 0',
    );
  });
});
