import { renderHaproxy } from '../../lib/config/haproxy';
import { HaproxyConfig, HaproxyListenerConfig } from '../../lib/config/haproxy-config';
import { TYPICAL, withListener } from './haproxy-configs';

const [AMQP, MANAGEMENT] = TYPICAL.listeners;

function listener(lines: readonly string[], change: Partial<HaproxyListenerConfig> = {}): HaproxyConfig {
  return withListener({ ...change, extraLines: lines });
}

function management(...extraLines: readonly string[]): HaproxyConfig {
  if (AMQP === undefined || MANAGEMENT === undefined) throw new Error('the typical configuration has both');
  return { ...TYPICAL, listeners: [AMQP, { ...MANAGEMENT, extraLines }] };
}

describe('extra lines of haproxy.cfg', () => {
  it('set what the servers have in common before the servers, since it counts for those that come after', () => {
    const text = renderHaproxy(listener(['default-server slowstart 30s', 'log-tag amqp']));
    const lines = text.slice(text.indexOf('listen amqp')).split('\n');
    const at = (start: string): number => lines.findIndex((line) => line.trim().startsWith(start));
    expect(at('default-server')).toBeGreaterThan(0);
    expect(at('default-server')).toBeLessThan(at('server '));
    expect(at('log-tag')).toBeGreaterThan(at('server '));
    expect(lines.filter((line) => line.includes('default-server'))).toHaveLength(1);
  });

  const idle: [string, HaproxyConfig, RegExp][] = [
    [
      'PROXY protocol that the brokers are not told of',
      listener(['default-server send-proxy-v2']),
      /^listener amqp: extra line has no effect here, got "default-server send-proxy-v2": .* use the option proxyProtocol$/,
    ],
    [
      'an interval that each server has',
      listener(['default-server  inter 5s']),
      /every server sets inter itself; use the option check/,
    ],
    [
      'the same in the defaults',
      { ...TYPICAL, extraDefaultsLines: ["default-server 'rise' 1"] },
      /^haproxy defaults: extra line has no effect here, .* every server sets rise itself/,
    ],
    [
      'a balance of the defaults',
      { ...TYPICAL, extraDefaultsLines: ['balance first'] },
      /use its option balance/,
    ],
    [
      'a mode of the defaults',
      { ...TYPICAL, extraDefaultsLines: ['mode http'] },
      /every section sets mode itself/,
    ],
    [
      'a log format of the defaults',
      { ...TYPICAL, extraDefaultsLines: ['no option httplog'] },
      /every section sets option httplog itself/,
    ],
    ['a daemon', { ...TYPICAL, extraGlobalLines: ['daemon'] }, /^haproxy global: .* stays in the foreground/],
    [
      'HTTP in a listener of TCP',
      listener(['http-request deny']),
      /it is for HTTP, and this listener passes TCP/,
    ],
    ['an option of HTTP', listener(['option forwardfor']), /it is for HTTP/],
    ['a time-out of HTTP', listener(['timeout http-keep-alive 5s']), /it is for HTTP/],
    [
      'a rule for an HTTP probe where there is another',
      listener(['http-check expect status 401']),
      /the probe of this listener is tcp-and-http; use check with a probe of kind http/,
    ],
    ['a rule for a TCP probe', management('tcp-check connect'), /the probe of this listener is http/],
  ];

  it.each(idle)('are refused where they would do nothing: %s', (_, config, message) => {
    expect(() => renderHaproxy(config)).toThrow(message);
  });

  const effective: [string, HaproxyConfig][] = [
    ['HTTP in a listener of HTTP', management('http-request deny if FALSE', 'cookie node insert')],
    ['default-server in the defaults', { ...TYPICAL, extraDefaultsLines: ['default-server slowstart 5s'] }],
    [
      'the rules of a probe that is switched on with them',
      listener(['option httpchk', 'http-check send meth GET uri /'], { check: { probe: { kind: 'tcp' } } }),
    ],
    [
      'a variable',
      { ...TYPICAL, extraGlobalLines: ['set-var proc.mine str(x)', 'set-var proc.other str(y)'] },
    ],
  ];

  it.each(effective)('are taken where they do something: %s', (_, config) => {
    expect(renderHaproxy(config)).toContain('listen amqp\n');
  });
});
