import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { encodeId } from '../../../src/graphql/ids.js';
import { outcomeOf } from '../../support/client.js';
import { signInAgain, signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { DENIED, denials, eventsOf, giveIdentity, identitiesIn, identityOf } from './support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterAll(() => service.close());

const UNLINK = `mutation ($id: ID!) {
  unlinkIdentity(input: { id: $id }) { viewer { identities { provider } } userErrors { code message path } } }`;

describe('unlinkIdentity', () => {
  it('is denied without a session and fresh presence, and to all but the owner', async () => {
    const person = await signUp(service);
    const other = await signUp(service, { roles: [] });
    const id = await giveIdentity(service, person, 'GITHUB');
    expect(await denials(service, person, UNLINK, { id })).toEqual(DENIED);
    const { unlinkIdentity } = await other.query(UNLINK, { id });
    expect(unlinkIdentity).toMatchObject({ viewer: null, userErrors: [{ code: 'NOT_FOUND', path: ['id'] }] });
    // RB5: as for one that nobody has.
    expect((await other.query(UNLINK, { id: encodeId('Identity', 2_000_000_000) })).unlinkIdentity).toEqual(
      unlinkIdentity,
    );
    expect(outcomeOf(await other.send(UNLINK, { id: other.id }))).toBe('BAD_USER_INPUT');
    expect(await identitiesIn(service, person)).toEqual(['LOCAL ACTIVE', 'GITHUB ACTIVE']);
  });

  it('removes an identity; sessions stay', async () => {
    const person = await signUp(service);
    const elsewhere = await signInAgain(service, person);
    const id = await giveIdentity(service, person, 'GITHUB');
    const { unlinkIdentity } = await person.query(UNLINK, { id });
    expect(unlinkIdentity).toEqual({ viewer: { identities: [{ provider: 'LOCAL' }] }, userErrors: [] });
    expect(await eventsOf(service, person, 'identity.%')).toEqual([
      { action: 'identity.unlink', detail: 'GITHUB', actorId: person.userId },
    ]);
    for (const client of [person, elsewhere])
      expect((await client.query(`{ viewer { permissions } }`)).viewer).not.toBeNull();
    expect(outcomeOf(await person.send(UNLINK, { id }))).toBe('NOT_FOUND');
  });

  it('removes the password with the LOCAL identity', async () => {
    const person = await signUp(service);
    await giveIdentity(service, person, 'DISCORD');
    expect(outcomeOf(await person.send(UNLINK, { id: await identityOf(service, person, 'LOCAL') }))).toBe('OK');
    expect(await identitiesIn(service, person)).toEqual(['DISCORD ACTIVE']);
    const { handle, password } = person;
    const answer = await service
      .client()
      .send(`mutation ($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }`, {
        input: { handle, password },
      });
    expect(outcomeOf(answer)).toBe('INVALID_CREDENTIALS');
  });

  it('keeps the last way in: IRC and identities that do not count are none, a passkey is one', async () => {
    const person = await signUp(service);
    const local = await identityOf(service, person, 'LOCAL');
    await giveIdentity(service, person, 'IRC', { network: 'libera' });
    await giveIdentity(service, person, 'GITHUB', { state: 'SUSPENDED' });
    await giveIdentity(service, person, 'DISCORD', { state: 'PENDING' });
    const before = await identitiesIn(service, person);
    const { unlinkIdentity } = await person.query(UNLINK, { id: local });
    expect(unlinkIdentity).toMatchObject({ viewer: null, userErrors: [{ code: 'LAST_CREDENTIAL', path: ['id'] }] });
    expect(await identitiesIn(service, person)).toEqual(before);
    expect(await eventsOf(service, person, 'identity.%')).toEqual([]);
    await service.db.query(
      `INSERT INTO passkeys (user_id, credential_id, public_key, counter, transports, name) VALUES ($1, $2, ''::bytea, 0, '{}', 'a')`,
      [person.userId, `passkey-of-${person.handle}`],
    );
    expect(outcomeOf(await person.send(UNLINK, { id: local }))).toBe('OK');
  });

  test('the last two in parallel, 200 times: one is left every time', async () => {
    const person = await signUp(service);
    const local = await identityOf(service, person, 'LOCAL');
    await giveIdentity(service, person, 'GITHUB');
    expect(outcomeOf(await person.send(UNLINK, { id: local }))).toBe('OK');
    for (let round = 0; round < 200; round++) {
      await service.db.query(`DELETE FROM identities WHERE user_id = $1`, [person.userId]);
      const ids = [await giveIdentity(service, person, 'GITHUB'), await giveIdentity(service, person, 'DISCORD')];
      const answers = await Promise.all(ids.map((id) => person.send(UNLINK, { id })));
      expect(answers.map(outcomeOf).sort()).toEqual(['LAST_CREDENTIAL', 'OK']);
      expect(await identitiesIn(service, person)).toHaveLength(1);
    }
  });

  test('a session that ends while the call waits removes nothing', async () => {
    const person = await signUp(service);
    const id = await giveIdentity(service, person, 'GITHUB');
    const elsewhere = await signInAgain(service, person);
    const [, unlinked] = await Promise.all([
      elsewhere.send(`mutation { revokeOtherSessions { userErrors { code } } }`),
      person.send(UNLINK, { id }),
    ]);
    const left = await identitiesIn(service, person);
    expect([outcomeOf(unlinked), left.length]).toEqual(
      outcomeOf(unlinked) === 'OK' ? ['OK', 1] : ['UNAUTHENTICATED', 2],
    );
  });
});
