import { PortSpec } from '../model/host';

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

const single = (name: string, port: number, audience: PortSpec['audience']): PortSpec => ({
  name,
  protocol: 'tcp',
  from: port,
  to: port,
  audience,
});

/** What a node listens on and who needs it. Nothing but the other nodes ever needs epmd, clustering or the tools. */
export function rabbitMqPorts(features: {
  readonly management: boolean;
  readonly prometheus: boolean;
}): PortSpec[] {
  return [
    single('amqp', RABBITMQ_PORTS.amqp, 'clients'),
    ...(features.management ? [single('management', RABBITMQ_PORTS.management, 'operators')] : []),
    ...(features.prometheus ? [single('prometheus', RABBITMQ_PORTS.prometheus, 'operators')] : []),
    single('epmd', RABBITMQ_PORTS.epmd, 'group'),
    single('clustering', RABBITMQ_PORTS.clustering, 'group'),
    {
      name: 'tools',
      protocol: 'tcp',
      from: RABBITMQ_PORTS.toolsFrom,
      to: RABBITMQ_PORTS.toolsTo,
      audience: 'group',
    },
  ];
}
