import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { outcomeOf } from '../../support/client.js';
import { forgetPresence, programOf, signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import * as support from './support.js';
import { CREATE, CREATE_BOT, makeBot, mint, tokenInput, WHO } from './support.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterAll(() => service.close());

describe('createBot', () => {
  it('SE8 is denied to everyone but a person with a session and fresh presence', async () => {
    const person = await signUp(service, { roles: [RoleName.ADMIN] });
    const stale = await signUp(service);
    await forgetPresence(service, stale);
    const bot = await mint(service, person, { bot: (await makeBot(person)).id });
    const program = await programOf(service, person);
    const before = await support.stateOf(service);
    const outcomes: Record<string, unknown> = {};
    for (const [name, caller] of Object.entries({ nobody: service.client(), stale, program, bot: bot.program })) {
      const { code, reason } = (await caller.refused(CREATE_BOT, { handle: 'never-made' })).extensions;
      outcomes[name] = [code, reason];
    }
    expect(outcomes).toEqual({
      nobody: ['UNAUTHENTICATED', undefined],
      stale: ['FORBIDDEN', 'REAUTHENTICATION_REQUIRED'],
      program: ['FORBIDDEN', 'SESSION_REQUIRED'],
      bot: ['FORBIDDEN', 'SESSION_REQUIRED'],
    });
    expect(await support.stateOf(service)).toBe(before);
  });

  it('makes an account of its owner, without identities and sessions, and writes it down', async () => {
    const owner = await signUp(service);
    const { createBot } = await owner.query(CREATE_BOT, { handle: ' Nightly-Export ' });
    expect(createBot).toMatchObject({ user: { handle: 'Nightly-Export', isBot: true }, userErrors: [] });
    const botId = support.keyOf(createBot.user.id);
    expect(await support.lastEvent(service)).toEqual({
      action: 'bot.create',
      actorId: owner.userId,
      subjectId: botId,
      via: null,
      detail: null,
    });
    for (const table of ['identities', 'sessions', 'api_tokens']) {
      expect(await service.db.query(`SELECT 1 AS one FROM ${table} WHERE user_id = $1`, [botId])).toEqual([]);
    }
    const { viewer } = await owner.query(
      `{ viewer { bots { handle } auditEvents(first: 1) { nodes { action subject { ... on User { handle } } } } } }`,
    );
    expect(viewer).toEqual({
      bots: [{ handle: 'Nightly-Export' }],
      auditEvents: { nodes: [{ action: 'bot.create', subject: { handle: 'Nightly-Export' } }] },
    });
  });

  it.each([
    ['x', 'INVALID_INPUT'],
    ['two words', 'INVALID_INPUT'],
    ['nаme', 'INVALID_INPUT'],
    ['a--b', 'INVALID_INPUT'],
    ['x'.repeat(33), 'INVALID_INPUT'],
    ['NickServ', 'HANDLE_TAKEN'],
    ['B0t', 'HANDLE_TAKEN'],
    ['deleted-1', 'HANDLE_TAKEN'],
  ])('LG14 refuses the handle %j', async (handle, code) => {
    const owner = await signUp(service);
    const before = await support.stateOf(service);
    const { createBot } = await owner.query(CREATE_BOT, { handle });
    expect(createBot).toMatchObject({ user: null, userErrors: [{ code, path: ['handle'] }] });
    expect(await support.stateOf(service)).toBe(before);
  });

  it('LG14 gives no bot the name of a person, or one that looks like it', async () => {
    const owner = await signUp(service, { handle: 'old-mill' });
    for (const handle of ['old-mill', 'OLDMILL', 'o1d_mi1l']) {
      expect(outcomeOf(await owner.send(CREATE_BOT, { handle }))).toBe('HANDLE_TAKEN');
    }
    expect((await owner.query(CREATE_BOT, { handle: 'old-mill-helper' })).createBot.userErrors).toEqual([]);
  });

  it('gives a person twenty bots, whoever asks at once', async () => {
    const owner = await signUp(service);
    for (let i = 0; i < 18; i++) await makeBot(owner);
    const outcomes = await Promise.all(
      ['first', 'second', 'third', 'fourth'].map(async (name) =>
        outcomeOf(await owner.send(CREATE_BOT, { handle: `${name}-bot-x` })),
      ),
    );
    expect(outcomes.sort()).toEqual(['INVALID_INPUT', 'INVALID_INPUT', 'OK', 'OK']);
  });

  it('SE10 lets no input say who owns it, or what it may do', async () => {
    const [owner, other] = [await signUp(service), await signUp(service)];
    const before = await support.stateOf(service);
    for (const extra of [{ ownerId: other.id }, { userId: 1 }, { role: 'ADMIN' }, { isBot: false }]) {
      const answer = await owner.send(
        `mutation ($input: CreateBotInput!) { createBot(input: $input) { user { id } userErrors { code } } }`,
        { input: { handle: 'somebody', ...extra } },
      );
      expect(outcomeOf(answer)).toBe('BAD_USER_INPUT');
    }
    expect(await support.stateOf(service)).toBe(before);
  });
});

describe('a bot', () => {
  it('LG1 has no way in by its handle, and is answered like anybody unknown', async () => {
    const owner = await signUp(service);
    const bot = await makeBot(owner);
    const SIGN_IN = `mutation ($handle: String!) { signIn(input: { handle: $handle, password: "some password" }) { viewer { permissions } userErrors { code message } } }`;
    const [known, unknown] = [
      await service.client().query(SIGN_IN, { handle: bot.handle }),
      await service.client().query(SIGN_IN, { handle: 'nobody-at-all' }),
    ];
    expect(known).toEqual(unknown);
    expect(known.signIn.userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
  });

  it('SE5 is refused while its owner is suspended, or it is itself', async () => {
    const owner = await signUp(service);
    const bot = await makeBot(owner);
    const { program } = await mint(service, owner, { bot: bot.id });
    const suspend = (userId: number, until: string | null) =>
      service.db.query(`UPDATE users SET suspended_until = $2::timestamptz WHERE id = $1`, [userId, until]);
    for (const userId of [owner.userId, bot.userId]) {
      await suspend(userId, '9999-12-31T00:00:00Z');
      expect((await program.send(WHO)).status).toBe(401);
      await suspend(userId, null);
      expect((await program.send(WHO)).status).toBe(200);
    }
  });

  it('has what its owner has now, cut by its token', async () => {
    const owner = await signUp(service, { roles: [RoleName.MAINTAINER] });
    const bot = await makeBot(owner);
    const { program } = await mint(service, owner, { bot: bot.id, permissions: ['MAPPING_VOTE', 'MAPPING_LOCK'] });
    const permissions = async () => (await program.query(WHO)).viewer.permissions;
    expect(await permissions()).toEqual(['MAPPING_VOTE', 'MAPPING_LOCK']);
    await service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE user_id = $1`, [owner.userId]);
    expect(await permissions()).toEqual(['MAPPING_VOTE']);
  });

  it('SE8 owns nothing: no bots, no tokens of others', async () => {
    const owner = await signUp(service);
    const bot = await makeBot(owner);
    const { program } = await mint(service, owner, { bot: bot.id });
    expect(outcomeOf(await program.send(CREATE, { input: tokenInput() }))).toBe('FORBIDDEN');
    const { viewer } = await program.query(
      `{ viewer { user { isBot } bots { id } sessions { id } identities { id } } }`,
    );
    expect(viewer).toEqual({ user: { isBot: true }, bots: [], sessions: [], identities: [] });
  });
});
