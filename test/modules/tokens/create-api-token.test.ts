import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticator } from '../../../src/auth/authenticate.js';
import { effectivePermissions } from '../../../src/auth/actor.js';
import { ALL_PERMISSIONS, isForTokens, RoleName } from '../../../src/auth/permissions.js';
import { hashSecret } from '../../../src/auth/secrets.js';
import { tokenStrategy } from '../../../src/auth/tokens/token-strategy.js';
import { createToken } from '../../../src/modules/tokens/tokens.service.js';
import { sessionStrategy } from '../../../src/auth/sessions/session-strategy.js';
import { outcomeOf } from '../../support/client.js';
import { forgetPresence, giveRole, programOf, signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import * as support from './support.js';
import { CREATE, inDays, makeBot, mint, tokenInput, WHO } from './support.js';

let service: TestService;
let versions: number[];
beforeAll(async () => {
  service = await startTestService({ sample: false });
  versions = await support.addVersions(service, ['1.12.2', '1.16.5']);
});
afterAll(() => service.close());

const stateOf = () => support.stateOf(service);

describe('createApiToken', () => {
  it('SE8 is denied to everyone but a person with a session and fresh presence', async () => {
    const person = await signUp(service, { roles: [RoleName.ADMIN] });
    const stale = await signUp(service, { roles: [RoleName.ADMIN] });
    await forgetPresence(service, stale);
    const bot = await makeBot(person);
    const botToken = await mint(service, person, { bot: bot.id });
    const program = await programOf(service, person);
    const before = await stateOf();
    const callers = { nobody: service.client(), stale, program, bot: botToken.program };
    const outcomes: Record<string, unknown> = {};
    for (const [name, caller] of Object.entries(callers)) {
      const { code, reason } = (await caller.refused(CREATE, { input: tokenInput() })).extensions;
      outcomes[name] = [code, reason];
    }
    expect(outcomes).toEqual({
      nobody: ['UNAUTHENTICATED', undefined],
      stale: ['FORBIDDEN', 'REAUTHENTICATION_REQUIRED'],
      program: ['FORBIDDEN', 'SESSION_REQUIRED'],
      bot: ['FORBIDDEN', 'SESSION_REQUIRED'],
    });
    expect(await stateOf()).toBe(before);
  });

  it('hands out a secret once, of which the hash is kept, and writes it down', async () => {
    const person = await signUp(service);
    const expiresAt = inDays(90);
    const input = tokenInput({
      name: '  build server 🤖 ',
      permissions: ['MAPPING_VOTE', 'MAPPING_PROPOSE'],
      expiresAt,
    });
    const { createApiToken } = await person.query(CREATE, { input });
    const { apiToken, secret, userErrors } = createApiToken;
    expect(userErrors).toEqual([]);
    expect(secret).toMatch(/^mcp_pat_[0-9A-Za-z]{49}$/);
    expect(apiToken).toEqual({
      id: expect.any(String),
      name: 'build server 🤖',
      prefix: secret.slice(0, 12),
      permissions: ['MAPPING_PROPOSE', 'MAPPING_VOTE'],
      createdAt: expect.any(String),
      expiresAt,
      lastUsedAt: null,
      forAllGameVersions: true,
      gameVersions: [],
      owner: { id: person.id, handle: person.handle },
    });
    const [row] = await service.db.query<{ hash: Uint8Array }>(`SELECT hash FROM api_tokens WHERE id = $1`, [
      support.keyOf(apiToken.id),
    ]);
    expect(Buffer.from(row!.hash)).toEqual(hashSecret(secret));
    expect(await support.lastEvent(service)).toEqual({
      action: 'api_token.create',
      actorId: person.userId,
      subjectId: person.userId,
      via: null,
      detail: 'build server 🤖: MAPPING_PROPOSE, MAPPING_VOTE',
    });
    const program = support.programWith(service, secret);
    expect((await program.query(WHO)).viewer).toEqual({
      user: { handle: person.handle },
      permissions: ['MAPPING_PROPOSE', 'MAPPING_VOTE'],
      credential: { kind: 'API_TOKEN' },
    });
    const { viewer } = await person.query(`{ viewer { apiTokens { name lastUsedAt owner { handle } } } }`);
    expect(viewer.apiTokens).toEqual([
      { name: 'build server 🤖', lastUsedAt: expect.any(String), owner: { handle: person.handle } },
    ]);
  });

  it.each([
    ['no name', { name: '  ' }, 'name'],
    ['a long name', { name: 'x'.repeat(101) }, 'name'],
    ['a name of two lines', { name: 'a\nb' }, 'name'],
    ['a name that turns round', { name: 'a\u202Eb' }, 'name'],
    ['a name with NUL', { name: 'a\u0000b' }, 'name'],
    ['no permission', { permissions: [] }, 'permissions'],
    ['a permission of bots', { permissions: ['MAPPING_VOTE', 'ACT_FOR_USERS'] }, 'permissions'],
    ['an end in the past', { expiresAt: inDays(-1) }, 'expiresAt'],
    ['an end at this instant', { expiresAt: new Date().toISOString() }, 'expiresAt'],
    ['an end too far ahead', { expiresAt: inDays(367) }, 'expiresAt'],
    ['an end in the year 9999', { expiresAt: '9999-12-31T00:00:00Z' }, 'expiresAt'],
  ])('refuses %s', async (_what, given, path) => {
    const person = await signUp(service, { roles: [RoleName.ADMIN] });
    const before = await stateOf();
    const { createApiToken } = await person.query(CREATE, { input: tokenInput(given) });
    expect(createApiToken).toMatchObject({ apiToken: null, secret: null });
    expect(createApiToken.userErrors).toEqual([{ code: 'INVALID_INPUT', message: expect.any(String), path: [path] }]);
    expect(await stateOf()).toBe(before);
  });

  it('SE8 gives no token what only sessions may do, and names it', async () => {
    const person = await signUp(service, { roles: [RoleName.ADMIN] });
    for (const permission of ALL_PERMISSIONS.filter((each) => !isForTokens(each, true))) {
      const { createApiToken } = await person.query(CREATE, { input: tokenInput({ permissions: [permission] }) });
      const [{ code, message }] = createApiToken.userErrors;
      expect([code, message]).toEqual(['INVALID_INPUT', expect.stringContaining(permission)]);
    }
    const all = ALL_PERMISSIONS.filter((each) => isForTokens(each, false));
    const { program } = await mint(service, person, { permissions: all });
    expect((await program.query(WHO)).viewer.permissions).toEqual(all);
  });

  it('SE9 gives a token no right that the account lacks, and names it', async () => {
    const person = await signUp(service);
    const before = await stateOf();
    const error = await person.refused(CREATE, {
      input: tokenInput({ permissions: ['MAPPING_VOTE', 'MAPPING_LOCK'] }),
    });
    expect(error).toMatchObject({
      message: expect.stringContaining('MAPPING_LOCK'),
      extensions: { code: 'FORBIDDEN', permission: 'MAPPING_LOCK' },
    });
    expect(await stateOf()).toBe(before);
  });

  it('SE9 asks for the right in every game version that the token is for', async () => {
    const maintainer = await signUp(service, { roles: [RoleName.MAINTAINER], gameVersionId: versions[0] });
    const ask = async (gameVersions?: string[] | null) =>
      outcomeOf(await maintainer.send(CREATE, { input: tokenInput({ permissions: ['MAPPING_LOCK'], gameVersions }) }));
    // The right for one version is no right for all of them.
    expect(await ask()).toBe('FORBIDDEN');
    expect(await ask(null)).toBe('FORBIDDEN');
    expect(await ask([])).toBe('FORBIDDEN');
    expect(await ask(['1.16.5'])).toBe('FORBIDDEN');
    expect(await ask(['1.12.2', '1.16.5'])).toBe('FORBIDDEN');
    expect(await ask(['1.12.2', '1.12.2'])).toBe('OK');
    await giveRole(service, maintainer.userId, RoleName.MAINTAINER, versions[1]);
    expect(await ask(['1.12.2', '1.16.5'])).toBe('OK');
    expect(await ask()).toBe('FORBIDDEN');
  });

  it('knows no game version that is not there', async () => {
    const person = await signUp(service);
    const input = tokenInput({ gameVersions: ['1.12.2', `9.9${'9'.repeat(500)}`] });
    const { createApiToken } = await person.query(CREATE, { input });
    const [problem] = createApiToken.userErrors;
    expect(problem).toMatchObject({ code: 'NOT_FOUND', path: ['gameVersions'] });
    expect(problem.message.length).toBeLessThan(100);
    expect(createApiToken.apiToken).toBeNull();
  });

  it('holds a token to its game versions, also where its account may more', async () => {
    const person = await signUp(service, { roles: [RoleName.MAINTAINER] });
    const { secret, id } = await mint(service, person, { permissions: ['MAPPING_LOCK'], gameVersions: ['1.16.5'] });
    const authenticate = authenticator([tokenStrategy(service.db)]);
    const actor = await authenticate({ headers: { authorization: `Bearer ${secret}` } });
    const held = (scope: number | 'ALL' | 'ANY') => [...effectivePermissions(actor, new Date(), scope)];
    expect(held(versions[0]!)).toEqual([]);
    expect(held(versions[1]!)).toEqual(['MAPPING_LOCK']);
    expect(held('ALL')).toEqual([]);
    expect(held('ANY')).toEqual(['MAPPING_LOCK']);
    const { node } = await person.query(
      `query ($id: ID!) { node(id: $id) { ... on ApiToken { forAllGameVersions gameVersions { name } } } }`,
      { id },
    );
    expect(node).toEqual({ forAllGameVersions: false, gameVersions: [{ name: '1.16.5' }] });
  });

  it('SE2 makes tokens for own bots alone', async () => {
    const [owner, other] = [await signUp(service, { roles: [RoleName.MAINTAINER] }), await signUp(service)];
    const bot = await makeBot(owner);
    const before = await stateOf();
    for (const target of [bot.id, owner.id, other.id]) {
      const { createApiToken } = await other.query(CREATE, { input: tokenInput({ bot: target }) });
      expect(createApiToken).toMatchObject({ apiToken: null, secret: null });
      expect(createApiToken.userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['bot'] }]);
    }
    expect(outcomeOf(await other.send(CREATE, { input: tokenInput({ bot: 'nonsense' }) }))).toBe('BAD_USER_INPUT');
    expect(await stateOf()).toBe(before);
    const { program, secret } = await mint(service, owner, { bot: bot.id, permissions: ['MAPPING_LOCK'] });
    expect(secret).toMatch(/^mcp_bot_/);
    expect((await program.query(WHO)).viewer).toMatchObject({
      user: { handle: bot.handle },
      permissions: ['MAPPING_LOCK'],
    });
    // The log is the owner's.
    expect(await support.lastEvent(service)).toMatchObject({ action: 'api_token.create', subjectId: owner.userId });
    const { viewer } = await owner.query(
      `{ viewer { apiTokens { owner { handle } } auditEvents { nodes { action } } } }`,
    );
    expect(viewer.apiTokens).toEqual([{ owner: { handle: bot.handle } }]);
    expect(viewer.auditEvents.nodes.map(({ action }: { action: string }) => action)).toContain('api_token.create');
  });

  it("RO2 gives a bot's token the rights of bots where the bot was granted them, to no person's token", async () => {
    const owner = await signUp(service, { roles: [RoleName.ADMIN] });
    const bot = await makeBot(owner);
    const ask = async (given: object) =>
      outcomeOf(await owner.send(CREATE, { input: tokenInput({ permissions: ['IRC_VERIFY'], ...given }) }));
    expect(await ask({})).toBe('INVALID_INPUT');
    expect(await ask({ bot: bot.id })).toBe('FORBIDDEN');
    await giveRole(service, bot.userId, RoleName.IRC_BOT);
    expect(await ask({})).toBe('INVALID_INPUT');
    const { program } = await mint(service, owner, { bot: bot.id, permissions: ['ACT_FOR_USERS', 'IRC_VERIFY'] });
    expect((await program.query(WHO)).viewer.permissions).toEqual(['IRC_VERIFY', 'ACT_FOR_USERS']);
  });

  it('SE10 lets no input say whose token it is, or how it is kept', async () => {
    const [person, other] = [await signUp(service), await signUp(service)];
    const before = await stateOf();
    for (const extra of [
      { userId: other.userId },
      { ownerId: other.id },
      { role: 'ADMIN' },
      { hash: 'x' },
      { prefix: 'x' },
    ]) {
      expect(outcomeOf(await person.send(CREATE, { input: tokenInput(extra) }))).toBe('BAD_USER_INPUT');
    }
    expect(outcomeOf(await person.send(CREATE, { input: tokenInput({ permissions: ['EVERYTHING'] }) }))).toBe(
      'BAD_USER_INPUT',
    );
    expect(await stateOf()).toBe(before);
  });

  it('gives an account fifty live tokens, whoever asks at once', async () => {
    const person = await signUp(service);
    const bot = await makeBot(person);
    const fill = (userId: number, count: number, expiresAt: string) =>
      service.db.query(
        `INSERT INTO api_tokens (hash, user_id, name, prefix, permissions, game_version_ids, expires_at)
         SELECT sha256(($1::text || i || $3)::bytea), $1::int, 'x', 'x', '{}', '{}', $3::timestamptz FROM generate_series(1, $2) AS i`,
        [userId, count, expiresAt],
      );
    await fill(person.userId, 48, inDays(1));
    await fill(person.userId, 5, inDays(-1));
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, async () => outcomeOf(await person.send(CREATE, { input: tokenInput() }))),
    );
    expect(outcomes.sort()).toEqual(['INVALID_INPUT', 'INVALID_INPUT', 'INVALID_INPUT', 'OK', 'OK']);
    // A bot has its own.
    expect(outcomeOf(await person.send(CREATE, { input: tokenInput({ bot: bot.id }) }))).toBe('OK');
  });

  it('makes none for a bot that is suspended', async () => {
    const owner = await signUp(service);
    const bot = await makeBot(owner);
    await service.db.query(`UPDATE users SET suspended_until = now() + interval '1 day' WHERE id = $1`, [bot.userId]);
    const { extensions } = await owner.refused(CREATE, { input: tokenInput({ bot: bot.id }) });
    expect(extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'SUSPENDED' });
  });

  it('SE5 makes nothing for a session that was ended while the call was under way', async () => {
    const person = await signUp(service);
    const { cookies, publicUrl } = service.auth;
    const name = cookies.name('session');
    const headers = { cookie: `${name}=${person.cookies.get(name)!}` };
    const actor = await authenticator([sessionStrategy(service.db, cookies, publicUrl)])({ headers });
    await service.db.query(`DELETE FROM sessions WHERE user_id = $1`, [person.userId]);
    const before = await stateOf();
    const caller = { actor, now: new Date(), address: null, device: null, cookies: null };
    const input = { name: 'x', permissions: [], expiresAt: new Date(Date.now() + 1e6), gameVersions: [], botId: null };
    await expect(createToken(service.auth, caller, input)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await stateOf()).toBe(before);
  });
});
