import { renderAdvancedConfig } from '../../lib/config/advanced-config';

describe('renderAdvancedConfig', () => {
  it('renders the copies of quorum queues', async () => {
    await expect(renderAdvancedConfig('cluster', { quorumGroupSize: 7 })).toMatchFileSnapshot(
      '../golden/rabbitmq/advanced.config',
    );
  });

  it('renders the tick time for versions that need it here', async () => {
    await expect(
      renderAdvancedConfig('cluster', { quorumGroupSize: 3, netTickTimeSeconds: 8 }),
    ).toMatchFileSnapshot('../golden/rabbitmq/advanced-3.13.config');
  });

  it('refuses numbers out of range', () => {
    expect(() => renderAdvancedConfig('cluster', { quorumGroupSize: 0 })).toThrow('quorumGroupSize must be');
    expect(() => renderAdvancedConfig('cluster', { quorumGroupSize: 1, netTickTimeSeconds: 1 })).toThrow(
      'cluster: netTickTimeSeconds must be a whole number from 5 to 600, got 1',
    );
  });
});
