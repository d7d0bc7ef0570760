import { RabbitMqPlugin, withRequired } from '../../lib/rabbitmq/plugins';
import { rabbitMqPorts } from '../../lib/rabbitmq/ports';

/** Ports for others than nodes, by name and audience. */
function open(plugins: readonly RabbitMqPlugin[], ...lines: readonly string[]): readonly string[] {
  return rabbitMqPorts(withRequired(plugins), lines)
    .filter(({ audience }) => audience !== 'group')
    .map(({ name, from, audience }) => `${audience}: ${name} ${from}`);
}

/** Ports for other nodes, as ranges. */
function inside(...lines: readonly string[]): readonly string[] {
  return rabbitMqPorts([], lines)
    .filter(({ audience }) => audience === 'group')
    .map(({ name, from, to }) => `${name} ${from}-${to}`);
}

const AMQP = 'clients: amqp 5672';

describe('the ports of a broker', () => {
  it.each<[RabbitMqPlugin, ...string[]]>([
    ['rabbitmq_management', 'operators: management 15672'],
    ['rabbitmq_prometheus', 'operators: prometheus 15692'],
    ['rabbitmq_stream', 'clients: stream 5552'],
    ['rabbitmq_stream_management', 'operators: management 15672', 'clients: stream 5552'],
    ['rabbitmq_mqtt', 'clients: mqtt 1883'],
    ['rabbitmq_stomp', 'clients: stomp 61613'],
    ['rabbitmq_web_mqtt', 'clients: mqtt 1883', 'clients: web-mqtt 15675'],
    ['rabbitmq_web_stomp', 'clients: stomp 61613', 'clients: web-stomp 15674'],
    [
      'rabbitmq_web_mqtt_examples',
      'clients: mqtt 1883',
      'clients: web-mqtt 15675',
      'operators: examples 15670',
    ],
    [
      'rabbitmq_web_stomp_examples',
      'clients: stomp 61613',
      'clients: web-stomp 15674',
      'operators: examples 15670',
    ],
    ['rabbitmq_shovel_management', 'operators: management 15672'],
    ['rabbitmq_federation_prometheus', 'operators: prometheus 15692'],
    ['rabbitmq_event_exchange'],
    ['rabbitmq_peer_discovery_k8s'],
  ])('with %s are those on which it listens', (plugin, ...ports) => {
    expect(open([plugin])).toEqual([AMQP, ...ports]);
  });

  it('of two plugins with the same are named once', () => {
    expect(
      open(['rabbitmq_web_mqtt_examples', 'rabbitmq_web_stomp_examples']).filter((port) =>
        port.includes('15670'),
      ),
    ).toHaveLength(1);
  });

  it('are those that a line names', () => {
    expect(
      open(['rabbitmq_mqtt'], 'mqtt.listeners.tcp.default = 1884', 'mqtt.listeners.tcp.b = 10.0.0.5:1885'),
    ).toEqual([AMQP, 'clients: mqtt 1884', 'clients: mqtt-1885 1885']);
    expect(open(['rabbitmq_stomp'], 'stomp.listeners.tcp = none')).toEqual([AMQP]);
    expect(open(['rabbitmq_stream'], 'stream.listeners.tcp.1 = 127.0.0.1:5552')).toEqual([AMQP]);
    expect(open(['rabbitmq_stream'], 'stream.listeners.tcp.1 = [::]:5553')).toEqual([
      AMQP,
      'clients: stream 5553',
    ]);
    expect(open([], 'mqtt.listeners.tcp.default = 1884')).toEqual([AMQP]);
  });

  it('are none where a line keeps them on the machine', () => {
    expect(open(['rabbitmq_management'], 'management.tcp.ip = 127.0.0.1')).toEqual([AMQP]);
    expect(open(['rabbitmq_prometheus'], 'prometheus.tcp.ip = ::1')).toEqual([AMQP]);
    expect(open(['rabbitmq_prometheus'], 'prometheus.tcp.ip = 0.0.0.0')).toHaveLength(2);
  });

  it('are those over TLS where a line says so', () => {
    expect(open([], 'listeners.ssl.default = 5671')).toEqual([AMQP, 'clients: amqps 5671']);
    expect(open(['rabbitmq_stream'], 'stream.listeners.ssl.default = 5551')).toContain(
      'clients: stream-tls 5551',
    );
    expect(open(['rabbitmq_mqtt'], 'mqtt.listeners.ssl.default = 8883')).toContain('clients: mqtts 8883');
    expect(open(['rabbitmq_management'], 'management.ssl.certfile = /a')).toContain(
      'operators: management-tls 15671',
    );
    expect(
      open(['rabbitmq_management'], 'management.ssl.certfile = /a', 'management.ssl.port = 443'),
    ).toEqual([AMQP, 'operators: management 15672', 'operators: management-tls 443']);
    expect(open(['rabbitmq_prometheus'], 'prometheus.ssl.certfile = /a')).toContain(
      'operators: prometheus-tls 15691',
    );
  });

  it('between nodes are those of the Erlang distribution, the tools and the copies of streams', () => {
    expect(inside()).toEqual([
      'amqp 5672-5672',
      'epmd 4369-4369',
      'clustering 25672-25672',
      'tools 35672-35682',
      'streams 6000-6500',
    ]);
    expect(
      inside(
        'stream.replication.port_range.min = 6100',
        'stream.replication.port_range.max = 6200',
        'distribution.listener.port_range.min = 25700',
        'distribution.listener.port_range.max = 25710',
      ),
    ).toEqual([
      'amqp 5672-5672',
      'epmd 4369-4369',
      'clustering 25700-25710',
      'tools 35672-35682',
      'streams 6100-6200',
    ]);
  });
});
