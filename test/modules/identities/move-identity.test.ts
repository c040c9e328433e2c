import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { outcomeOf } from '../../support/client.js';
import { forgetPresence, signInAgain, signUp, type Person } from '../../support/people.js';
import {
  linkThrough,
  moveCodeIn,
  newAccount,
  signInThrough,
  startDoorService,
  whoIs,
  type DoorService,
} from '../../support/round-trip.js';
import { DENIED, denials, eventsOf, giveIdentity, identitiesIn, identityOf } from './support.js';

let service: DoorService;
beforeAll(async () => {
  service = await startDoorService();
});
afterAll(() => service.close());

const MOVE = `mutation ($code: String!) {
  moveIdentity(input: { code: $code }) { viewer { identities { provider } } userErrors { code message path } } }`;

/** Somebody with a GitHub identity that another account wants, and the code to move it. */
async function contested(options: { lastWayIn?: boolean } = {}): Promise<{ from: Person; to: Person; code: string }> {
  const from = await signUp(service);
  const subject = newAccount(service.github);
  await giveIdentity(service, from, 'GITHUB', { subject });
  if (options.lastWayIn === true) {
    await service.db.query(`DELETE FROM identities WHERE user_id = $1 AND provider = 'LOCAL'`, [from.userId]);
  }
  const to = await signUp(service);
  return { from, to, code: moveCodeIn(service, await linkThrough(service, to, 'GITHUB')) };
}

