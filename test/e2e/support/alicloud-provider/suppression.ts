import { ObjectValue, Value, textOf } from './values';

/** What the provider looks at before it ignores a difference. `values` are those to be. */
export interface Suppression {
  readonly type: string;
  readonly values: ObjectValue;
  readonly creating: boolean;
}

type Rule = (context: Suppression, before: Value, after: Value) => boolean;

const onlyPrepaid: Rule = ({ values }) => textOf(values['instance_charge_type']) !== 'PrePaid';
const onlyTcp: Rule = ({ values }) => values['protocol'] !== 'tcp';
const onlyHttp: Rule = ({ values }) => values['protocol'] !== 'http' && values['protocol'] !== 'https';
const onlyHttps: Rule = ({ values }) => values['protocol'] !== 'https';
const onlyLayer4: Rule = ({ values }) => values['protocol'] !== 'tcp' && values['protocol'] !== 'udp';

/** The differences that the provider ignores, for the resources of a broker stack. */
const RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  alicloud_instance: {
    auto_renew_period: onlyPrepaid,
    include_data_disks: onlyPrepaid,
    period: onlyPrepaid,
    period_unit: onlyPrepaid,
    renewal_status: onlyPrepaid,
    internet_charge_type: ({ values }) =>
      typeof values['internet_max_bandwidth_out'] !== 'number' || values['internet_max_bandwidth_out'] === 0,
    system_disk_performance_level: ({ values }) =>
      values['system_disk_category'] !== null && values['system_disk_category'] !== 'cloud_essd',
    user_data: (_, before, after) =>
      typeof before === 'string' && typeof after === 'string' && decoded(before) === decoded(after),
  },
  alicloud_security_group_rule: {
    port_range: ({ values }, _, after) => isLayer4(values) === (after === '-1/-1'),
  },
  alicloud_slb_load_balancer: { internet_charge_type: ({ values }) => values['address_type'] === 'intranet' },
  alicloud_slb_listener: {
    established_timeout: onlyTcp,
    health_check_type: onlyTcp,
    persistence_timeout: onlyLayer4,
    health_check: onlyHttp,
    sticky_session: onlyHttp,
    idle_timeout: onlyHttp,
    request_timeout: onlyHttp,
    gzip: onlyHttp,
    health_check_uri: ({ values }) =>
      values['protocol'] === 'udp' ||
      (values['protocol'] === 'tcp' && values['health_check_type'] !== 'http'),
    enable_http2: onlyHttps,
    tls_cipher_policy: onlyHttps,
  },
};

/** True when the provider does not see the difference between the two values. */
export function isSuppressed(context: Suppression, name: string, before: Value, after: Value): boolean {
  return RULES[context.type]?.[name]?.(context, before, after) ?? false;
}

function isLayer4(values: ObjectValue): boolean {
  return values['ip_protocol'] === 'tcp' || values['ip_protocol'] === 'udp';
}

/** The provider encodes what is not Base64 itself, so both spellings are one. */
function decoded(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes.toString('latin1') : Buffer.from(text).toString('latin1');
}
