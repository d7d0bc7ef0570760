import { Connection } from 'rabbitmq-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check, CHECK_TIMEOUT_MILLISECONDS } from '../checker/check';
import { diskAlarm } from '../checker/disk-alarm';
import { anyOf, kill, killAll, pause, stop } from '../checker/host-faults';
import { cut } from '../checker/network-cut';
import { Bound } from '../checker/promises';
import { broken } from '../checker/report';
import { eventually, must } from '../support/command';
import { Deployment } from '../support/deployment';
import { between, RunningSite, SitesOutputs, SitesSettings, visible, whileCut } from '../support/sites';
import { provideImages } from '../support/test-images';
import { announce, connect, drain, publish } from '../support/traffic';

const PREFIX = 'e2e-lf';
const NAMES = ['north', 'south', 'west'] as const;
/** Each site fetches an exchange and a queue from two others, and the exchange of the ring from one. */
const LINKS_OF_A_SITE = 2 + 2 + 1;
/** Of clients at a site where nothing is wrong: measured was 0.5, and 1.7 on cores that were busy. */
const LOCAL_WAIT_SECONDS = 5;
/** A run by `npm run check`, which has the time for rare faults. */
const LONG = process.env['BROKERS_CHECK_SECONDS'] !== undefined;
const deployment = new Deployment<SitesSettings>(
  { prefix: PREFIX, subnet: '172.30.51.0/24', kind: 'federation' },
  'sites-app',
);
let north: RunningSite;
let south: RunningSite;
let west: RunningSite;

const sites = (): readonly RunningSite[] => [north, south, west];

async function linksRun(count = LINKS_OF_A_SITE): Promise<true | undefined> {
  const running = await Promise.all(sites().map((site) => site.federationLinksRunning()));
  return running.every((each) => each === count) ? true : undefined;
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
  const [one, two, three] = NAMES.map((name) => new RunningSite(PREFIX, name, outputs));
  if (one === undefined || two === undefined || three === undefined) throw new Error('three sites');
  [north, south, west] = [one, two, three];
  await eventually('all links run', 90, linksRun);
});

afterAll(async () => {
  await deployment.remove();
});

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
        expect(new Set(counts.values())).toEqual(new Set([1]));
      }
      await Promise.all(connections.map((connection) => connection.close()));
    },
  );

  it('go on while the links of one are cut, and catch up afterwards, also with work that waits elsewhere', async () => {
    const connections = sites().map(({ access }) => connect(access));
    const [from, to] = [connect(north.access), connect(south.access)];
    const confirmed = [...(await publish(from, 'jobs', 300)).confirmed];
    const first = await drain(to, 'jobs', 300);
    const moved = drain(to, 'jobs', 300, 90);
    let healed = 0;
    await whileCut(south, [north, west], async () => {
      // Confirms of a site, and deliveries within it, need no other site.
      await Promise.all(
        connections.map((connection, site) => announce(connection, 'events', site * 500, 500)),
      );
      const [own] = await drainAll(connections.slice(1, 2), 'events', 500);
      expect([...(own ?? new Map()).keys()].sort((a, b) => a - b)).toEqual(
        Array.from({ length: 500 }, (_, id) => 500 + id),
      );
      const publisher = from.createPublisher({ confirm: true });
      const ids = Array.from({ length: 300 }, (_, index) => 300 + index);
      await Promise.all(ids.map((id) => publisher.send({ routingKey: 'jobs', durable: true }, { id })));
      confirmed.push(...ids);
      await publisher.close();
      // Every link of the south has noticed, not only those that had something to send.
      await eventually('no link of the south runs', 60, async () =>
        (await south.federationLinksRunning()) === 0 ? true : undefined,
      );
      await eventually('work waits where it was published', 30, async () =>
        (await north.messages('jobs'))[0] === 300 ? true : undefined,
      );
      healed = performance.now();
    });
    const secondsSince = (): string => ((performance.now() - healed) / 1000).toFixed(1);
    const all = Promise.all(
      connections.map((connection, site) => drain(connection, 'events', site === 1 ? 1000 : 1500)),
    ).then((received) => {
      console.log(`events: 1500 confirmed at three sites, everywhere ${secondsSince()} s after the link`);
      return received.map(({ size }) => size);
    });
    const received = await moved;
    const lost = confirmed.filter((id) => !first.has(id) && !received.has(id));
    console.log(`jobs: 600 confirmed, ${lost.length} lost, all there ${secondsSince()} s after the link`);
    expect(lost).toEqual([]);
    expect(await all).toEqual([1500, 1000, 1500]);
    await eventually('all links run', 60, linksRun);
    await Promise.all([...connections, from, to].map((connection) => connection.close()));
  });

  it('send a message again to all queues while one of them rejects it', async () => {
    const [from, to] = [connect(north.access), connect(south.access)];
    const full = { 'x-queue-type': 'quorum', 'x-max-length': 5, 'x-overflow': 'reject-publish' } as const;
    await to.queueDeclare({ queue: 'full', durable: true, arguments: full });
    await to.queueBind({ queue: 'full', exchange: 'events', routingKey: '#' });
    try {
      await eventually('the queue rejects', 30, () =>
        announce(to, '', 0, 1, 'full').then(
          () => undefined,
          () => true as const,
        ),
      );
      await announce(from, 'events', 0, 100);
      const copies = () =>
        to.queueDeclare({ queue: 'events', passive: true }).then(({ messageCount }) => messageCount);
      await eventually('copies', 60, async () => ((await copies()) > 200 ? true : undefined));
    } finally {
      await to.queueDelete('full');
    }
    const received = await drain(to, 'events', 100);
    const deliveries = [...received.values()].reduce((sum, count) => sum + count, 0);
    console.log(`rejecting queue beside: 100 published, ${deliveries} delivered`);
    expect(received.size).toBe(100);
    expect(deliveries).toBeGreaterThan(200);
    await Promise.all([from.close(), to.close()]);
  });
});

