import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { outcomeOf } from '../../support/client.js';
import { forgetPresence, programOf, signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import * as support from './support.js';
import { DAY, inDays, makeBot, mint, personWithToken, programWith, ROTATE, WHO } from './support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => service.close());

const MINUTE = 60_000;

/** Stops the clock; the database is told the time by the service. */
function stopClock(): (milliseconds: number) => void {
  const start = Date.now();
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(start);
  return (milliseconds) => void vi.setSystemTime(start + milliseconds);
}

/** Whether a token is good now. */
const lives = async (secret: string) => (await programWith(service, secret).send(WHO)).status === 200;

describe('rotateApiToken', () => {
  it("SE8 SE2 is denied to everyone but the token's owner with a session and fresh presence", async () => {
    const { person, token } = await personWithToken(service);
    const stale = await personWithToken(service);
    await forgetPresence(service, stale.person);
    const other = await signUp(service, { roles: [RoleName.ADMIN] });
    const program = await programOf(service, person);
    const before = await support.stateOf(service);
    const outcomes = {
      nobody: outcomeOf(await service.client().send(ROTATE, { id: token.id })),
      other: outcomeOf(await other.send(ROTATE, { id: token.id })),
      stale: outcomeOf(await stale.person.send(ROTATE, { id: stale.token.id })),
      program: outcomeOf(await program.send(ROTATE, { id: token.id })),
      itself: outcomeOf(await token.program.send(ROTATE, { id: token.id })),
      foreignId: outcomeOf(await person.send(ROTATE, { id: person.id })),
    };
    expect(outcomes).toEqual({
      nobody: 'UNAUTHENTICATED',
      other: 'NOT_FOUND',
      stale: 'FORBIDDEN',
      program: 'FORBIDDEN',
      itself: 'FORBIDDEN',
      foreignId: 'BAD_USER_INPUT',
    });
    expect(await support.stateOf(service)).toBe(before);
  });

  it('SE14 makes a token like the old one, which goes on for ten minutes and then ends', async () => {
    await support.addVersions(service, ['1.7.10']);
    const person = await signUp(service, { roles: [RoleName.MAINTAINER] });
    const moveTo = stopClock();
    const given = { name: 'nightly', permissions: ['MAPPING_LOCK'], expiresAt: inDays(30), gameVersions: ['1.7.10'] };
    const old = await mint(service, person, given);
    moveTo(3 * MINUTE);
    const { rotateApiToken } = await person.query(ROTATE, { id: old.id });
    const { apiToken, secret, userErrors } = rotateApiToken;
    expect(userErrors).toEqual([]);
    expect(apiToken).toEqual({
      id: expect.not.stringMatching(old.id),
      name: 'nightly',
      permissions: ['MAPPING_LOCK'],
      gameVersions: [{ name: '1.7.10' }],
      // As long-lived as the old one was in all.
      expiresAt: new Date(Date.parse(old.expiresAt) + 3 * MINUTE).toISOString(),
      owner: { handle: person.handle },
    });
    expect(secret).toMatch(/^mcp_pat_/);
    expect(secret).not.toBe(old.secret);
    expect(await support.lastEvent(service)).toMatchObject({
      action: 'api_token.rotate',
      subjectId: person.userId,
      detail: 'nightly',
    });
    expect([await lives(old.secret), await lives(secret)]).toEqual([true, true]);
    moveTo(13 * MINUTE - 1);
    expect([await lives(old.secret), await lives(secret)]).toEqual([true, true]);
    moveTo(13 * MINUTE);
    expect([await lives(old.secret), await lives(secret)]).toEqual([false, true]);
  });

  it('makes no token live longer than 366 days', async () => {
    const { person, token } = await personWithToken(service);
    await service.db.query(
      `UPDATE api_tokens SET created_at = now() - interval '300 days', expires_at = now() + interval '200 days' WHERE id = $1`,
      [token.key],
    );
    const { rotateApiToken } = await person.query(ROTATE, { id: token.id });
    const left = Date.parse(rotateApiToken.apiToken.expiresAt) - Date.now();
    expect(left).toBeGreaterThan(366 * DAY - MINUTE);
    expect(left).toBeLessThanOrEqual(366 * DAY);
  });

  it('SE14 makes one token of several rotations at once, and none of one that was rotated or is about to end', async () => {
    const { person, token } = await personWithToken(service);
    const answers = await Promise.all(Array.from({ length: 5 }, () => person.send(ROTATE, { id: token.id })));
    expect(answers.map(outcomeOf).sort()).toEqual([
      'INVALID_INPUT',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'OK',
    ]);
    expect(outcomeOf(await person.send(ROTATE, { id: token.id }))).toBe('INVALID_INPUT');
    const { viewer } = await person.query(`{ viewer { apiTokens { name } } }`);
    expect(viewer.apiTokens).toHaveLength(2);
    const short = await mint(service, person, { expiresAt: new Date(Date.now() + 14 * MINUTE).toISOString() });
    expect(outcomeOf(await person.send(ROTATE, { id: short.id }))).toBe('INVALID_INPUT');
    expect(await lives(short.secret)).toBe(true);
  });

  it('SE9 asks again for the rights', async () => {
    const { person, token } = await personWithToken(service, {
      roles: [RoleName.MAINTAINER],
      token: { permissions: ['MAPPING_VOTE', 'MAPPING_LOCK'] },
    });
    await service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE user_id = $1`, [person.userId]);
    const before = await support.stateOf(service);
    expect((await person.refused(ROTATE, { id: token.id })).extensions).toMatchObject({
      code: 'FORBIDDEN',
      permission: 'MAPPING_LOCK',
    });
    expect(await support.stateOf(service)).toBe(before);
  });

  it('lets permissions and game versions go that are not there any more', async () => {
    const [kept, gone] = await support.addVersions(service, ['1.8', '1.8.1']);
    const { person, token } = await personWithToken(service, { token: { gameVersions: ['1.8', '1.8.1'] } });
    await service.db.query(`UPDATE api_tokens SET permissions = permissions || '{MAPPING_DREAM}' WHERE id = $1`, [
      token.key,
    ]);
    const shown = `query ($id: ID!) { node(id: $id) { ... on ApiToken { permissions forAllGameVersions gameVersions { name } } } }`;
    expect((await person.query(shown, { id: token.id })).node.permissions).toEqual(['MAPPING_PROPOSE']);
    await service.db.query(`DELETE FROM game_versions WHERE id = $1`, [gone]);
    const { rotateApiToken } = await person.query(ROTATE, { id: token.id });
    expect(rotateApiToken.apiToken).toMatchObject({
      permissions: ['MAPPING_PROPOSE'],
      gameVersions: [{ name: '1.8' }],
    });
    // A token for versions that are gone holds for none, not for all.
    await service.db.query(`DELETE FROM game_versions WHERE id = $1`, [kept]);
    expect(await person.query(shown, { id: rotateApiToken.apiToken.id })).toEqual({
      node: { permissions: ['MAPPING_PROPOSE'], forAllGameVersions: false, gameVersions: [] },
    });
    expect(outcomeOf(await person.send(ROTATE, { id: rotateApiToken.apiToken.id }))).toBe('INVALID_INPUT');
  });

  it("rotates a bot's token for its owner", async () => {
    const owner = await signUp(service);
    const bot = await makeBot(owner);
    const { id, secret } = await mint(service, owner, { bot: bot.id });
    const { rotateApiToken } = await owner.query(ROTATE, { id });
    expect(rotateApiToken.apiToken.owner).toEqual({ handle: bot.handle });
    expect(rotateApiToken.secret).toMatch(/^mcp_bot_/);
    expect([await lives(secret), await lives(rotateApiToken.secret)]).toEqual([true, true]);
    expect(await support.lastEvent(service)).toMatchObject({ action: 'api_token.rotate', subjectId: owner.userId });
  });
});
