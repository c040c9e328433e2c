import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../../src/graphql/ids.js';
import type { Misbehaviour } from '../../support/authenticator.js';
import { outcomeOf } from '../../support/client.js';
import { signInAgain, signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  actionsOf,
  addPasskey,
  denials,
  FINISH_REGISTRATION,
  newAuthenticator,
  passkeySignIn,
  PRESENCE_ONLY,
  REMOVE_PASSKEY,
  START_REGISTRATION,
  stateOf,
  VIEWER,
} from './support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterAll(() => service.close());

/** Leaves an account without password. */
const dropPassword = (userId: number) => service.db.query(`DELETE FROM identities WHERE user_id = $1`, [userId]);

describe('startPasskeyRegistration, finishPasskeyRegistration', () => {
  it('SE8 are for a session whose person has just proven presence', async () => {
    expect(await denials(service, START_REGISTRATION)).toEqual(PRESENCE_ONLY);
    const input = { name: 'key', response: {} };
    expect(await denials(service, FINISH_REGISTRATION, { input })).toEqual(PRESENCE_ONLY);
  });

  it('add a passkey, and give recovery codes with the first', async () => {
    const person = await signUp(service);
    const authenticator = newAuthenticator();
    const { startPasskeyRegistration } = await person.query(START_REGISTRATION);
    expect(startPasskeyRegistration.options).toMatchObject({
      rp: { id: 'localhost' },
      user: { name: person.handle },
      excludeCredentials: [],
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    const response = authenticator.create(startPasskeyRegistration.options);
    const name = `  Clé de Zoë 🔑 ${'x'.repeat(46)} `;
    const { finishPasskeyRegistration: made } = await person.query(FINISH_REGISTRATION, { input: { name, response } });
    expect(made).toMatchObject({ passkey: { name: name.trim(), lastUsedAt: null }, userErrors: [] });
    expect(made.viewer.passkeys).toEqual([{ id: made.passkey.id }]);
    expect(made.recoveryCodes).toHaveLength(10);
    expect((await actionsOf(person)).slice(0, 2)).toEqual(['recovery_codes.create', 'passkey.add']);

    // From now on the password alone opens nothing.
    await expect(signInAgain(service, person)).rejects.toThrow('"viewer":null');
    // One authenticator holds one passkey of an account; another one brings no new codes.
    await expect(addPasskey(person, authenticator)).rejects.toThrow('InvalidStateError');
    expect((await addPasskey(person, newAuthenticator())).recoveryCodes).toBeNull();
    expect((await person.query(VIEWER)).viewer.passkeys).toHaveLength(2);
  });

  it('refuse names that are none, before the challenge is used', async () => {
    const person = await signUp(service);
    const { startPasskeyRegistration } = await person.query(START_REGISTRATION);
    const response = newAuthenticator().create(startPasskeyRegistration.options);
    for (const name of ['', '   ', 'x'.repeat(61), 'a\nb', 'a\u0000b', 'a\u202eb', 'a\u2028b']) {
      const answer = await person.query(FINISH_REGISTRATION, { input: { name, response } });
      expect(answer.finishPasskeyRegistration.userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['name'] }]);
    }
    expect(outcomeOf(await person.send(FINISH_REGISTRATION, { input: { name: 'key', response } }))).toBe('OK');
  });

  it('refuse what is not for this site, not verified, or not an answer to the challenge', async () => {
    const person = await signUp(service);
    const finish = async (wrong: Misbehaviour) => {
      const { startPasskeyRegistration } = await person.query(START_REGISTRATION);
      const response = newAuthenticator().create(startPasskeyRegistration.options, wrong);
      return outcomeOf(await person.send(FINISH_REGISTRATION, { input: { name: 'key', response } }));
    };
    for (const wrong of [
      { origin: 'https://evil.example' },
      { origin: 'http://localhost:4001' },
      { rpId: 'evil.example' },
      { challenge: randomBytes(32).toString('base64url') },
      { type: 'webauthn.get' },
      { crossOrigin: true },
      { userPresent: false },
      { userVerified: false },
    ]) {
      expect(await finish(wrong), JSON.stringify(wrong)).toBe('CODE_INVALID');
    }
    for (const response of [
      {},
      { id: 'x' },
      { id: 'x', rawId: 'x', type: 'public-key', response: { a: 'x'.repeat(100_000) } },
    ]) {
      expect(outcomeOf(await person.send(FINISH_REGISTRATION, { input: { name: 'key', response } }))).toBe(
        'CODE_INVALID',
      );
    }
    const text = await person.refused(FINISH_REGISTRATION, { input: { name: 'key', response: 'text' } });
    expect(text.extensions.code).toBe('BAD_USER_INPUT');
    expect((await person.query(VIEWER)).viewer).toMatchObject({ passkeys: [], recoveryCodesLeft: 0 });
  });

  it('take an answer once, in the session that asked, in time', async () => {
    const [person, other] = [await signUp(service), await signUp(service)];
    const second = await signInAgain(service, person);
    const start = async () => (await person.query(START_REGISTRATION)).startPasskeyRegistration.options;
    const finish = async (client: typeof second, response: object) =>
      outcomeOf(await client.send(FINISH_REGISTRATION, { input: { name: 'key', response } }));

    // Somebody else's challenge, and that of another browser of one's own.
    expect(await finish(other, newAuthenticator().create(await start()))).toBe('CODE_INVALID');
    expect(await finish(second, newAuthenticator().create(await start()))).toBe('CODE_INVALID');

    const response = newAuthenticator().create(await start());
    const outcomes = await Promise.all([finish(person, response), finish(person, response), finish(person, response)]);
    expect(outcomes.sort()).toEqual(['CODE_INVALID', 'CODE_INVALID', 'OK']);

    const late = newAuthenticator().create(await start());
    await service.db.query(`UPDATE one_time_secrets SET expires_at = now() - interval '1 second'`);
    expect(await finish(person, late)).toBe('CODE_INVALID');
    expect((await person.query(VIEWER)).viewer.passkeys).toHaveLength(1);
  });

  it("take nobody else's credential id", async () => {
    const [owner, thief] = [await signUp(service), await signUp(service)];
    const authenticator = newAuthenticator();
    await addPasskey(owner, authenticator);
    const rows = await service.db.query<{ id: string }>(`SELECT credential_id AS id FROM passkeys WHERE user_id = $1`, [
      owner.userId,
    ]);
    const { id } = rows[0]!;

    // The thief's own key under the owner's id, which no signature guards while a passkey is made.
    const options = (await thief.query(START_REGISTRATION)).startPasskeyRegistration.options;
    const made = newAuthenticator().create(options);
    const attestation = Buffer.from(made.response.attestationObject, 'base64url');
    Buffer.from(id, 'base64url').copy(attestation, attestation.indexOf(Buffer.from(made.id, 'base64url')));
    const attestationObject = attestation.toString('base64url');
    const response = { ...made, id, rawId: id, response: { ...made.response, attestationObject } };
    const answer = await thief.query(FINISH_REGISTRATION, { input: { name: 'key', response } });
    expect(answer.finishPasskeyRegistration).toMatchObject({ passkey: null, userErrors: [{ code: 'ALREADY_EXISTS' }] });
    expect((await thief.query(VIEWER)).viewer).toMatchObject({ passkeys: [], recoveryCodesLeft: 0 });
    expect(await passkeySignIn(service.client(), authenticator)).toBe('OK');
  });

  it('add twenty at most', async () => {
    const person = await signUp(service);
    await service.db.query(
      `INSERT INTO passkeys (user_id, credential_id, public_key, counter, transports, name)
       SELECT $1, 'filler' || n, 'x', 0, '{}', 'filler' FROM generate_series(1, 19) n`,
      [person.userId],
    );
    const [one, two] = [newAuthenticator(), newAuthenticator()];
    const starts = [await person.query(START_REGISTRATION), await person.query(START_REGISTRATION)];
    const outcomes = await Promise.all(
      [one, two].map(async (authenticator, i) => {
        const response = authenticator.create(starts[i].startPasskeyRegistration.options);
        return outcomeOf(await person.send(FINISH_REGISTRATION, { input: { name: 'key', response } }));
      }),
    );
    expect(outcomes.sort()).toEqual(['INVALID_INPUT', 'OK']);
    expect(outcomeOf(await person.send(START_REGISTRATION))).toBe('INVALID_INPUT');
  });
});

