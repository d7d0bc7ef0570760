import { Connections } from '../../lib/connections/connections';
import { Peer } from '../../lib/connections/peer';
import { Port } from '../../lib/connections/port';
import { Testing, TerraformStack } from 'cdktf';
import { ValidationError } from '../../lib/model/errors';
import { HaproxyListener } from '../../lib/proxy/haproxy-listener';
import { HaproxyPair, HaproxyPairProps } from '../../lib/proxy/haproxy-pair';
import { Secret } from '../../lib/secret';
import { brokers, FakePlatform, placePair } from './fake-platform';

const HAPROXY = '/etc/haproxy/haproxy.cfg';
const KEEPALIVED = '/etc/keepalived/keepalived.conf';

describe('HaproxyPair', () => {
  it('may reach what its listeners go to, and is not opened itself', () => {
    const rules: string[] = [];
    const group = (securityGroupId: string) => ({
      securityGroupId,
      addIngress: ({ rule }: Peer, port: Port) => {
        rules.push(`${JSON.stringify(rule)} to ${port.toString()} of ${securityGroupId}`);
      },
    });
    const target = {
      ...brokers(3),
      managementPort: 15_672,
      connections: new Connections([group('sg-brokers')]),
    };
    const listeners = [HaproxyListener.amqp(target)];
    placePair({ listeners }, new Connections([group('sg-proxies')]));
    const proxies = '{"kind":"security-group","securityGroupId":"sg-proxies"}';
    expect(rules).toEqual([`${proxies} to tcp-5672 of sg-brokers`, `${proxies} to tcp-15672 of sg-brokers`]);
  });

  it('is two hosts with the addresses of the platform', () => {
    const { pair, platform } = placePair();
    expect(pair.hosts).toEqual([
      { name: 'proxy-1', address: '10.0.0.21' },
      { name: 'proxy-2', address: '10.0.0.22' },
    ]);
    expect(platform.requests).toEqual([{ group: 'proxy', count: 2, role: 'proxy' }]);
    expect(platform.group.name).toBe('proxy');
    expect(platform.group.hosts.map(({ name, address }) => ({ name, address }))).toEqual(pair.hosts);
    expect(pair.ready.fqn).toBe('terraform_data.members');
  });

  it('asks the platform for the addresses that it is given', () => {
    const { pair, platform } = placePair({
      name: 'front',
      addresses: ['10.0.0.31', '10.0.0.32'],
      floatingAddress: '10.0.0.30',
    });
    expect(platform.requests[0]?.addresses).toEqual(['10.0.0.31', '10.0.0.32']);
    expect(platform.floating).toEqual(['10.0.0.30']);
    expect(pair.hosts.map(({ name }) => name)).toEqual(['front-1', 'front-2']);
    expect(pair.endpoint('amqp')).toBe('10.0.0.30:5672');
  });

  it('tells where its listeners and its statistics are', () => {
    const { pair } = placePair({
      listeners: [HaproxyListener.amqp(brokers(1)), HaproxyListener.management(brokers(1), { port: 8080 })],
      statistics: { port: 9000, uri: '/state' },
    });
    expect(pair.endpoint('amqp')).toBe('10.0.0.20:5672');
    expect(pair.endpoint('management')).toBe('10.0.0.20:8080');
    expect(pair.statisticsUrl).toBe('http://10.0.0.20:9000/state');
    expect(() => pair.endpoint('mqtt')).toThrow(/no listener "mqtt": use one of amqp, management/);
  });

  it('gives both hosts one haproxy.cfg, and each its own keepalived.conf', () => {
    const { platform } = placePair();
    expect(platform.file(0, HAPROXY)).toBe(platform.file(1, HAPROXY));
    expect(platform.file(0, KEEPALIVED)).toContain(
      'unicast_src_ip 10.0.0.21\n  unicast_peer {\n    10.0.0.22\n',
    );
    expect(platform.file(1, KEEPALIVED)).toContain(
      'unicast_src_ip 10.0.0.22\n  unicast_peer {\n    10.0.0.21\n',
    );
    const [first, second] = [0, 1].map((host) => /priority (\d+)/.exec(platform.file(host, KEEPALIVED))?.[1]);
    expect(Number(first)).toBeGreaterThan(Number(second));
  });

  it('lets only the two hosts ask for its health', () => {
    expect(placePair().platform.file(0, HAPROXY)).toContain(
      'reject unless { src 127.0.0.0/8 10.0.0.21 10.0.0.22 10.0.0.20 }',
    );
  });

  it('changes nothing but haproxy.cfg when brokers are added, and that by a reload', () => {
    const target = brokers(3);
    const { platform } = placePair({ listeners: [HaproxyListener.amqp(target)] });
    const before = platform.group;
    target.nodes.push({ name: 'rabbit-4', address: '10.0.0.14' }, { name: 'rabbit-5', address: '10.0.0.15' });
    const after = platform.group;
    expect(after.hosts).toHaveLength(2);
    after.hosts.forEach((host, index) => {
      const earlier = before.hosts[index];
      const changed = host.files.filter((file, i) => file.text !== earlier?.files[i]?.text);
      expect(changed.map(({ path, onChange }) => [path, onChange])).toEqual([[HAPROXY, 'reload']]);
      expect({ ...host, files: [] }).toEqual({ ...earlier, files: [] });
    });
    expect(platform.file(0, HAPROXY)).toContain('server rabbit-5 10.0.0.15:5672 check');
  });

  it('comes after its brokers and what it is told, each once', () => {
    const target = brokers(1);
    const other = { fqn: 'docker_network.other' };
    const { platform } = placePair({
      listeners: [HaproxyListener.amqp(target), HaproxyListener.management(target)],
      after: [other],
    });
    expect(platform.after).toEqual([target.ready, other]);
  });

  it('opens each port to those who need it', () => {
    const { platform } = placePair();
    expect(platform.group.hosts[0]?.ports.map(({ name, from, audience }) => [name, from, audience])).toEqual([
      ['amqp', 5672, 'clients'],
      ['statistics', 1080, 'operators'],
      ['health', 8405, 'group'],
      ['vrrp', 0, 'group'],
    ]);
  });

  it('asks for no more capabilities than it needs', () => {
    const capabilities = (props: Partial<HaproxyPairProps>) =>
      placePair(props).platform.group.hosts[0]?.container.capabilities;
    const usual = ['KILL', 'NET_ADMIN', 'NET_RAW', 'SETGID', 'SETUID'];
    expect(capabilities({})).toEqual(usual);
    expect(capabilities({ statistics: { port: 80 } })).toEqual([...usual, 'NET_BIND_SERVICE']);
  });

  it('has enough open files for the connections it takes', () => {
    const { platform } = placePair({
      listeners: [HaproxyListener.amqp(brokers(1), { maxConnections: 10_000 })],
    });
    expect(platform.group.hosts[0]?.container.openFiles).toBeGreaterThan(20_000);
  });

  it('generates the password of the statistics page, and keeps it out of every file', () => {
    const { pair, platform } = placePair();
    const [host] = platform.group.hosts;
    expect(host?.secrets).toEqual([{ name: 'statistics-password', secret: pair.statisticsPassword }]);
    const texts = host?.files.map(({ text }) => text) ?? [];
    expect(texts.join()).toContain('stats auth "admin:${STATISTICS_PASSWORD}"');
    expect(texts.join()).not.toContain(pair.statisticsPassword.value);
    expect(texts.join()).not.toContain('TfToken');
  });

  it('has the password of a probe as a secret named after the listener', () => {
    const platform = new FakePlatform();
    const stack = new TerraformStack(Testing.app(), 'stack');
    const password = Secret.fromVariable(stack, 'monitor_password');
    const probe = { kind: 'http', path: '/api/overview', login: { user: 'monitor', password } } as const;
    const listeners = [HaproxyListener.amqp(brokers(1), { check: { probe } })];
    const pair = new HaproxyPair(stack, 'proxy', { platform, listeners });
    for (const { secrets, files } of platform.group.hosts) {
      expect(secrets).toEqual([
        { name: 'statistics-password', secret: pair.statisticsPassword },
        { name: 'probe-amqp', secret: password },
      ]);
      for (const { text } of files) expect(text).not.toContain(password.value);
    }
  });

  it('is named after its id unless it has a name: two pairs of a stack are apart', () => {
    const platform = new FakePlatform();
    const stack = new TerraformStack(Testing.app(), 'stack');
    const listeners = [HaproxyListener.amqp(brokers(1))];
    const names = (id: string, name?: string) =>
      new HaproxyPair(stack, id, { platform, listeners, ...(name === undefined ? {} : { name }) }).hosts.map(
        (host) => host.name,
      );
    expect(names('proxy')).toEqual(['proxy-1', 'proxy-2']);
    expect(names('front')).toEqual(['front-1', 'front-2']);
    expect(names('Front_End', 'back')).toEqual(['back-1', 'back-2']);
  });

  it('tells the brokers to expect the PROXY protocol when a listener asks for it', () => {
    let told = 0;
    const target = { ...brokers(1), expectProxyProtocol: () => (told += 1) };
    placePair({ listeners: [HaproxyListener.amqp(target)] });
    expect(told).toBe(0);
    placePair({ listeners: [HaproxyListener.amqp(target, { proxyProtocol: true })] });
    expect(told).toBe(1);
  });

  it('takes a password that is a secret, and no plain text', () => {
    const platform = new FakePlatform();
    const stack = new TerraformStack(Testing.app(), 'stack');
    const password = Secret.fromVariable(stack, 'statistics_password');
    const listeners = [HaproxyListener.amqp(brokers(1))];
    const pair = new HaproxyPair(stack, 'proxy', { platform, listeners, statistics: { password } });
    expect(pair.statisticsPassword).toBe(password);
    const plain = 'hunter2' as unknown as Secret;
    expect(
      () => new HaproxyPair(stack, 'other', { platform, listeners, statistics: { password: plain } }),
    ).toThrow(/statistics.password must be a Secret, got plain text/);
  });

  it('passes its options to the files', () => {
    const { platform } = placePair({
      vrrp: { virtualRouterId: 7, advertSeconds: 0.2, missedAdverts: 3, extraLines: ['debug 0'] },
      version: '2.8',
      healthPort: 8500,
      reloadDrainSeconds: 60,
      extraGlobalLines: ['spread-checks 5'],
      extraDefaultsLines: ['option dontlog-normal'],
      memoryMiB: 256,
      readyTimeoutSeconds: 30,
    });
    const [host] = platform.group.hosts;
    for (const line of [
      'virtual_router_id 7',
      'advert_int 0.2',
      'down_timer_adverts 3',
      'debug 0',
      'proxy-check 8500"',
    ]) {
      expect(platform.file(0, KEEPALIVED)).toContain(line);
    }
    for (const line of [
      'hard-stop-after 60s',
      'spread-checks 5',
      'option dontlog-normal',
      'bind 0.0.0.0:8500',
    ]) {
      expect(platform.file(0, HAPROXY)).toContain(line);
    }
    expect(host?.container).toMatchObject({
      image: { role: 'proxy', version: '2.8' },
      memoryMiB: 256,
      environment: { FLOATING_ADDRESS: '10.0.0.20', HEALTH_PORT: '8500' },
    });
    expect(platform.group.readyTimeoutSeconds).toBe(30);
  });

  it('derives the router id from its name: the same on both hosts, other for another pair', () => {
    const ids = (name: string) => {
      const { platform } = placePair({ name });
      return [0, 1].map((host) => /virtual_router_id (\d+)/.exec(platform.file(host, KEEPALIVED))?.[1]);
    };
    const [first, second] = ids('front');
    expect(first).toBe(second);
    expect(ids('back')[0]).not.toBe(first);
  });

  it('ships the scripts that its commands name', () => {
    const { platform } = placePair();
    const [host] = platform.group.hosts;
    const shipped = host?.scripts.map(({ name }) => `/opt/brokers/bin/${name}`) ?? [];
    const used = [
      host?.container.command[0],
      host?.container.reloadCommand?.[0],
      host?.container.healthCheck.command[0],
      platform.group.readyCommand[0],
      /script "(\S+)/.exec(platform.file(0, KEEPALIVED))?.[1],
    ];
    for (const path of [...used, '/opt/brokers/bin/install-files']) expect(shipped).toContain(path);
    for (const { text } of host?.scripts ?? []) expect(text).toMatch(/^#!\/bin\/sh\n/);
  });

  const refused: [string, Partial<HaproxyPairProps>, RegExp][] = [
    ['a name that is no host name', { name: 'Proxy_1' }, /^stack\/proxy: name must be a host name/],
    ['half a mebibyte', { memoryMiB: 64.5 }, /memoryMiB must be a whole number from 64 .* got 64.5/],
    ['no time to wait', { readyTimeoutSeconds: 0 }, /readyTimeoutSeconds must be a whole number .* got 0/],
    ['one address', { addresses: ['10.0.0.31'] }, /addresses must name two hosts, got 1/],
    ['no listener', { listeners: [] }, /listeners must not be empty/],
    [
      'two listeners on one port',
      { listeners: [HaproxyListener.amqp(brokers(1)), HaproxyListener.amqp(brokers(1), { name: 'again' })] },
      /ports must differ, got 5672/,
    ],
    ['router id 300', { vrrp: { virtualRouterId: 300 } }, /virtualRouterId must be .* got 300/],
    ['a floating address that a host owns', { floatingAddress: '10.0.0.21' }, /must differ, got 10.0.0.21/],
  ];

  it.each(refused)('refuses %s at construction', (_, props, message) => {
    expect(() => placePair(props)).toThrow(ValidationError);
    expect(() => placePair(props)).toThrow(message);
  });
});
