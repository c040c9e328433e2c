import { describe, expect, it } from 'vitest';
import { callerNetwork, truncatedAddress } from '../../src/auth/limits/address.js';

describe('the network of a caller', () => {
  it.each([
    ['192.0.2.17', '192.0.2.17'],
    ['::ffff:192.0.2.17', '192.0.2.17'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2'],
    ['::1', '0:0:0:0'],
    ['', 'unknown'],
    ['no address', 'unknown'],
    ["'; DROP TABLE users; --", 'unknown'],
  ])('of %j is %s', (address, network) => {
    expect(callerNetwork(address)).toBe(network);
  });

  it('LG3 is one for all addresses that one household of IPv6 has, and another for the next', () => {
    const own = Array.from({ length: 100 }, (_, i) => callerNetwork(`2001:db8:1:2:${i}::${i}`));
    expect(new Set(own).size).toBe(1);
    expect(callerNetwork('2001:db8:1:3::1')).not.toBe(own[0]);
  });
});

describe('an address in the log', () => {
  it.each([
    ['192.0.2.17', '192.0.2.0/24'],
    ['::ffff:192.0.2.17', '192.0.2.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['::1', '0:0:0::/48'],
    ['no address', null],
    ['', null],
    [null, null],
  ])('of %j is %s', (address, kept) => {
    expect(truncatedAddress(address)).toBe(kept);
  });
});
