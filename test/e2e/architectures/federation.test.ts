import { Connection } from 'rabbitmq-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check, CHECK_TIMEOUT_MILLISECONDS } from '../checker/check';
import { kill, pause, stop } from '../checker/host-faults';
import { addressOf, cut } from '../checker/network-cut';
import { broken } from '../checker/report';
import { eventually, must } from '../support/command';
import { Deployment } from '../support/deployment';
import { SingleSite, SitesOutputs, SitesSettings, whileCut } from '../support/sites';
import { provideImages } from '../support/test-images';
import { connect, drain, publish } from '../support/traffic';

const PREFIX = 'e2e-lf';
const NAMES = ['north', 'south', 'west'] as const;
/** Each site fetches an exchange and a queue from two others, and the exchange of the ring from one. */
const LINKS_OF_A_SITE = 2 + 2 + 1;
const deployment = new Deployment<SitesSettings>(
  { prefix: PREFIX, subnet: '172.30.51.0/24', kind: 'federation' },
  'sites-app',
);
let north: SingleSite;
let south: SingleSite;
let west: SingleSite;

const sites = (): readonly SingleSite[] => [north, south, west];

async function linksRun(count = LINKS_OF_A_SITE): Promise<true | undefined> {
  const running = await Promise.all(sites().map((site) => site.federationLinksRunning()));
  return running.every((each) => each === count) ? true : undefined;
}

/** Publishes messages with the ids `from` to `from + count - 1` to an exchange, and waits for every confirm. */
async function announce(
  connection: Connection,
  exchange: string,
  from: number,
  count: number,
): Promise<void> {
  const publisher = connection.createPublisher({ confirm: true });
  const ids = Array.from({ length: count }, (_, index) => from + index);
  await Promise.all(ids.map((id) => publisher.send({ exchange, routingKey: 'news', durable: true }, { id })));
  await publisher.close();
}

/** How often each id is in a queue of each site, once `count` different ones have come. */
function drainAll(
  connections: readonly Connection[],
  queue: string,
  count: number,
): Promise<ReadonlyMap<number, number>[]> {
  return Promise.all(
    connections.map((connection) => drain(connection, queue, count, 60) as Promise<Map<number, number>>),
  );
}

beforeAll(async () => {
  await provideImages();
  await deployment.mustDeploy();
  const outputs = await deployment.outputs<SitesOutputs>();
  const [one, two, three] = NAMES.map((name) => new SingleSite(PREFIX, name, outputs));
  if (one === undefined || two === undefined || three === undefined) throw new Error('three sites');
  [north, south, west] = [one, two, three];
  await eventually('all links run', 90, linksRun);
}, 300_000);

afterAll(async () => {
  await deployment.remove();
}, 120_000);

describe('three sites that are all active', () => {
  it.each(['events', 'ring'])(
    'get every message of the exchange %s once, wherever it is published',
    async (exchange) => {
      const connections = sites().map(({ access }) => connect(access));
      await Promise.all(
        connections.map((connection, site) => announce(connection, exchange, site * 200, 200)),
      );
      const received = await drainAll(connections, exchange, 600);
      for (const counts of received) {
        expect(counts.size).toBe(600);
        expect([...counts.values()].every((count) => count === 1)).toBe(true);
      }
      await Promise.all(connections.map((connection) => connection.close()));
    },
  );

  it('go on while a link is cut, and catch up afterwards', async () => {
    const connections = sites().map(({ access }) => connect(access));
    let healed = 0;
    await whileCut(south.host, [north.host, west.host], async () => {
      // Confirms of a site, and deliveries within it, need no other site.
      await Promise.all(
        connections.map((connection, site) => announce(connection, 'events', site * 500, 500)),
      );
      const [own] = await drainAll(connections.slice(1, 2), 'events', 500);
      expect([...(own ?? new Map()).keys()].sort((a, b) => a - b)).toEqual(
        Array.from({ length: 500 }, (_, id) => 500 + id),
      );
      // Every link of the south has noticed, not only those that had something to send.
      await eventually('no link of the south runs', 60, async () =>
        (await south.federationLinksRunning()) === 0 ? true : undefined,
      );
      healed = performance.now();
    });
    const [inNorth, inSouth, inWest] = await Promise.all([
      ...connections.map((connection, site) => drain(connection, 'events', site === 1 ? 1000 : 1500)),
    ]);
    const seconds = (performance.now() - healed) / 1000;
    console.log(
      `events: 1500 confirmed at three sites, all of them everywhere ${seconds.toFixed(1)} s after the link`,
    );
    expect([inNorth?.size, inSouth?.size, inWest?.size]).toEqual([1500, 1000, 1500]);
    await eventually('all links run', 60, linksRun);
    await Promise.all(connections.map((connection) => connection.close()));
  });

  it('move work to where a consumer is, and keep what is under way while the link is cut', async () => {
    const [from, to] = [connect(north.access), connect(south.access)];
    const moved = drain(to, 'jobs', 600, 90);
    const { confirmed } = await publish(from, 'jobs', 300);
    await eventually('the south fetched what it could', 30, async () =>
      (await north.messages('jobs')) === 0 ? true : undefined,
    );
    const more: number[] = [];
    let healed = 0;
    await whileCut(south.host, [north.host, west.host], async () => {
      const publisher = from.createPublisher({ confirm: true });
      for (let id = 300; id < 600; id++) {
        await publisher.send({ routingKey: 'jobs', durable: true }, { id });
        more.push(id);
      }
      await publisher.close();
      await eventually('the link of the queue is given up', 60, async () =>
        (await south.federationLinksRunning()) === 0 ? true : undefined,
      );
      expect(await north.messages('jobs')).toBe(300);
      healed = performance.now();
    });
    const received = await moved;
    const seconds = (performance.now() - healed) / 1000;
    const lost = [...confirmed, ...more].filter((id) => !received.has(id));
    console.log(`jobs: 600 confirmed, ${lost.length} lost, all there ${seconds.toFixed(1)} s after the link`);
    expect(lost).toEqual([]);
    await eventually('all links run', 60, linksRun);
    await Promise.all([from.close(), to.close()]);
  });

  it('send a message again to all queues while one of them rejects it', async () => {
    const [from, to] = [connect(north.access), connect(south.access)];
    const full = { 'x-queue-type': 'quorum', 'x-max-length': 5, 'x-overflow': 'reject-publish' } as const;
    await to.queueDeclare({ queue: 'full', durable: true, arguments: full });
    await to.queueBind({ queue: 'full', exchange: 'events', routingKey: '#' });
    await announce(from, 'events', 0, 100);
    const received = await drain(to, 'events', 100);
    const deliveries = [...received.values()].reduce((sum, count) => sum + count, 0);
    console.log(`rejecting queue beside: 100 published, ${deliveries} delivered`);
    expect(received.size).toBe(100);
    expect(deliveries).toBeGreaterThan(200);
    await to.queueDelete('full');
    await Promise.all([from.close(), to.close()]);
  });
});

