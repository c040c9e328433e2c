import { describe, expect, it } from 'vitest';
import { Keyring } from '../../src/auth/keyring.js';

const [OLD, NEW] = ['o'.repeat(32), 'n'.repeat(32)];

describe('the keyring', () => {
  it('opens what it encrypted, for the one it was bound to alone', () => {
    const keyring = new Keyring([NEW]);
    const sealed = keyring.encrypt('totp', Buffer.from('a secret'), '42');
    expect(keyring.decrypt('totp', sealed, '42').toString()).toBe('a secret');
    expect(keyring.decrypt('totp', new Uint8Array(sealed), '42').toString()).toBe('a secret');
    expect(() => keyring.decrypt('totp', sealed, '43')).toThrow('No key of SECRET_KEYS');
    expect(() => keyring.decrypt('device', sealed, '42')).toThrow('No key of SECRET_KEYS');
  });

  it('SE1 shows nothing of what it encrypted, and never the same twice', () => {
    const keyring = new Keyring([NEW]);
    const sealed = Array.from({ length: 100 }, () => keyring.encrypt('totp', Buffer.from('a secret'), '42'));
    expect(new Set(sealed.map((each) => each.toString('hex'))).size).toBe(100);
    expect(sealed.some((each) => each.includes('secret'))).toBe(false);
  });

  it('tells whatever was changed or cut off', () => {
    const keyring = new Keyring([NEW]);
    const sealed = keyring.encrypt('totp', Buffer.from('a secret'), '42');
    const broken = [
      ...[...sealed.keys()].map((i) => Buffer.from(sealed.map((byte, j) => (i === j ? byte ^ 1 : byte)))),
      ...[...sealed.keys()].map((length) => sealed.subarray(0, length)),
      Buffer.concat([sealed, Buffer.from([0])]),
    ];
    for (const each of broken) expect(() => keyring.decrypt('totp', each, '42')).toThrow();
  });

  it('understands what former keys made, and makes it with the first', () => {
    const [before, during, after] = [new Keyring([OLD]), new Keyring([NEW, OLD]), new Keyring([NEW])];
    const sealed = before.encrypt('totp', Buffer.from('a secret'), '42');
    expect(during.decrypt('totp', sealed, '42').toString()).toBe('a secret');
    expect(() => after.decrypt('totp', sealed, '42')).toThrow();
    expect(after.decrypt('totp', during.encrypt('totp', Buffer.from('anew'), '42'), '42').toString()).toBe('anew');
    expect(during.signatures('device', 'x')).toEqual([after.sign('device', 'x'), before.sign('device', 'x')]);
    expect(during.sign('device', 'x')).toBe(after.sign('device', 'x'));
  });

  it('signs for one purpose what counts for no other', () => {
    const keyring = new Keyring([NEW]);
    expect(keyring.sign('device', 'x')).toBe(keyring.sign('device', 'x'));
    expect(keyring.sign('device', 'x')).not.toBe(keyring.sign('address', 'x'));
    expect(keyring.sign('device', 'x')).not.toBe(keyring.sign('device', 'y'));
  });

  it('needs a key', () => {
    expect(() => new Keyring([])).toThrow();
  });
});
