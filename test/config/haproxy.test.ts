import fc from 'fast-check';
import { renderHaproxy } from '../../lib/config/haproxy';
import { totalConnections } from '../../lib/config/haproxy-config';
import { ValidationError } from '../../lib/model/errors';
import { anyHaproxyConfig, TYPICAL, withListener } from './haproxy-configs';

/** Lines of one section, without their indentation. */
function section(text: string, head: string): string[] {
  const lines = text.split('\n');
  const start = lines.indexOf(head);
  if (start < 0) throw new Error(`no section ${head}`);
  return lines.slice(start + 1, lines.indexOf('', start)).map((line) => line.trim());
}

describe('renderHaproxy', () => {
  it('renders brokers behind AMQP and management', async () => {
    await expect(renderHaproxy(TYPICAL)).toMatchFileSnapshot('../golden/haproxy/typical.cfg');
  });

  it('reproduces the classic settings of AMQP tutorials when asked for them', async () => {
    const text = renderHaproxy({
      listeners: [
        {
          name: 'rabbitmq-cluster',
          port: 5672,
          mode: 'tcp',
          balance: 'roundrobin',
          servers: [
            { name: 'node1', address: '192.168.132.137', port: 5672 },
            { name: 'node2', address: '192.168.132.139', port: 5672 },
          ],
          check: { intervalSeconds: 5, rise: 2, fall: 3 },
          timeouts: { connectSeconds: 1, clientSeconds: 10, serverSeconds: 10 },
          heartbeatSeconds: 60,
          cutsIdleConnections: true,
        },
      ],
      health: { port: 8405, allowFrom: [] },
      statistics: { port: 1080, uri: '/haproxy_stats', refreshSeconds: 30, user: 'admin' },
    });
    await expect(text).toMatchFileSnapshot('../golden/haproxy/classic.cfg');
    expect(section(text, 'listen rabbitmq-cluster')).toEqual(
      expect.arrayContaining([
        'mode tcp',
        'option tcplog',
        'option clitcpka',
        'timeout connect 1s',
        'timeout client 10s',
        'timeout server 10s',
        'balance roundrobin',
        expect.stringMatching(/^server node1 192\.168\.132\.137:5672 check inter 5s rise 2 fall 3\b/),
        expect.stringMatching(/^server node2 192\.168\.132\.139:5672 check inter 5s rise 2 fall 3\b/),
      ]),
    );
  });

  it('renders every option', async () => {
    const text = renderHaproxy({
      ...withListener({
        balance: 'source',
        servers: [
          { name: 'rabbit-1', address: '10.0.0.11', port: 5672, reclaims: true },
          { name: 'rabbit-2', address: '10.0.0.12', port: 5672, backup: true },
        ],
        check: {
          probe: { kind: 'amqp' },
          intervalSeconds: 1.5,
          changeIntervalSeconds: 0.25,
          rise: 1,
          fall: 5,
        },
        timeouts: { connectSeconds: 0.5, clientSeconds: 30, serverSeconds: 40, tunnelSeconds: 7200 },
        maxConnections: 100,
        extraLines: ['tcp-request inspect-delay 1s', 'log-tag "${HOME} %{+Q}o"'],
      }),
      reloadDrainSeconds: 300,
      extraGlobalLines: ['spread-checks 5'],
      extraDefaultsLines: ['option dontlog-normal'],
    });
    await expect(text).toMatchFileSnapshot('../golden/haproxy/every-option.cfg');
  });

  it('adds a server by adding one line a listener, after the others', () => {
    const listeners = (count: number) =>
      withListener({
        servers: Array.from({ length: count }, (_, i) => ({
          name: `rabbit-${i + 1}`,
          address: `10.0.0.1${i + 1}`,
          port: 5672,
        })),
      });
    const before = renderHaproxy(listeners(3)).split('\n');
    const after = renderHaproxy(listeners(4)).split('\n');
    const added = after.filter((line) => !before.includes(line));
    expect(added).toEqual([expect.stringContaining('server rabbit-4 10.0.0.14:5672')]);
    expect(after.filter((line) => !added.includes(line))).toEqual(before);
  });

  it('closes the connections of a server that is marked down, for every server', () => {
    const servers = renderHaproxy(TYPICAL).match(/^ {2}server .*$/gm) ?? [];
    expect(servers).toHaveLength(6);
    for (const server of servers) expect(server).toContain('on-marked-down shutdown-sessions');
  });

  it('asks another port of the server when the check names one', () => {
    const probe = { kind: 'http', path: '/api/health', port: 15_692 } as const;
    const text = renderHaproxy(withListener({ check: { probe } }));
    expect(text).toContain('server rabbit-1 10.0.0.11:5672 check port 15692 inter 2s');
    expect(text).toContain('http-check send meth GET uri /api/health ver HTTP/1.1');
  });

  it('logs in for a probe with a password that only HAProxy has', () => {
    const login = { user: 'monitor', password: { value: '${secret}' } };
    const probe = { kind: 'http', path: '/api/overview', login } as const;
    const text = renderHaproxy(withListener({ name: 'amqp-a', check: { probe } }));
    expect(section(text, 'global')).toContain('set-var proc.probe_amqp_a env(PROBE_PASSWORD_AMQP_A)');
    expect(section(text, 'listen amqp-a')).toContain(
      'http-check send meth GET uri /api/overview ver HTTP/1.1 hdr Host localhost ' +
        'hdr Authorization "Basic %[str(monitor:),concat(,proc.probe_amqp_a),base64]"',
    );
    expect(text).not.toContain('${secret}');
  });

  it('sends the PROXY protocol to every server of a listener that asks for it, and to no other', () => {
    const text = renderHaproxy(withListener({ proxyProtocol: true, check: { probe: { kind: 'amqp' } } }));
    const servers = (name: string) =>
      section(text, `listen ${name}`).filter((line) => line.startsWith('server '));
    for (const server of servers('amqp')) expect(server).toMatch(/ send-proxy-v2$/);
    expect(servers('amqp')).toHaveLength(3);
    expect(servers('management').join()).not.toContain('send-proxy');
    expect(section(text, 'listen amqp')).toContain('tcp-check connect send-proxy');
  });

  it('fails the health answer for essential listeners only', () => {
    const health = section(renderHaproxy(TYPICAL), 'frontend health');
    expect(health.filter((line) => line.startsWith('monitor fail'))).toEqual([
      'monitor fail if { nbsrv(amqp) lt 1 }',
    ]);
  });

  it('lets old workers end by themselves unless told otherwise', () => {
    expect(renderHaproxy(TYPICAL)).not.toContain('hard-stop-after');
    expect(renderHaproxy({ ...TYPICAL, reloadDrainSeconds: 90 })).toContain('  hard-stop-after 90s\n');
  });

  it('keeps connections free for the health answer whatever clients do', () => {
    const total = totalConnections(TYPICAL);
    const ofListeners = [...renderHaproxy(TYPICAL).matchAll(/^ {2}maxconn (\d+)$/gm)].map((match) =>
      Number(match[1]),
    );
    expect(ofListeners).toEqual([total, 4000, 500]);
    expect(total).toBeGreaterThan(4500);
  });

  it('takes the password of the statistics page from the environment', () => {
    expect(section(renderHaproxy(TYPICAL), 'frontend statistics')).toContain(
      'stats auth "admin:${STATISTICS_PASSWORD}"',
    );
  });

  it('leaves values alone that are not known yet', () => {
    const address = '${TfToken[TOKEN.7]}';
    const text = renderHaproxy(withListener({ servers: [{ name: 'rabbit-1', address, port: 5672 }] }));
    expect(text).toContain(`server rabbit-1 ${address}:5672 check`);
  });

  it('renders any valid configuration as printable lines that name each port and server once', () => {
    fc.assert(
      fc.property(anyHaproxyConfig, (config) => {
        const text = renderHaproxy(config);
        expect(text).toMatch(/^[\x20-\x7e\n]*$/);
        const binds = [...text.matchAll(/^ {2}bind 0\.0\.0\.0:(\d+)/gm)].map((match) => Number(match[1]));
        const ports = [...config.listeners, config.health, ...(config.statistics ? [config.statistics] : [])];
        expect(binds.sort()).toEqual(ports.map(({ port }) => port).sort());
        for (const { name, servers } of config.listeners) {
          const lines = section(text, `listen ${name}`).filter((line) => line.startsWith('server '));
          expect(lines.map((line) => line.split(' ')[1])).toEqual(servers.map((server) => server.name));
        }
      }),
    );
  });
});

