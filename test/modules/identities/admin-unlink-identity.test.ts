import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { signInAgain, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { expectDenied, logged, signUpCast, stateOf, WHO, type Cast } from '../roles/support.js';

let service: TestService;
let cast: Cast;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  cast = await signUpCast(service);
});
afterAll(() => service.close());

const UNLINK = `mutation ($input: AdminIdentityInput!) { adminUnlinkIdentity(input: $input) {
  user { id } userErrors { code message path } } }`;
const unlink = (identity: string, by: TestClient = cast.admin, reason = 'asked for by mail') =>
  by.send(UNLINK, { input: { identity, reason } });

let subjects = 0;

/** Gives a person a further identity, by SQL. @returns its id */
async function withIdentity({ userId }: Person, provider = 'GITHUB', state = 'ACTIVE'): Promise<string> {
  subjects += 1;
  const rows = await service.db.query<{ id: number }>(
    `INSERT INTO identities (user_id, provider, network, subject, display_name, state)
     VALUES ($1, $2::identity_provider, '', $3, 'octocat', $4::identity_state) RETURNING id`,
    [userId, provider, String(subjects), state],
  );
  return encodeId('Identity', rows[0]!.id);
}

const localOf = async ({ userId }: Person): Promise<string> => {
  const rows = await service.db.query<{ id: number }>(
    `SELECT id FROM identities WHERE user_id = $1 AND provider = 'LOCAL'`,
    [userId],
  );
  return encodeId('Identity', rows[0]!.id);
};

describe('adminUnlinkIdentity', () => {
  it('SE8 is for administrators with fresh presence alone', async () => {
    const identity = await withIdentity(await signUp(service));
    await expectDenied(
      service,
      cast,
      {
        anonymous: 'UNAUTHENTICATED',
        user: 'FORBIDDEN',
        contributor: 'FORBIDDEN',
        maintainer: 'FORBIDDEN',
        releaseManager: 'FORBIDDEN',
        moderator: 'FORBIDDEN',
        staleAdmin: 'FORBIDDEN',
        suspendedAdmin: 'UNAUTHENTICATED',
        adminProgram: 'FORBIDDEN',
        adminBot: 'FORBIDDEN',
      },
      (client) => unlink(identity, client),
    );
  });

  it('SE5 ends the sessions of the person, who is told; the password stays if it was not that', async () => {
    const person = await signUp(service);
    const identity = await withIdentity(person);
    const { data } = await unlink(identity);
    expect(data.adminUnlinkIdentity).toEqual({ user: { id: person.id }, userErrors: [] });
    expect((await person.refused(WHO)).extensions.code).toBe('UNAUTHENTICATED');
    const again = await signInAgain(service, person);
    const { viewer } = await again.query(
      `{ viewer { identities { provider } auditEvents(first: 5) { nodes { action detail actor { handle } } } } }`,
    );
    expect(viewer.identities).toEqual([{ provider: 'LOCAL' }]);
    expect(viewer.auditEvents.nodes).toContainEqual({
      action: 'identity.admin_unlink',
      detail: 'GITHUB: asked for by mail',
      actor: { handle: cast.admin.handle },
    });
  });

  it('takes a password away where there is another way in', async () => {
    const person = await signUp(service);
    await withIdentity(person);
    expect(outcomeOf(await unlink(await localOf(person)))).toBe('OK');
    const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }`;
    const input = { handle: person.handle, password: person.password };
    expect(outcomeOf(await service.client().send(signIn, { input }))).toBe('INVALID_CREDENTIALS');
  });

  it('never takes the last way in', async () => {
    const person = await signUp(service);
    const irc = await withIdentity(person, 'IRC');
    const suspended = await withIdentity(person, 'DISCORD', 'SUSPENDED');
    const local = await localOf(person);
    const before = await stateOf(service);
    const { data } = await unlink(local);
    expect(data.adminUnlinkIdentity).toMatchObject({
      user: null,
      userErrors: [{ code: 'LAST_CREDENTIAL', path: ['identity'] }],
    });
    expect(await stateOf(service)).toEqual(before);
    // What nobody signs in with can go.
    expect(outcomeOf(await unlink(irc))).toBe('OK');
    expect(outcomeOf(await unlink(suspended))).toBe('OK');
    expect(outcomeOf(await unlink(local))).toBe('LAST_CREDENTIAL');
  });

  it('of the last two taken at once one stays, thirty times', async () => {
    const person = await signUp(service);
    let identities = [await localOf(person), await withIdentity(person)];
    for (let round = 1; round <= 30; round++) {
      const outcomes = (await Promise.all(identities.map((identity) => unlink(identity)))).map(outcomeOf);
      expect([round, [...outcomes].sort()]).toEqual([round, ['LAST_CREDENTIAL', 'OK']]);
      identities = [identities[outcomes.indexOf('LAST_CREDENTIAL')]!, await withIdentity(person)];
    }
  });

  it("RO1 leaves the last administrator a way in, and ends one's own session if it was one's own", async () => {
    await service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE role = 'ADMIN' AND user_id <> $1`, [
      cast.admin.userId,
    ]);
    const local = await localOf(cast.admin);
    expect(outcomeOf(await unlink(local))).toBe('LAST_CREDENTIAL');
    await withIdentity(cast.admin);
    expect(outcomeOf(await unlink(local))).toBe('OK');
    expect(cast.admin.cookies.has('mcp_session')).toBe(false);
    expect((await cast.admin.query(WHO)).viewer).toBeNull();
    expect((await logged(service, 'identity.admin_unlink')).at(-1)).toMatchObject({
      actorId: cast.admin.userId,
      subjectId: cast.admin.userId,
    });
  });

  it('knows nothing of what there is not, and wants a reason', async () => {
    const admin = await signUp(service, { roles: [RoleName.ADMIN] });
    const identity = await withIdentity(await signUp(service));
    const before = await stateOf(service);
    for (const key of [999_999, 'x', '0']) {
      expect(outcomeOf(await unlink(encodeId('Identity', key), admin))).toBe('NOT_FOUND');
    }
    expect(outcomeOf(await unlink(admin.id, admin))).toBe('BAD_USER_INPUT');
    for (const reason of ['', ' \n ', 'x'.repeat(501)]) {
      const { data } = await unlink(identity, admin, reason);
      expect(data.adminUnlinkIdentity.userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['reason'] }]);
    }
    expect(await stateOf(service)).toEqual(before);
  });
});