describe('moveIdentity', () => {
  it('is denied without a session and fresh presence', async () => {
    const { from, to, code } = await contested();
    expect(await denials(service, to, MOVE, { code })).toEqual(DENIED);
    expect(await identitiesIn(service, from)).toEqual(['LOCAL ACTIVE', 'GITHUB ACTIVE']);
    // Nothing of that used the code up.
    expect(outcomeOf(await to.send(MOVE, { code }))).toBe('OK');
  });

  it('moves what both were proven of; the sessions of the other account end, and both are told', async () => {
    const { from, to, code } = await contested();
    const { moveIdentity } = await to.query(MOVE, { code: ` ${code.toLowerCase().replaceAll('-', ' ')} ` });
    expect(moveIdentity).toEqual({
      viewer: { identities: [{ provider: 'GITHUB' }, { provider: 'LOCAL' }] },
      userErrors: [],
    });
    expect(await identitiesIn(service, from)).toEqual(['LOCAL ACTIVE']);
    expect((await from.send(`{ viewer { permissions } }`)).status).toBe(401);
    const event = {
      action: 'identity.move',
      detail: `GITHUB, from user ${from.userId} to user ${to.userId}`,
      actorId: to.userId,
    };
    for (const person of [from, to]) expect(await eventsOf(service, person, 'identity.%')).toEqual([event]);
    const again = await signInAgain(service, from);
    const { viewer } = await again.query(`{ viewer { auditEvents { nodes { action actor { handle } } } } }`);
    expect(viewer.auditEvents.nodes).toContainEqual({ action: 'identity.move', actor: { handle: to.handle } });
    const client = service.client();
    await signInThrough(service, client, 'GITHUB');
    expect((await whoIs(client))!.handle).toBe(to.handle);
  });

  test('PH6: a code counts once, in the session that it was shown in, and any try ends it', async () => {
    for (const who of ['owner', 'stranger', 'other session'] as const) {
      const { from, to, code } = await contested();
      const thief = { owner: from, stranger: await signUp(service), 'other session': await signInAgain(service, to) }[
        who
      ];
      expect(outcomeOf(await thief.send(MOVE, { code }))).toBe('CODE_INVALID');
      expect(outcomeOf(await to.send(MOVE, { code }))).toBe('CODE_INVALID');
      expect(await identitiesIn(service, from)).toEqual(['LOCAL ACTIVE', 'GITHUB ACTIVE']);
    }
    const { to, code } = await contested();
    const outcomes = await Promise.all([to.send(MOVE, { code }), to.send(MOVE, { code })]);
    expect(outcomes.map(outcomeOf).sort()).toEqual(['CODE_INVALID', 'OK']);
  });

  it('refuses a code that was never one, or is older than 10 minutes', async () => {
    const { from, to, code } = await contested();
    for (const wrong of ['', '-', 'ABCD-EFGH-JKMN-PQRS', 'x'.repeat(10_000)]) {
      expect(outcomeOf(await to.send(MOVE, { code: wrong }))).toBe('CODE_INVALID');
    }
    await service.db.query(`UPDATE one_time_secrets SET expires_at = now() - interval '1 second' WHERE user_id = $1`, [
      to.userId,
    ]);
    expect(outcomeOf(await to.send(MOVE, { code }))).toBe('CODE_EXPIRED');
    expect(await identitiesIn(service, from)).toEqual(['LOCAL ACTIVE', 'GITHUB ACTIVE']);
  });

  it('leaves the other account its last way in', async () => {
    const { from, to, code } = await contested({ lastWayIn: true });
    const { moveIdentity } = await to.query(MOVE, { code });
    expect(moveIdentity).toMatchObject({
      viewer: null,
      userErrors: [{ code: 'LAST_CREDENTIAL', path: ['code'], message: expect.stringContaining('startAccountMerge') }],
    });
    expect(await identitiesIn(service, from)).toEqual(['GITHUB ACTIVE']);
    expect((await from.query(`{ viewer { permissions } }`)).viewer).not.toBeNull();
    expect(await eventsOf(service, to, 'identity.%')).toEqual([]);
  });

  test('unlinking and moving the last two at the same moment leaves one', async () => {
    const UNLINK = `mutation ($id: ID!) { unlinkIdentity(input: { id: $id }) { userErrors { code } } }`;
    for (let round = 0; round < 10; round++) {
      const { from, to, code } = await contested();
      const local = await identityOf(service, from, 'LOCAL');
      const outcomes = await Promise.all([from.send(UNLINK, { id: local }), to.send(MOVE, { code })]);
      // The loser finds one way in left, or its session ended.
      expect(outcomes.map(outcomeOf).filter((outcome) => outcome === 'OK')).toHaveLength(1);
      expect(await identitiesIn(service, from)).toHaveLength(1);
    }
  });

  it('takes nothing from a suspended account, nor from one that the page did not name', async () => {
    const first = await contested();
    await service.db.query(`UPDATE users SET suspended_until = '2999-01-01' WHERE id = $1`, [first.from.userId]);
    expect(outcomeOf(await first.to.send(MOVE, { code: first.code }))).toBe('INVALID_INPUT');
    expect(await identitiesIn(service, first.from)).toEqual(['LOCAL ACTIVE', 'GITHUB ACTIVE']);
    const second = await contested();
    const third = await signUp(service);
    await service.db.query(`UPDATE identities SET user_id = $2 WHERE user_id = $1 AND provider = 'GITHUB'`, [
      second.from.userId,
      third.userId,
    ]);
    expect(outcomeOf(await second.to.send(MOVE, { code: second.code }))).toBe('CODE_INVALID');
    expect(await identitiesIn(service, third)).toContain('GITHUB ACTIVE');
  });

  it('lets one that did not count there count here: its owner has proven it', async () => {
    const { from, to, code } = await contested();
    await service.db.query(`UPDATE identities SET state = 'SUSPENDED' WHERE user_id = $1 AND provider = 'GITHUB'`, [
      from.userId,
    ]);
    expect(outcomeOf(await to.send(MOVE, { code }))).toBe('OK');
    expect(await identitiesIn(service, to)).toContain('GITHUB ACTIVE');
  });

  it('counts tries by user, successes excepted', async () => {
    const { to } = await contested();
    const outcomes: string[] = [];
    for (let i = 0; i < 11; i++) outcomes.push(outcomeOf(await to.send(MOVE, { code: 'ABCD-EFGH-JKMN-PQRS' })));
    expect(outcomes).toEqual([...Array<string>(10).fill('CODE_INVALID'), 'RATE_LIMITED']);
  });

  it('takes presence that was proven by then', async () => {
    const { to, code } = await contested();
    await forgetPresence(service, to);
    const error = await to.refused(MOVE, { code });
    expect(error.extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'REAUTHENTICATION_REQUIRED' });
  });
});
