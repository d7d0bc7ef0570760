import { renderHaproxy } from '../../lib/config/haproxy';
import { HaproxyConfig } from '../../lib/config/haproxy-config';
import { docker, ProxyContainer, until } from './proxy-container';
import { HAPROXY, KEEPALIVED, keepalivedText, ProxyPlace, startProxy } from './proxy-host';

const NETWORK = `proxy-scripts-${process.pid}`;
const SUBNET = '172.31.78.0/24';
const OWN = '172.31.78.21';
const FLOATING = '172.31.78.20';
const PLACE: ProxyPlace = { network: NETWORK, own: OWN, floating: FLOATING, other: '172.31.78.22' };
/** All printable characters: none is special on the way to the browser. */
const PASSWORD = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i)).join('');

/** The proxy stands in front of its own statistics page, or of a port where nobody listens. */
function haproxyConfig(serverPort: number, reloadDrainSeconds?: number): string {
  const config: HaproxyConfig = {
    listeners: [
      {
        name: 'amqp',
        port: 5672,
        mode: 'tcp',
        servers: [{ name: 'self', address: '127.0.0.1', port: serverPort }],
        check: { intervalSeconds: 0.2, rise: 1, fall: 2 },
      },
    ],
    health: { port: 8405, allowFrom: [OWN, FLOATING] },
    statistics: { port: 1080, uri: '/haproxy_stats', refreshSeconds: 30, user: 'admin' },
    ...(reloadDrainSeconds === undefined ? {} : { reloadDrainSeconds }),
  };
  return renderHaproxy(config);
}

const SERVING = haproxyConfig(1080);
const KEEPALIVED_TEXT = keepalivedText(PLACE);

function start(haproxy: string): Promise<ProxyContainer> {
  return startProxy(PLACE, haproxy, { 'statistics-password': PASSWORD });
}

