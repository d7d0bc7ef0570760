import { PolicyDefinition } from '../config/definitions';
import { ErrorSubject, ValidationError } from '../model/errors';
import { FileSpec } from '../model/host';
import { assertOptions } from '../model/options';
import { TopologyEnd, TopologyLink } from '../model/topology';
import { NodeAdditions } from './node-additions';
import {
  assertFederated,
  resolveUpstream,
  resolveUpstreamSet,
  Upstream,
  upstreamParameter,
  UpstreamOptions,
  UpstreamSet,
  upstreamSetParameter,
} from './federation';
import { assertFetched, Federation, federatedSources } from './federated';
import { ILinkedCluster, LinkEndpoint } from './link-endpoint';
import { LinkGraph, Route, Source } from './link-graph';
import { RabbitMqPlugin } from './plugins';
import { secretNameOf } from './secret-name';
import {
  assertShovelDeclared,
  resolveShovel,
  Shovel,
  SHOVEL_OPTIONS,
  ShovelHost,
  ShovelOptions,
  shovelParameter,
  shovelRoute,
  ShovelUris,
  STATIC_SHOVEL_OPTIONS,
  StaticShovelOptions,
} from './shovel';
import { resolveStaticShovel, staticShovelConfig } from './static-shovel';
import { DEFAULT_VHOST } from './vhost';

/** The cluster that has the links. */
export interface LinkOwner extends ShovelHost {
  /** Whether `plugin` is enabled. */
  hasPlugin(plugin: RabbitMqPlugin): boolean;
}

/** A place where a link connects to: the kind and name of the link, and its endpoint. */
interface Connection {
  readonly secretName: string;
  readonly endpoint: LinkEndpoint;
}

/**
 * The shovels, upstreams and sets of upstreams of one cluster. Adding one enables the plugins that it needs and opens the other
 * end's port; whether everything that it names is declared is checked when it is rendered.
 */
export class ClusterLinks implements LinkGraph {
  private readonly shovels = new Map<string, Shovel>();
  private readonly staticShovels = new Map<string, Shovel>();
  private readonly upstreams = new Map<string, Upstream>();
  private readonly sets = new Map<string, UpstreamSet>();

  public constructor(private readonly owner: LinkOwner) {}

  public get clusterName(): string {
    return this.owner.cluster.clusterName;
  }

  public get routes(): readonly Route[] {
    return this.allShovels().map((shovel) => shovelRoute(this.owner.cluster, shovel));
  }

  public sourcesOf(vhost: string, exchange: string): readonly Source[] {
    return federatedSources(this.federation(), vhost, exchange);
  }

  public addShovel(name: string, options: ShovelOptions): void {
    const subject = this.subject('shovel', name);
    assertOptions(subject, options, SHOVEL_OPTIONS);
    const shovel = resolveShovel(subject, this.owner, name, options);
    add(subject, this.shovels, linkName(shovel.vhost, name), shovel);
    this.enable(this.owner.cluster, 'rabbitmq_shovel', 'rabbitmq_shovel_management');
    this.open(shovel.source.endpoint, shovel.destination.endpoint);
  }

  public addStaticShovel(name: string, options: StaticShovelOptions): void {
    const subject = this.subject('static shovel', name);
    assertOptions(subject, options, STATIC_SHOVEL_OPTIONS);
    const shovel = resolveStaticShovel(subject, this.owner, name, options);
    add(subject, this.staticShovels, name, shovel);
    this.enable(this.owner.cluster, 'rabbitmq_shovel', 'rabbitmq_shovel_management');
    this.open(shovel.source.endpoint, shovel.destination.endpoint);
  }

  public addUpstream(name: string, options: UpstreamOptions): void {
    const subject = this.subject('upstream', name);
    const upstream = resolveUpstream(subject, this.owner, name, options);
    add(subject, this.upstreams, linkName(upstream.vhost, name), upstream);
    this.enable(this.owner.cluster, 'rabbitmq_federation', 'rabbitmq_federation_management');
    // Without the plugin the upstream has no exchange that counts hops, and messages go round.
    const { cluster } = upstream.endpoint;
    if (cluster !== undefined) this.enable(cluster, 'rabbitmq_federation');
    this.open(upstream.endpoint);
  }

  public addUpstreamSet(name: string, upstreams: readonly string[], vhost?: string): void {
    const subject = this.subject('upstream set', name);
    const set = resolveUpstreamSet(subject, name, upstreams, vhost);
    add(subject, this.sets, linkName(set.vhost, name), set);
  }

