import { renderAdvancedConfig } from '../../lib/config/advanced-config';

describe('renderAdvancedConfig', () => {
  it('renders the copies of quorum queues', async () => {
    await expect(renderAdvancedConfig('cluster', { quorumGroupSize: 7 })).toMatchFileSnapshot(
      '../golden/rabbitmq/advanced.config',
    );
  });

  it('refuses a number out of range', () => {
    expect(() => renderAdvancedConfig('cluster', { quorumGroupSize: 0 })).toThrow(
      'cluster: quorumGroupSize must be a whole number from 1 to 99, got 0',
    );
  });
});