describe('a federated exchange under the checker', () => {
  it(
    'brings to every site what any of them confirmed, and keeps no site waiting for another one',
    async () => {
      for (const { access } of sites()) {
        const connection = connect(access);
        await connection.queuePurge('events');
        await connection.close();
      }
      const outcome = await check({
        architecture: 'federation',
        programs: [`RabbitMQ ${await must('docker', 'exec', north.host, 'rabbitmqctl', 'version')}`],
        publishers: sites().map(({ name, clients }) => ({
          group: publishersAt(name),
          site: clients,
          count: 1,
          exchange: 'events',
          routingKey: 'news',
        })),
        consumers: sites().map(({ name, clients }) => ({
          group: consumersAt(name),
          audience: name,
          site: clients,
          count: 1,
          queue: 'events',
        })),
        faults: [
          cut('cut the south off', () => between(south, [north, west])),
          kill('kill the west', anyOf(west.hosts)),
          pause('pause the north', anyOf(north.hosts)),
          diskAlarm(anyOf(south.hosts)),
          ...(LONG
            ? [stop('stop the north', anyOf(north.hosts)), killAll(sites().flatMap(({ hosts }) => hosts))]
            : []),
        ],
        whole: linksRun,
        promises: {
          lost: { atMost: 0 },
          unhealed: { atMost: 0 },
          waits: {
            'cut the south off': localWaits(north, south, west),
            'kill the west': localWaits(north, south),
            'pause the north': localWaits(south, west),
            'disk alarm': localWaits(north, west),
          },
        },
      });
      expect(broken(outcome)).toEqual([]);
      expect(outcome.findings.confirmed).toBeGreaterThan(500);
    },
    CHECK_TIMEOUT_MILLISECONDS,
  );
});

const publishersAt = (site: string): string => `publishers ${site}`;
const consumersAt = (site: string): string => `consumers ${site}`;

/** What clients of sites at which nothing is wrong may wait, whatever happens to the others. */
function localWaits(...untouched: readonly RunningSite[]): Readonly<Record<string, Bound>> {
  const groups = untouched.flatMap(({ name }) => [publishersAt(name), consumersAt(name)]);
  return Object.fromEntries(groups.map((group) => [group, { atMost: LOCAL_WAIT_SECONDS }]));
}

it('passwords of links are in no output, log, environment or process list', async () => {
  const everything = [deployment.transcript, ...(await visible(sites()))].join('\n');
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
