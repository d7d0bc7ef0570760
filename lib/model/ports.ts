import { PortSpec } from './host';

/** A single TCP port. */
export function tcpPort(name: string, port: number, audience: PortSpec['audience']): PortSpec {
  return { name, protocol: 'tcp', from: port, to: port, audience };
}
