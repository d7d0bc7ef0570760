/** A rule for the scanner, in the form of a custom policy of checkov. */
export interface Policy {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly definition: object;
  /** A resource that breaks this rule, so that a test can see that it is one. */
  readonly violation: { readonly type: string; readonly arguments: object };
}

/** An argument that each resource of a type must have, with that value. */
function argument(
  id: string,
  name: string,
  type: string,
  attribute: string,
  value: string | boolean | number,
  instead: string | boolean | number,
  category = 'NETWORKING',
): Policy {
  return {
    id,
    name,
    category,
    definition: { cond_type: 'attribute', resource_types: [type], attribute, operator: 'equals', value },
    violation: { type, arguments: { [attribute]: instead } },
  };
}

/** An argument that each resource of a type must have. */
function present(id: string, name: string, type: string, attribute: string, category: string): Policy {
  return {
    id,
    name,
    category,
    definition: { cond_type: 'attribute', resource_types: [type], attribute, operator: 'exists' },
    violation: { type, arguments: {} },
  };
}

/** A resource of another type that must refer to each resource of a type, or be referred to by it. */
function connected(id: string, name: string, type: string, to: string, category: string): Policy {
  return {
    id,
    name,
    category,
    definition: {
      and: [
        { cond_type: 'filter', attribute: 'resource_type', operator: 'within', value: [type] },
        {
          cond_type: 'connection',
          resource_types: [type],
          connected_resource_types: [to],
          operator: 'exists',
        },
      ],
    },
    violation: { type, arguments: {} },
  };
}

/**
 * What checkov asks of the clouds that it knows well, for the resources that stacks here are made of: of these its own
 * rules know only `alicloud_security_group_rule`, and only the ports 22 and 3389.
 */
