import { PortSpec } from '../model/host';
import { tcpPort } from '../model/ports';

/** Ports of a RabbitMQ node; see "Port Access" in RabbitMQ's networking guide. */
export const RABBITMQ_PORTS = {
  amqp: 5672,
  management: 15672,
  prometheus: 15692,
  epmd: 4369,
  clustering: 25672,
  toolsFrom: 35672,
  toolsTo: 35682,
} as const;

/** What a node listens on and who needs it. Nothing but the other nodes ever needs epmd, clustering or the tools. */
export function rabbitMqPorts(features: {
  readonly management: boolean;
  readonly prometheus: boolean;
}): PortSpec[] {
  return [
    tcpPort('amqp', RABBITMQ_PORTS.amqp, 'clients'),
    ...(features.management ? [tcpPort('management', RABBITMQ_PORTS.management, 'operators')] : []),
    ...(features.prometheus ? [tcpPort('prometheus', RABBITMQ_PORTS.prometheus, 'operators')] : []),
    tcpPort('epmd', RABBITMQ_PORTS.epmd, 'group'),
    tcpPort('clustering', RABBITMQ_PORTS.clustering, 'group'),
    {
      name: 'tools',
      protocol: 'tcp',
      from: RABBITMQ_PORTS.toolsFrom,
      to: RABBITMQ_PORTS.toolsTo,
      audience: 'group',
    },
  ];
}
