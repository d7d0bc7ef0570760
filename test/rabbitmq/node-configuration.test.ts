import { NodeConfiguration, nodeConfigurationFiles } from '../../lib/rabbitmq/node-configuration';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';

const NODE: NodeConfiguration = {
  version: RabbitMqVersion.V4_0,
  plugins: ['rabbitmq_management', 'rabbitmq_prometheus'],
  clusterName: 'orders',
  nodes: ['orders-1', 'orders-2', 'orders-3'],
  nodeType: 'disc',
};

function files(change: Partial<NodeConfiguration> = {}): Record<string, string> {
  return Object.fromEntries(
    nodeConfigurationFiles('cluster', { ...NODE, ...change }).map(({ path, text }) => [path, text]),
  );
}

describe('nodeConfigurationFiles', () => {
  const own = '/etc/rabbitmq/conf.d/zz-10-cdktf-brokers.conf';

  it('changes only what a running node need not read when nodes are added', () => {
    const before = nodeConfigurationFiles('cluster', NODE);
    const after = nodeConfigurationFiles('cluster', {
      ...NODE,
      nodes: [...NODE.nodes, 'orders-4', 'orders-5'],
    });
    const changed = after.filter(({ text }, index) => text !== before[index]?.text);
    expect(changed.map(({ path, onChange }) => [path, onChange])).toEqual([
      ['/etc/rabbitmq/conf.d/zz-20-cluster.conf', 'none'],
    ]);
  });

  it('restarts a node for everything else', () => {
    const rest = nodeConfigurationFiles('cluster', NODE).filter(
      ({ path }) => !path.endsWith('20-cluster.conf'),
    );
    expect(rest.map(({ onChange }) => onChange)).toEqual(['restart', 'restart', 'restart', 'restart']);
  });

  it("puts the user's lines last, checked against ours", () => {
    const all = Object.keys(files({ extraConfiguration: ['frame_max = 80'] }));
    const paths = all.filter((path) => path.includes('conf.d'));
    expect(paths).toEqual(
      ['10-cdktf-brokers', '20-cluster', '90-user'].map((name) => `/etc/rabbitmq/conf.d/zz-${name}.conf`),
    );
    // Those of the official image, and whatever else it may get.
    for (const name of ['10-defaults', '20-management_agent.disable_metrics_collector', '99-last', 'last']) {
      expect(Buffer.from(paths[0] ?? '').compare(Buffer.from(`/etc/rabbitmq/conf.d/${name}.conf`))).toBe(1);
    }
    expect(files({ extraConfiguration: ['frame_max = 80'] })['/etc/rabbitmq/conf.d/zz-90-user.conf']).toBe(
      'frame_max = 80\n',
    );
    expect(() => files({ extraConfiguration: ['net_ticktime = 60'] })).toThrow('"net_ticktime = 8"');
    expect(() => files({ extraConfiguration: ['cluster_formation.discovery_retry_limit = 1'] })).toThrow(
      'contradict',
    );
  });

  it('follows the plugins', () => {
    expect(files()[own]).toContain('management.tcp.port = 15672\nprometheus.tcp.port = 15692\n');
    expect(files({ plugins: [] })[own]).not.toMatch(/management|prometheus/);
  });

  it('switches the statistics of the management pages on, unless the user says what they are to be', () => {
    expect(files()[own]).toContain('management_agent.disable_metrics_collector = false\n');
    const off = 'management_agent.disable_metrics_collector = true';
    const chosen = files({ extraConfiguration: [off] });
    expect(chosen[own]).not.toContain('disable_metrics_collector');
    expect(chosen['/etc/rabbitmq/conf.d/zz-90-user.conf']).toBe(`${off}\n`);
  });

  it('expects the PROXY protocol only when asked to', () => {
    expect(files()[own]).not.toContain('proxy_protocol');
    expect(files({ proxyProtocol: true })[own]).toContain('proxy_protocol = true\n');
  });

  it('follows the version', () => {
    expect(files()[own]).toContain('net_ticktime = 8\n');
    expect(files()[own]).toContain('anonymous_login_user = none\n');
    expect(files({ version: RabbitMqVersion.V3_13 })[own]).not.toContain('anonymous');
    expect(files({ version: RabbitMqVersion.V4_2 })[own]).toContain('pause_minority');
    expect(files({ version: RabbitMqVersion.V4_3 })[own]).not.toContain('pause_minority');
  });

  it('passes on limits and the log level', () => {
    const text = files({
      memoryMiB: 1024,
      memoryWatermark: { relative: 0.5 },
      diskFreeLimit: { absoluteMiB: 512 },
      netTickTimeSeconds: 15,
      heartbeatSeconds: 30,
      logLevel: 'error',
    })[own];
    expect(text).toContain('total_memory_available_override_value = 1024MiB\n');
    expect(text).toContain('vm_memory_high_watermark.relative = 0.5\n');
    expect(text).toContain('disk_free_limit.absolute = 512MiB\n');
    expect(text).toContain('net_ticktime = 15\n');
    expect(text).toContain('heartbeat = 30\n');
    expect(text).toContain('log.console.level = error\n');
  });
});
