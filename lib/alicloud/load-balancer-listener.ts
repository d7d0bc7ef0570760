import { Peer } from '../connections/peer';
import { Port } from '../connections/port';
import { ValidationError } from '../model/errors';
import { assertHostName } from '../model/names';
import { assertOptions, OptionNames, withDefaults } from '../model/options';
import { TopologyEnd, TopologyLink } from '../model/topology';
import { heartbeatOf, IBrokerTarget } from '../proxy/haproxy-listener';

const AMQP_PORT = 5672;
const MANAGEMENT_PORT = 15_672;
/** Idle limits that both load balancers take, see "CreateLoadBalancerTCPListener" and the NLB's "CreateListener". */
const IDLE_SECONDS = { least: 10, most: 900 } as const;

/** The machines behind a load balancer, e.g. an `EcsPlatform`. */
export interface IServers {
  /**
   * Id of the ECS instance that is this host.
   * @throws ValidationError when there is no such host
   */
  instanceId(hostName: string): string;
}

/** How a load balancer finds out which node lives. The ranges are those that both load balancers take. */
export interface LoadBalancerHealthCheck {
  /**
   * `tcp`: the port accepts a connection. `http`: the management pages answer `HEAD <path>` with a 2xx status, which a
   * frozen node does not; but a node in maintenance does, while it accepts no AMQP connections.
   * @default tcp for AMQP, http for management
   */
  readonly kind?: 'tcp' | 'http';
  /** @default the port of the brokers */
  readonly port?: number;
  /** For `http`. @default that of the management pages */
  readonly path?: string;
  /** 5 to 50. @default 5 */
  readonly intervalSeconds?: number;
  /** 1 to 300, not below the interval: the cloud would take the interval for it. @default 5 */
  readonly timeoutSeconds?: number;
  /** Successes in a row before a node gets connections, 2 to 10. @default 2 */
  readonly healthyThreshold?: number;
  /** Failures in a row before a node gets none, 2 to 10. @default 2 */
  readonly unhealthyThreshold?: number;
}

const HEALTH_CHECK: OptionNames<LoadBalancerHealthCheck> = {
  kind: true,
  port: true,
  path: true,
  intervalSeconds: true,
  timeoutSeconds: true,
  healthyThreshold: true,
  unhealthyThreshold: true,
};

/** What can be chosen for any listener. */
export interface LoadBalancerListenerOptions {
  /** @default 'amqp' or 'management' */
  readonly name?: string;
  /**
   * Port of the load balancer.
   * @default the port of the brokers
   */
  readonly port?: number;
  /**
   * Port of the brokers.
   * @default what the target says
   */
  readonly targetPort?: number;
  /**
   * Networks that may use this listener.
   * @default what the load balancer says
   */
  readonly allowFrom?: readonly Peer[];
  /** A connection without a packet for this long is forgotten, 10 to 900. @default 900 */
  readonly idleTimeoutSeconds?: number;
  readonly healthCheck?: LoadBalancerHealthCheck;
}

/** What can be chosen for an AMQP listener. */
export interface AmqpLoadBalancerListenerOptions extends LoadBalancerListenerOptions {
  /**
   * Heartbeat that brokers and clients agree on; 0 where they use none.
   * @default what the target says
   */
  readonly heartbeatSeconds?: number;
  /** Idle connections may be lost without either side being told. @default false */
  readonly cutsIdleConnections?: boolean;
}

const LISTENER_OPTIONS: OptionNames<LoadBalancerListenerOptions> = {
  name: true,
  port: true,
  targetPort: true,
  allowFrom: true,
  idleTimeoutSeconds: true,
  healthCheck: true,
};
const AMQP_LISTENER_OPTIONS: OptionNames<AmqpLoadBalancerListenerOptions> = {
  ...LISTENER_OPTIONS,
  heartbeatSeconds: true,
  cutsIdleConnections: true,
};

/** A TCP port of a load balancer and the brokers behind it. */
export class LoadBalancerListener {
  /**
   * AMQP. Named `amqp` unless told otherwise.
   * @throws ValidationError when the heartbeat does not keep an idle connection alive
   */
  public static amqp(
    target: IBrokerTarget,
    options: AmqpLoadBalancerListenerOptions = {},
  ): LoadBalancerListener {
    assertOptions(`listener ${options.name ?? 'amqp'}`, options, AMQP_LISTENER_OPTIONS);
    const { heartbeatSeconds = heartbeatOf(target), cutsIdleConnections = false } = options;
    const targetPort = options.targetPort ?? target.amqpPort ?? AMQP_PORT;
    const listener = new LoadBalancerListener(target, 'amqp', targetPort, 'tcp', options);
    if (!cutsIdleConnections) assertHeartbeat(listener, heartbeatSeconds);
    return listener;
  }

