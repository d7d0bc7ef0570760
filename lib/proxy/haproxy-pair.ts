import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { Connections } from '../connections/connections';
import { renderHaproxy } from '../config/haproxy';
import { HaproxyConfig, HaproxyStatistics, probeLogin, totalConnections } from '../config/haproxy-config';
import { assertLimits } from '../config/limits';
import { KeepalivedConfig, renderKeepalived, VrrpTimers } from '../config/keepalived';
import { ValidationError } from '../model/errors';
import {
  ContainerSpec,
  FileSpec,
  GroupSpec,
  HostAlias,
  HostSpec,
  PortSpec,
  SCRIPTS_DIRECTORY,
} from '../model/host';
import { assertHostName } from '../model/names';
import { assertOptions, withDefaults } from '../model/options';
import { tcpPort } from '../model/ports';
import { assertSecret, ISecret } from '../model/secret';
import { ITopologySource, Topology } from '../model/topology';
import { nodeScript } from '../node/script';
import { FloatingAddress, IPlacedGroup, IPlatform } from '../platform';
import { Secret } from '../secret';
import { HaproxyListener } from './haproxy-listener';
import { HAPROXY_PAIR_PROPS, STATISTICS_OPTIONS, VRRP_OPTIONS } from './haproxy-pair-options';

/** Name under which the hosts know the password of the statistics page; their entry point relies on it. */
const STATISTICS_PASSWORD = 'statistics-password';
/** The same of the password of a listener's probe, before the name of the listener. */
const PROBE_PASSWORD = 'probe-';
const HEALTH_PORT = 8405;
/** High, so that the other host takes over within milliseconds of an orderly stop; see `KeepalivedConfig.priority`. */
const PRIORITIES = [250, 240] as const;

const SCRIPTS = [
  'install-files',
  'proxy-check',
  'proxy-entrypoint',
  'proxy-interface',
  'proxy-ready',
  'proxy-reload',
];

/** HAProxy lines that this library renders for. */
export type HaproxyVersion = '2.6' | '2.8' | '3.0' | '3.2';

/** The statistics page of a pair. */
export interface StatisticsOptions extends Partial<HaproxyStatistics> {
  /** @default a generated one */
  readonly password?: ISecret;
}

/** How the two hosts agree on who holds the floating address. */
export interface VrrpOptions extends VrrpTimers {
  /**
   * 1 to 255. Hosts talk to each other only, so two pairs may share a number.
   * @default derived from the name of the pair
   */
  readonly virtualRouterId?: number;
  /** Lines of the `vrrp_instance` block that come after all others, as they are. */
  readonly extraLines?: readonly string[];
}

/** Settings of a `HaproxyPair`. */
export interface HaproxyPairProps {
  readonly platform: IPlatform;
  /**
   * Name of the pair; its hosts are `<name>-1` and `<name>-2`.
   * @default the construct id
   */
  readonly name?: string;
  readonly listeners: readonly HaproxyListener[];
  /** @default port 1080, uri /haproxy_stats, refresh every 30 s, user admin */
  readonly statistics?: StatisticsOptions;
  /**
   * The address that clients use.
   * @default chosen by the platform
   */
  readonly floatingAddress?: string;
  /**
   * Own addresses of the two hosts.
   * @default chosen by the platform
   */
  readonly addresses?: readonly string[];
  /** @default the address moves in 0.56 s at most when its holder dies */
  readonly vrrp?: VrrpOptions;
  /** @default '3.0' */
  readonly version?: HaproxyVersion;
  /**
   * Port of the health answers, open to the two hosts only.
   * @default 8405
   */
  readonly healthPort?: number;
  /** See `HaproxyConfig.reloadDrainSeconds`. */
  readonly reloadDrainSeconds?: number;
  /** Lines of the `global` section of haproxy.cfg that come after all others, as they are. */
  readonly extraGlobalLines?: readonly string[];
  /** Lines of the `defaults` section of haproxy.cfg that come after all others, as they are. */
  readonly extraDefaultsLines?: readonly string[];
  /**
   * Hard memory limit of each container, from 64.
   * @default none
   */
  readonly memoryMiB?: number;
  /** How long a deploy on Docker waits for both hosts, 1 to 86,400; one on ECS ends when the machines run. @default 60 */
  readonly readyTimeoutSeconds?: number;
  /** What must exist before the pair, besides the targets of its listeners. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/** A host of a pair. */
export interface ProxyHost {
  readonly name: string;
  readonly address: string;
}

/**
 * Two hosts with HAProxy and Keepalived, one of which holds a floating address. The address moves when its holder dies,
 * is stopped, or has no living server for an essential listener, and does not come back by itself. (A holder that was
 * frozen and wakes up takes it back if it is the first host: for VRRP both are holders then, and the higher priority wins.)
 */
export class HaproxyPair extends Construct implements IPlacedGroup, ITopologySource {
  public readonly ready: ITerraformDependable;
  public readonly connections: Connections;
  /** The address that clients use. */
  public readonly floatingAddress: string;
  public readonly statisticsPassword: ISecret;
  private readonly name: string;
  private readonly floating: FloatingAddress;
  private readonly statistics: HaproxyStatistics;
  private readonly pair: readonly [ProxyHost, ProxyHost];