export const POLICIES: readonly Policy[] = [
  argument(
    'BROKERS_DATA_DISK_ENCRYPTED',
    'Disks of data are encrypted (as CKV_ALI_7)',
    'alicloud_ecs_disk',
    'encrypted',
    true,
    false,
    'ENCRYPTION',
  ),
  present(
    'BROKERS_DATA_DISK_OWN_KEY',
    'Disks of data are encrypted with a key of the account (as CKV_ALI_8)',
    'alicloud_ecs_disk',
    'kms_key_id',
    'ENCRYPTION',
  ),
  argument(
    'BROKERS_DATA_DISK_SURVIVES',
    'Disks of data outlive their machine',
    'alicloud_ecs_disk',
    'delete_with_instance',
    false,
    true,
    'BACKUP_AND_RECOVERY',
  ),
  connected(
    'BROKERS_DATA_DISK_SNAPSHOTS',
    'Disks of data have a snapshot policy (as CKV2_AWS_9)',
    'alicloud_ecs_disk',
    'alicloud_ecs_auto_snapshot_policy_attachment',
    'BACKUP_AND_RECOVERY',
  ),
  argument(
    'BROKERS_SYSTEM_DISK_ENCRYPTED',
    'System disks are encrypted (as CKV_AWS_8)',
    'alicloud_instance',
    'system_disk_encrypted',
    true,
    false,
    'ENCRYPTION',
  ),
  argument(
    'BROKERS_METADATA_TOKENS',
    'Metadata, and so user data, is for holders of a token (as CKV_AWS_79)',
    'alicloud_instance',
    'http_tokens',
    'required',
    'optional',
    'GENERAL_SECURITY',
  ),
  argument(
    'BROKERS_NO_PUBLIC_ADDRESS',
    'Machines have no public address (as CKV_AWS_88)',
    'alicloud_instance',
    'internet_max_bandwidth_out',
    0,
    10,
  ),
  argument(
    'BROKERS_DELETION_PROTECTION',
    'Machines are protected from deletion',
    'alicloud_instance',
    'deletion_protection',
    true,
    false,
    'GENERAL_SECURITY',
  ),
  {
    id: 'BROKERS_NO_PASSWORD',
    name: 'Machines have no password',
    category: 'SECRETS',
    definition: {
      cond_type: 'attribute',
      resource_types: ['alicloud_instance'],
      attribute: 'password',
      operator: 'not_exists',
    },
    violation: { type: 'alicloud_instance', arguments: { password: '${var.password}' } },
  },
  argument(
    'BROKERS_MEMBERS_APART',
    'Members of a security group reach each other by rules alone',
    'alicloud_security_group',
    'inner_access_policy',
    'Drop',
    'Accept',
  ),
  {
    id: 'BROKERS_NOT_FOR_EVERYONE',
    name: 'No rule admits everyone, to any port (as CKV_AWS_260 for all ports)',
    category: 'NETWORKING',
    definition: {
      or: [
        {
          cond_type: 'attribute',
          resource_types: ['alicloud_security_group_rule'],
          attribute: 'cidr_ip',
          operator: 'not_equals',
          value: '0.0.0.0/0',
        },
        {
          cond_type: 'attribute',
          resource_types: ['alicloud_security_group_rule'],
          attribute: 'policy',
          operator: 'equals',
          value: 'drop',
        },
      ],
    },
    violation: {
      type: 'alicloud_security_group_rule',
      arguments: { cidr_ip: '0.0.0.0/0', policy: 'accept', port_range: '5672/5672' },
    },
  },
  present(
    'BROKERS_RULE_DESCRIBED',
    'Rules say what they are for (as CKV_AWS_23)',
    'alicloud_security_group_rule',
    'description',
    'NETWORKING',
  ),
  argument(
    'BROKERS_SLB_PRIVATE',
    'Classic load balancers have a private address',
    'alicloud_slb_load_balancer',
    'address_type',
    'intranet',
    'internet',
  ),
  argument(
    'BROKERS_SLB_DELETION_PROTECTION',
    'Classic load balancers are protected from deletion (as CKV_AWS_150)',
    'alicloud_slb_load_balancer',
    'delete_protection',
    'on',
    'off',
  ),
  argument(
    'BROKERS_SLB_ALLOW_LIST',
    'Listeners of classic load balancers admit only who is on their list',
    'alicloud_slb_listener',
    'acl_type',
    'white',
    'black',
  ),
  argument(
    'BROKERS_SLB_TLS',
    'Listeners of classic load balancers end TLS (as CKV_AWS_2)',
    'alicloud_slb_listener',
    'protocol',
    'https',
    'tcp',
    'ENCRYPTION',
  ),
  argument(
    'BROKERS_NLB_PRIVATE',
    'Network load balancers have private addresses',
    'alicloud_nlb_load_balancer',
    'address_type',
    'Intranet',
    'Internet',
  ),
  argument(
    'BROKERS_NLB_DELETION_PROTECTION',
    'Network load balancers are protected from deletion (as CKV_AWS_150)',
    'alicloud_nlb_load_balancer',
    'deletion_protection_enabled',
    true,
    false,
  ),
  present(
    'BROKERS_NLB_FIREWALL',
    'Network load balancers have a security group',
    'alicloud_nlb_load_balancer',
    'security_group_ids',
    'NETWORKING',
  ),
  argument(
    'BROKERS_NLB_TLS',
    'Listeners of network load balancers end TLS (as CKV_AWS_2)',
    'alicloud_nlb_listener',
    'listener_protocol',
    'TCPSSL',
    'TCP',
    'ENCRYPTION',
  ),
  connected(
    'BROKERS_VPC_FLOW_LOG',
    'Networks have a flow log (as CKV2_AWS_11)',
    'alicloud_vpc',
    'alicloud_vpc_flow_log',
    'LOGGING',
  ),
  argument(
    'BROKERS_PUBLIC_ADDRESS',
    'Public addresses are for NAT gateways alone',
    'alicloud_eip_association',
    'instance_type',
    'Nat',
    'EcsInstance',
  ),
];
