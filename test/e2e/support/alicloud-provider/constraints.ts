import { Address4 } from 'ip-address';
import { Problem } from './validate';
import { ObjectValue, UNKNOWN, Value, spelled } from './values';

/** Says what is wrong with a value that is set and known. */
type Constraint = (value: Value) => string | undefined;

const LARGEST_USER_DATA = 32 * 1024;
const flag = oneOf('on', 'off');
const port = between(1, 65_535);
const name = length(2, 128);
const description = length(2, 256);
const networkName = length(1, 128);
const networkDescription = length(1, 256);
const diskCategory = oneOf(
  'cloud',
  'cloud_auto',
  'cloud_efficiency',
  'cloud_essd',
  'cloud_essd_entry',
  'cloud_ssd',
  'elastic_ephemeral_disk_premium',
  'elastic_ephemeral_disk_standard',
);
const performanceLevel = oneOf('PL0', 'PL1', 'PL2', 'PL3');

/** Values that the provider or the cloud's API takes, for the resources of a broker stack. */
const CONSTRAINTS: Readonly<Record<string, Readonly<Record<string, Constraint>>>> = {
  alicloud_vpc: { cidr_block: cidr(8, 28), vpc_name: networkName, description: networkDescription },
  alicloud_vswitch: { cidr_block: cidr(16, 29), vswitch_name: networkName, description: networkDescription },
  alicloud_security_group: {
    security_group_name: name,
    description,
    inner_access_policy: oneOf('Accept', 'Drop', 'accept', 'drop'),
    security_group_type: oneOf('normal', 'enterprise'),
  },
  alicloud_security_group_rule: {
    type: oneOf('ingress', 'egress'),
    ip_protocol: oneOf('tcp', 'udp', 'icmp', 'icmpv6', 'gre', 'all'),
    nic_type: oneOf('intranet', 'internet'),
    policy: oneOf('accept', 'drop'),
    priority: between(1, 100),
    cidr_ip: cidr(0, 32),
    port_range: portRange,
  },
  alicloud_instance: {
    instance_type: matching(/^ecs\../, "begin with 'ecs.'"),
    instance_name: name,
    description,
    host_name: matching(
      /^(?=.{2,64}$)[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*$/,
      'have 2 to 64 letters, digits, single hyphens and dots between them',
    ),
    password: password,
    private_ip: address,
    system_disk_category: diskCategory,
    system_disk_performance_level: performanceLevel,
    system_disk_size: between(20, 2048),
    http_tokens: oneOf('optional', 'required'),
    http_endpoint: oneOf('enabled', 'disabled'),
    http_put_response_hop_limit: between(1, 64),
    instance_charge_type: oneOf('PostPaid', 'PrePaid'),
    internet_max_bandwidth_out: between(0, 1000),
    spot_strategy: oneOf('NoSpot', 'SpotAsPriceGo', 'SpotWithPriceLimit'),
    status: oneOf('Running', 'Stopped'),
    user_data: userData,
  },
  alicloud_ecs_disk: {
    category: diskCategory,
    disk_name: name,
    performance_level: performanceLevel,
    size: between(1, 65_536),
  },
  alicloud_ecs_deployment_set: {
    strategy: oneOf('Availability', 'AvailabilityGroup', 'LowLatency'),
    deployment_set_name: name,
    description,
  },
  alicloud_ecs_command: {
    type: oneOf('RunBatScript', 'RunPowerShellScript', 'RunShellScript'),
    command_content: base64,
    timeout: between(10, 86_400),
  },
  alicloud_slb_load_balancer: {
    address_type: oneOf('internet', 'intranet'),
    delete_protection: flag,
    load_balancer_name: length(1, 80),
    address: address,
  },
  alicloud_slb_listener: {
    protocol: oneOf('http', 'https', 'tcp', 'udp'),
    frontend_port: port,
    backend_port: port,
    // Not wlc: the provider takes it, but the cloud has no such algorithm for this kind.
    scheduler: oneOf('wrr', 'rr', 'sch', 'tch', 'qch'),
    bandwidth: (value) => (value === -1 ? undefined : between(1, 5120)(value)),
    acl_status: flag,
    health_check: flag,
    health_check_type: oneOf('tcp', 'http'),
    health_check_connect_port: port,
    health_check_interval: between(1, 50),
    health_check_timeout: between(1, 300),
    healthy_threshold: between(2, 10),
    unhealthy_threshold: between(2, 10),
    persistence_timeout: between(0, 3600),
    established_timeout: between(10, 900),
  },
  alicloud_slb_server_group_server_attachment: {
    port,
    weight: between(0, 100),
    type: oneOf('ecs', 'eni', 'eci'),
  },
  alicloud_nlb_load_balancer: { address_type: oneOf('Internet', 'Intranet'), load_balancer_name: name },
  alicloud_nlb_listener: {
    listener_port: between(0, 65_535),
    listener_protocol: oneOf('TCP', 'UDP', 'TCPSSL'),
    idle_timeout: between(1, 900),
  },
  alicloud_nlb_server_group: {
    protocol: oneOf('TCP', 'UDP', 'TCPSSL', 'TCP_UDP'),
    server_group_name: name,
    server_group_type: oneOf('Instance', 'Ip'),
    scheduler: oneOf('Wrr', 'Rr', 'sch', 'Sch', 'tch', 'Tch', 'qch', 'Qch', 'Wlc'),
  },
  alicloud_nlb_server_group_server_attachment: {
    server_type: oneOf('Ecs', 'Ip', 'Eni', 'Eci'),
    port: between(0, 65_535),
    weight: between(0, 100),
  },
  alicloud_vpc_ha_vip: { ip_address: address, ha_vip_name: networkName },
};

/** What is wrong with the known values of a configuration. */
export function constraintProblems(type: string, values: ObjectValue): Problem[] {
  return Object.entries(CONSTRAINTS[type] ?? {}).flatMap(([attribute, constraint]) => {
    const value = values[attribute] ?? null;
    const wrong = value === null || value === UNKNOWN || value === '' ? undefined : constraint(value);
    if (wrong === undefined) return [];
    return [{ summary: `${attribute} ${wrong}`, detail: '', path: [attribute] }];
  });
}

function oneOf(...allowed: readonly string[]): Constraint {
  return (value) =>
    allowed.includes(spelled(value))
      ? undefined
      : `must be one of ${allowed.join(', ')}, got ${spelled(value)}`;
}

function between(least: number, most: number): Constraint {
  return (value) => {
    const number = Number(value);
    return number >= least && number <= most ? undefined : `must be from ${least} to ${most}, got ${number}`;
  };
}

function length(least: number, most: number): Constraint {
  return (value) => {
    const characters = spelled(value).length;
    if (characters >= least && characters <= most) return undefined;
    return `must have ${least} to ${most} characters, got ${characters}`;
  };
}

function matching(pattern: RegExp, wording: string): Constraint {
  return (value) => (pattern.test(spelled(value)) ? undefined : `must ${wording}, got ${spelled(value)}`);
}

function cidr(shortest: number, longest: number): Constraint {
  return (value) => {
    const text = spelled(value);
    if (!text.includes('/') || !Address4.isValid(text)) return `must be an IPv4 range, got ${text}`;
    const network = new Address4(text);
    if (network.startAddress().correctForm() !== network.correctForm()) {
      return `must begin at its network's address, got ${text}`;
    }
    return network.subnetMask >= shortest && network.subnetMask <= longest
      ? undefined
      : `must have a mask from /${shortest} to /${longest}, got ${text}`;
  };
}

function address(value: Value): string | undefined {
  const text = spelled(value);
  return Address4.isValid(text) && !text.includes('/') ? undefined : `must be an IPv4 address, got ${text}`;
}

function portRange(value: Value): string | undefined {
  const text = spelled(value);
  if (text === '-1/-1') return undefined;
  const [from = 0, to = 0] = /^\d+\/\d+$/.test(text) ? text.split('/').map(Number) : [];
  return from >= 1 && from <= to && to <= 65_535 ? undefined : `must be like 5672/5672, got ${text}`;
}

function base64(value: Value): string | undefined {
  return decodedLength(spelled(value)) === undefined ? 'must be Base64' : undefined;
}

/** The provider encodes what isn't Base64 without a word, and what looks like it by chance arrives garbled. */
function userData(value: Value): string | undefined {
  const bytes = decodedLength(spelled(value));
  if (bytes === undefined) return 'must be Base64';
  return bytes > LARGEST_USER_DATA ? `must have at most ${LARGEST_USER_DATA} bytes, got ${bytes}` : undefined;
}

function decodedLength(text: string): number | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes.length : undefined;
}

/** Never repeats the password. */
function password(value: Value): string | undefined {
  const text = spelled(value);
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(text)).length;
  return text.length >= 8 && text.length <= 30 && kinds >= 3
    ? undefined
    : 'must have 8 to 30 characters of at least three kinds';
}
