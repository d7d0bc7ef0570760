import { Connection } from 'rabbitmq-client';
import { renderHaproxy } from '../../lib/config/haproxy';
import { HaproxyListener, IBrokerTarget } from '../../lib/proxy/haproxy-listener';
import { DEFINITIONS_PATH, nodeConfigurationFiles } from '../../lib/rabbitmq/node-configuration';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { engineImages } from '../e2e/support/engine-images';
import { docker, ProxyContainer, until } from './proxy-container';
import { ProxyPlace, startProxy } from './proxy-host';
import { ADMINISTRATOR, Broker } from './rabbitmq-broker';

const NETWORK = `proxy-protocol-${process.pid}`;
const SUBNET = '172.31.80.0/24';
/** The network's first address: that of this machine, where the clients are. */
const MACHINE = '172.31.80.1';
const BROKER = { name: 'broker-1', address: '172.31.80.11' };
const PLACE: ProxyPlace = {
  network: NETWORK,
  own: '172.31.80.21',
  floating: '172.31.80.20',
  other: '172.31.80.22',
};
/** Of the user that probes: characters that HAProxy, shells and HTTP treat in a special way. */
const PASSWORD = 'p"a\'s$s %[w]:\\#@';
const TARGET: IBrokerTarget = { nodes: [BROKER], managementPort: 15_672, proxyProtocol: true };

const login = { user: 'monitor', password: { value: '${unused}' } };
/** Port of the proxy by the name of a listener; each asks in another way whether the broker lives. */
const PORTS = { amqp: 5672, api: 5673, handshake: 5674, tcp: 5675 };
const LISTENERS = [
  HaproxyListener.amqp(TARGET),
  HaproxyListener.management(TARGET),
  HaproxyListener.amqp(TARGET, {
    name: 'api',
    port: PORTS.api,
    check: { probe: { kind: 'http', path: '/api/overview', port: 15_672, login } },
  }),
  HaproxyListener.amqp(TARGET, {
    name: 'handshake',
    port: PORTS.handshake,
    check: { probe: { kind: 'amqp' } },
  }),
  HaproxyListener.amqp(TARGET, { name: 'tcp', port: PORTS.tcp, check: { probe: { kind: 'tcp' } } }),
];
/** Asks the same API and does not say who asks. */
const UNKNOWN = HaproxyListener.management(TARGET, {
  name: 'unknown',
  port: 15_673,
  check: { probe: { kind: 'http', path: '/api/overview' } },
});

function haproxyText(listeners: readonly HaproxyListener[]): string {
  return renderHaproxy({
    // Fewer files than an engine may allow.
    listeners: listeners.map((listener) => ({ ...listener.config(), maxConnections: 100 })),
    health: { port: 8405, allowFrom: [PLACE.own, PLACE.floating] },
  });
}

function definitions(): string {
  return JSON.stringify({
    vhosts: [{ name: '/' }],
    users: [
      { ...ADMINISTRATOR, tags: 'administrator' },
      { name: login.user, password: PASSWORD, tags: 'monitoring' },
    ],
    permissions: [{ user: ADMINISTRATOR.name, vhost: '/', configure: '.*', write: '.*', read: '.*' }],
  });
}

/** Opens a connection, calls `use`, and closes it; fails when the broker does not take it. */
async function connected(host: string, port: number, use: () => Promise<void>): Promise<void> {
  const connection = new Connection({
    hostname: host,
    port,
    username: ADMINISTRATOR.name,
    password: ADMINISTRATOR.password,
    acquireTimeout: 5000,
  });
  let problem: unknown;
  connection.on('error', (error) => {
    problem = error;
  });
  try {
    await connection.onConnect(5000, true);
    await use();
  } catch (error) {
    throw new Error(`no connection to port ${port}: ${String(problem ?? error)}`);
  } finally {
    await connection.close();
  }
}

describe('a pair in front of a broker that expects the PROXY protocol', () => {
  let broker: Broker;
  let proxy: ProxyContainer;

  beforeAll(async () => {
    const { code, stderr } = await docker('network', 'create', '--subnet', SUBNET, NETWORK);
    if (code !== 0) throw new Error(stderr);
    const files = nodeConfigurationFiles('test', {
      version: RabbitMqVersion.of(engineImages().rabbitmqVersion),
      plugins: ['rabbitmq_management'],
      clusterName: 'orders',
      nodes: [BROKER.name],
      nodeType: 'disc',
      memoryMiB: 1024,
      proxyProtocol: true,
    });
    broker = await Broker.start(
      BROKER.name,
      {
        ...Object.fromEntries(files.map(({ path, text }) => [path, text])),
        [DEFINITIONS_PATH]: definitions(),
      },
      ['--network', NETWORK, '--ip', BROKER.address],
    );
    proxy = await startProxy(PLACE, haproxyText([...LISTENERS, UNKNOWN]), { 'probe-api': PASSWORD });
  });

  afterAll(async () => {
    await proxy.remove();
    await broker.remove();
    await docker('network', 'rm', NETWORK);
  });

  it('says how the broker answered the probe of a listener without a living server', async () => {
    let said = '';
    await until('only one listener has no server', 30, async () => {
      said = (await proxy.exec('/opt/brokers/bin/proxy-ready')).stderr;
      return said.startsWith('listener unknown ');
    });
    expect(said).toBe('listener unknown has no living server: broker-1 L7STS 401\n');
  });

  it.each(Object.entries(PORTS))('lets the broker see its clients through listener %s', async (_, port) => {
    let peers: (string | undefined)[] = [];
    await connected(PLACE.own, port, () =>
      until('the connection is in the list', 15, async () => {
        const { text } = await broker.api('GET', 'connections');
        peers = (JSON.parse(text) as { readonly peer_host?: string }[]).map((each) => each.peer_host);
        return peers.includes(MACHINE) && !peers.includes(PLACE.own);
      }),
    );
    expect(peers).toContain(MACHINE);
  });

  it('serves the management pages beside', async () => {
    expect((await fetch(`http://${PLACE.own}:15672/`)).status).toBe(200);
  });

  it('is the only way: the broker closes a connection that comes without', async () => {
    await expect(connected(BROKER.address, 5672, () => Promise.resolve())).rejects.toThrow('no connection');
  });

  it('keeps the password of a probe where only HAProxy has it', async () => {
    const processes = await proxy.exec('sh', '-c', 'cat /proc/[0-9]*/cmdline');
    expect(processes.stdout).toContain('haproxy');
    const seen = `${processes.stdout}${await proxy.logs()}`;
    expect(seen).not.toContain(PASSWORD);
    expect(seen).not.toContain(Buffer.from(`${login.user}:${PASSWORD}`).toString('base64'));
  });
});