  /**
   * @throws ValidationError for a link whose parts are not all declared, for an upstream that no policy uses, and for links
   *   over which messages would go round or come twice
   */
  public render(): NodeAdditions {
    const { owner } = this;
    for (const shovel of this.allShovels()) assertShovelDeclared(owner, shovel);
    for (const { subject, vhost } of [...this.upstreams.values(), ...this.sets.values()]) {
      if (owner.cluster.declarations.hasVhost(vhost)) continue;
      throw new ValidationError(subject, `vhost "${vhost}" is not declared: call addVhost first`);
    }
    const subjectOf = ({ name }: PolicyDefinition): ErrorSubject => this.subject('policy', name);
    const federation = this.federation();
    const { upstreams, sets } = federation;
    assertFederated(upstreams, sets, owner.cluster.declarations.policyList(), subjectOf);
    assertFetched(federation, subjectOf);
    const connections = this.connections().filter(({ endpoint }) => endpoint.remote);
    return {
      parameters: [
        ...[...this.shovels.values()].map((shovel) =>
          shovelParameter(owner, shovel, urisOf('shovel', shovel)),
        ),
        ...[...this.upstreams.values()].map((upstream) =>
          upstreamParameter(upstream, urisAt(upstreamConnection(upstream))),
        ),
        ...[...this.sets.values()].map(upstreamSetParameter),
      ],
      staticShovels: [...this.staticShovels.values()].map((shovel) =>
        staticShovelConfig(shovel, urisOf('static-shovel', shovel)),
      ),
      files: connections.flatMap(certificateFiles),
      secrets: connections.flatMap(({ secretName, endpoint }) => {
        const secret = endpoint.password();
        return secret === undefined ? [] : [{ name: secretName, secret }];
      }),
    };
  }

  /** Who messages are moved or copied from and to. */
  public topology(): readonly TopologyLink[] {
    const { nodes, amqpPort } = this.owner.cluster;
    const own = { ends: nodes as readonly TopologyEnd[], port: amqpPort };
    const at = (endpoint: LinkEndpoint): typeof own =>
      endpoint.remote ? { ends: endpoint.ends, port: endpoint.targets[0]?.port ?? amqpPort } : own;
    const link = (
      name: string,
      from: LinkEndpoint | undefined,
      to: LinkEndpoint | undefined,
    ): TopologyLink => {
      const [source, destination] = [from, to].map((end) => (end === undefined ? own : at(end)));
      return {
        kind: 'messages',
        name,
        from: source?.ends ?? [],
        to: destination?.ends ?? [],
        ports: [{ name: 'amqp', port: destination?.port ?? amqpPort }],
      };
    };
    return [
      ...this.allShovels().map(({ name, source, destination }) =>
        link(`shovel ${name}`, source.endpoint, destination.endpoint),
      ),
      ...[...this.upstreams.values()].map(({ name, endpoint }) =>
        link(`federation ${name}`, endpoint, undefined),
      ),
    ];
  }

  private allShovels(): readonly Shovel[] {
    return [...this.shovels.values(), ...this.staticShovels.values()];
  }

  private federation(): Federation {
    const { cluster } = this.owner;
    return { cluster, upstreams: [...this.upstreams.values()], sets: [...this.sets.values()] };
  }

  private connections(): readonly Connection[] {
    return [
      ...[...this.shovels.values()].flatMap((shovel) => shovelConnections('shovel', shovel)),
      ...[...this.staticShovels.values()].flatMap((shovel) => shovelConnections('static-shovel', shovel)),
      ...[...this.upstreams.values()].map(upstreamConnection),
    ];
  }

  private subject(kind: string, name: string): string {
    return `${this.owner.cluster.node.path}: ${kind} ${JSON.stringify(name)}`;
  }

  /** The pages about links come with a plugin of their own, which brings the management pages with it. */
  private enable(cluster: ILinkedCluster, plugin: RabbitMqPlugin, pages?: RabbitMqPlugin): void {
    cluster.addPlugin(plugin);
    if (pages !== undefined && this.owner.hasPlugin('rabbitmq_management')) cluster.addPlugin(pages);
  }

  private open(...endpoints: readonly LinkEndpoint[]): void {
    for (const endpoint of endpoints) endpoint.openTo(this.owner.cluster);
  }
}

/** One end of a link to a name that no other link has. */
function linkName(vhost: string, name: string): string {
  return vhost === DEFAULT_VHOST ? name : JSON.stringify([vhost, name]);
}

function shovelConnections(
  kind: string,
  { vhost, name, source, destination }: Shovel,
): readonly Connection[] {
  const owner = linkName(vhost, name);
  return [
    { secretName: secretNameOf(`${kind}-source`, owner), endpoint: source.endpoint },
    { secretName: secretNameOf(`${kind}-destination`, owner), endpoint: destination.endpoint },
  ];
}

function upstreamConnection({ vhost, name, endpoint }: Upstream): Connection {
  return { secretName: secretNameOf('upstream', linkName(vhost, name)), endpoint };
}

function urisOf(kind: string, shovel: Shovel): ShovelUris {
  const [source, destination] = shovelConnections(kind, shovel).map(urisAt);
  return { source: source ?? [], destination: destination ?? [] };
}

function urisAt({ secretName, endpoint }: Connection): readonly string[] {
  return endpoint.uris(secretName, certificatePath(secretName));
}

function certificatePath(secretName: string): string {
  return `/etc/rabbitmq/tls/${secretName}-ca.pem`;
}

function certificateFiles({ secretName, endpoint }: Connection): readonly FileSpec[] {
  const text = endpoint.certificateAuthority;
  if (text === undefined) return [];
  return [{ path: certificatePath(secretName), text, mode: '0644', owner: 'root', onChange: 'none' }];
}

function add<T>(subject: ErrorSubject, links: Map<string, T>, id: string, link: T): void {
  if (links.has(id)) {
    throw new ValidationError(subject, 'is declared already: remove one of the two or choose another name');
  }
  links.set(id, link);
}
