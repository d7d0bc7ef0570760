import { assertNoContradiction } from './extra-lines';
import {
  HaproxyConfig,
  HaproxyListenerConfig,
  HaproxyProbe,
  HaproxyProbeLogin,
  HaproxyServer,
  HaproxyStatistics,
  HEALTH_PATH,
  LISTENERS_PATH,
  maxConnections,
  probeLogin,
  probePasswordVariable,
  SERVERS_PATH,
  STATISTICS_PASSWORD_VARIABLE,
  timeoutsOf,
  totalConnections,
  WORKER_PATH,
} from './haproxy-config';
import { assertHaproxyExtra, setsServerDefaults } from './haproxy-extra';
import { assertHaproxy, unquoted } from './haproxy-validation';

/** An old worker holds about 20 MB; this bounds what many reloads in a row can cost. */
const MAX_RELOADS = 10;
/** Keywords that may stand several times in a section. */
const ADDITIVE = [
  'acl',
  'http-after-response',
  'http-request',
  'http-response',
  'log',
  'tcp-request',
  'tcp-response',
];
/** Keywords that mean nothing without their second word. */
const TWO_WORDS = ['http-check', 'option', 'set-var', 'stats', 'tcp-check', 'timeout'];

/** What sets a line of a section in the place of an extra line, by what it sets. */
const WAYS_OF_GLOBAL = {
  maxconn: 'it is the sum of the listeners, use maxConnections of those',
  'hard-stop-after': 'use reloadDrainSeconds',
};
/** A listener's section may say otherwise. */
const IN_A_LISTENER = 'write it in extraLines of a listener';
const WAYS_OF_DEFAULTS = {
  retries: IN_A_LISTENER,
  'option dontlognull': IN_A_LISTENER,
  'option redispatch': IN_A_LISTENER,
  'timeout connect': 'use timeouts of a listener',
  'timeout client': 'use timeouts of a listener',
  'timeout server': 'use timeouts of a listener',
  'timeout tunnel': 'use timeouts of a listener',
  'timeout client-fin': IN_A_LISTENER,
  'timeout server-fin': IN_A_LISTENER,
  'timeout http-request': IN_A_LISTENER,
  'timeout queue': IN_A_LISTENER,
};
const WAYS_OF_LISTENER = {
  bind: 'use port',
  maxconn: 'use maxConnections',
  balance: 'use balance',
  server:
    'servers are the nodes of the target; use backup, check and targetPort, or HaproxyListener.of for servers of your own',
  'option httpchk': 'use check',
  'option tcp-check': 'use check',
  'timeout connect': 'use timeouts.connectSeconds',
  'timeout client': 'use timeouts.clientSeconds',
  'timeout server': 'use timeouts.serverSeconds',
  'timeout tunnel': 'use timeouts.tunnelSeconds',
};

/**
 * haproxy.cfg for `config`, for HAProxy 2.6 to 3.2. Pure: equal input gives equal bytes.
 *
 * The password of the statistics page is not in it: HAProxy takes it from its environment.
 * @throws ValidationError when `config` is not valid, e.g. when two listeners share a port
 */
export function renderHaproxy(config: HaproxyConfig): string {
  assertHaproxy(config);
  assertHaproxyExtra(config);
  const sections = [
    globalSection(config),
    defaultsSection(config),
    healthSection(config),
    ...(config.statistics === undefined ? [] : [statisticsSection(config.statistics)]),
    ...config.listeners.map(listenerSection),
  ];
  return `${sections.map(sectionText).join('\n\n')}\n`;
}

interface Section {
  readonly head: string;
  readonly lines: readonly string[];
  readonly extraLines?: readonly string[] | undefined;
  /** What sets a line in the place of an extra line. */
  readonly ways?: Readonly<Record<string, string>>;
}

function sectionText({ head, lines, extraLines = [], ways = {} }: Section): string {
  // Not always rendered, but ours to set: it decides whether idle connections are cut.
  assertNoContradiction(`haproxy ${head}`, ['timeout tunnel', ...lines], extraLines, settingOf, ways);
  const extra = extraLines.length === 0 ? [] : ['# extra lines', ...extraLines];
  return [head, ...[...lines, ...extra].map((line) => `  ${line}`)].join('\n');
}