describe('renderHaproxy refuses', () => {
  const refused: [string, Parameters<typeof renderHaproxy>[0], RegExp][] = [
    ['no listener', { ...TYPICAL, listeners: [] }, /^haproxy: listeners must not be empty/],
    ['no server', withListener({ servers: [] }), /^listener amqp: servers must not be empty/],
    [
      'a name that is no host name',
      withListener({ name: 'AMQP' }),
      /^listener AMQP: name must be a host name/,
    ],
    ['a name with a line break', withListener({ name: 'a\nb' }), /name must be a host name/],
    ['a reserved name', withListener({ name: 'health' }), /taken by the proxy's own section, got health/],
    [
      'two listeners of one name',
      withListener({ name: 'management' }),
      /listeners must differ, got management twice/,
    ],
    [
      'two listeners on one port',
      withListener({ port: 15_672 }),
      /ports must differ, got 15672 for listener amqp and listener management/,
    ],
    [
      'a listener on the port of the statistics page',
      withListener({ port: 1080 }),
      /got 1080 for listener amqp and the statistics page/,
    ],
    [
      'a listener on the health port',
      withListener({ port: 8405 }),
      /got 8405 for listener amqp and the health port/,
    ],
    ['port 0', withListener({ port: 0 }), /port must be a whole number from 1 to 65535, got 0/],
    ['port 65536', withListener({ port: 65_536 }), /got 65536/],
    ['a port that is no number', withListener({ port: Number.NaN }), /got NaN/],
    [
      'the port mapper',
      withListener({ port: 4369 }),
      /got 4369 \(the Erlang port mapper\): never balance it/,
    ],
    ['the port between nodes', withListener({ port: 25_672 }), /got 25672/],
    ['the first port of the command line tools', withListener({ port: 35_672 }), /got 35672/],
    ['the last port of the command line tools', withListener({ port: 35_682 }), /got 35682/],
    [
      'a server on the port between nodes',
      withListener({ servers: [{ name: 'rabbit-1', address: '10.0.0.11', port: 25_672 }] }),
      /^listener amqp: port must not be one that belongs to a single node, got 25672/,
    ],
    [
      'an address that is none',
      withListener({ servers: [{ name: 'rabbit-1', address: '10.0.0.256', port: 5672 }] }),
      /address must be an IPv4 address, got "10.0.0.256"/,
    ],
    [
      'two servers of one name',
      withListener({
        servers: [
          { name: 'rabbit-1', address: '10.0.0.11', port: 5672 },
          { name: 'rabbit-1', address: '10.0.0.12', port: 5672 },
        ],
      }),
      /servers must differ, got rabbit-1 twice/,
    ],
    [
      'two servers on one address',
      withListener({
        servers: [
          { name: 'rabbit-1', address: '10.0.0.11', port: 5672 },
          { name: 'rabbit-2', address: '10.0.0.11', port: 5672 },
        ],
      }),
      /servers must differ, got 10.0.0.11:5672 twice/,
    ],
    [
      'a time-out that cuts idle connections',
      withListener({ timeouts: { clientSeconds: 10 } }),
      /at least twice the heartbeat of 60 s, got 10 s, .*: use 120 s or more, or set cutsIdleConnections/,
    ],
    [
      'a tunnel time-out just below twice the heartbeat',
      withListener({ timeouts: { tunnelSeconds: 119 } }),
      /got 119 s/,
    ],
    [
      'a time-out of zero',
      withListener({ timeouts: { connectSeconds: 0 } }),
      /connectSeconds must be .* got 0/,
    ],
    ['a fraction of a millisecond', withListener({ check: { intervalSeconds: 0.0005 } }), /got 0.0005/],
    [
      'a time of 1000.5 ms',
      withListener({ check: { intervalSeconds: 1.0005 } }),
      /whole milliseconds .* got 1.0005/,
    ],
    ['rise 0', withListener({ check: { rise: 0 } }), /rise must be a whole number from 1 to 1000, got 0/],
    [
      'a check path that breaks out of its word',
      withListener({ check: { probe: { kind: 'http', path: '/ ver HTTP/1.0' } } }),
      /path of the check must start with \/ and be URL encoded/,
    ],
    [
      'a user with a colon',
      { ...TYPICAL, statistics: { port: 1080, uri: '/', refreshSeconds: 30, user: 'a:b' } },
      /user must be of letters/,
    ],
    [
      'a uri without a slash',
      { ...TYPICAL, statistics: { port: 1080, uri: 'stats', refreshSeconds: 30, user: 'admin' } },
      /uri must start with \//,
    ],
    [
      'an extra line with a line break',
      withListener({ extraLines: ['a\nb'] }),
      /control characters, got "a\\nb"/,
    ],
    [
      'a probe that logs in with a plain password',
      withListener({
        check: { probe: { kind: 'http', path: '/', login: { user: 'm', password: 'secret' as never } } },
      }),
      /^listener amqp: login.password of the probe must be a Secret, got plain text/,
    ],
    [
      'a probe of a user that HAProxy would take apart',
      withListener({
        check: { probe: { kind: 'http', path: '/', login: { user: 'm)', password: { value: '${x}' } } } },
      }),
      /^listener amqp: user must be of letters, .* got "m\)"/,
    ],
    ['an empty extra line', withListener({ extraLines: [' '] }), /extra line must not be empty/],
    [
      'an extra line that opens a section',
      withListener({ extraLines: ['  listen x'] }),
      /must not open a section/,
    ],
    [
      'an extra line that opens a section in quotes',
      withListener({ extraLines: ["'listen' x"] }),
      /must not open a section, got "'listen' x"/,
    ],
    [
      'an extra line that contradicts ours in quotes',
      { ...TYPICAL, extraGlobalLines: ['"max\\conn" 1'] },
      /must not contradict "maxconn \d+"/,
    ],
    [
      'a balance that is more than one word',
      withListener({ balance: 'first\n  bind :1' as never }),
      /balance must be one of roundrobin, static-rr, leastconn, first, source, got "first/,
    ],
    [
      'a probe that there is not',
      withListener({ check: { probe: { kind: 'https' as never, path: '/' } } }),
      /kind of the probe must be one of tcp, http, tcp-and-http, amqp, got "https"/,
    ],
    [
      'a mode that there is not',
      withListener({ mode: 'udp' as never }),
      /mode must be one of tcp, http, got "udp"/,
    ],
    ['a conditional', { ...TYPICAL, extraGlobalLines: ['.if defined(X)'] }, /must not open a section/],
    [
      'an extra line that balances the port between nodes',
      withListener({ extraLines: ['server x 10.0.0.11:25672'] }),
      /must not name a port of traffic between RabbitMQ nodes/,
    ],
    [
      'an extra line that sets a time-out again',
      withListener({ extraLines: ['timeout client 5s'] }),
      /^haproxy listen amqp: extra line must not contradict "timeout client 10800s", got "timeout client 5s"/,
    ],
    [
      'an extra line that cuts idle connections after all',
      withListener({ extraLines: ['timeout tunnel 5s'] }),
      /must not contradict "timeout tunnel"/,
    ],
    [
      'an extra line that takes an option back',
      withListener({ extraLines: ['no option clitcpka'] }),
      /must not contradict "option clitcpka"/,
    ],
    ['a second port', withListener({ extraLines: ['bind :5673'] }), /must not contradict "bind 0.0.0.0:5672/],
    ['another user', { ...TYPICAL, extraGlobalLines: ['user root'] }, /must not contradict "user haproxy"/],
    [
      "an extra line with a secret's marker",
      { ...TYPICAL, extraDefaultsLines: ['x @@secret:a@@'] },
      /reserved marker @@secret:/,
    ],
  ];

  it.each(refused)('%s', (_, config, message) => {
    expect(() => renderHaproxy(config)).toThrow(ValidationError);
    expect(() => renderHaproxy(config)).toThrow(message);
  });

  it('no line that adds to ours', () => {
    const extraLines = [
      'option tcp-smart-accept',
      'tcp-request content accept',
      'log 127.0.0.1:514 local0',
      'timeout check 1s',
    ];
    const text = renderHaproxy(withListener({ extraLines }));
    expect(section(text, 'listen amqp').slice(-5)).toEqual(['# extra lines', ...extraLines]);
  });

  it('nothing that keeps idle connections: the heartbeat carries a frame in time', () => {
    expect(() =>
      renderHaproxy(withListener({ timeouts: { clientSeconds: 120, serverSeconds: 120 } })),
    ).not.toThrow();
    expect(() =>
      renderHaproxy(withListener({ timeouts: { clientSeconds: 5, serverSeconds: 5, tunnelSeconds: 3600 } })),
    ).not.toThrow();
    expect(() =>
      renderHaproxy(withListener({ timeouts: { clientSeconds: 10 }, cutsIdleConnections: true })),
    ).not.toThrow();
  });
});
