import { renderKeepalived } from '../../lib/config/keepalived';
import { nodeScript } from '../../lib/node/script';
import { ProxyContainer } from './proxy-container';

export const HAPROXY = '/etc/haproxy/haproxy.cfg';
export const KEEPALIVED = '/etc/keepalived/keepalived.conf';

const CAPABILITIES = ['KILL', 'NET_ADMIN', 'NET_RAW', 'SETGID', 'SETUID'];
const SCRIPTS = [
  'install-files',
  'proxy-check',
  'proxy-entrypoint',
  'proxy-interface',
  'proxy-ready',
  'proxy-reload',
];

/** Where a proxy is. */
export interface ProxyPlace {
  /** Name of a Docker network. */
  readonly network: string;
  /** Own address in it. */
  readonly own: string;
  readonly floating: string;
  /** Address of the other proxy, where nobody is. */
  readonly other: string;
}

/** keepalived.conf of the proxy that is at `place`. */
export function keepalivedText({ own, floating, other }: ProxyPlace): string {
  return renderKeepalived({
    host: 'proxy-1',
    group: 'proxy',
    address: own,
    peers: [other],
    floatingAddress: floating,
    prefixLength: 24,
    virtualRouterId: 51,
    priority: 250,
    check: { path: '/opt/brokers/bin/proxy-check', arguments: ['8405'], user: 'nobody' },
  });
}

/** Starts a proxy as a platform does, alone in its pair. */
export function startProxy(
  place: ProxyPlace,
  haproxy: string,
  secrets: Readonly<Record<string, string>>,
): Promise<ProxyContainer> {
  const options = [
    ...['--network', place.network, '--ip', place.own, '--cap-drop', 'ALL'],
    ...CAPABILITIES.flatMap((name) => ['--cap-add', name]),
    ...['--env', 'HEALTH_PORT=8405', '--env', `FLOATING_ADDRESS=${place.floating}`],
  ];
  return ProxyContainer.start(options, ['/opt/brokers/bin/proxy-entrypoint'], {
    '/etc/brokers/manifest': [
      ...[HAPROXY, KEEPALIVED].map((path) => `0644 root reload ${path}\n`),
      ...Object.keys(secrets).map((name) => `0400 root none /etc/brokers/secrets/${name}\n`),
    ].join(''),
    ...Object.fromEntries(
      Object.entries(secrets).map(([name, value]) => [`/etc/brokers/secrets/${name}`, value]),
    ),
    [`/etc/brokers/delivered${HAPROXY}`]: haproxy,
    [`/etc/brokers/delivered${KEEPALIVED}`]: keepalivedText(place),
    ...Object.fromEntries(
      SCRIPTS.map(nodeScript).map(({ name, text }) => [`/opt/brokers/bin/${name}`, text]),
    ),
  });
}
