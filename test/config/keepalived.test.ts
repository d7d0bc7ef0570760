import fc from 'fast-check';
import { KeepalivedConfig, renderKeepalived } from '../../lib/config/keepalived';
import { ValidationError } from '../../lib/model/errors';
import { anyKeepalivedConfig, FIRST } from './keepalived-configs';

describe('renderKeepalived', () => {
  it('renders a host of a pair', async () => {
    await expect(renderKeepalived(FIRST)).toMatchFileSnapshot('../golden/keepalived/first-host.conf');
  });

  it('renders every option', async () => {
    const text = renderKeepalived({
      ...FIRST,
      peers: ['10.0.0.22', '10.0.0.23'],
      advertSeconds: 0.25,
      missedAdverts: 3,
      check: { ...FIRST.check, intervalSeconds: 2, timeoutSeconds: 4, rise: 1, fall: 3 },
      extraLines: ['debug 0'],
    });
    await expect(text).toMatchFileSnapshot('../golden/keepalived/every-option.conf');
  });

  it('begins as backup and does not preempt, whatever the priority', () => {
    for (const priority of [1, 254]) {
      const text = renderKeepalived({ ...FIRST, priority });
      expect(text).toContain('  state BACKUP\n  nopreempt\n');
      expect(text).toContain(`  priority ${priority}\n`);
    }
  });

  it('lets a host without a serving proxy have no address from the first moment on', () => {
    expect(renderKeepalived(FIRST)).toMatch(/vrrp_script proxy \{[^}]*\n {2}init_fail\n/);
    expect(renderKeepalived(FIRST)).toMatch(/track_script \{\n {4}proxy\n/);
  });

  it('leaves values alone that are not known yet', () => {
    const floatingAddress = '${TfToken[TOKEN.3]}';
    expect(renderKeepalived({ ...FIRST, floatingAddress })).toContain(
      `    ${floatingAddress}/24 dev $INTERFACE\n`,
    );
  });

  it('renders any valid configuration with balanced blocks', () => {
    fc.assert(
      fc.property(anyKeepalivedConfig, (config) => {
        const text = renderKeepalived(config);
        expect(text).toMatch(/^[\x20-\x7e\n]+$/);
        expect(text).toContain(`vrrp_instance ${config.group} {`);
        expect(text.split('{').length).toBe(text.split('}').length);
      }),
    );
  });

  const refused: [string, Partial<KeepalivedConfig>, RegExp][] = [
    ['a host that is no host name', { host: 'a b' }, /name must be a host name/],
    ['an instance that opens a block', { group: 'a {' }, /name must be a host name/],
    ['no peer', { peers: [] }, /peers must not be empty/],
    ['a peer that is no address', { peers: ['proxy-2'] }, /must be an IPv4 address, got "proxy-2"/],
    ['itself as peer', { peers: ['10.0.0.21'] }, /must differ, got 10.0.0.21 twice/],
    [
      'a floating address that a host owns',
      { floatingAddress: '10.0.0.22' },
      /must differ, got 10.0.0.22 twice/,
    ],
    ['router id 0', { virtualRouterId: 0 }, /virtualRouterId must be a whole number from 1 to 255, got 0/],
    ['router id 256', { virtualRouterId: 256 }, /got 256/],
    ['priority 255, which cannot be lowered by a check', { priority: 255 }, /from 1 to 254, got 255/],
    ['prefix 33', { prefixLength: 33 }, /prefixLength must be a whole number from 1 to 32, got 33/],
    ['adverts every 5 ms', { advertSeconds: 0.005 }, /whole hundredths from 0.01 to 40.95, got 0.005/],
    ['adverts every 41 s', { advertSeconds: 41 }, /got 41/],
    ['no missed advert', { missedAdverts: 0 }, /missedAdverts must be a whole number from 1 to 100, got 0/],
    [
      'a check with a relative path',
      { check: { path: 'check', user: 'nobody' } },
      /path of the check .* got "check"/,
    ],
    [
      'a check argument that ends the string',
      { check: { ...FIRST.check, arguments: ['"'] } },
      /argument of the check must be a plain word/,
    ],
    [
      'a check every half second',
      { check: { ...FIRST.check, intervalSeconds: 0.5 } },
      /intervalSeconds .* got 0.5/,
    ],
    [
      'an extra line that sets the priority of one host',
      { extraLines: ['@proxy-1 priority 10'] },
      /must not contradict "priority \d+", got "@proxy-1 priority 10"/,
    ],
    ['an extra line that closes the block', { extraLines: ['}'] }, /must not open or close a block, got "}"/],
    [
      'an extra line that lets it preempt',
      { extraLines: ['preempt_delay 5'] },
      /must not contradict "nopreempt"/,
    ],
    [
      'an extra line that sets the priority again',
      { extraLines: ['priority 1'] },
      /contradict "priority 250", got/,
    ],
    ['an extra line with a line break', { extraLines: ['a\nb'] }, /control characters/],
    ['an advert that an option sets', { extraLines: ['advert_int 1'] }, /: use vrrp\.advertSeconds$/],
    ['a router that an option sets', { extraLines: ['virtual_router_id 1'] }, /: use vrrp\.virtualRouterId$/],
    ['an address that an option sets', { extraLines: ['unicast_src_ip 1'] }, /: use addresses$/],
    ['a state, which nothing sets', { extraLines: ['state MASTER'] }, /: leave it out, it is fixed$/],
  ];

  it.each(refused)('refuses %s', (_, change, message) => {
    expect(() => renderKeepalived({ ...FIRST, ...change })).toThrow(ValidationError);
    expect(() => renderKeepalived({ ...FIRST, ...change })).toThrow(message);
  });
});
