import { PvtzZone } from '@cdktf/provider-alicloud/lib/pvtz-zone';
import { PvtzZoneAttachment } from '@cdktf/provider-alicloud/lib/pvtz-zone-attachment';
import { PvtzZoneRecord } from '@cdktf/provider-alicloud/lib/pvtz-zone-record';
import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { Address4 } from 'ip-address';
import { ErrorSubject, ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { ITopologySource, Topology, TopologyName } from '../model/topology';
import { INetwork } from './network';
import { tagsOf } from './tags';

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const RECORD_FORM = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const ZONE_FORM = new RegExp(`^${LABEL}(?:\\.${LABEL})+$`);
const LONGEST_NAME = 253;
const TTL_SECONDS = { least: 5, most: 86_400 } as const;

/** What is told of a zone that is made elsewhere. */
export interface PrivateDnsAttributes {
  readonly zoneId: string;
  /** e.g. `brokers.internal`. */
  readonly zoneName: string;
}

/** Names that are known within networks. */
export interface IPrivateDns extends PrivateDnsAttributes {
  /**
   * Lets `name` stand for an IPv4 address.
   * @param name within the zone, e.g. `amqp`; `@` is the zone itself
   * @returns the full name, e.g. `amqp.brokers.internal`
   * @throws ValidationError for a bad name or address, and for a name that is taken
   */
  addRecord(name: string, address: string): string;
  /**
   * Lets `name` stand for another name, e.g. a `NetworkLoadBalancer`'s.
   * @returns the full name
   * @throws ValidationError for a bad name, the zone itself, and a name that is taken
   */
  addAlias(name: string, target: string): string;
  /**
   * Adds hosts under their own names, e.g. `cluster.nodes`.
   * @returns the full names
   */
  addHosts(hosts: readonly { readonly name: string; readonly address: string }[]): readonly string[];
}

/** Settings of a `PrivateDns`. */
export interface PrivateDnsProps {
  /** Name of at least two parts, e.g. `brokers.internal`. All names below it are answered by this zone alone. */
  readonly zoneName: string;
  /** Where the names are known. */
  readonly networks: readonly INetwork[];
  /** How long clients remember an answer, 5 to 86400. @default 60 */
  readonly ttlSeconds?: number;
  /** @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

const PRIVATE_DNS_PROPS: OptionNames<PrivateDnsProps> = {
  zoneName: true,
  networks: true,
  ttlSeconds: true,
  tags: true,
};

/** The records of a zone. */
abstract class PrivateDnsRecords extends Construct implements IPrivateDns, ITopologySource {
  public abstract readonly zoneId: string;
  public abstract readonly zoneName: string;
  protected abstract readonly ttlSeconds: number;
  private readonly records: TopologyName[] = [];

  public addRecord(name: string, address: string): string {
    const known = !Token.isUnresolved(address);
    if (known && (!Address4.isValid(address) || address.includes('/'))) {
      throw new ValidationError(
        this,
        `record ${name} needs an IPv4 address, got ${address}: use addAlias for a name`,
      );
    }
    return this.add(name, 'A', address);
  }

  public addAlias(name: string, target: string): string {
    if (name === '@') {
      throw new ValidationError(
        this,
        'an alias must be below the zone, got @: DNS allows none for a zone itself',
      );
    }
    return this.add(name, 'CNAME', target);
  }

  public addHosts(hosts: readonly { readonly name: string; readonly address: string }[]): readonly string[] {
    return hosts.map(({ name, address }) => this.addRecord(name, address));
  }

  public describeTopology(): Partial<Topology> {
    return { names: [...this.records] };
  }

  private add(name: string, type: 'A' | 'CNAME', value: string): string {
    const full = name === '@' ? this.zoneName : `${name}.${this.zoneName}`;
    if (name !== '@' && (!RECORD_FORM.test(name) || full.length > LONGEST_NAME)) {
      throw new ValidationError(
        this,
        `record must be labels of a-z, 0-9 and inner hyphens with dots between, got "${name}": write e.g. amqp`,
      );
    }
    const id = name === '@' ? 'zone-record' : `record-${name}`;
    if (this.node.tryFindChild(id) !== undefined) {
      throw new ValidationError(this, `record ${name} is added twice: give one another name`);
    }
    this.records.push({ name: full, target: value });
    new PvtzZoneRecord(this, id, { zoneId: this.zoneId, rr: name, type, value, ttl: this.ttlSeconds });
    return full;
  }
}

/** A zone that is made elsewhere. */
class ImportedPrivateDns extends PrivateDnsRecords {
  public readonly zoneId: string;
  public readonly zoneName: string;
  protected readonly ttlSeconds = 60;

  public constructor(scope: Construct, id: string, { zoneId, zoneName }: PrivateDnsAttributes) {
    super(scope, id);
    this.zoneId = zoneId;
    this.zoneName = zoneName;
  }
}

/** Names for nodes and endpoints that are known in private networks only (PrivateZone). */
export class PrivateDns extends PrivateDnsRecords {
  /** A zone that exists; records can be added to it. */
  public static fromAttributes(scope: Construct, id: string, attributes: PrivateDnsAttributes): IPrivateDns {
    return new ImportedPrivateDns(scope, id, attributes);
  }

  public readonly zoneId: string;
  public readonly zoneName: string;
  protected readonly ttlSeconds: number;

  /** @throws ValidationError for a bad name or time, and when there is no network */
  public constructor(scope: Construct, id: string, props: PrivateDnsProps) {
    super(scope, id);
    if (new.target === PrivateDns) assertOptions(this, props, PRIVATE_DNS_PROPS);
    const { zoneName, networks, ttlSeconds = 60, tags } = props;
    assertZone(this, zoneName);
    if (networks.length === 0) {
      throw new ValidationError(
        this,
        'networks must have at least one, got none: the names would be known nowhere',
      );
    }
    const { least, most } = TTL_SECONDS;
    if (!Number.isInteger(ttlSeconds) || ttlSeconds < least || ttlSeconds > most) {
      throw new ValidationError(
        this,
        `ttlSeconds must be a whole number from ${least} to ${most}, got ${ttlSeconds}`,
      );
    }
    const zone = new PvtzZone(this, 'zone', {
      zoneName,
      ...tagsOf(this, tags),
    });
    new PvtzZoneAttachment(this, 'attachment', {
      zoneId: zone.id,
      vpcIds: networks.map(({ vpcId }) => vpcId),
    });
    this.zoneId = zone.id;
    this.zoneName = zoneName;
    this.ttlSeconds = ttlSeconds;
  }
}

function assertZone(subject: ErrorSubject, zoneName: string): void {
  if (ZONE_FORM.test(zoneName) && zoneName.length <= LONGEST_NAME) return;
  throw new ValidationError(
    subject,
    `zoneName must be labels of a-z, 0-9 and inner hyphens with a dot between, got "${zoneName}": write e.g. brokers.internal`,
  );
}