describe('a federated exchange under the checker', () => {
  it(
    'brings to every site what any of them confirmed',
    async () => {
      const host = (site: SingleSite) => () => Promise.resolve(site.host);
      for (const site of sites()) await connectAndPurge(site);
      const others = (site: SingleSite): Promise<string[]> =>
        Promise.all(
          sites()
            .filter((each) => each !== site)
            .map((each) => addressOf(each.host)),
        );
      const outcome = await check({
        architecture: 'federation',
        programs: [`RabbitMQ ${await must('docker', 'exec', north.host, 'rabbitmqctl', 'version')}`],
        publishers: sites().map((site, index) => ({
          group: `publishers ${NAMES[index] ?? ''}`,
          site: site.clients,
          count: 1,
          exchange: 'events',
          routingKey: 'news',
        })),
        consumers: sites().map((site, index) => ({
          group: `consumers ${NAMES[index] ?? ''}`,
          audience: NAMES[index] ?? '',
          site: site.clients,
          count: 1,
          queue: 'events',
        })),
        faults: [
          cut('cut a site off', async () => ({ hosts: [south.host], from: await others(south) })),
          kill('kill a broker', host(west)),
          ...(process.env['BROKERS_CHECK_SECONDS'] === undefined
            ? []
            : [stop('stop a broker', host(north)), pause('pause a broker', host(south))]),
        ],
        whole: () => linksRun(),
        promises: { lost: { atMost: 0 }, unhealed: { atMost: 0 } },
      });
      expect(broken(outcome)).toEqual([]);
      expect(outcome.findings.confirmed).toBeGreaterThan(500);
    },
    CHECK_TIMEOUT_MILLISECONDS,
  );
});

async function connectAndPurge(site: SingleSite): Promise<void> {
  const connection = connect(site.access);
  await connection.queuePurge('events');
  await connection.close();
}

it('passwords of links are in no output, log, environment or process list', async () => {
  const shown = await Promise.all(
    sites().flatMap(({ host }) => [
      must('sh', '-c', `docker logs ${host} 2>&1`),
      must('docker', 'inspect', host),
      must(
        'docker',
        'exec',
        host,
        'sh',
        '-c',
        'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"',
      ),
    ]),
  );
  const everything = [deployment.transcript, ...shown].join('\n');
  for (const { host } of sites()) {
    const names = await must('docker', 'exec', host, 'ls', '/etc/brokers/secrets');
    const links = names.split('\n').filter((name) => name.startsWith('upstream-'));
    expect(links).toHaveLength(3);
    for (const name of links) {
      const password = await must('docker', 'exec', host, 'cat', `/etc/brokers/secrets/${name}`);
      expect(password).toMatch(/^[0-9a-f]{64}$/);
      expect(everything.includes(password)).toBe(false);
    }
  }
});
