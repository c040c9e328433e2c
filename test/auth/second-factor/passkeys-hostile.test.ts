import { describe, expect, it } from 'vitest';
import {
  credentialIdOf,
  relyingPartyOf,
  verifyRegistration,
  verifySignIn,
} from '../../../src/auth/second-factor/passkeys.js';
import { SoftAuthenticator } from '../../support/authenticator.js';
import { registered, Site } from './support.js';

const site = new Site(relyingPartyOf('https://mcp.example.org'));
const { authenticator, credential } = await registered(site);
const newAuthenticator = () => new SoftAuthenticator({ origin: site.rp.origin, rpId: site.rp.id });
const registration = newAuthenticator().create(await site.registrationOptions());
const signIn = authenticator.get(await site.signInOptions());

const base64url = (value: string | Uint8Array) => Buffer.from(value).toString('base64url');
const clientData = (changes: object) =>
  base64url(JSON.stringify({ type: 'webauthn.get', challenge: 'AAAA', origin: site.rp.origin, ...changes }));

/** Both kinds of response with some of their inner members replaced. */
const inner = (members: object) =>
  [registration, signIn].map((response) => ({ ...response, response: { ...response.response, ...members } }));
const outer = (members: object) => [registration, signIn].map((response) => ({ ...response, ...members }));

const malformed: [string, unknown[]][] = [
  ['nothing', [undefined, null]],
  ['scalars', ['', 'null', 0, NaN, true]],
  ['arrays', [[], [registration], [signIn]]],
  ['an empty object', [{}]],
  ['no inner response', outer({ response: undefined })],
  ['an inner response that is a text or an array', [...outer({ response: 'x' }), ...outer({ response: [] })]],
  ['no id', outer({ id: undefined })],
  ['an id that is an array or an object', [...outer({ id: [signIn.id] }), ...outer({ id: { length: 1 } })]],
  ['an id that is no base64url', [...outer({ id: 'a b' }), ...outer({ id: "';--" }), ...outer({ id: 'AA==' })]],
  ['an id with a NUL or of half a surrogate', [...outer({ id: 'a\0' }), ...outer({ id: '\ud800' })]],
  ['an id of 2 kB', outer({ id: 'A'.repeat(2000), rawId: 'A'.repeat(2000) })],
  ['another type', [...outer({ type: 'password' }), ...outer({ type: undefined })]],
  ['client data that is missing, a number or empty', [undefined, 1, ''].flatMap((c) => inner({ clientDataJSON: c }))],
  ['client data of 1 MB', inner({ clientDataJSON: 'A'.repeat(1_000_000) })],
  ['authenticator data of 10 MB', inner({ authenticatorData: 'A'.repeat(10_000_000), attestationObject: undefined })],
  ['an attestation object of 10 MB', inner({ attestationObject: 'A'.repeat(10_000_000), signature: undefined })],
  ['a signature that is an object', inner({ signature: {}, attestationObject: {} })],
];

describe('a response of the wrong shape is of nobody, and no challenge is asked for', () => {
  it.each(malformed)('%s', async (_what, responses) => {
    const isChallenge = () => Promise.reject(new Error('asked'));
    for (const response of responses) {
      expect(credentialIdOf(response)).toBeNull();
      expect(await verifyRegistration({ rp: site.rp, response, isChallenge })).toBeNull();
      expect(await verifySignIn({ rp: site.rp, response, isChallenge, credential })).toBeNull();
    }
  });
});

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const rubbish: [string, string][] = [
  ['no JSON', base64url('{')],
  ['no UTF-8', base64url(Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d))],
  ['null', base64url('null')],
  ['a text', base64url('"AAAA"')],
  ['deeply nested JSON', base64url(nested(1500))],
  ['no challenge', clientData({ challenge: undefined })],
  ['a challenge that is an object', clientData({ challenge: { $ne: null } })],
  ['a challenge that is an array', clientData({ challenge: ['AAAA'] })],
  ['a challenge of 3 kB', clientData({ challenge: 'A'.repeat(3000) })],
  ['a challenge with a NUL', clientData({ challenge: 'AA\0AA' })],
  ['a prototype', base64url('{"__proto__": {"challenge": "AAAA"}}')],
];

describe('client data that names no challenge is refused before one is asked for', () => {
  it.each(rubbish)('%s', async (_what, clientDataJSON) => {
    const isChallenge = () => Promise.reject(new Error('asked'));
    for (const response of inner({ clientDataJSON })) {
      expect(await verifyRegistration({ rp: site.rp, response, isChallenge })).toBeNull();
      expect(await verifySignIn({ rp: site.rp, response, isChallenge, credential })).toBeNull();
    }
  });
});

const yes = async () => true;

describe('behind a good challenge', () => {
  it.each([
    ['an empty map', 'a0'],
    ['an array', '80'],
    ['a number', '00'],
    ['half a map', 'a3'],
    ['a map that ends early', 'a363666d74'],
    ['a map of 2^32 members', 'baffffffff'],
    ['an array of 2^53 members', '9b001fffffffffffff'],
    ['a text of 4 GB', '7affffffff'],
    ['32 kB of nested arrays', '81'.repeat(32_000)],
    ['32 kB of nested tags', 'c1'.repeat(32_000)],
    ['authenticator data that is a text', 'a16861757468446174616161'],
    ['authenticator data that is a map', 'a1686175746844617461a0'],
    ['authenticator data of one byte', 'a16861757468446174614100'],
    ['authenticator data of 37 zeros', `a168617574684461746158${(37).toString(16)}${'00'.repeat(37)}`],
  ])('an attestation object is refused: %s', async (_what, hex) => {
    const attestationObject = Buffer.from(hex, 'hex').toString('base64url');
    const response = { ...registration, response: { ...registration.response, attestationObject } };
    expect(await verifyRegistration({ rp: site.rp, response, isChallenge: yes })).toBeNull();
  });

  it('nothing throws, wherever bytes are changed or cut off', async () => {
    const bytes = Buffer.from(registration.response.attestationObject, 'base64url');
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i]! ^= 0xff;
      for (const attempt of [changed, bytes.subarray(0, i + 1)]) {
        const attestationObject = attempt.toString('base64url');
        const response = { ...registration, response: { ...registration.response, attestationObject } };
        const made = await verifyRegistration({ rp: site.rp, response, isChallenge: yes });
        // A key that was spoilt on the way is taken where it can still be read, and signs nobody in.
        if (made)
          expect(await verifySignIn({ rp: site.rp, response: signIn, isChallenge: yes, credential: made })).toBeNull();
      }
    }
  });

  it.each([
    ['no key', ''],
    ['an empty map', 'a0'],
    ['a number', '00'],
    ['an unknown algorithm', 'a1033a7fffffff'],
    ['a point that is not on the curve', `a5010203262001215820${'01'.repeat(32)}225820${'01'.repeat(32)}`],
  ])('a stored key that is broken signs nobody in: %s', async (_what, hex) => {
    const broken = { ...credential, publicKey: Buffer.from(hex, 'hex') };
    expect(await verifySignIn({ rp: site.rp, response: signIn, isChallenge: yes, credential: broken })).toBeNull();
  });
});
