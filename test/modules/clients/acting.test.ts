import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_PERMISSIONS } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { reassignIdentity } from '../../../src/modules/identities/identities.store.js';
import type { TestClient } from '../../support/client.js';
import { ALLOW_ACTING } from '../../support/documents/clients.js';
import { forgetPresence, programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { expectDenied as expectDeniedToCast, logged, makeBot, signUpCast } from '../roles/support.js';
import { keyOf, problemOf } from './support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterAll(() => service.close());

interface Acting {
  id: string;
  actingPermissions: string[];
}
const shown = async (person: TestClient) =>
  (await person.query(`{ viewer { identities { id actingPermissions } } }`)).viewer.identities as Acting[];
const identityOf = async (person: TestClient) => (await shown(person))[0]!.id;
const problem = (by: TestClient, identity: string, permissions: readonly string[]) =>
  problemOf(by.send(ALLOW_ACTING, { input: { identity, permissions } }));

/** Links an IRC account to somebody, as a bot would. */
async function linkIrc({ userId }: Person): Promise<string> {
  const rows = await service.db.query<{ id: number }>(
    `INSERT INTO identities (user_id, provider, network, subject, display_name)
     VALUES ($1, 'IRC', 'example', $2, 'somebody') RETURNING id`,
    [userId, `entity ${userId}`],
  );
  return encodeId('Identity', rows[0]!.id);
}

describe('allowActing', () => {
  it("IR12 is denied to everyone but the identity's owner, with a session and fresh presence", async () => {
    const cast = await signUpCast(service);
    const identity = await linkIrc(await signUp(service));
    const call = (client: TestClient) =>
      client.send(ALLOW_ACTING, { input: { identity, permissions: ['MAPPING_COMMIT'] } });
    await expectDeniedToCast(
      service,
      cast,
      {
        anonymous: 'UNAUTHENTICATED',
        user: 'NOT_FOUND',
        maintainer: 'NOT_FOUND',
        moderator: 'NOT_FOUND',
        admin: 'NOT_FOUND',
        staleAdmin: 'FORBIDDEN',
        suspendedAdmin: 'UNAUTHENTICATED',
        adminProgram: 'FORBIDDEN',
        adminBot: 'FORBIDDEN',
      },
      call,
    );
    // Nor by what else the owner has.
    const person = await signUp(service);
    const own = await identityOf(person);
    const program = await programOf(service, person, ALL_PERMISSIONS);
    const bot = await makeBot(service, person);
    await forgetPresence(service, person);
    for (const caller of [person, program, bot.program]) {
      expect(await problem(caller, own, ['MAPPING_COMMIT'])).toBe('FORBIDDEN');
    }
    expect(await problem(person, person.id, ['MAPPING_VOTE'])).toBe('BAD_USER_INPUT');
  });

  it('says what is allowed by one identity; proposing and voting are unless it is said otherwise', async () => {
    const person = await signUp(service);
    const irc = await linkIrc(person);
    const [local] = await shown(person);
    expect(local!.actingPermissions).toEqual(['MAPPING_PROPOSE', 'MAPPING_VOTE']);
    const { allowActing } = await person.query(ALLOW_ACTING, {
      input: { identity: irc, permissions: ['MAPPING_COMMIT', 'MAPPING_PROPOSE', 'MAPPING_COMMIT'] },
    });
    expect(allowActing).toEqual({
      viewer: { identities: [local, { id: irc, actingPermissions: ['MAPPING_PROPOSE', 'MAPPING_COMMIT'] }] },
      userErrors: [],
    });
    expect((await logged(service, 'identity.allow_acting')).at(-1)).toEqual({
      actorId: person.userId,
      subjectId: person.userId,
      via: null,
      detail: 'IRC: MAPPING_PROPOSE, MAPPING_COMMIT',
    });
    expect(await problem(person, irc, [])).toBe('');
    expect(await shown(person)).toEqual([local, { id: irc, actingPermissions: [] }]);
    expect((await logged(service, 'identity.allow_acting')).at(-1)?.detail).toBe('IRC: nothing');
  });

  it('IR12 allows nobody to publish releases, or what no token of a person can have', async () => {
    const person = await signUp(service);
    const identity = await identityOf(person);
    for (const permission of [
      'RELEASE_PUBLISH',
      'ROLE_GRANT',
      'IDENTITY_MANAGE',
      'CLIENT_MANAGE',
      'IRC_VERIFY',
      'ACT_FOR_USERS',
    ]) {
      expect(await problem(person, identity, ['MAPPING_VOTE', permission]), permission).toBe(
        'INVALID_INPUT permissions',
      );
    }
    expect((await shown(person))[0]!.actingPermissions).toEqual(['MAPPING_PROPOSE', 'MAPPING_VOTE']);
  });

  it('ends where the identity moves to another account', async () => {
    const [from, to] = [await signUp(service), await signUp(service)];
    const irc = await linkIrc(from);
    await from.query(ALLOW_ACTING, { input: { identity: irc, permissions: ['MAPPING_COMMIT'] } });
    await reassignIdentity(service.db, keyOf(irc), { from: from.userId, to: to.userId }, new Date());
    expect(await shown(to)).toContainEqual({ id: irc, actingPermissions: ['MAPPING_PROPOSE', 'MAPPING_VOTE'] });
  });
});
