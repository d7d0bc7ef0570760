import { isIPv6 } from 'node:net';
import { AmqpUriTls, renderAmqpUri, renderLocalUri } from '../config/amqp-uri';
import { isUnresolved } from '../config/values';
import { IConnectable } from '../connections/connections';
import { Peer } from '../connections/peer';
import { Port } from '../connections/port';
import { ErrorSubject, ValidationError } from '../model/errors';
import { assertOptions, OptionNames, withDefaults } from '../model/options';
import { assertNoPlaceholder, assertSecret, ISecret } from '../model/secret';
import { TopologyEnd } from '../model/topology';
import { Declarations } from './declarations';
import { assertEntityName } from './entity-name';
import { LinkedBrokers, LinkGraph } from './link-graph';
import { assertCount } from './numbers';
import { RabbitMqPlugin } from './plugins';
import { DEFAULT_VHOST } from './vhost';

/** A dead link is noticed after 5 to 10 s: RabbitMQ closes a connection after two heartbeats without a byte. */
const HEARTBEAT_SECONDS = 5;
const CONNECT_TIMEOUT_SECONDS = 5;
const AMQP_PORT = 5672;
const AMQPS_PORT = 5671;
/** Letters, digits, hyphens and dots; RabbitMQ's parser takes underscores as well. */
const HOST = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/;

/** A cluster as the other end of a link. */
export interface ILinkedCluster extends IConnectable {
  readonly node: { readonly path: string };
  /** Name that federation recognises it by. */
  readonly clusterName: string;
  readonly nodes: readonly { readonly name: string; readonly address: string }[];
  readonly amqpPort: number;
  readonly administratorName: string;
  readonly administratorPassword: ISecret;
  /** What is declared in it. */
  readonly declarations: Declarations;
  readonly linkGraph: LinkGraph;
  /** Whether each node has messages of its own, so that it matters which of them a link reaches. @default false */
  readonly independentStores?: boolean;
  /** Whether every AMQP connection must begin with the PROXY protocol, which no link sends. @default false */
  readonly proxyProtocol?: boolean;
  addPlugin(plugin: RabbitMqPlugin): void;
}

/** A pair of proxies, or whatever else has an address for a named listener. */
export interface ILinkGateway extends IConnectable {
  /** `address:port` of a listener. */
  endpoint(listenerName: string): string;
}

/** How a link logs in, and when it gives up a connection. */
export interface LinkOptions {
  /** Who it logs in as: give it a user of its own with no more than it needs. */
  readonly user: string;
  /** @default '/' */
  readonly vhost?: string;
  /** Twice this without a byte, and the connection counts as dead; 1 to 60. @default 5 */
  readonly heartbeatSeconds?: number;
  /** Time for a connection to be opened, 1 to 60. @default 5 */
  readonly connectTimeoutSeconds?: number;
}

/** A link to a cluster of the same app. */
export interface ClusterLinkOptions extends LinkOptions {
  /** @default that of the user, which the cluster declares */
  readonly password?: ISecret;
}

/** How a link makes sure that it talks to the right broker, and that nobody listens. */
export interface LinkTls {
  /** PEM certificates that the broker's own is checked against. */
  readonly certificateAuthority: string;
  /** Subject alternative name that the broker's certificate must have. @default the host of the address */
  readonly serverName?: string;
}

/** A link to a broker that this app does not know. */
export interface AddressLinkOptions extends LinkOptions {
  readonly password: ISecret;
  /** @default 5672, or 5671 with `tls` */
  readonly port?: number;
  /** @default none: what is sent, password included, can be read on the way */
  readonly tls?: LinkTls;
}

const CLUSTER_LINK_OPTIONS: OptionNames<ClusterLinkOptions> = {
  user: true,
  vhost: true,
  heartbeatSeconds: true,
  connectTimeoutSeconds: true,
  password: true,
};
const ADDRESS_LINK_OPTIONS: OptionNames<AddressLinkOptions> = {
  ...CLUSTER_LINK_OPTIONS,
  port: true,
  tls: true,
};

/** Host and port of a broker. */
export interface LinkTarget {
  readonly host: string;
  readonly port: number;
}

interface Login extends LinkOptions {
  readonly password?: ISecret;
}

interface EndpointProps {
  readonly subject: ErrorSubject;
  readonly vhost: string;
  readonly targets: readonly LinkTarget[];
  readonly login?: Login;
  readonly cluster?: ILinkedCluster;
  /** What lets the other end's nodes in. */
  readonly gate?: IConnectable;
  readonly tls?: LinkTls;
}

/** One end of a shovel, or the upstream of a federation: brokers, a vhost, and a login. */
export class LinkEndpoint {
  /** The cluster that has the link, reached within its own nodes: no network and no login. */
  public static local(vhost: string = DEFAULT_VHOST): LinkEndpoint {
    assertEncodable('LinkEndpoint.local', 'vhost', vhost);
    return new LinkEndpoint({ subject: 'LinkEndpoint.local', vhost, targets: [] });
  }