describe('removePasskey', () => {
  it('SE8 is for a session whose person has just proven presence', async () => {
    expect(await denials(service, REMOVE_PASSKEY, { input: { id: encodeId('Passkey', 1) } })).toEqual(PRESENCE_ONLY);
  });

  it("removes one's own, and nobody else's", async () => {
    const [person, other] = [await signUp(service), await signUp(service)];
    const authenticator = newAuthenticator();
    const { id } = await addPasskey(person, authenticator);
    const before = await stateOf(service);
    for (const wrong of [id, encodeId('Passkey', 'x'), encodeId('Passkey', 999_999)]) {
      expect(outcomeOf(await other.send(REMOVE_PASSKEY, { input: { id: wrong } }))).toBe('NOT_FOUND');
    }
    expect(outcomeOf(await other.send(REMOVE_PASSKEY, { input: { id: other.id } }))).toBe('BAD_USER_INPUT');
    expect(await stateOf(service)).toBe(before);

    const { removePasskey } = await person.query(REMOVE_PASSKEY, { input: { id } });
    expect(removePasskey).toEqual({ viewer: { passkeys: [] }, userErrors: [] });
    expect((await actionsOf(person))[0]).toBe('passkey.remove');
    expect(await passkeySignIn(service.client(), authenticator)).toBe('INVALID_CREDENTIALS');
    // No second factor is left: the password is enough again. The recovery codes stay.
    expect((await (await signInAgain(service, person)).query(VIEWER)).viewer.recoveryCodesLeft).toBe(10);
  });

  it('keeps the last way into the account', async () => {
    const person = await signUp(service);
    const { id } = await addPasskey(person, newAuthenticator());
    await dropPassword(person.userId);
    const { removePasskey } = await person.query(REMOVE_PASSKEY, { input: { id } });
    expect(removePasskey).toMatchObject({ viewer: null, userErrors: [{ code: 'LAST_CREDENTIAL', path: ['id'] }] });
    expect((await person.query(VIEWER)).viewer.passkeys).toHaveLength(1);
  });

  it('leaves one way in where the last two go in parallel, every time', async () => {
    const person = await signUp(service);
    for (let round = 0; round < 25; round++) {
      const rows = await service.db.query<{ id: number }>(
        `INSERT INTO passkeys (user_id, credential_id, public_key, counter, transports, name)
         SELECT $1, $2 || n, 'x', 0, '{}', 'key' FROM generate_series(1, 2) n RETURNING id`,
        [person.userId, `round ${round} `],
      );
      if (round === 0) await dropPassword(person.userId);
      else
        await service.db.query(`DELETE FROM passkeys WHERE user_id = $1 AND credential_id NOT LIKE $2`, [
          person.userId,
          `round ${round} %`,
        ]);
      const outcomes = await Promise.all(
        rows.map(async ({ id }) =>
          outcomeOf(await person.send(REMOVE_PASSKEY, { input: { id: encodeId('Passkey', id) } })),
        ),
      );
      expect(outcomes.sort()).toEqual(['LAST_CREDENTIAL', 'OK']);
    }
  });
});

describe('Passkey as a node', () => {
  it('is found by its owner alone', async () => {
    const [person, other] = [await signUp(service), await signUp(service)];
    const { id } = await addPasskey(person, newAuthenticator(), 'laptop');
    const query = `query ($id: ID!) { node(id: $id) { __typename id ... on Passkey { name createdAt lastUsedAt } } }`;
    const { node } = await person.query(query, { id });
    expect(node).toMatchObject({ __typename: 'Passkey', id, name: 'laptop', lastUsedAt: null });
    for (const client of [other, service.client()]) expect((await client.query(query, { id })).node).toBeNull();
    expect((await person.query(query, { id: encodeId('Passkey', 'x') })).node).toBeNull();
  });
});
