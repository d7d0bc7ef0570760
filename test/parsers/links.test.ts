import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { LinkEndpoint } from '../../lib/rabbitmq/link-endpoint';
import { DEFINITIONS_PATH } from '../../lib/rabbitmq/node-configuration';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Secret } from '../../lib/secret';
import { delivered } from '../rabbitmq/linked-clusters';
import { platformIn, stack } from '../docker/fixture';
import { until } from './proxy-container';
import { ADMINISTRATOR, Broker } from './rabbitmq-broker';
import { engineImages } from '../e2e/support/engine-images';

const HOST = 'solo-1';
/** Everything that URIs, JSON, Erlang and shells treat in a special way. */
const PASSWORD = 'p@ss:w/o\\rd "ü€😀" %25 \' $ ${x} # ?&=';
const USER = 'li:nk@ü';
const VHOST = 'shop/%2F "ü"';
const BETWEEN_EXCHANGES = `parameters/shovel/%2F/${encodeURIComponent('between exchanges ü')}`;
const { rabbitmqVersion } = engineImages();

/** A certificate for 127.0.0.1 that its own authority has signed. */
interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

function certificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'links-'));
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  };
  try {
    const subject = (name: string): readonly string[] => [
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${name}`,
    ];
    openssl('req', '-x509', ...subject('authority'), '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2');
    const names = ['-addext', 'subjectAltName=DNS:mq.example.com'];
    openssl('req', ...subject('mq.example.com'), ...names, '-keyout', 'key.pem', '-out', 'request.pem');
    openssl(
      'x509',
      '-req',
      '-copy_extensions',
      'copy',
      '-in',
      'request.pem',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      'cert.pem',
      '-days',
      '2',
    );
    const [authority = '', certificate = '', key = ''] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) =>
      readFileSync(join(folder, name), 'utf8'),
    );
    return { authority, certificate, key };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A cluster of one node with links of every kind, all to itself over the network. */
function declare({ authority }: Certificates): Readonly<Record<string, string>> {
  const s = stack();
  const solo = new RabbitMqCluster(s, 'solo', {
    platform: platformIn(s),
    nodes: 1,
    version: RabbitMqVersion.of(rabbitmqVersion),
    extraConfiguration: [
      'listeners.ssl.default = 5671',
      'ssl_options.cacertfile = /etc/rabbitmq/tls/ca.pem',
      'ssl_options.certfile = /etc/rabbitmq/tls/cert.pem',
      'ssl_options.keyfile = /etc/rabbitmq/tls/key.pem',
    ],
  });
  const password = Secret.generate(s, 'link');
  solo.addVhost(VHOST);
  solo.addUser(USER, {
    password,
    permissions: ['/', VHOST].map((vhost) => ({ vhost, configure: '.*', write: '.*', read: '.*' })),
  });
  for (const vhost of ['/', VHOST]) {
    for (const queue of ['to', 'from ü"\\', 'federated']) solo.addQueue(queue, { vhost });
    solo.addExchange('events', { vhost, type: 'topic' });
  }
  const plain = LinkEndpoint.address('127.0.0.1', { user: USER, password, vhost: VHOST });
  const secure = LinkEndpoint.address('127.0.0.1', {
    user: USER,
    password,
    vhost: VHOST,
    tls: { certificateAuthority: authority, serverName: 'mq.example.com' },
  });
  const [source, queue] = [{ queue: 'from ü"\\' }, 'to'];
  solo.addShovel('dynamic', { source, destination: { endpoint: plain, queue } });
  solo.addShovel('dynamic with TLS', {
    source,
    destination: { endpoint: secure, queue },
    addForwardHeaders: true,
  });
  solo.addShovel('between exchanges ü', {
    source: { exchange: 'events', routingKey: 'a.#' },
    destination: { endpoint: plain, exchange: 'events', routingKey: 'b' },
    ackMode: 'on-publish',
    deleteAfter: 1000,
  });
  solo.addStaticShovel('static', { source: { ...source, endpoint: plain }, destination: { queue: 'to' } });
  solo.addStaticShovel('static with TLS', {
    source: { exchange: 'events' },
    destination: { endpoint: secure, exchange: 'events' },
    ackMode: 'no-ack',
    addForwardHeaders: true,
  });
  solo.addUpstream('shop', {
    endpoint: secure,
    expiresMilliseconds: 60_000,
    messageTtlMilliseconds: 1000,
    trustUserId: true,
  });
  solo.addUpstreamSet('shops', ['shop']);
  solo.addPolicy('federated', {
    pattern: '^(events|federated)$',
    definition: { 'federation-upstream-set': 'shops' },
  });
  return delivered({ stack: s, north: solo, south: solo }, HOST);
}

/** What `install-files` makes of the placeholders. */
function withPasswords(text: string): string {
  const inner = (password: string): string => JSON.stringify(password).slice(1, -1);
  return text
    .replaceAll('@@secret-json:administrator-password@@', inner(ADMINISTRATOR.password))
    .replaceAll(/@@secret-json:[a-z0-9-]+@@/g, () => inner(PASSWORD))
    .replaceAll(/@@secret-uri:[a-z0-9-]+@@/g, () => encodeURIComponent(PASSWORD));
}

describe('a real broker with links to itself', () => {
  let broker: Broker;
  let definitions: string;

  beforeAll(async () => {
    const made = certificates();
    const files = Object.fromEntries(
      Object.entries(declare(made)).flatMap(([path, text]) =>
        path.startsWith('/etc/rabbitmq/') ? [[path, withPasswords(text)]] : [],
      ),
    ) as Readonly<Record<string, string>>;
    definitions = files[DEFINITIONS_PATH] ?? '';
    broker = await Broker.start(HOST, {
      ...files,
      '/etc/rabbitmq/tls/ca.pem': made.authority,
      '/etc/rabbitmq/tls/cert.pem': made.certificate,
      '/etc/rabbitmq/tls/key.pem': made.key,
    });
  });
  afterAll(() => broker.remove());

  async function list(path: string): Promise<readonly Record<string, unknown>[]> {
    const { status, text } = await broker.api('GET', path);
    expect(status).toBe(200);
    return JSON.parse(text) as Record<string, unknown>[];
  }

  it('runs every shovel, dynamic and static, plain and with TLS', async () => {
    // It deletes itself after its work: RabbitMQ does not try it again when it starts before the listeners do.
    expect((await broker.api('DELETE', BETWEEN_EXCHANGES)).status).toBe(204);
    expect(await broker.importComplaint(definitions)).toBe('');
    await until(
      'every shovel runs',
      30,
      async () => (await list('shovels')).filter(({ state }) => state === 'running').length === 5,
    );
    const shovels = await list('shovels');
    expect(shovels.map(({ name, type }) => `${String(type)} ${String(name)}`).sort()).toEqual([
      'dynamic between exchanges ü',
      'dynamic dynamic',
      'dynamic dynamic with TLS',
      'static static',
      'static static with TLS',
    ]);
  });

  it('runs the links of a federation', async () => {
    await until(
      'both links run',
      30,
      async () => (await list('federation-links')).filter(({ status }) => status === 'running').length === 2,
    );
    const links = await list('federation-links');
    expect(links.map(({ type }) => type).sort()).toEqual(['exchange', 'queue']);
  });
});
