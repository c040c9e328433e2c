import { describe, expect, it } from 'vitest';
import {
  credentialIdOf,
  relyingPartyOf,
  verifyRegistration,
  verifySignIn,
} from '../../../src/auth/second-factor/passkeys.js';
import { SoftAuthenticator, type Misbehaviour } from '../../support/authenticator.js';
import { registered, Site, USER } from './support.js';

const rp = relyingPartyOf('https://mcp.example.org:8443/base');
const site = new Site(rp);

const misbehaviours: [string, Misbehaviour][] = [
  ['another origin', { origin: 'https://mcp.example.org' }],
  ['an origin that begins like ours', { origin: `${rp.origin}.evil.example` }],
  ['http in place of https', { origin: 'http://mcp.example.org:8443' }],
  ['another relying party', { rpId: 'example.org' }],
  ['a challenge of somebody else', { challenge: 'A'.repeat(43) }],
  ['a challenge that is no base64url', { challenge: 'a\0b' }],
  ['no user present', { userPresent: false }],
  ['nobody verified', { userVerified: false }],
  ['a frame in a page of another site', { crossOrigin: true }],
];

describe('the relying party', () => {
  it('is the host and the origin of the public URL', () => {
    expect(rp).toEqual({ id: 'mcp.example.org', name: 'MCP WebService', origin: 'https://mcp.example.org:8443' });
    expect(relyingPartyOf('http://localhost:4000')).toMatchObject({ id: 'localhost', origin: 'http://localhost:4000' });
  });
});

describe('registration', () => {
  it('asks for a passkey with user verification and no attestation', async () => {
    const { credential } = await registered(site);
    const options = await site.registrationOptions(USER, [credential]);
    expect(options).toMatchObject({
      rp: { id: 'mcp.example.org', name: 'MCP WebService' },
      user: { id: Buffer.from('42').toString('base64url'), name: 'steve', displayName: 'steve' },
      pubKeyCredParams: [-7, -8, -257].map((alg) => ({ alg, type: 'public-key' })),
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      excludeCredentials: [{ id: credential.credentialId, type: 'public-key', transports: ['internal'] }],
    });
    expect(Buffer.from(options.challenge, 'base64url')).toHaveLength(32);
    expect((await site.registrationOptions()).challenge).not.toBe(options.challenge);
  });

  it('gives what is kept, and nothing that tells the make of the authenticator', async () => {
    const authenticator = new SoftAuthenticator({ origin: rp.origin, rpId: rp.id });
    const response = authenticator.create(await site.registrationOptions());
    const publicKey = expect.any(Uint8Array);
    const expected = { credentialId: response.id, publicKey, counter: 0, transports: ['internal'] };
    expect(await site.verifyRegistration(response)).toEqual(expected);
  });

  it.each(['packed', 'apple', 'tpm', 'android-safetynet', 'made-up'])(
    'does not look at an attestation: %s',
    async (attestation) => {
      const { authenticator, credential } = await registered(site, { wrong: { attestation } });
      const response = authenticator.get(await site.signInOptions());
      expect(await site.verifySignIn(response, credential)).toEqual({ counter: 1 });
    },
  );

  it.each([...misbehaviours, ['a response to a sign-in', { type: 'webauthn.get' }] as const])(
    'refuses %s',
    async (_what, wrong) => {
      const authenticator = new SoftAuthenticator({ origin: rp.origin, rpId: rp.id });
      const response = authenticator.create(await site.registrationOptions(), wrong);
      expect(await site.verifyRegistration(response)).toBeNull();
    },
  );

  it('refuses a replayed response, and an id that is not the one of the key', async () => {
    const authenticator = new SoftAuthenticator({ origin: rp.origin, rpId: rp.id });
    const response = authenticator.create(await site.registrationOptions());
    expect(await site.verifyRegistration(response)).not.toBeNull();
    expect(await site.verifyRegistration(response)).toBeNull();

    const other = authenticator.create(await site.registrationOptions());
    expect(await site.verifyRegistration({ ...other, id: response.id, rawId: response.id })).toBeNull();
  });

  it('keeps of the transports what is known', async () => {
    const authenticator = new SoftAuthenticator({ origin: rp.origin, rpId: rp.id });
    for (const [given, kept] of [
      [['usb', 'warp', 'usb', null, { toString: 1 }, '<script>'], ['usb']],
      [undefined, []],
      ['internal', []],
      [Array.from({ length: 10_000 }, () => 'usb'), []],
    ] as const) {
      const made = authenticator.create(await site.registrationOptions());
      const response = { ...made, response: { ...made.response, transports: given } };
      expect((await site.verifyRegistration(response))?.transports).toEqual(kept);
    }
  });

  it('has one passkey of a user on each authenticator', async () => {
    const { authenticator, credential } = await registered(site);
    const options = await site.registrationOptions(USER, [credential]);
    expect(() => authenticator.create(options)).toThrow('InvalidStateError');
  });
});

