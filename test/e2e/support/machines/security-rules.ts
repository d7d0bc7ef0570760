import { AlicloudProvider } from '../alicloud-provider';

interface Rule {
  readonly sources: readonly string[];
  readonly protocol: string;
  readonly ports: readonly [number, number];
  readonly drops: boolean;
  readonly priority: number;
}

type Values = Readonly<Record<string, unknown>>;

/**
 * A script that lets through to the machine with this address what the security groups of the stand-in for the cloud let
 * through, as iptables rules in the order in which the cloud looks at its own: by priority, and of equal ones those first that
 * drop. What the machine began itself is answered, and `always` gets everything, e.g. the test on the engine's own machine.
 */
export function firewallScript(provider: AlicloudProvider, address: string, always: string): string {
  const instances = provider.resources('alicloud_instance');
  const own = instances.find(({ values }) => values['private_ip'] === address)?.values;
  if (own === undefined) throw new Error(`no instance has ${address}`);
  // A member of a group is one with the floating address that it holds as well.
  const addressesOf = (group: string): string[] =>
    instances
      .filter(({ values }) => groupsOf(values).includes(group))
      .flatMap(({ id, values }) => [text(values, 'private_ip'), ...floatingAddressesOf(provider, id)]);
  const rules = provider
    .resources('alicloud_security_group_rule')
    .map(({ values }) => values)
    .filter((rule) => rule['type'] === 'ingress' && groupsOf(own).includes(text(rule, 'security_group_id')))
    .map((rule) => ruleOf(rule, addressesOf))
    .sort((a, b) => a.priority - b.priority || Number(b.drops) - Number(a.drops));
  return [
    'iptables -w -P INPUT DROP',
    'iptables -w -A INPUT -i lo -j ACCEPT',
    'iptables -w -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    `iptables -w -A INPUT -s ${always} -j ACCEPT`,
    ...rules.flatMap(tablesOf),
  ].join('\n');
}

function floatingAddressesOf(provider: AlicloudProvider, instanceId: string): readonly string[] {
  const held = provider
    .resources('alicloud_havip_attachment')
    .filter(({ values }) => values['instance_id'] === instanceId)
    .map(({ values }) => values['ha_vip_id'] ?? values['havip_id']);
  return provider
    .resources('alicloud_vpc_ha_vip')
    .filter(({ id }) => held.includes(id))
    .map(({ values }) => text(values, 'ip_address'));
}

function groupsOf(instance: Values): readonly string[] {
  const groups = instance['security_groups'];
  return Array.isArray(groups) ? groups.map(String) : [];
}

function ruleOf(rule: Values, addressesOf: (group: string) => string[]): Rule {
  const cidr = rule['cidr_ip'];
  const [from = 0, to = 0] = text(rule, 'port_range').split('/').map(Number);
  return {
    sources:
      typeof cidr === 'string' && cidr !== '' ? [cidr] : addressesOf(text(rule, 'source_security_group_id')),
    protocol: text(rule, 'ip_protocol'),
    ports: [from, to],
    drops: rule['policy'] === 'drop',
    priority: Number(rule['priority'] ?? 1),
  };
}

function tablesOf({ sources, protocol, ports: [from, to], drops }: Rule): readonly string[] {
  const match = protocol === 'all' ? '' : ` -p ${protocol}${from > 0 ? ` --dport ${from}:${to}` : ''}`;
  return sources.map((source) => `iptables -w -A INPUT -s ${source}${match} -j ${drops ? 'DROP' : 'ACCEPT'}`);
}

function text(values: Values, name: string): string {
  const value = values[name];
  if (typeof value !== 'string') throw new Error(`${name} is no text`);
  return value;
}