/** What a line sets, so far as it can be set only once. */
function settingOf(line: string): string | undefined {
  const [first = '', second = ''] = unquoted(line)
    .replace(/^\s*(?:(?:no|default)\s+)?/, '')
    .split(/\s+/);
  if (ADDITIVE.includes(first)) return undefined;
  return TWO_WORDS.includes(first) ? `${first} ${second}` : first;
}

function globalSection(config: HaproxyConfig): Section {
  return {
    head: 'global',
    lines: [
      'log stdout format raw local0 info',
      'user haproxy',
      'group haproxy',
      `maxconn ${totalConnections(config)}`,
      'stats socket /run/brokers/haproxy/admin.sock mode 600 level admin',
      `mworker-max-reloads ${MAX_RELOADS}`,
      ...(config.reloadDrainSeconds === undefined
        ? []
        : [`hard-stop-after ${time(config.reloadDrainSeconds)}`]),
      ...config.listeners
        .filter((listener) => probeLogin(listener) !== undefined)
        .map(({ name }) => `set-var ${probeVariable(name)} env(${probePasswordVariable(name)})`),
    ],
    extraLines: config.extraGlobalLines,
    ways: WAYS_OF_GLOBAL,
  };
}

function defaultsSection(config: HaproxyConfig): Section {
  return {
    head: 'defaults',
    lines: [
      'log global',
      'option dontlognull',
      'retries 3',
      'option redispatch 1',
      'timeout connect 1s',
      'timeout client 30s',
      'timeout client-fin 30s',
      'timeout server 30s',
      'timeout server-fin 30s',
      'timeout http-request 10s',
      'timeout queue 10s',
    ],
    extraLines: config.extraDefaultsLines,
    ways: WAYS_OF_DEFAULTS,
  };
}

function healthSection({ health, listeners }: HaproxyConfig): Section {
  const essential = listeners.filter((listener) => listener.essential ?? true);
  return {
    head: 'frontend health',
    lines: [
      'mode http',
      'no log',
      `bind 0.0.0.0:${health.port}`,
      `tcp-request connection reject unless { src ${['127.0.0.0/8', ...health.allowFrom].join(' ')} }`,
      `monitor-uri ${HEALTH_PATH}`,
      ...essential.map(({ name }) => `monitor fail if { nbsrv(${name}) lt 1 }`),
      ...listeners.map(
        ({ name }) =>
          `http-request return status 200 content-type text/plain string "listener ${name} has no living server\\n" ` +
          `if { path ${LISTENERS_PATH} } { nbsrv(${name}) lt 1 }`,
      ),
      `http-request return status 200 content-type text/plain string "ok\\n" if { path ${LISTENERS_PATH} }`,
      `http-request return status 200 content-type text/plain lf-string "%pid\\n" if { path ${WORKER_PATH} }`,
      `http-request return status 404 unless { path_beg ${SERVERS_PATH} } { src 127.0.0.0/8 }`,
      'stats enable',
      `stats uri ${SERVERS_PATH}`,
      'stats hide-version',
    ],
  };
}

function statisticsSection({ port, uri, refreshSeconds, user }: HaproxyStatistics): Section {
  return {
    head: 'frontend statistics',
    lines: [
      'mode http',
      'option httplog',
      `bind 0.0.0.0:${port}`,
      'stats enable',
      `stats uri ${uri}`,
      `stats refresh ${time(refreshSeconds)}`,
      'stats hide-version',
      `stats auth "${user}:\${${STATISTICS_PASSWORD_VARIABLE}}"`,
    ],
  };
}