  /**
   * The nodes of another cluster, one of which is chosen by chance at each attempt. The link opens its port to the nodes at
   * this end, by their addresses: a security group of another region cannot be named in a rule.
   * @throws ValidationError for a bad option, and for a `Warren` with independent stores; at synth for a user or vhost that the
   *   cluster does not declare
   */
  public static cluster(cluster: ILinkedCluster, options: ClusterLinkOptions): LinkEndpoint {
    assertOptions('LinkEndpoint.cluster', options, CLUSTER_LINK_OPTIONS);
    if (cluster.independentStores === true) {
      throw new ValidationError(
        'LinkEndpoint.cluster',
        `nodes must have the same messages, got ${cluster.clusterName}, of which a link would also reach the standby: put a ` +
          'HaproxyPair in front and use LinkEndpoint.pair',
      );
    }
    return LinkEndpoint.of('LinkEndpoint.cluster', options, {
      cluster,
      gate: cluster,
      targets: cluster.nodes.map(({ address }) => ({ host: address, port: cluster.amqpPort })),
    });
  }

  /**
   * Another cluster behind a pair of proxies, e.g. `LinkEndpoint.pair(pair, 'amqp', cluster, { user: 'link' })`.
   * @throws ValidationError for a bad option or listener; at synth for a user or vhost that the cluster does not declare
   */
  public static pair(
    pair: ILinkGateway,
    listenerName: string,
    cluster: ILinkedCluster,
    options: ClusterLinkOptions,
  ): LinkEndpoint {
    assertOptions('LinkEndpoint.pair', options, CLUSTER_LINK_OPTIONS);
    const endpoint = pair.endpoint(listenerName);
    const colon = endpoint.lastIndexOf(':');
    const target = { host: endpoint.slice(0, colon), port: Number(endpoint.slice(colon + 1)) };
    return LinkEndpoint.of('LinkEndpoint.pair', options, { cluster, gate: pair, targets: [target] });
  }

  /**
   * A broker by its name or address: in another region or network, in another app, or run by somebody else. Whoever runs it
   * lets this cluster's nodes in.
   * @throws ValidationError for a bad option, or a password that is no secret
   */
  public static address(host: string, options: AddressLinkOptions): LinkEndpoint {
    const subject = `LinkEndpoint.address ${host}`;
    // `isIPv6` takes a zone as well, which no URI of RabbitMQ has.
    if (!isUnresolved(host) && !HOST.test(host) && !(isIPv6(host) && !host.includes('%'))) {
      throw new ValidationError(
        subject,
        `host must be a name or an address, got "${host}": write e.g. mq.example.com and pass port on its own`,
      );
    }
    assertOptions(subject, options, ADDRESS_LINK_OPTIONS);
    assertOptions(subject, options.tls, { certificateAuthority: true, serverName: true }, 'tls');
    assertSecret(subject, 'password', options.password);
    const { tls, port = tls === undefined ? AMQP_PORT : AMQPS_PORT } = options;
    assertCount(subject, 'port', port, 1, 65_535);
    if (tls !== undefined) assertTls(subject, tls);
    return LinkEndpoint.of(subject, options, {
      targets: [{ host, port }],
      ...(tls === undefined ? {} : { tls: withDefaults({ serverName: host }, tls) }),
    });
  }

  private static of(
    subject: ErrorSubject,
    login: Login,
    props: Omit<EndpointProps, 'subject' | 'vhost' | 'login'>,
  ): LinkEndpoint {
    const { vhost = DEFAULT_VHOST, user, password } = login;
    for (const [what, name] of [
      ['vhost', vhost],
      ['user', user],
    ] as const) {
      assertEncodable(subject, what, name);
    }
    if (user === 'guest') {
      throw new ValidationError(
        subject,
        'user must not be "guest", which only logs in from its own host: declare a user for the link',
      );
    }
    if (password !== undefined) assertSecret(subject, 'password', password);
    assertCount(subject, 'heartbeatSeconds', login.heartbeatSeconds ?? HEARTBEAT_SECONDS, 1, 60);
    assertCount(
      subject,
      'connectTimeoutSeconds',
      login.connectTimeoutSeconds ?? CONNECT_TIMEOUT_SECONDS,
      1,
      60,
    );
    return new LinkEndpoint({ ...props, subject, vhost, login });
  }

  private constructor(private readonly props: EndpointProps) {}

  public get vhost(): string {
    return this.props.vhost;
  }

  /** The cluster at this end; absent for an address, and for the one that has the link. */
  public get cluster(): ILinkedCluster | undefined {
    return this.props.cluster;
  }

  /** Host and port of every broker; none for the cluster that has the link. */
  public get targets(): readonly LinkTarget[] {
    return [...this.props.targets];
  }

