import { App, Testing } from 'cdktf';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ProdStack } from '../../stacks/prod';
import { parseSettings } from '../../stacks/settings';
import { checkAgainstSchema } from '../alicloud/schema-check';
import { checkValues } from '../alicloud/value-check';
import { ROOT } from '../docs/repository';

interface Synthesised {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly output: Readonly<Record<string, { readonly value: unknown; readonly sensitive?: boolean }>>;
}

const FILE = parse(readFileSync(join(ROOT, 'environments', 'prod.yaml'), 'utf8')) as object;

/** The stack `prod` as the file in this repository describes it, with single settings changed. */
function prod(changes: object = {}): { readonly text: string; readonly stack: Synthesised } {
  const settings = parseSettings('test', { ...FILE, ...changes });
  const text = Testing.synth(new ProdStack(new App(), 'prod', settings), true);
  return { text, stack: JSON.parse(text) as Synthesised };
}

const FRONT_ENDS = ['slb', 'nlb', 'haproxy-keepalived'] as const;
const AMQP_ENDPOINTS = {
  slb: /^10\.0\.0\.10:5672$/,
  nlb: /^\$\{alicloud_nlb_load_balancer\.\S+\.dns_name\}:5672$/,
  'haproxy-keepalived': /^10\.0\.0\.20:5672$/,
} as const;
const SECRETS = ['generated', 'kms', 'oos'];

it('a load balancer of prod has addresses that no machine is to have, so that the cloud takes none of those for it', () => {
  const { resource, output } = prod({ frontEnd: 'slb' }).stack;
  expect(Object.values(resource['alicloud_slb_load_balancer'] ?? {})).toMatchObject([
    { address: '10.0.0.10' },
  ]);
  expect(output['amqp_endpoint']?.value).toBe('10.0.0.10:5672');
  const [layer4] = Object.values(
    prod({ frontEnd: 'nlb' }).stack.resource['alicloud_nlb_load_balancer'] ?? {},
  );
  const mappings = layer4?.['zone_mappings'] as { readonly private_ipv4_address: string }[];
  const addresses = mappings.map((mapping) => mapping.private_ipv4_address);
  expect(addresses).toEqual(['10.0.0.10', '10.0.1.10', '10.0.2.10']);
  const machines = Object.values(resource['alicloud_instance'] ?? {}).map((machine) => machine['private_ip']);
  expect(machines).toHaveLength(3);
  expect(machines).not.toEqual(expect.arrayContaining([expect.stringMatching(/\.10$/)]));
});

describe.each(FRONT_ENDS)('prod behind %s', (frontEnd) => {
  it.each(SECRETS)('with secrets %s is what the provider takes', (secrets) => {
    const { stack } = prod({ frontEnd, secrets, ramRole: 'brokers' });
    expect([...checkAgainstSchema(stack), ...checkValues(stack)]).toEqual([]);
    expect(Object.keys(stack.resource['alicloud_instance'] ?? {})).toHaveLength(
      frontEnd === 'haproxy-keepalived' ? 5 : 3,
    );
    expect(stack.output['amqp_endpoint']?.value).toMatch(AMQP_ENDPOINTS[frontEnd]);
  });

  it('has private names, a role and a remote state where they are asked for', () => {
    const { text, stack } = prod({
      frontEnd,
      dnsZone: 'brokers.internal',
      assumeRole: 'acs:ram::1234567890123456:role/deploy',
      providerVersion: '>= 1.289.0, < 1.300.0',
      backend: { bucket: 'acme-states', lockInstance: 'acme-locks', lockTable: 'locks' },
    });
    expect([...checkAgainstSchema(stack), ...checkValues(stack)]).toEqual([]);
    expect(stack.output['amqp_endpoint']?.value).toBe('amqp.brokers.internal:5672');
    expect(Object.values(stack.resource['alicloud_pvtz_zone_record'] ?? {}).map(({ rr }) => rr)).toEqual([
      'amqp',
      'prod-rabbitmq-1',
      'prod-rabbitmq-2',
      'prod-rabbitmq-3',
    ]);
    expect(text).toContain('acs:ram::1234567890123456:role/deploy');
    expect(text).toContain('"version": ">= 1.289.0, < 1.300.0"');
    expect(text).toContain('"tablestore_table": "locks"');
  });

  it('is the same bytes each time', () => {
    expect(prod({ frontEnd }).text).toBe(prod({ frontEnd }).text);
  });

  it('opens nothing to everyone', () => {
    const { stack } = prod({ frontEnd, operators: ['10.9.0.0/16'] });
    const open = Object.values(stack.resource['alicloud_security_group_rule'] ?? {})
      .filter(({ policy, cidr_ip: cidr }) => policy !== 'drop' && cidr !== undefined)
      .map(({ cidr_ip: cidr, port_range: ports }) => `${String(cidr)} ${String(ports)}`);
    expect(open.length).toBeGreaterThan(0);
    expect(
      open.filter(
        (rule) =>
          !/^(10\.[09]\.0\.0\/(8|16)|100\.64\.0\.0\/10|10\.0\.\d+\.0\/24) (5672|15672|1080)\//.test(rule),
      ),
    ).toEqual([]);
  });
});

describe('prod', () => {
  it('names where a person finds a secret that Terraform does not know, and prints no value', () => {
    const { text, stack } = prod({ secrets: 'kms', ramRole: 'brokers' });
    expect(stack.output['administrator_password']).toBeUndefined();
    expect(stack.output['administrator_password_is_in']?.value).toBe(
      'KMS secret "prod-administrator-password"',
    );
    expect(prod().text).toContain('sensitive(');
    expect(text).not.toContain('sensitive(');
  });

  it('marks the password as sensitive where Terraform knows it', () => {
    expect(prod().stack.output['administrator_password']).toMatchObject({ sensitive: true });
  });

  it('runs the images that are pushed, under the names that they have then', () => {
    const { text } = prod({ frontEnd: 'haproxy-keepalived', registry: 'registry.example.com/mq' });
    const { rabbitmq, proxy } = JSON.parse(
      readFileSync(join(ROOT, 'images', 'registry.json'), 'utf8'),
    ) as Record<string, string>;
    expect(proxy).toContain('/');
    for (const name of [rabbitmq, proxy]) {
      expect(name).toMatch(/\w:\d/);
      expect(text).toContain(`registry.example.com/mq/${name?.split('/').at(-1) ?? ''}`);
    }
  });

  it('tells the brokers which heartbeat its front end was checked against', () => {
    expect(prod({ heartbeatSeconds: 45 }).text).toContain('heartbeat = 45');
  });

  it.each([
    [
      'a heartbeat above the idle limit',
      { heartbeatSeconds: 900 },
      'heartbeatSeconds must be from 1 to below the idle limit of 900 s, got 900',
    ],
    ['no clients', { clients: [] }, /clients: must name at least one network/],
    [
      'more zones asked for than there are',
      { zones: ['cn-hangzhou-h'] },
      'hosts of prod-rabbitmq are spread over 3 zones, the network has 1',
    ],
    [
      'a VPC without room for its zones',
      { cidr: '10.0.0.0/24' },
      'zone cn-hangzhou-i has no address space, cidr 10.0.0.0/24 holds 1 of /24',
    ],
    ['an even number of nodes', { nodes: 4 }, /nodes: must be odd/],
    [
      'zones of another region',
      { region: 'cn-beijing' },
      'zones.0: must be a zone of cn-beijing, got cn-hangzhou-h',
    ],
  ])('refuses %s', (_, changes, message) => {
    expect(() => prod(changes)).toThrow(message);
  });
});