  /** The management pages and their HTTP API. Named `management` unless told otherwise. */
  public static management(
    target: IBrokerTarget,
    options: LoadBalancerListenerOptions = {},
  ): LoadBalancerListener {
    assertOptions(`listener ${options.name ?? 'management'}`, options, LISTENER_OPTIONS);
    const targetPort = options.targetPort ?? target.managementPort ?? MANAGEMENT_PORT;
    return new LoadBalancerListener(target, 'management', targetPort, 'http', options);
  }

  /** Unique among the listeners of a load balancer. */
  public readonly name: string;
  /** Port of the load balancer. */
  public readonly port: number;
  /** Networks that may use this listener; what the load balancer says when absent. */
  public readonly allowFrom: readonly Peer[] | undefined;
  public readonly idleTimeoutSeconds: number;
  public readonly healthCheck: Required<LoadBalancerHealthCheck>;

  private constructor(
    public readonly target: IBrokerTarget,
    name: string,
    /** Port of the brokers. */
    public readonly targetPort: number,
    kind: 'tcp' | 'http',
    options: LoadBalancerListenerOptions,
  ) {
    this.name = options.name ?? name;
    const [backup] = target.backup ?? [];
    if (backup !== undefined) {
      throw new ValidationError(
        `listener ${name}`,
        `a load balancer uses all of its servers, got ${backup} as a backup: put a HaproxyPair in front of them`,
      );
    }
    this.port = options.port ?? targetPort;
    this.allowFrom = options.allowFrom;
    this.idleTimeoutSeconds = options.idleTimeoutSeconds ?? IDLE_SECONDS.most;
    const defaults = {
      kind,
      port: targetPort,
      path: target.managementPath ?? '/',
      intervalSeconds: 5,
      timeoutSeconds: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
    };
    assertOptions(`listener ${this.name}`, options.healthCheck, HEALTH_CHECK, 'healthCheck');
    this.healthCheck = withDefaults(defaults, options.healthCheck);
    this.assertValid();
  }

  /** Whether it leads to the brokers' port of AMQP. */
  public get leadsToAmqp(): boolean {
    return this.targetPort === (this.target.amqpPort ?? AMQP_PORT);
  }

  /** What the load balancer reaches on the brokers. */
  public get targetPorts(): readonly Port[] {
    return [...new Set([this.targetPort, this.healthCheck.port])].map((port) => Port.tcp(port));
  }

  private assertValid(): void {
    const subject = `listener ${this.name}`;
    assertHostName(subject, this.name);
    for (const port of [this.port, this.targetPort, this.healthCheck.port]) Port.tcp(port);
    assertBetween(
      subject,
      'idleTimeoutSeconds',
      this.idleTimeoutSeconds,
      IDLE_SECONDS.least,
      IDLE_SECONDS.most,
    );
    const { path, intervalSeconds, timeoutSeconds, healthyThreshold, unhealthyThreshold } = this.healthCheck;
    assertBetween(subject, 'healthCheck.intervalSeconds', intervalSeconds, 5, 50);
    assertBetween(subject, 'healthCheck.timeoutSeconds', timeoutSeconds, intervalSeconds, 300);
    assertBetween(subject, 'healthCheck.healthyThreshold', healthyThreshold, 2, 10);
    assertBetween(subject, 'healthCheck.unhealthyThreshold', unhealthyThreshold, 2, 10);
    if (!/^\/[\w./%?#&=-]{0,79}$/.test(path)) {
      throw new ValidationError(
        subject,
        `healthCheck.path must begin with / and have at most 80 characters of a URL, got "${path}"`,
      );
    }
  }
}

/** What a load balancer does with a listener, for a `Topology`. */
export function linkOf(listener: LoadBalancerListener, balancer: TopologyEnd): TopologyLink {
  const { name, port, target, targetPort, healthCheck } = listener;
  const probed = healthCheck.port === targetPort ? [] : [{ name: 'health check', port: healthCheck.port }];
  return {
    kind: 'serves',
    from: [balancer],
    to: target.nodes,
    ports: [{ name, port: targetPort, listensOn: port }, ...probed],
  };
}

function assertHeartbeat({ name, idleTimeoutSeconds }: LoadBalancerListener, heartbeatSeconds: number): void {
  if (heartbeatSeconds > 0 && heartbeatSeconds < idleTimeoutSeconds) return;
  throw new ValidationError(
    `listener ${name}`,
    `heartbeatSeconds must be from 1 to below the idle limit of ${idleTimeoutSeconds} s, got ${heartbeatSeconds}: the ` +
      'load balancer forgets healthy idle connections; lower the heartbeat of brokers and clients, or set cutsIdleConnections',
  );
}

function assertBetween(subject: string, what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new ValidationError(subject, `${what} must be a whole number from ${least} to ${most}, got ${value}`);
}
