import { renderHaproxy } from '../../lib/config/haproxy';
import { HaproxyConfig } from '../../lib/config/haproxy-config';
import { TYPICAL, withListener } from './haproxy-configs';

describe('an extra line that contradicts ours', () => {
  const render = (change: Partial<HaproxyConfig>) => () => renderHaproxy({ ...TYPICAL, ...change });

  it.each([
    ['extraGlobalLines', 'maxconn 9', 'it is the sum of the listeners, use maxConnections of those'],
    ['extraGlobalLines', 'user root', 'leave it out, it is fixed'],
    ['extraGlobalLines', 'stats socket /tmp/a', 'leave it out, it is fixed'],
    ['extraDefaultsLines', 'retries 9', 'write it in extraLines of a listener'],
  ] as const)('in %s is told what sets it: %s', (prop, line, way) => {
    expect(render({ [prop]: [line] })).toThrow(`got "${line}": ${way}`);
  });

  it.each([
    ['bind :5673', 'use port'],
    ['balance first', 'use balance'],
    ['timeout client 5s', 'use timeouts.clientSeconds'],
    ['server a 10.0.0.1:5672', 'servers are the nodes of the target'],
    ['mode http', 'leave it out, it is fixed'],
    ['no option clitcpka', 'leave it out, it is fixed'],
  ])('of a listener is told what sets it: %s', (line, way) => {
    expect(() => renderHaproxy(withListener({ extraLines: [line] }))).toThrow(`got "${line}": ${way}`);
  });

  it('is not refused in a listener where that is the way', () => {
    for (const line of ['retries 9', 'no option dontlognull', 'option redispatch 2', 'timeout queue 3s']) {
      expect(renderHaproxy(withListener({ extraLines: [line] }))).toContain(`  ${line}\n`);
    }
  });
});