  /** Which brokers are at this end of a link of the cluster `own`. */
  public brokers(own: ILinkedCluster): LinkedBrokers {
    const cluster = this.remote ? this.cluster : own;
    // Nodes know each other by their names as well.
    const nodes = cluster?.nodes.flatMap(({ name, address }) => [address, name]) ?? [];
    const sockets = nodes.map((node) => `${node}:${cluster?.amqpPort ?? AMQP_PORT}`);
    return {
      ...(cluster === undefined ? {} : { graph: cluster.linkGraph }),
      sockets: [...sockets, ...this.targets.map(({ host, port }) => `${host}:${port}`)],
    };
  }

  /** What a picture shows at this end. */
  public get ends(): readonly TopologyEnd[] {
    const { cluster, gate, targets } = this.props;
    if (cluster !== undefined && gate === cluster) return [...cluster.nodes];
    return targets.map(({ host }) => ({ name: host, address: host }));
  }

  /** PEM certificates that the broker's own is checked against; absent without TLS. */
  public get certificateAuthority(): string | undefined {
    return this.props.tls?.certificateAuthority;
  }

  /** Whether there is a network between the link and this end. */
  public get remote(): boolean {
    return this.props.login !== undefined;
  }

  /** Lets the nodes at the other end of the link in. */
  public openTo(from: { readonly nodes: readonly { readonly address: string }[] } & IConnectable): void {
    const { gate, targets } = this.props;
    if (gate === undefined) return;
    for (const port of new Set(targets.map((target) => target.port))) {
      for (const { address } of from.nodes) {
        gate.connections.allowFrom(
          isUnresolved(address) ? from : Peer.ipv4(address),
          Port.tcp(port),
          'link of brokers',
        );
      }
    }
  }

  /**
   * The password, absent where there is no login.
   * @throws ValidationError when the cluster declares no such user or vhost, or the user may do nothing there
   */
  public password(): ISecret | undefined {
    const { subject, cluster, login, vhost } = this.props;
    if (login === undefined || cluster === undefined) return login?.password;
    const { user } = login;
    const owner = `cluster ${cluster.clusterName}`;
    if (!cluster.declarations.hasVhost(vhost)) {
      throw new ValidationError(subject, `vhost "${vhost}" is not declared in ${owner}: call addVhost there`);
    }
    if (user === cluster.administratorName) return login.password ?? cluster.administratorPassword;
    const declared = cluster.declarations.userPassword(user);
    if (declared === undefined && login.password === undefined) {
      throw new ValidationError(
        subject,
        `user "${user}" is not declared in ${owner}: call addUser there, or pass the password`,
      );
    }
    if (declared !== undefined && !cluster.declarations.hasPermissions(user, vhost)) {
      throw new ValidationError(
        subject,
        `user "${user}" may do nothing in vhost "${vhost}" of ${owner}: pass permissions to addUser`,
      );
    }
    return login.password ?? declared;
  }

  /**
   * The URIs, one a broker.
   * @throws ValidationError when the brokers expect the PROXY protocol and no proxy is in front of them
   * @param passwordSecretName name under which the node knows the password
   * @param certificateAuthorityPath file on the node; needed with TLS
   */
  public uris(passwordSecretName: string, certificateAuthorityPath: string): readonly string[] {
    const { login, targets, vhost, tls, cluster, gate } = this.props;
    if (login === undefined) return [renderLocalUri(vhost)];
    if (cluster?.proxyProtocol === true && gate === cluster) {
      throw new ValidationError(
        this.props.subject,
        `cluster ${cluster.clusterName} expects the PROXY protocol, which a link does not send: use LinkEndpoint.pair with the ` +
          'pair that asked for it',
      );
    }
    const check: AmqpUriTls | undefined =
      tls === undefined ? undefined : { certificateAuthorityPath, serverName: tls.serverName ?? '' };
    return targets.map((target) =>
      renderAmqpUri({
        ...target,
        vhost,
        user: login.user,
        passwordSecretName,
        heartbeatSeconds: login.heartbeatSeconds ?? HEARTBEAT_SECONDS,
        connectTimeoutSeconds: login.connectTimeoutSeconds ?? CONNECT_TIMEOUT_SECONDS,
        ...(check === undefined ? {} : { tls: check }),
      }),
    );
  }
}

function assertEncodable(subject: ErrorSubject, what: string, name: string): void {
  assertEntityName(subject, what, name);
  if (isUnresolved(name)) {
    throw new ValidationError(subject, `${what} must be known at synth: it is encoded in a URI`);
  }
}

function assertTls(subject: ErrorSubject, { certificateAuthority, serverName }: LinkTls): void {
  assertNoPlaceholder(subject, certificateAuthority);
  if (!certificateAuthority.includes('-----BEGIN CERTIFICATE-----')) {
    throw new ValidationError(
      subject,
      'tls.certificateAuthority must be PEM certificates, got no BEGIN CERTIFICATE: pass the text of the file',
    );
  }
  if (serverName !== undefined && !isUnresolved(serverName) && !/^[A-Za-z0-9*_.-]+$/.test(serverName)) {
    throw new ValidationError(subject, `tls.serverName must be a host name, got "${serverName}"`);
  }
}