  /** @throws ValidationError for bad input, e.g. two listeners on one port */
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: HaproxyPairProps,
  ) {
    super(scope, id);
    if (new.target === HaproxyPair) assertOptions(this, props, HAPROXY_PAIR_PROPS);
    assertOptions(this, props.statistics, STATISTICS_OPTIONS, 'statistics');
    assertOptions(this, props.vrrp, VRRP_OPTIONS, 'vrrp');
    this.name = props.name ?? id;
    assertHostName(this, this.name);
    assertLimits(this, props);
    const { password, ...statistics } = props.statistics ?? {};
    const defaults = { port: 1080, uri: '/haproxy_stats', refreshSeconds: 30, user: 'admin' };
    this.statistics = withDefaults(defaults, statistics);
    if (password !== undefined) assertSecret(this, 'statistics.password', password);
    this.statisticsPassword = password ?? Secret.generate(this, STATISTICS_PASSWORD);
    this.pair = this.reserveHosts();
    this.floating = props.platform.reserveFloatingAddress(this.name, props.floatingAddress);
    this.floatingAddress = this.floating.address;
    for (const listener of props.listeners) listener.prepareTarget();
    const targets = props.listeners.flatMap(({ after }) => (after === undefined ? [] : [after]));
    const placed = props.platform.place(
      () => this.spec(),
      [...new Set([...targets, ...(props.after ?? [])])],
    );
    this.ready = placed.ready;
    this.connections = placed.connections;
    for (const { servers } of props.listeners) {
      for (const port of servers?.ports ?? []) servers?.connections.allowFrom(this, port, 'proxies');
    }
  }

  /** The two hosts, in a fixed order. Which of them holds the floating address is known at run time only. */
  public get hosts(): readonly ProxyHost[] {
    return [...this.pair];
  }

  /** Address of the statistics page on the host that holds the floating address. */
  public get statisticsUrl(): string {
    return `http://${this.floatingAddress}:${this.statistics.port}${this.statistics.uri}`;
  }

  /** User of the statistics page. */
  public get statisticsUser(): string {
    return this.statistics.user;
  }

  /**
   * `address:port` that clients use.
   * @throws ValidationError when no listener has that name
   */
  public endpoint(listenerName: string): string {
    const listener = this.props.listeners.find(({ name }) => name === listenerName);
    if (listener === undefined) {
      const names = this.props.listeners.map(({ name }) => name).join(', ');
      throw new ValidationError(this, `there is no listener "${listenerName}": use one of ${names}`);
    }
    return `${this.floatingAddress}:${listener.port}`;
  }

  public describeTopology(): Partial<Topology> {
    const { name, pair, floatingAddress: address } = this;
    const ports = this.ports.filter(({ audience }) => audience !== 'group');
    return {
      frontEnds: [
        {
          kind: 'floating-address',
          title: 'floating address',
          name,
          address,
          ports: ports.map((port) => ({ name: port.name, port: port.from })),
        },
      ],
      links: [
        { kind: 'holds', from: [{ name, address }], to: pair, ports: [] },
        ...this.props.listeners.flatMap((listener) => listener.links(pair)),
      ],
    };
  }

  private reserveHosts(): readonly [ProxyHost, ProxyHost] {
    const { platform, addresses } = this.props;
    if (addresses !== undefined && addresses.length !== 2) {
      throw new ValidationError(
        this,
        `addresses must name two hosts, got ${addresses.length}: a pair has two`,
      );
    }
    const [first, second] = platform.reserveAddresses({
      group: this.name,
      count: 2,
      role: 'proxy',
      ...(addresses === undefined ? {} : { addresses }),
    });
    if (first === undefined || second === undefined) {
      throw new ValidationError(this, 'the platform must reserve two addresses: use another platform');
    }
    return [
      { name: `${this.name}-1`, address: first },
      { name: `${this.name}-2`, address: second },
    ];
  }

  private spec(): GroupSpec {
    const [first, second] = this.pair;
    const haproxy = this.haproxy();
    const hosts = [
      this.host(first, second, PRIORITIES[0], haproxy),
      this.host(second, first, PRIORITIES[1], haproxy),
    ];
    return {
      name: this.name,
      hosts,
      readyCommand: [`${SCRIPTS_DIRECTORY}/proxy-ready`],
      readyTimeoutSeconds: this.props.readyTimeoutSeconds ?? 60,
    };
  }

