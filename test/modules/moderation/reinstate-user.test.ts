import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { programOf, signInAgain, signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  expectDenied,
  logged,
  makeBot,
  REINSTATE,
  signUpCast,
  stateOf,
  SUSPEND,
  WHO,
  type Cast,
} from '../roles/support.js';

let service: TestService;
let cast: Cast;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  cast = await signUpCast(service);
});
afterAll(() => service.close());

const reinstate = (by: TestClient, id: string) => by.send(REINSTATE, { input: { id } });

/** Somebody who is suspended. */
async function outcast(roles: RoleName[] = []) {
  const person = await signUp(service, { roles });
  await cast.admin.query(SUSPEND, { input: { user: person.id, reason: 'for a test' } });
  return person;
}

describe('reinstateUser', () => {
  it('is for those who hold USER_SUSPEND: a denied call changes nothing', async () => {
    const { id } = await outcast();
    await expectDenied(
      service,
      cast,
      {
        anonymous: 'UNAUTHENTICATED',
        user: 'FORBIDDEN',
        contributor: 'FORBIDDEN',
        maintainer: 'FORBIDDEN',
        releaseManager: 'FORBIDDEN',
        suspendedAdmin: 'UNAUTHENTICATED',
      },
      (client) => reinstate(client, id),
    );
  });

  it('lets the person in again; what had ended stays ended', async () => {
    const person = await outcast();
    const { data } = await reinstate(cast.moderator, person.id);
    expect(data.reinstateUser).toEqual({ user: { id: person.id, suspendedUntil: null }, userErrors: [] });
    expect((await person.refused(WHO)).extensions.code).toBe('UNAUTHENTICATED');
    const again = await signInAgain(service, person);
    const { viewer } = await again.query(`{ viewer { auditEvents(first: 5) { nodes { action detail } } } }`);
    expect(viewer.auditEvents.nodes).toContainEqual({ action: 'user.reinstate', detail: null });
    expect((await logged(service, 'user.reinstate')).at(-1)).toMatchObject({
      actorId: cast.moderator.userId,
      subjectId: person.userId,
    });
    const rows = await service.db.query(`SELECT suspension_reason AS reason FROM users WHERE id = $1`, [person.userId]);
    expect(rows).toEqual([{ reason: null }]);
  });

  it('takes no presence: programs and bots of moderators reinstate', async () => {
    const bot = await makeBot(service, cast.moderator);
    for (const by of [await programOf(service, cast.moderator), bot.program, cast.staleAdmin]) {
      expect(outcomeOf(await reinstate(by, (await outcast()).id))).toBe('OK');
    }
  });

  it('moderators do not reinstate each other against an administrator', async () => {
    const moderator = await outcast([RoleName.MODERATOR]);
    const before = await stateOf(service);
    expect(outcomeOf(await reinstate(cast.moderator, moderator.id))).toBe('FORBIDDEN');
    expect(outcomeOf(await reinstate(cast.moderator, cast.suspendedAdmin.id))).toBe('FORBIDDEN');
    expect(await stateOf(service)).toEqual(before);
    expect(outcomeOf(await reinstate(cast.admin, moderator.id))).toBe('OK');
  });

  it('knows who is not suspended, and what there is not', async () => {
    const free = await signUp(service);
    const over = await signUp(service);
    await service.db.query(`UPDATE users SET suspended_until = now() - interval '1 s' WHERE id = $1`, [over.userId]);
    const before = await stateOf(service);
    for (const [id, code] of [
      [free.id, 'INVALID_INPUT'],
      [over.id, 'INVALID_INPUT'],
      [encodeId('User', 999_999), 'NOT_FOUND'],
    ] as const) {
      const { data } = await reinstate(cast.moderator, id);
      expect(data.reinstateUser).toMatchObject({ user: null, userErrors: [{ code, path: ['id'] }] });
    }
    expect(await stateOf(service)).toEqual(before);
  });
});
