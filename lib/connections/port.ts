import { ErrorSubject, ValidationError } from '../model/errors';
import { PortSpec } from '../model/host';

/** One port, a range of ports, or a protocol without ports. */
export class Port {
  /** AMQP 0-9-1 and 1.0: 5672. */
  public static readonly amqp = Port.tcp(5672);
  /** AMQP over TLS: 5671. */
  public static readonly amqps = Port.tcp(5671);
  /** RabbitMQ's stream protocol: 5552. */
  public static readonly stream = Port.tcp(5552);
  /** RabbitMQ's stream protocol over TLS: 5551. */
  public static readonly streamTls = Port.tcp(5551);
  /** MQTT: 1883. */
  public static readonly mqtt = Port.tcp(1883);
  /** MQTT over TLS: 8883. */
  public static readonly mqtts = Port.tcp(8883);
  /** STOMP: 61613. */
  public static readonly stomp = Port.tcp(61_613);
  /** MQTT over WebSockets: 15675. */
  public static readonly webMqtt = Port.tcp(15_675);
  /** STOMP over WebSockets: 15674. */
  public static readonly webStomp = Port.tcp(15_674);
  /** Management pages and API: 15672. */
  public static readonly management = Port.tcp(15_672);
  /** Metrics for Prometheus: 15692. */
  public static readonly prometheus = Port.tcp(15_692);
  /** Remote shell: 22. */
  public static readonly ssh = Port.tcp(22);
  /** VRRP, which is IP protocol 112 and has no port numbers. */
  public static readonly vrrp = new Port('vrrp', 0, 0);

  /** @throws ValidationError unless `port` is 1 to 65535 */
  public static tcp(port: number): Port {
    return Port.tcpRange(port, port);
  }

  /**
   * Ports `from` to `to`, both inclusive.
   * @throws ValidationError unless 1 <= from <= to <= 65535
   */
  public static tcpRange(from: number, to: number): Port {
    return Port.checked('tcp', from, to);
  }

  /** @throws ValidationError unless `port` is 1 to 65535 */
  public static udp(port: number): Port {
    return Port.checked('udp', port, port);
  }

  /** The port that a host says it listens on. */
  public static of(spec: PortSpec): Port {
    return spec.protocol === 'vrrp' ? Port.vrrp : Port.checked(spec.protocol, spec.from, spec.to);
  }

  private static checked(protocol: 'tcp' | 'udp', from: number, to: number): Port {
    const subject: ErrorSubject = 'Port';
    for (const port of [from, to]) {
      if (!Number.isInteger(port) || port < 1 || port > 65_535) {
        throw new ValidationError(subject, `port must be a whole number from 1 to 65535, got ${port}`);
      }
    }
    if (from > to) {
      throw new ValidationError(subject, `a range must go upwards, got ${from} to ${to}: swap them`);
    }
    return new Port(protocol, from, to);
  }

  private constructor(
    public readonly protocol: 'tcp' | 'udp' | 'vrrp',
    /** First port; 0 for VRRP. */
    public readonly from: number,
    /** Last port, inclusive; 0 for VRRP. */
    public readonly to: number,
  ) {}

  /** Short and unique, fit for a construct id, e.g. `tcp-5672`, `tcp-35672-35682` or `vrrp`. */
  public toString(): string {
    if (this.protocol === 'vrrp') return 'vrrp';
    return `${this.protocol}-${this.from}${this.to === this.from ? '' : `-${this.to}`}`;
  }
}