  private haproxy(): HaproxyConfig {
    const { reloadDrainSeconds, extraGlobalLines, extraDefaultsLines } = this.props;
    return {
      listeners: this.props.listeners.map((listener) => listener.config()),
      health: {
        port: this.healthPort,
        allowFrom: [...this.pair.map(({ address }) => address), this.floatingAddress],
      },
      statistics: this.statistics,
      ...(reloadDrainSeconds === undefined ? {} : { reloadDrainSeconds }),
      ...(extraGlobalLines === undefined ? {} : { extraGlobalLines }),
      ...(extraDefaultsLines === undefined ? {} : { extraDefaultsLines }),
    };
  }

  private keepalived(host: ProxyHost, other: ProxyHost, priority: number): KeepalivedConfig {
    const { virtualRouterId, ...options } = this.props.vrrp ?? {};
    return {
      ...options,
      host: host.name,
      group: this.name,
      address: host.address,
      peers: [other.address],
      floatingAddress: this.floatingAddress,
      prefixLength: this.floating.prefixLength,
      virtualRouterId: virtualRouterId ?? routerId(this.name),
      priority,
      check: {
        path: `${SCRIPTS_DIRECTORY}/proxy-check`,
        arguments: [String(this.healthPort)],
        user: 'nobody',
      },
    };
  }

  private host(host: ProxyHost, other: ProxyHost, priority: number, haproxy: HaproxyConfig): HostSpec {
    const aliases: readonly HostAlias[] = this.pair.map(({ name, address }) => ({ name, address }));
    return {
      name: host.name,
      address: host.address,
      container: this.container(haproxy),
      files: [
        configuration('/etc/haproxy/haproxy.cfg', renderHaproxy(haproxy)),
        configuration(
          '/etc/keepalived/keepalived.conf',
          renderKeepalived(this.keepalived(host, other, priority)),
        ),
      ],
      scripts: SCRIPTS.map(nodeScript),
      secrets: [
        { name: STATISTICS_PASSWORD, secret: this.statisticsPassword },
        ...haproxy.listeners.flatMap((listener) => {
          const login = probeLogin(listener);
          return login === undefined
            ? []
            : [{ name: `${PROBE_PASSWORD}${listener.name}`, secret: login.password }];
        }),
      ],
      ports: this.ports,
      aliases,
    };
  }

  private container(haproxy: HaproxyConfig): ContainerSpec {
    const ports = [...haproxy.listeners.map(({ port }) => port), this.statistics.port, this.healthPort];
    return {
      image: { role: 'proxy', version: this.props.version ?? '3.0' },
      command: [`${SCRIPTS_DIRECTORY}/proxy-entrypoint`],
      environment: { FLOATING_ADDRESS: this.floatingAddress, HEALTH_PORT: String(this.healthPort) },
      capabilities: [
        // HAProxy's master ends workers that run as another user.
        'KILL',
        // Keepalived moves the address and announces it; HAProxy answers from an address that has moved away.
        'NET_ADMIN',
        'NET_RAW',
        // HAProxy and the check give up root.
        'SETGID',
        'SETUID',
        ...(ports.some((port) => port < 1024) ? ['NET_BIND_SERVICE'] : []),
      ],
      volumes: [],
      healthCheck: {
        command: [`${SCRIPTS_DIRECTORY}/proxy-check`, String(this.healthPort)],
        intervalSeconds: 5,
        timeoutSeconds: 3,
        retries: 3,
        startPeriodSeconds: 30,
      },
      checkCommand: [`${SCRIPTS_DIRECTORY}/proxy-reload`, '--check'],
      reloadCommand: [`${SCRIPTS_DIRECTORY}/proxy-reload`],
      stopTimeoutSeconds: 15,
      // Two for each connection; the rest for listeners, checks and pollers of all threads.
      openFiles: 2 * totalConnections(haproxy) + 1000,
      ...(this.props.memoryMiB === undefined ? {} : { memoryMiB: this.props.memoryMiB }),
    };
  }

  /** What the hosts listen on and who needs to reach it. */
  public get ports(): readonly PortSpec[] {
    return [
      ...this.props.listeners.map(({ name, port, audience }) => tcpPort(name, port, audience)),
      tcpPort('statistics', this.statistics.port, 'operators'),
      tcpPort('health', this.healthPort, 'group'),
      { name: 'vrrp', protocol: 'vrrp', from: 0, to: 0, audience: 'group' },
    ];
  }

  private get healthPort(): number {
    return this.props.healthPort ?? HEALTH_PORT;
  }
}

function configuration(path: string, text: string): FileSpec {
  return { path, text, mode: '0644', owner: 'root', onChange: 'reload' };
}

/** FNV-1a of `name`, folded to 1 to 255. */
function routerId(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return (hash % 255) + 1;
}