function listenerSection(listener: HaproxyListenerConfig): Section {
  const { mode, extraLines = [] } = listener;
  const defaults = extraLines.filter(setsServerDefaults);
  const others = extraLines.filter((line) => !setsServerDefaults(line));
  const { connectSeconds, clientSeconds, serverSeconds, tunnelSeconds } = timeoutsOf(listener);
  return {
    head: `listen ${listener.name}`,
    lines: [
      `mode ${mode}`,
      // The last word lets a connection be closed properly after the floating address has moved to the other proxy.
      `bind 0.0.0.0:${listener.port} transparent`,
      `maxconn ${maxConnections(listener)}`,
      ...(mode === 'tcp' ? ['option tcplog'] : ['option httplog', 'option forwardfor']),
      ...keepAlive('cli'),
      ...keepAlive('srv'),
      `timeout connect ${time(connectSeconds)}`,
      `timeout client ${time(clientSeconds)}`,
      `timeout server ${time(serverSeconds)}`,
      ...(tunnelSeconds === undefined ? [] : [`timeout tunnel ${time(tunnelSeconds)}`]),
      `balance ${listener.balance ?? (mode === 'tcp' ? 'leastconn' : 'roundrobin')}`,
      ...probeLines(listener),
      // They count for the servers that come after them.
      ...defaults,
      ...listener.servers.map((server) => serverLine(server, listener)),
    ],
    extraLines: others,
    ways: WAYS_OF_LISTENER,
  };
}

/** A peer that vanished without a word is noticed after 60 + 3 × 10 s, whatever the idle time-out. */
function keepAlive(side: 'cli' | 'srv'): readonly string[] {
  return [`option ${side}tcpka`, `${side}tcpka-idle 60s`, `${side}tcpka-intvl 10s`, `${side}tcpka-cnt 3`];
}

function probeLines({ name, check, proxyProtocol = false }: HaproxyListenerConfig): readonly string[] {
  const probe: HaproxyProbe = check?.probe ?? { kind: 'tcp' };
  switch (probe.kind) {
    case 'tcp':
      return [];
    case 'http':
      return [
        'option httpchk',
        `http-check send meth GET uri ${probe.path} ver HTTP/1.1 hdr Host localhost${authorization(name, probe.login)}`,
        'http-check expect status 200-399',
      ];
    case 'tcp-and-http':
      return [
        'option tcp-check',
        'tcp-check connect',
        `tcp-check connect port ${probe.port}`,
        `tcp-check send "GET ${probe.path} HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n"`,
        'tcp-check expect rstring ^HTTP/1',
      ];
    case 'amqp':
      return [
        'option tcp-check',
        `tcp-check connect${proxyProtocol ? ' send-proxy' : ''}`,
        // Protocol header of AMQP 0-9-1; the answer is a method frame (1) on channel 0.
        'tcp-check send-binary 414d515000000901',
        'tcp-check expect binary 010000',
      ];
  }
}

/** The header of basic authentication; the password is put in when HAProxy asks. */
function authorization(listenerName: string, login: HaproxyProbeLogin | undefined): string {
  if (login === undefined) return '';
  return ` hdr Authorization "Basic %[str(${login.user}:),concat(,${probeVariable(listenerName)}),base64]"`;
}

/** HAProxy's own variable with the password of a listener's probe. */
function probeVariable(listenerName: string): string {
  return `proc.probe_${listenerName.replace(/-/g, '_')}`;
}

function serverLine(
  { name, address, port, backup, reclaims }: HaproxyServer,
  { check = {}, proxyProtocol = false }: Pick<HaproxyListenerConfig, 'check' | 'proxyProtocol'>,
): string {
  const interval = check.intervalSeconds ?? 2;
  const change = check.changeIntervalSeconds ?? check.intervalSeconds ?? 0.5;
  return [
    `server ${name} ${address}:${port} check`,
    ...(check.probe?.kind === 'http' && check.probe.port !== undefined ? [`port ${check.probe.port}`] : []),
    `inter ${time(interval)}`,
    ...(change === interval ? [] : [`fastinter ${time(change)}`]),
    `rise ${check.rise ?? 2} fall ${check.fall ?? 3} on-marked-down shutdown-sessions`,
    ...(reclaims === true ? ['on-marked-up shutdown-backup-sessions'] : []),
    ...(backup === true ? ['backup'] : []),
    ...(proxyProtocol ? ['send-proxy-v2'] : []),
  ].join(' ');
}

/** In the largest unit that keeps it whole: `10s`, `500ms`. */
function time(seconds: number): string {
  return Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1000)}ms`;
}