describe('a proxy container', () => {
  let proxy: ProxyContainer;

  const ready = () => proxy.exec('/opt/brokers/bin/proxy-ready');
  const reload = () => proxy.exec('/opt/brokers/bin/proxy-reload');
  const isReady = async () => (await ready()).code === 0;
  const holdsAddress = async () => (await proxy.exec('ip', 'address')).stdout.includes(`inet ${FLOATING}/24`);
  const get = async (url: string) => (await proxy.exec('wget', '-q', '-O', '-', url)).stdout.trim();
  const worker = () => get('http://127.0.0.1:8405/worker');

  /** Delivers files as a platform does. */
  async function deliver(files: Record<string, string>): Promise<void> {
    await proxy.copy(
      Object.fromEntries(
        Object.entries(files).map(([path, text]) => [`/etc/brokers/delivered${path}`, text]),
      ),
    );
    expect((await proxy.exec('/opt/brokers/bin/install-files')).code).toBe(0);
  }

  async function exitCode(): Promise<number> {
    return Number((await docker('wait', proxy.id)).stdout);
  }

  beforeAll(async () => {
    const { code, stderr } = await docker('network', 'create', '--subnet', SUBNET, NETWORK);
    if (code !== 0) throw new Error(stderr);
  });
  afterAll(() => docker('network', 'rm', NETWORK));
  afterEach(() => proxy.remove());

  describe('that serves', () => {
    beforeEach(async () => {
      proxy = await start(SERVING);
      await until('the proxy is ready', 15, isReady);
    });

    it('holds the floating address, and shows its statistics to who knows the password', async () => {
      expect(await holdsAddress()).toBe(true);
      const url = `http://${FLOATING}:1080/haproxy_stats;csv`;
      const page = (password: string) => {
        const login = Buffer.from(`admin:${password}`).toString('base64');
        return proxy.exec('wget', '-q', '-O', '-', '--header', `Authorization: Basic ${login}`, url);
      };
      expect((await page(PASSWORD)).stdout).toContain('amqp,self,');
      expect((await page('x')).code).not.toBe(0);
      expect(await proxy.logs()).not.toContain(PASSWORD);
      const processes = await proxy.exec('sh', '-c', 'cat /proc/[0-9]*/cmdline');
      expect(processes.stdout).toContain('haproxy');
      expect(processes.stdout).not.toContain(PASSWORD.slice(1, 20));
    });

    it('takes a changed file by a reload, and keeps the address and its programs', async () => {
      const before = await worker();
      const keepalived = await proxy.exec('cat', '/run/brokers/keepalived.pid');
      await deliver({
        [HAPROXY]: haproxyConfig(1080, 60),
        [KEEPALIVED]: KEEPALIVED_TEXT.replace('refresh 10', 'refresh 11'),
      });
      expect(await reload()).toMatchObject({ code: 0, stderr: '' });
      expect(await worker()).not.toBe(before);
      expect(await proxy.exec('cat', '/run/brokers/keepalived.pid')).toEqual(keepalived);
      expect(await isReady()).toBe(true);
      expect(await proxy.logs()).toContain('Reload complete');
      expect(await holdsAddress()).toBe(true);

      const unchanged = await worker();
      expect((await reload()).code).toBe(0);
      expect(await worker()).toBe(unchanged);
    });

    it('refuses a file that HAProxy or Keepalived does not take, and goes on with the old one', async () => {
      const before = await worker();
      await deliver({ [HAPROXY]: `${SERVING}  bogus\n` });
      expect(await reload()).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /^haproxy refuses its configuration: .*unknown keyword 'bogus'/,
        ) as string,
      });
      await deliver({ [HAPROXY]: SERVING, [KEEPALIVED]: 'vrrp_instance x {\n  bogus\n}\n' });
      expect(await reload()).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^keepalived refuses its configuration: .*'bogus'/) as string,
      });
      expect(await worker()).toBe(before);
      expect(await isReady()).toBe(true);
    });

    it('says of files that are not in place whether it would take them', async () => {
      const check = async (haproxy: string) => {
        await proxy.copy({ [`/etc/new${HAPROXY}`]: haproxy, [`/etc/new${KEEPALIVED}`]: KEEPALIVED_TEXT });
        return proxy.exec('/opt/brokers/bin/proxy-reload', '--check', '/etc/new');
      };
      const before = await worker();
      expect(await check(haproxyConfig(1080, 60))).toMatchObject({ code: 0, stderr: '' });
      expect(await check(`${SERVING}  bogus\n`)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /^haproxy refuses its configuration: .*\[\/etc\/haproxy\/haproxy\.cfg:\d+\] : unknown keyword 'bogus'/,
        ) as string,
      });
      expect(await worker()).toBe(before);
    });

    it('does not take the old worker for the new one when it answered late', async () => {
      const before = await worker();
      // Its first answer comes after the second that a reload gives it.
      const late = `#!/bin/sh
        case "$*" in */worker) ! rm /run/late 2>/dev/null || sleep 2 ;; esac
        PATH=/usr/bin:/bin exec wget "$@"`;
      await proxy.copy({ '/usr/local/bin/wget': late });
      const prepare = 'chmod 0755 /usr/local/bin/wget && touch /run/late';
      expect((await proxy.exec('sh', '-c', prepare)).code).toBe(0);
      // Nobody has the address: that shows only when HAProxy loads the file.
      await deliver({ [HAPROXY]: `${SERVING}listen elsewhere\n  mode tcp\n  bind 192.0.2.1:5999\n` });
      expect(await reload()).toEqual({
        code: 1,
        stdout: '',
        stderr: 'haproxy kept its old configuration: its log says why\n',
      });
      expect(await worker()).toBe(before);
    });

    it('gives the address away while no server lives, and says so', async () => {
      await deliver({ [HAPROXY]: haproxyConfig(9) });
      expect((await reload()).code).toBe(0);
      await until('the address is gone', 10, async () => !(await holdsAddress()));
      expect(await ready()).toMatchObject({
        code: 1,
        stderr: 'listener amqp has no living server: self L4CON\n',
      });
      expect((await proxy.exec('/opt/brokers/bin/proxy-check', '8405')).code).not.toBe(0);
      await deliver({ [HAPROXY]: SERVING });
      expect((await reload()).code).toBe(0);
      await until('the proxy is ready again', 10, isReady);
      expect(await holdsAddress()).toBe(true);
    });

    it.each([
      ['a worker of HAProxy', '"$(wget -q -O - http://127.0.0.1:8405/worker)"'],
      ['the master of HAProxy', '"$(cat /run/brokers/haproxy.pid)"'],
      ['Keepalived', '"$(cat /run/brokers/keepalived.pid)"'],
      ["Keepalived's child", '"$(cat /run/brokers/keepalived-vrrp.pid)"'],
    ])('ends with a failure when %s is killed', async (_, pid) => {
      // Workers belong to another user: the killer needs the same right as HAProxy's master.
      expect(await proxy.exec('sh', '-c', `kill -KILL ${pid}`)).toMatchObject({ code: 0 });
      expect(await exitCode()).toBe(1);
      expect(await proxy.logs()).toMatch(/proxy: (?:haproxy|keepalived) ended/);
    });

    // The second is what HAProxy's own image has an engine send.
    it.each(['TERM', 'USR1'])(
      'ends without a failure when it is stopped by SIG%s, Keepalived first',
      async (signal) => {
        expect((await docker('kill', '--signal', signal, proxy.id)).code).toBe(0);
        expect(await exitCode()).toBe(0);
        const logs = await proxy.logs();
        expect(logs).toMatch(/proxy: stopping/);
        expect(logs).toMatch(/Stopped Keepalived/);
      },
    );

    it('starts again after it was killed, whatever the killed programs left behind', async () => {
      // A process id that belongs to another program by now.
      const stale = 'for file in /run/brokers/*.pid; do echo 1 >"$file"; done';
      expect((await proxy.exec('sh', '-c', stale)).code).toBe(0);
      expect((await docker('kill', proxy.id)).code).toBe(0);
      expect((await docker('start', proxy.id)).code).toBe(0);
      await until('the proxy is ready', 15, isReady);
    });
  });

  it('ends with a sentence when HAProxy does not start', async () => {
    proxy = await start('global\n  bogus\n');
    expect(await exitCode()).toBe(1);
    expect(await proxy.logs()).toMatch(/unknown keyword 'bogus'[^]*proxy: haproxy does not start/);
  });
});
