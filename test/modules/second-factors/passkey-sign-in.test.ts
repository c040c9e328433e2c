import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOf } from '../../support/client.js';
import { forgetPresence, programOf, signInAgain, signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  actionsOf,
  addPasskey,
  enableTotp,
  newAuthenticator,
  PASSKEY_REAUTHENTICATION,
  PASSKEY_SIGN_IN,
  passkeySignIn,
  SIGN_IN,
  START_PASSKEY_REAUTHENTICATION,
  START_PASSKEY_SIGN_IN,
  START_REGISTRATION,
  VIEWER,
} from './support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterAll(() => service.close());

/** Somebody with a passkey. */
async function holder() {
  const person = await signUp(service);
  const authenticator = newAuthenticator();
  const { id } = await addPasskey(person, authenticator);
  return { person, authenticator, id };
}

const start = async (client = service.client()) =>
  (await client.query(START_PASSKEY_SIGN_IN)).startPasskeySignIn.options;

describe('startPasskeySignIn, signInWithPasskey', () => {
  it('sign in without handle, password or code', async () => {
    const { person, authenticator } = await holder();
    await enableTotp(person);
    const browser = service.client();
    const options = await start(browser);
    expect(options).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
    expect(options.allowCredentials ?? []).toEqual([]);
    const response = authenticator.get(options);
    const { signInWithPasskey } = await browser.query(PASSKEY_SIGN_IN, { input: { response } });
    expect(signInWithPasskey).toEqual({
      viewer: { user: { handle: person.handle } },
      secondFactor: null,
      userErrors: [],
    });
    const { viewer } = await browser.query(VIEWER);
    expect(viewer.passkeys[0].lastUsedAt).not.toBeNull();
    expect((await actionsOf(browser))[0]).toBe('session.start');
    // It is proof enough for what takes presence.
    expect(outcomeOf(await browser.send(START_REGISTRATION))).toBe('OK');
  });

  it('LG3 let the owner in while failed passwords have locked the account', async () => {
    const { person, authenticator } = await holder();
    const { handle, password } = person;
    for (let i = 0; i < 10; i++) {
      const answer = await service.client().send(SIGN_IN, { input: { handle, password: 'a wrong password' } });
      expect(outcomeOf(answer)).toBe('INVALID_CREDENTIALS');
    }
    const stranger = service.client();
    expect(outcomeOf(await stranger.send(SIGN_IN, { input: { handle, password } }))).toBe('RATE_LIMITED');
    expect(await passkeySignIn(stranger, authenticator)).toBe('OK');
    expect((await person.query(VIEWER)).viewer.user.handle).toBe(handle);
    // Nor do failed passwords from the owner's own address.
    const shared = service.client();
    for (let i = 0; i < 31; i++) await shared.send(SIGN_IN, { input: { handle: `nobody${i}`, password } });
    expect(outcomeOf(await shared.send(SIGN_IN, { input: { handle: 'nobody', password } }))).toBe('RATE_LIMITED');
    expect(await passkeySignIn(shared, authenticator)).toBe('OK');
  });

  it('refuse what is not signed by the passkey, for this site, for this challenge, in one text', async () => {
    const [{ person, authenticator }, { authenticator: thief }] = [await holder(), await holder()];
    const rows = await service.db.query<{ id: string }>(`SELECT credential_id AS id FROM passkeys WHERE user_id = $1`, [
      person.userId,
    ]);
    const credentialId = rows[0]!.id;
    const unknown = newAuthenticator();
    unknown.create((await person.query(START_REGISTRATION)).startPasskeyRegistration.options);
    expect(await passkeySignIn(service.client(), authenticator)).toBe('OK');

    const responses = [
      authenticator.get(await start(), { origin: 'https://evil.example' }),
      authenticator.get(await start(), { rpId: 'evil.example' }),
      authenticator.get(await start(), { challenge: randomBytes(32).toString('base64url') }),
      authenticator.get(await start(), { type: 'webauthn.create' }),
      authenticator.get(await start(), { crossOrigin: true }),
      authenticator.get(await start(), { userVerified: false }),
      authenticator.get(await start(), { tampered: true }),
      authenticator.get(await start(), { counter: 1 }),
      // Another's key in the name of this passkey.
      thief.get(await start(), { credentialId }),
      unknown.get(await start()),
      {},
      { ...authenticator.get(await start()), id: '__proto__' },
    ];
    const answers = new Set<string>();
    for (const response of responses) {
      const browser = service.client();
      const { signInWithPasskey } = await browser.query(PASSKEY_SIGN_IN, { input: { response } });
      answers.add(JSON.stringify(signInWithPasskey));
      expect(browser.cookies.size).toBe(0);
    }
    expect([...answers]).toHaveLength(1);
    expect([...answers][0]).toContain('INVALID_CREDENTIALS');
    expect(await passkeySignIn(service.client(), authenticator)).toBe('OK');
  });

  it('take a response once, also in parallel, and none that came too late', async () => {
    const { authenticator } = await holder();
    const response = authenticator.get(await start());
    const send = async () => outcomeOf(await service.client().send(PASSKEY_SIGN_IN, { input: { response } }));
    const outcomes = await Promise.all([send(), send(), send()]);
    expect(outcomes.sort()).toEqual(['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', 'OK']);
    expect(await send()).toBe('INVALID_CREDENTIALS');

    const late = authenticator.get(await start());
    await service.db.query(`UPDATE one_time_secrets SET expires_at = now() - interval '1 second'`);
    expect(outcomeOf(await service.client().send(PASSKEY_SIGN_IN, { input: { response: late } }))).toBe(
      'INVALID_CREDENTIALS',
    );
  });

  it('take one of two responses that report the same counter, unless the authenticator does not count', async () => {
    const { person, authenticator } = await holder();
    const twice = async (counter: number) => {
      const responses = [await start(), await start()].map((options) => authenticator.get(options, { counter }));
      const outcomes = await Promise.all(
        responses.map(async (response) =>
          outcomeOf(await service.client().send(PASSKEY_SIGN_IN, { input: { response } })),
        ),
      );
      return outcomes.sort();
    };
    await service.db.query(`UPDATE passkeys SET counter = 0 WHERE user_id = $1`, [person.userId]);
    expect(await twice(0)).toEqual(['OK', 'OK']);
    expect(await twice(4_294_967_295)).toEqual(['INVALID_CREDENTIALS', 'OK']);
  });

  it('open no suspended account, and say why to its owner', async () => {
    const { person, authenticator } = await holder();
    await service.db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [person.userId]);
    const browser = service.client();
    const response = authenticator.get(await start(browser));
    const error = await browser.refused(PASSKEY_SIGN_IN, { input: { response } });
    expect(error).toMatchObject({ extensions: { code: 'FORBIDDEN', reason: 'SUSPENDED' } });
    expect(browser.cookies.size).toBe(0);
  });

  it('are started sixty times from one address in ten minutes', async () => {
    const browser = service.client();
    for (let i = 0; i < 60; i++) await start(browser);
    expect((await browser.refused(START_PASSKEY_SIGN_IN)).extensions.code).toBe('RATE_LIMITED');
    await start();
  });

  it('say so where the service is reached by an address, which browsers bind no passkey to', async () => {
    for (const publicUrl of ['http://127.0.0.1:4000', 'http://[::1]:4000']) {
      const other = await startTestService({ sample: false, publicUrl, db: service.db });
      const { startPasskeySignIn } = await other.client().query(START_PASSKEY_SIGN_IN);
      expect(startPasskeySignIn).toMatchObject({ options: null, userErrors: [{ code: 'INVALID_INPUT' }] });
      await other.close();
    }
  });
});

