/** Attributes by resource type and by name. */
export type Resources = Readonly<Record<string, Readonly<Record<string, object>>>>;

/** One broker's machine. */
export const INSTANCE = {
  instance_name: 'rabbit-1',
  host_name: 'rabbit-1',
  image_id: 'ubuntu_24_04_x64_20G_alibase_20260615.vhd',
  instance_type: 'ecs.g7.large',
  private_ip: '10.0.1.11',
  security_groups: ['${alicloud_security_group.brokers.id}'],
  vswitch_id: '${alicloud_vswitch.a.id}',
  system_disk_category: 'cloud_essd',
  user_data: '${base64encode("echo ${terraform_data.cookie.output}")}',
  tags: { role: 'broker' },
};
/** The least that a broker's machine needs around it. */
export const RESOURCES: Resources = {
  terraform_data: { cookie: { input: 'a-secret-cookie' } },
  alicloud_vpc: { network: { vpc_name: 'brokers', cidr_block: '10.0.0.0/16' } },
  alicloud_vswitch: {
    a: { vpc_id: '${alicloud_vpc.network.id}', zone_id: 'cn-hangzhou-h', cidr_block: '10.0.1.0/24' },
  },
  alicloud_security_group: {
    brokers: { security_group_name: 'brokers', vpc_id: '${alicloud_vpc.network.id}' },
  },
  alicloud_security_group_rule: {
    amqp: {
      type: 'ingress',
      ip_protocol: 'tcp',
      nic_type: 'intranet',
      port_range: '5672/5672',
      cidr_ip: '10.0.0.0/8',
      security_group_id: '${alicloud_security_group.brokers.id}',
    },
  },
  alicloud_instance: { rabbit: INSTANCE },
};

/** A configuration of those resources, with attributes of single resources changed and resources added. */
export function stack(changes: Resources = {}, rest: object = {}): object {
  const resource: Record<string, Record<string, object>> = { ...RESOURCES };
  for (const [type, named] of Object.entries(changes)) {
    resource[type] = { ...resource[type] };
    for (const [name, change] of Object.entries(named)) {
      resource[type][name] = { ...resource[type][name], ...change };
    }
  }
  return {
    terraform: { required_providers: { alicloud: { source: 'aliyun/alicloud' } } },
    provider: { alicloud: { region: 'cn-hangzhou' } },
    resource,
    ...rest,
  };
}
