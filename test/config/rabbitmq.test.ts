import fc from 'fast-check';
import { renderPeerDiscovery, renderRabbitMqConf } from '../../lib/config/rabbitmq';
import { parseSetting } from '../../lib/config/rabbitmq-extra';
import { anyPeerDiscovery, anyRabbitMqConf, TYPICAL } from './rabbitmq-confs';

const SUBJECT = 'cluster';
const NODES = ['orders-1', 'orders-2', 'orders-3'];

describe('renderRabbitMqConf', () => {
  it('renders a typical node', async () => {
    await expect(renderRabbitMqConf(SUBJECT, TYPICAL)).toMatchFileSnapshot(
      '../golden/rabbitmq/10-cdktf-brokers.conf',
    );
  });

  it('renders every option', async () => {
    const text = renderRabbitMqConf(SUBJECT, {
      ...TYPICAL,
      memoryMiB: 2048,
      memoryWatermark: { absoluteMiB: 1024 },
      diskFreeLimit: { relative: 2 },
      logLevel: 'warning',
    });
    await expect(text).toMatchFileSnapshot('../golden/rabbitmq/every-option.conf');
  });

  it('leaves out what the plugins, the version or the caller do not have', () => {
    const text = renderRabbitMqConf(SUBJECT, {
      clusterName: 'c',
      amqpPort: 5672,
      netTickTimeSeconds: 60,
      heartbeatSeconds: 60,
      pauseMinority: false,
      refuseAnonymousLogin: false,
      definitionsPath: '/d.json',
    });
    const whole = renderRabbitMqConf(SUBJECT, { ...TYPICAL, memoryMiB: 2048 });
    for (const key of ['management', 'prometheus', 'partition', 'anonymous', 'total_memory']) {
      expect(whole).toContain(key);
      expect(text).not.toContain(key);
    }
  });

  it('has the disk limit of a production machine, not 50 MB, unless told otherwise', () => {
    expect(renderRabbitMqConf(SUBJECT, TYPICAL)).toContain('disk_free_limit.relative = 1.0\n');
  });

  it.each([
    [{ memoryMiB: 64 }, 16],
    [{ memoryMiB: 1024 }, 64],
    [{ memoryMiB: 8191 }, 511],
    [{ memoryMiB: 8192 }, undefined],
    [{}, undefined],
  ])('gives the write-ahead log of quorum queues a share of the memory: %j', (change, mebibytes) => {
    const line = /^raft\.wal_max_size_bytes = (\d+)$/m.exec(
      renderRabbitMqConf(SUBJECT, { ...TYPICAL, ...change }),
    )?.[1];
    expect(line).toBe(mebibytes === undefined ? undefined : String(mebibytes * 1024 * 1024));
  });

  it.each([
    [{ clusterName: 'a b' }, 'name must be a host name'],
    [{ amqpPort: 0 }, 'amqpPort must be a whole number from 1 to 65535, got 0'],
    [{ managementPort: 5672 }, 'managementPort must differ from amqpPort, got 5672 for both'],
    [{ memoryWatermark: { relative: 0.95 } }, 'memoryWatermark.relative must be from 0.1 to 0.9, got 0.95'],
    [{ memoryWatermark: { relative: Number.NaN } }, 'got NaN'],
    [{ memoryWatermark: { absoluteMiB: 1 } }, 'memoryWatermark.absoluteMiB must be a whole number from 16'],
    [{ diskFreeLimit: { relative: 0 } }, 'diskFreeLimit.relative must be from 0.1 to 10, got 0'],
    [{ heartbeatSeconds: 65_536 }, 'heartbeatSeconds must be a whole number from 0 to 65535, got 65536'],
    [{ netTickTimeSeconds: 4 }, 'netTickTimeSeconds must be a whole number from 5 to 600, got 4'],
    [{ memoryMiB: 1.5 }, 'memoryMiB must be a whole number'],
    [
      { memoryMiB: 1024, memoryWatermark: { absoluteMiB: 1024 } },
      'memoryWatermark.absoluteMiB must be below memoryMiB, got 1024 of 1024: the node would be killed',
    ],
    [
      { memoryWatermark: { relative: 0.5, absoluteMiB: 512 } },
      'memoryWatermark must be { relative } or { absoluteMiB }, got {"relative":0.5,"absoluteMiB":512}: keep one',
    ],
    [{ memoryMiB: 1024, memoryWatermark: 0.5 as never }, 'memoryWatermark must be { relative } or'],
    [{ diskFreeLimit: 2 as never }, 'diskFreeLimit must be { relative } or { absoluteMiB }, got 2'],
    [
      { logLevel: 'verbose' as never },
      'logLevel must be one of debug, info, warning, error, critical, none, got "verbose"',
    ],
  ])('refuses %j', (change, problem) => {
    expect(() => renderRabbitMqConf(SUBJECT, { ...TYPICAL, ...change })).toThrow(problem);
  });

  it('sets each key once, for any valid input', () => {
    fc.assert(
      fc.property(anyRabbitMqConf, (conf) => {
        const lines = renderRabbitMqConf(SUBJECT, conf).trimEnd().split('\n');
        const keys = lines.map((line) => parseSetting(line)?.key);
        expect(keys).not.toContain(undefined);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });
});

describe('renderPeerDiscovery', () => {
  it('names every node and waits for all of them', async () => {
    await expect(renderPeerDiscovery(SUBJECT, { nodes: NODES })).toMatchFileSnapshot(
      '../golden/rabbitmq/20-cluster.conf',
    );
  });

  it('adds lines at the end of the list when nodes are added', () => {
    const before = renderPeerDiscovery(SUBJECT, { nodes: NODES }).split('\n');
    const after = renderPeerDiscovery(SUBJECT, { nodes: [...NODES, 'orders-4', 'orders-5'] }).split('\n');
    expect(after.filter((line) => !before.includes(line))).toEqual([
      'cluster_formation.classic_config.nodes.4 = rabbit@orders-4',
      'cluster_formation.classic_config.nodes.5 = rabbit@orders-5',
      'cluster_formation.target_cluster_size_hint = 5',
    ]);
  });

  it('refuses names that are no host names or stand twice, and odd numbers', () => {
    const render = (change: object) => () => renderPeerDiscovery(SUBJECT, { nodes: NODES, ...change });
    expect(render({ nodes: ['a_b'] })).toThrow('name must be a host name');
    expect(render({ nodes: ['a', 'b', 'a'] })).toThrow('nodes must have different names, got "a" twice');
    expect(render({ nodes: [] })).toThrow('number of nodes must be a whole number from 1');
    expect(render({ retryLimit: 0 })).toThrow('retryLimit must be');
    expect(render({ retryIntervalMilliseconds: 1 })).toThrow('retryIntervalMilliseconds must be');
  });

  it('gives one setting a line, for any valid input', () => {
    fc.assert(
      fc.property(anyPeerDiscovery, (discovery) => {
        const lines = renderPeerDiscovery(SUBJECT, discovery).trimEnd().split('\n');
        expect(lines.map(parseSetting)).not.toContain(undefined);
      }),
    );
  });
});
