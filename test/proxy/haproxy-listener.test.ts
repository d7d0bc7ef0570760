import { renderHaproxy } from '../../lib/config/haproxy';
import { AmqpListenerOptions, HaproxyListener, IBrokerTarget } from '../../lib/proxy/haproxy-listener';
import { brokers } from './fake-platform';

describe('HaproxyListener.amqp', () => {
  it('passes AMQP to all nodes of the target', () => {
    expect(HaproxyListener.amqp(brokers(2)).config()).toEqual({
      name: 'amqp',
      port: 5672,
      mode: 'tcp',
      heartbeatSeconds: 60,
      check: { probe: { kind: 'tcp' } },
      servers: [
        { name: 'rabbit-1', address: '10.0.0.11', port: 5672 },
        { name: 'rabbit-2', address: '10.0.0.12', port: 5672 },
      ],
    });
  });

  it('asks the management port as well where there is one, so that a frozen node is noticed', () => {
    const target = { ...brokers(1), managementPort: 15_672 };
    const { check } = HaproxyListener.amqp(target, { check: { fall: 2 } }).config();
    expect(check).toEqual({ probe: { kind: 'tcp-and-http', port: 15_672, path: '/' }, fall: 2 });
  });

  it('balances nodes that are added later', () => {
    const target = brokers(3);
    const listener = HaproxyListener.amqp(target);
    target.nodes.push({ name: 'rabbit-4', address: '10.0.0.14' });
    expect(listener.config().servers.map(({ name }) => name)).toEqual([
      'rabbit-1',
      'rabbit-2',
      'rabbit-3',
      'rabbit-4',
    ]);
  });

  it('takes the port of the brokers from the target, and its own from the options', () => {
    const listener = HaproxyListener.amqp({ ...brokers(1), amqpPort: 5673 }, { port: 5672 });
    expect(listener.port).toBe(5672);
    expect(listener.config().servers[0]?.port).toBe(5673);
    const tls = HaproxyListener.amqp(brokers(1), { name: 'amqps', targetPort: 5671 });
    expect([tls.name, tls.port, tls.config().servers[0]?.port]).toEqual(['amqps', 5671, 5671]);
  });

  it('marks backup nodes', () => {
    const listener = HaproxyListener.amqp(brokers(2), { backup: ['rabbit-2'] });
    expect(listener.config().servers.map(({ backup }) => backup ?? false)).toEqual([false, true]);
  });

  it('takes backup nodes from the target, and whether their connections are closed when they are not needed', () => {
    const target = { ...brokers(2), backup: ['rabbit-2'], reclaims: true };
    const servers = HaproxyListener.amqp(target)
      .config()
      .servers.map(({ backup = false, reclaims = false }) => ({ backup, reclaims }));
    expect(servers).toEqual([
      { backup: false, reclaims: true },
      { backup: true, reclaims: false },
    ]);
    const [first] = HaproxyListener.amqp(target, { backup: [] }).config().servers;
    expect(first?.backup).toBeUndefined();
  });

  it('refuses a backup node that the target does not have', () => {
    const listener = HaproxyListener.amqp(brokers(2), { backup: ['rabbit-9'] });
    expect(() => listener.config()).toThrow(
      /listener amqp: backup must name nodes .* got "rabbit-9": use rabbit-1, rabbit-2/,
    );
  });

  it('sends the PROXY protocol when it is asked to, or when the brokers expect it', () => {
    const sent = (target: Partial<IBrokerTarget>, options: AmqpListenerOptions = {}) =>
      HaproxyListener.amqp({ ...brokers(1), ...target }, options).config().proxyProtocol ?? false;
    expect(sent({})).toBe(false);
    expect(sent({}, { proxyProtocol: true })).toBe(true);
    expect(sent({ proxyProtocol: true })).toBe(true);
    expect(() => sent({ proxyProtocol: true }, { proxyProtocol: false })).toThrow(
      'listener amqp: proxyProtocol must be true, got false: the brokers close connections without it',
    );
    // MQTT has a setting of its own in the broker.
    expect(sent({ proxyProtocol: true }, { targetPort: 1883, proxyProtocol: false })).toBe(false);
    const target = { ...brokers(1), managementPort: 15_672, proxyProtocol: true };
    expect(HaproxyListener.management(target).config().proxyProtocol).toBeUndefined();
  });

  it('compares time-outs with the heartbeat, unless there is none', () => {
    const text = (options: Parameters<typeof HaproxyListener.amqp>[1]) => () =>
      renderHaproxy({
        listeners: [HaproxyListener.amqp(brokers(1), options).config()],
        health: { port: 8405, allowFrom: [] },
      });
    expect(text({ timeouts: { clientSeconds: 100 } })).toThrow(/heartbeat of 60 s/);
    expect(text({ timeouts: { clientSeconds: 100 }, heartbeatSeconds: 50 })).not.toThrow();
    expect(text({ timeouts: { clientSeconds: 10 }, heartbeatSeconds: 0 })).not.toThrow();
    expect(text({ timeouts: { clientSeconds: 10 }, cutsIdleConnections: true })).not.toThrow();
    const slow = HaproxyListener.amqp({ ...brokers(1), heartbeatSeconds: 20_000 }).config();
    expect(() => renderHaproxy({ listeners: [slow], health: { port: 8405, allowFrom: [] } })).toThrow(
      /heartbeat of 20000 s/,
    );
  });
});

describe('HaproxyListener.management', () => {
  it('balances HTTP and does not decide who holds the floating address', () => {
    expect(
      HaproxyListener.management(brokers(1), { balance: 'source', maxConnections: 50 }).config(),
    ).toEqual({
      name: 'management',
      port: 15_672,
      mode: 'http',
      balance: 'source',
      maxConnections: 50,
      essential: false,
      check: { probe: { kind: 'http', path: '/' } },
      servers: [{ name: 'rabbit-1', address: '10.0.0.11', port: 15_672 }],
    });
  });

  it('decides it when asked to', () => {
    expect(HaproxyListener.management(brokers(1), { essential: true }).config().essential).toBe(true);
  });
});
