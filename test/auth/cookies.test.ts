import { describe, expect, it } from 'vitest';
import { Cookies } from '../../src/auth/cookies.js';

const secure = new Cookies('https://mcp.example/base');
const plain = new Cookies('http://localhost:4000');

describe('cookies', () => {
  it('SE6 are bound to the host over HTTPS, and never to be read by scripts or sent along by other sites', () => {
    const expires = new Date('2030-01-02T03:04:05Z');
    expect(secure.set(secure.name('session'), 'abc', expires)).toBe(
      '__Host-mcp_session=abc; Path=/; Expires=Wed, 02 Jan 2030 03:04:05 GMT; HttpOnly; Secure; SameSite=Lax',
    );
    expect(plain.set(plain.name('session'), 'abc', expires)).toBe(
      'mcp_session=abc; Path=/; Expires=Wed, 02 Jan 2030 03:04:05 GMT; HttpOnly; SameSite=Lax',
    );
    expect(secure.name('oauth', 'x1')).toBe('__Host-mcp_oauth_x1');
  });

  it('SE6 are taken back with the attributes that they were set with', () => {
    expect(secure.clear(secure.name('device'))).toBe(
      '__Host-mcp_device=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax',
    );
  });

  it.each([
    ['a=1', ['1']],
    ['b=2; a=1; c=3', ['1']],
    ['a=1; a=2', ['1', '2']],
    ['a=1;a=1', ['1', '1']],
    [' a = 1 ', ['1']],
    ['a=1=2', ['1=2']],
    ['a=', ['']],
    ['a', []],
    ['A=1', []],
    ['aa=1; xa=1; __Host-a=1', []],
    ['b=";a=1', ['1']],
    ['', []],
    [undefined, []],
  ])('SE6 in the header %j are all the values of the name, not the last of them', (header, values) => {
    expect(plain.read(header, 'a')).toEqual(values);
  });
});