describe('startPasskeyReauthentication, reauthenticateWithPasskey', () => {
  const startFor = async (client: ReturnType<TestService['client']>) =>
    (await client.query(START_PASSKEY_REAUTHENTICATION)).startPasskeyReauthentication.options;

  it('SE8 are for sessions', async () => {
    const { person } = await holder();
    const program = await programOf(service, person);
    for (const document of [START_PASSKEY_REAUTHENTICATION, PASSKEY_REAUTHENTICATION]) {
      const variables = { input: { response: {} } };
      expect(outcomeOf(await service.client().send(document, variables))).toBe('UNAUTHENTICATED');
      expect((await program.refused(document, variables)).extensions.reason).toBe('SESSION_REQUIRED');
    }
    expect(outcomeOf(await (await signUp(service)).send(START_PASSKEY_REAUTHENTICATION))).toBe('NOT_FOUND');
  });

  it("prove presence by one's own passkey, under a new cookie", async () => {
    const { person, authenticator } = await holder();
    await forgetPresence(service, person);
    expect(outcomeOf(await person.send(START_REGISTRATION))).toBe('FORBIDDEN');
    const before = new Map(person.cookies);
    const options = await startFor(person);
    expect(options.allowCredentials).toHaveLength(1);
    const response = authenticator.get(options);
    const { reauthenticateWithPasskey } = await person.query(PASSKEY_REAUTHENTICATION, { input: { response } });
    expect(reauthenticateWithPasskey.viewer.credential.provenUntil).not.toBeNull();
    expect(person.cookies.get('mcp_session')).not.toBe(before.get('mcp_session'));
    expect(outcomeOf(await person.send(START_REGISTRATION))).toBe('OK');
    expect((await actionsOf(person))[0]).toBe('presence.prove');
    expect(outcomeOf(await person.send(PASSKEY_REAUTHENTICATION, { input: { response } }))).toBe('INVALID_CREDENTIALS');
  });

  it("refuse another's passkey, another session's challenge, and that of a sign-in", async () => {
    const [{ person, authenticator }, { person: other, authenticator: others }] = [await holder(), await holder()];
    const second = service.client();
    expect(await passkeySignIn(second, authenticator)).toBe('OK');
    const prove = async (client: typeof second, response: object) =>
      outcomeOf(await client.send(PASSKEY_REAUTHENTICATION, { input: { response } }));
    const anyPasskey = async () => ({ ...(await startFor(person)), allowCredentials: [] });

    expect(await prove(person, others.get(await anyPasskey()))).toBe('INVALID_CREDENTIALS');
    expect(await prove(second, authenticator.get(await startFor(person)))).toBe('INVALID_CREDENTIALS');
    expect(await prove(other, others.get(await anyPasskey()))).toBe('INVALID_CREDENTIALS');
    expect(await prove(person, authenticator.get(await start()))).toBe('INVALID_CREDENTIALS');
    // Nor does a proof of presence sign in.
    const response = authenticator.get(await startFor(person));
    expect(outcomeOf(await service.client().send(PASSKEY_SIGN_IN, { input: { response } }))).toBe(
      'INVALID_CREDENTIALS',
    );
    expect(await prove(person, authenticator.get(await startFor(person)))).toBe('OK');
  });

  it('work while failed passwords have closed the way by password', async () => {
    const { person, authenticator } = await holder();
    const guess = `mutation { reauthenticate(input: { password: "a wrong one" }) { userErrors { code } } }`;
    for (let i = 0; i < 10; i++) expect(outcomeOf(await person.send(guess))).toBe('INVALID_CREDENTIALS');
    expect(outcomeOf(await person.send(guess))).toBe('RATE_LIMITED');
    const response = authenticator.get(await startFor(person));
    expect(outcomeOf(await person.send(PASSKEY_REAUTHENTICATION, { input: { response } }))).toBe('OK');
    await expect(signInAgain(service, person)).rejects.toThrow('"viewer":null');
  });
});