describe('sign-in', () => {
  it('asks for any passkey of the site, or for those of one user', async () => {
    const { credential } = await registered(site);
    const options = await site.signInOptions();
    expect(options).toMatchObject({ rpId: 'mcp.example.org', userVerification: 'required' });
    expect(options.allowCredentials).toBeUndefined();
    const { credentialId: id, transports } = credential;
    expect((await site.signInOptions([credential])).allowCredentials).toEqual([{ id, transports, type: 'public-key' }]);
  });

  it.each(['ES256', 'EdDSA', 'RS256'] as const)('works with %s, time and again', async (algorithm) => {
    const { authenticator, credential } = await registered(site, { algorithm });
    for (let uses = 1; uses <= 3; uses++) {
      const response = authenticator.get(await site.signInOptions([credential]));
      expect(credentialIdOf(response)).toBe(credential.credentialId);
      const outcome = await site.verifySignIn(response, credential);
      expect(outcome).toEqual({ counter: uses });
      credential.counter = outcome!.counter;
    }
  });

  it('takes a public key that the database returned', async () => {
    const { authenticator, credential } = await registered(site);
    const pooled = Buffer.concat([Buffer.alloc(100), credential.publicKey]).subarray(100);
    const response = authenticator.get(await site.signInOptions());
    expect(await site.verifySignIn(response, { ...credential, publicKey: pooled })).toEqual({ counter: 1 });
  });

  it.each([
    ...misbehaviours,
    ['a response to a registration', { type: 'webauthn.create' }] as const,
    ['a tampered signature', { tampered: true }] as const,
  ])('refuses %s', async (_what, wrong) => {
    const { authenticator, credential } = await registered(site);
    const options = await site.signInOptions();
    expect(await site.verifySignIn(authenticator.get(options, wrong), credential)).toBeNull();
  });

  it('refuses a replayed response', async () => {
    const { authenticator, credential } = await registered(site);
    const response = authenticator.get(await site.signInOptions(), { counter: 0 });
    expect(await site.verifySignIn(response, credential)).toEqual({ counter: 0 });
    expect(await site.verifySignIn(response, credential)).toBeNull();
  });

  it('gives one try a challenge', async () => {
    const { authenticator, credential } = await registered(site);
    const options = await site.signInOptions();
    expect(await site.verifySignIn(authenticator.get(options, { tampered: true }), credential)).toBeNull();
    expect(await site.verifySignIn(authenticator.get(options), credential)).toBeNull();
  });

  it("refuses another user's passkey, whatever it says it is", async () => {
    const victim = await registered(site);
    const attacker = await registered(site);
    const own = attacker.authenticator.get(await site.signInOptions());
    expect(await site.verifySignIn(own, victim.credential)).toBeNull();
    const { credentialId } = victim.credential;
    const disguised = attacker.authenticator.get(await site.signInOptions(), { credentialId });
    expect(credentialIdOf(disguised)).toBe(credentialId);
    expect(await site.verifySignIn(disguised, victim.credential)).toBeNull();
    const renamed = attacker.authenticator.get(await site.signInOptions(), { credentialId });
    expect(await site.verifySignIn(renamed, attacker.credential)).toBeNull();
  });

  it('refuses a clone, whose counter did not grow; one that never counts is taken', async () => {
    const { authenticator, credential } = await registered(site);
    const used = { ...credential, counter: 7 };
    for (const [counter, outcome] of [
      [0, null],
      [6, null],
      [7, null],
      [8, { counter: 8 }],
      [0xffff_ffff, { counter: 0xffff_ffff }],
    ] as const) {
      const response = authenticator.get(await site.signInOptions(), { counter });
      expect(await site.verifySignIn(response, used)).toEqual(outcome);
    }
    const response = authenticator.get(await site.signInOptions(), { counter: 0 });
    expect(await site.verifySignIn(response, credential)).toEqual({ counter: 0 });
  });

  it('refuses whatever was changed on the way', async () => {
    // Every byte of its signatures counts; those of ES256 come in DER, where a length may be misspelled and nothing else changed.
    const { authenticator, credential } = await registered(site, { algorithm: 'EdDSA' });
    for (const part of ['authenticatorData', 'clientDataJSON', 'signature'] as const) {
      const length = Buffer.from(authenticator.get(await site.signInOptions()).response[part], 'base64url').length;
      for (let i = 0; i < length; i++) {
        const response = authenticator.get(await site.signInOptions());
        const bytes = Buffer.from(response.response[part], 'base64url');
        bytes[i % bytes.length]! ^= 1 << (i % 8);
        response.response[part] = bytes.toString('base64url');
        expect(await site.verifySignIn(response, credential), `${part} ${i}`).toBeNull();
      }
    }
  });
});

describe('what goes wrong on our side', () => {
  it('is not taken for a bad response', async () => {
    const { authenticator, credential } = await registered(site);
    const isChallenge = () => Promise.reject(new Error('database away'));
    const made = new SoftAuthenticator({ origin: rp.origin, rpId: rp.id }).create(await site.registrationOptions());
    await expect(verifyRegistration({ rp, response: made, isChallenge })).rejects.toThrow('database away');
    const response = authenticator.get(await site.signInOptions());
    await expect(verifySignIn({ rp, response, credential, isChallenge })).rejects.toThrow('database away');
  });
});
