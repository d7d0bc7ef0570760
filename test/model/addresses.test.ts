import fc from 'fast-check';
import { AddressPlan } from '../../lib/model/addresses';

const plan = (cidr = '172.29.0.0/24'): AddressPlan => new AddressPlan('platform', cidr);

describe('AddressPlan', () => {
  it('gives every group its own block, floating address first', () => {
    const addresses = plan();
    expect(addresses.hosts('orders', 3)).toEqual(['172.29.0.11', '172.29.0.12', '172.29.0.13']);
    expect(addresses.hosts('proxy', 2)).toEqual(['172.29.0.21', '172.29.0.22']);
    expect(addresses.floating('proxy')).toBe('172.29.0.20');
    expect(addresses.gateway).toBe('172.29.0.1');
    expect(addresses.dynamicRange).toBe('172.29.0.128/25');
  });

  it('moves no other group when one grows', () => {
    const sizes = fc.constantFrom(1, 3, 5, 7);
    fc.assert(
      fc.property(sizes, sizes, (before, after) => {
        const small = plan();
        const large = plan();
        const kept = Math.min(before, after);
        expect(small.hosts('orders', before).slice(0, kept)).toEqual(
          large.hosts('orders', after).slice(0, kept),
        );
        expect(small.hosts('proxy', 2)).toEqual(large.hosts('proxy', 2));
      }),
    );
  });

  it('moves no other group when one is pinned', () => {
    const pinned = plan();
    pinned.hosts('orders', 1, ['172.29.0.200']);
    expect(pinned.hosts('proxy', 1)).toEqual(['172.29.0.21']);
  });

  it.each([
    ['127.1.0.0/24', '127.0.0.0/8', 'loopback'],
    ['169.254.8.0/24', '169.254.0.0/16', 'link-local addresses'],
    ['239.0.0.0/24', '224.0.0.0/3', 'multicast and later use'],
    ['0.0.0.0/24', '0.0.0.0/8', 'hosts without an address'],
  ])('refuses %s, where no host has an address of its own', (cidr, network, use) => {
    expect(() => plan(cidr)).toThrow(
      `platform: subnet overlaps ${network}, kept for ${use}, got ${cidr}: use e.g. 172.29.0.0/24`,
    );
  });

  it('says that two groups have one name, and which value must be known', () => {
    const addresses = plan();
    addresses.hosts('proxy', 2);
    expect(() => addresses.hosts('proxy', 2)).toThrow(
      'platform: host names must differ, got proxy-1 twice: give one of the two groups another name',
    );
    expect(() => plan('${TfToken[TOKEN.1]}')).toThrow(
      'subnet must be an IPv4 network, got a Terraform expression, which is not known at synth: write e.g.',
    );
    expect(() => plan().hosts('orders', 1, ['${TfToken[TOKEN.1]}'])).toThrow(
      'orders-1 needs an IPv4 address, got a Terraform expression, which is not known at synth: choose one inside',
    );
  });

  it('takes addresses that the user fixed', () => {
    expect(plan().hosts('orders', 1, ['172.29.0.200'])).toEqual(['172.29.0.200']);
  });

  it.each([
    ['172.29.0.0', 'subnet must be an IPv4 network, got 172.29.0.0: write e.g. 172.29.0.0/24'],
    ['fd00::/64', 'subnet must be an IPv4 network, got fd00::/64'],
    ['172.29.0.5/24', 'subnet has host bits set, got 172.29.0.5/24: use 172.29.0.0/24'],
    ['172.29.0.0/29', 'subnet 172.29.0.0/29 is too small: use /28 or larger'],
    ['nonsense', 'subnet must be an IPv4 network, got nonsense'],
  ])('refuses the subnet %s', (cidr, message) => {
    expect(() => plan(cidr)).toThrow(message);
  });

  it.each([
    [
      'one address for two hosts',
      ['172.29.0.30', '172.29.0.30'],
      'address 172.29.0.30 is asked for twice: by orders-1 and by orders-2',
    ],
    [
      'an address outside',
      ['172.29.0.30', '10.0.0.1'],
      'address 10.0.0.1 of orders-2 is outside 172.29.0.0/24',
    ],
    ['the broadcast address', ['172.29.0.30', '172.29.0.255'], 'address 172.29.0.255 of orders-2 is outside'],
    [
      'the gateway',
      ['172.29.0.30', '172.29.0.1'],
      'address 172.29.0.1 is asked for twice: by the gateway and by orders-2',
    ],
    ['no address', ['172.29.0.30', 'broker'], 'orders-2 needs an IPv4 address, got broker'],
    [
      'too few addresses',
      ['172.29.0.30'],
      'addresses of orders must name one address a host, got 1 for 2 hosts',
    ],
  ])('refuses %s', (_, fixed, message) => {
    expect(() => plan().hosts('orders', 2, fixed)).toThrow(message);
  });

  it('says that a small network is full', () => {
    expect(() => plan('172.29.0.0/28').hosts('orders', 5)).toThrow(
      'address 172.29.0.15 of orders-5 is outside 172.29.0.0/28: choose a larger subnet',
    );
  });
});
