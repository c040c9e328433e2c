import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newToken } from '../../../src/auth/tokens/token-format.js';
import { LIMITS } from '../../../src/auth/limits/catalogue.js';
import { outcomeOf } from '../../support/client.js';
import { signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import * as support from './support.js';
import { makeBot, mint, personWithToken, REPORT, WHO } from './support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterAll(() => service.close());

const DONE = { reportLeakedToken: { ok: true, userErrors: [] } };

/** A token with one character of its checksum changed. */
const misspelt = (token: string) => token.slice(0, -1) + (token.endsWith('x') ? 'y' : 'x');

describe('reportLeakedToken', () => {
  it('SE15 ends a real token, and answers alike for one that never was and for junk', async () => {
    const { person, token } = await personWithToken(service, { token: { name: 'leaked' } });
    const finder = await signUp(service);
    const before = await support.stateOf(service);
    const junk = [
      '',
      'junk',
      'x'.repeat(100_000),
      '\u0000',
      misspelt(token.secret),
      newToken('mcp_pat_'),
      newToken('mcp_bot_'),
    ];
    for (const text of junk) expect(await service.client().query(REPORT, { token: text })).toEqual(DONE);
    expect(await support.stateOf(service)).toBe(before);
    expect((await token.program.send(WHO)).status).toBe(200);
    // Whoever finds it need not say who they are, and is not named if they do.
    expect(await finder.query(REPORT, { token: ` ${token.secret}\n` })).toEqual(DONE);
    expect((await token.program.send(WHO)).status).toBe(401);
    expect(await support.lastEvent(service)).toEqual({
      action: 'api_token.leak',
      actorId: null,
      subjectId: person.userId,
      via: null,
      detail: 'leaked',
    });
    const after = await support.stateOf(service);
    expect(await service.client().query(REPORT, { token: token.secret })).toEqual(DONE);
    expect(await support.stateOf(service)).toBe(after);
    const { viewer } = await person.query(
      `{ viewer { apiTokens { name } auditEvents(first: 1) { nodes { action actor { handle } } } } }`,
    );
    expect(viewer).toEqual({ apiTokens: [], auditEvents: { nodes: [{ action: 'api_token.leak', actor: null }] } });
  });

  it('SE11 a wrong checksum is told without a look into the database, by a report and by a call', async () => {
    const { token } = await personWithToken(service);
    const wrong = misspelt(token.secret);
    service.secrets.add(wrong);
    const before = service.db.statementCount;
    expect(await service.client().query(REPORT, { token: wrong })).toEqual(DONE);
    expect((await support.programWith(service, wrong).send(WHO)).status).toBe(401);
    expect(service.db.statementCount).toBe(before);
  });

  it('ends an expired token as well, so that nobody wonders whether it does', async () => {
    const { token } = await personWithToken(service);
    await service.db.query(`UPDATE api_tokens SET expires_at = now() - interval '1 hour' WHERE id = $1`, [token.key]);
    expect(await service.client().query(REPORT, { token: token.secret })).toEqual(DONE);
    expect(await service.db.query(`SELECT id FROM api_tokens WHERE id = $1`, [token.key])).toEqual([]);
  });

  it("is told to the owner of a bot for the bot's token", async () => {
    const owner = await signUp(service);
    const { secret, program } = await mint(service, owner, { bot: (await makeBot(owner)).id });
    expect(await service.client().query(REPORT, { token: secret })).toEqual(DONE);
    expect(await support.lastEvent(service)).toMatchObject({
      action: 'api_token.leak',
      actorId: null,
      subjectId: owner.userId,
    });
    expect((await program.send(WHO)).status).toBe(401);
  });

  it('a token that reports itself is anonymous from there', async () => {
    const { token } = await personWithToken(service);
    const { data, errors } = await token.program.send(
      `mutation ($token: String!) { reportLeakedToken(input: { token: $token }) { ok } revokeOtherSessions { viewer { permissions } } }`,
      { token: token.secret },
    );
    expect(data).toEqual({ reportLeakedToken: { ok: true }, revokeOtherSessions: null });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('takes one report in an operation, and so many from an address in an hour', async () => {
    const two = `mutation ($token: String!) { a: reportLeakedToken(input: { token: $token }) { ok } b: reportLeakedToken(input: { token: $token }) { ok } }`;
    expect(outcomeOf(await service.client().send(two, { token: 'x' }))).toBe('TOO_EXPENSIVE');
    const flood = service.client();
    const outcomes = [];
    for (let i = 0; i <= LIMITS.reportAddress.points; i++) {
      outcomes.push(outcomeOf(await flood.send(REPORT, { token: newToken('mcp_pat_') })));
    }
    expect(new Set(outcomes.slice(0, -1))).toEqual(new Set(['OK']));
    expect(outcomes.at(-1)).toBe('RATE_LIMITED');
    expect(await service.client().query(REPORT, { token: newToken('mcp_pat_') })).toEqual(DONE);
  });
});
