import { checkValues } from './value-check';

const rule = (change: object): object => ({
  resource: {
    alicloud_security_group_rule: {
      amqp: {
        security_group_id: 'sg-1',
        type: 'ingress',
        nic_type: 'intranet',
        ip_protocol: 'tcp',
        port_range: '5672/5672',
        cidr_ip: '10.0.0.0/8',
        ...change,
      },
    },
  },
});

it('a value that the cloud refuses is told by its resource, an expression is any value', () => {
  expect(checkValues(rule({}))).toEqual([]);
  expect(checkValues(rule({ port_range: '5672' }))).toEqual([
    expect.stringMatching(/^alicloud_security_group_rule\.amqp: .*must be like 5672\/5672/),
  ]);
  expect(checkValues(rule({ port_range: '${var.ports}' }))).toEqual([]);
});
