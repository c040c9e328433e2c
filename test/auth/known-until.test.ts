import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { ALL_PERMISSIONS, RoleName } from '../../src/auth/permissions.js';
import { newToken } from '../../src/auth/tokens/token-format.js';
import { makeBot, SUSPEND } from '../modules/roles/support.js';
import { addClient } from '../oidc/support.js';
import type { TestClient } from '../support/client.js';
import { giveRole, signUp, type Person } from '../support/people.js';
import type { TestService } from '../support/service.js';
import {
  accessToken,
  answerOf,
  costOf,
  done,
  holder,
  KINDS,
  sentTo,
  SCOPES,
  SOON,
  startProcesses,
} from './known-support.js';
import type { Kind, Processes } from './known-support.js';

let processes: Processes;
let service: TestService;
let known: Processes['known'];
beforeAll(async () => {
  processes = await startProcesses();
  ({ service, known } = processes);
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => processes.close());

describe('a bot that acts for somebody is known no longer than all that lets it', () => {
  interface Acting {
    owner: Person;
    botId: number;
    clientId: string;
    identityId: number;
    program: TestClient;
  }

  async function acting(): Promise<Acting> {
    const [owner, person] = [await signUp(service), await signUp(service)];
    const bot = await makeBot(service, owner);
    await giveRole(service, bot.userId, RoleName.IRC_BOT);
    const of = { owner: owner.handle, bot: bot.handle, networks: ['irc.example.net'] };
    const client = await addClient(service, { kind: 'BOT', trusted: true, permissions: [...ALL_PERMISSIONS], ...of });
    const [identity] = await service.db.query<{ id: number }>(
      `INSERT INTO identities (user_id, provider, network, subject, display_name)
       VALUES ($1, 'IRC', 'irc.example.net', $2, 'alice') RETURNING id`,
      [person.userId, randomBytes(8).toString('hex')],
    );
    const claims = { sub: person.id, client_id: client.clientId, act: { sub: bot.id }, identity: identity!.id };
    const program = await accessToken(service, claims);
    return { owner, botId: bot.userId, clientId: client.clientId, identityId: identity!.id, program };
  }

  const sql = (text: string, ...values: unknown[]) => service.db.query(text, values);

  it.each<[string, (it: Acting) => Promise<unknown>]>([
    [
      'the bot loses its role',
      ({ botId }) => sql(`UPDATE role_grants SET revoked_at = now() WHERE user_id = $1`, botId),
    ],
    [
      'the bot is suspended',
      ({ botId }) => sql(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, botId),
    ],
    [
      'its owner is suspended',
      ({ owner }) => done(processes.admin.send(SUSPEND, { input: { user: owner.id, reason: 'a test' } })),
    ],
    ['the link is suspended', (it) => sql(`UPDATE identities SET state = 'SUSPENDED' WHERE id = $1`, it.identityId)],
    ['the link is gone', ({ identityId }) => sql(`DELETE FROM identities WHERE id = $1`, identityId)],
    [
      'it is trusted no more',
      (it) => sql(`UPDATE oauth_clients SET trusted = false WHERE client_id = $1`, it.clientId),
    ],
    ['it speaks elsewhere', (it) => sql(`UPDATE oauth_clients SET networks = '{}' WHERE client_id = $1`, it.clientId)],
  ])('IR12 %s', async (_name, act) => {
    const it = await acting();
    const [elsewhere] = await known([it.program]);
    await act(it);
    expect(await answerOf(it.program)).toBe('UNAUTHENTICATED');
    await expect.poll(() => answerOf(elsewhere!), SOON).toBe('UNAUTHENTICATED');
  });

  it('RO3 its role ends at its instant', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const it = await acting();
    const end = Date.now() + 10_000;
    await sql(`UPDATE role_grants SET valid_until = $2 WHERE user_id = $1`, it.botId, new Date(end));
    await known([it.program]);
    vi.setSystemTime(end - 1);
    expect(await costOf(service, it.program)).toBe(0);
    vi.setSystemTime(end);
    expect(await answerOf(it.program)).toBe('UNAUTHENTICATED');
  });

  it('what the person allows counts from the next call on', async () => {
    const it = await acting();
    await known([it.program]);
    await sql(`UPDATE identities SET acting_permissions = '{}' WHERE id = $1`, it.identityId);
    expect(await answerOf(it.program)).toMatchObject({ permissions: [] });
  });
});

describe('what ends by itself', () => {
  const UPDATES: Record<string, [Kind, string]> = {
    'SE12 an API token': ['token', `UPDATE api_tokens SET expires_at = $2 WHERE user_id = $1`],
    'SE4 a session that nobody used': ['session', `UPDATE sessions SET idle_expires_at = $2 WHERE user_id = $1`],
    'SE4 a session': ['session', `UPDATE sessions SET expires_at = $2 WHERE user_id = $1`],
    'what an application was allowed': ['access', `UPDATE oidc_records SET expires_at = $2 WHERE user_id = $1`],
  };
  it.each(Object.keys(UPDATES))('%s ends at its instant', async (name) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const [kind, update] = UPDATES[name]!;
    const it = await holder(service);
    const end = Date.now() + 10_000;
    await service.db.query(update, [it.person.userId, new Date(end)]);
    await known([it[kind]]);
    vi.setSystemTime(end - 1);
    expect(await costOf(service, it[kind])).toBe(0);
    vi.setSystemTime(end);
    expect(await answerOf(it[kind])).toBe('UNAUTHENTICATED');
  });

  it('RO3 a role ends and begins at its instant, without a look', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const it = await holder(service);
    const now = Date.now();
    const until = new Date(now + 10_000);
    await service.db.query(`UPDATE role_grants SET valid_until = $2 WHERE user_id = $1`, [it.person.userId, until]);
    await service.db.query(`INSERT INTO role_grants (user_id, role, valid_from) VALUES ($1, 'MAINTAINER', $2)`, [
      it.person.userId,
      new Date(now + 20_000),
    ]);
    await known([it.token]);
    const may = async () => ((await answerOf(it.token)) as { permissions: string[] }).permissions;
    for (const [after, expected] of [
      [9_999, SCOPES],
      [10_000, SCOPES.slice(0, 1)],
      [19_999, SCOPES.slice(0, 1)],
      [20_000, SCOPES],
    ] as const) {
      vi.setSystemTime(now + after);
      expect([after, await may()]).toEqual([after, expected]);
      expect(await costOf(service, it.token)).toBe(0);
    }
  });

  it('is read anew after half a minute, and where the clock was put back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { token } = await holder(service);
    await known([token]);
    const now = Date.now();
    vi.setSystemTime(now + 30_000);
    expect([await costOf(service, token), await costOf(service, token)]).toEqual([1, 0]);
    vi.setSystemTime(now);
    expect([await costOf(service, token), await costOf(service, token)]).toEqual([1, 0]);
  });
});

describe('what is known', () => {
  it('SE7 is known by its kind: an API token in a cookie is no session, nor the other way', async () => {
    const { token, session } = await holder(service);
    await known([token, session]);
    const name = service.auth.cookies.name('session');
    const asCookie = service.client();
    asCookie.cookies.set(name, token.token!);
    const asToken = Object.assign(service.client(), { token: session.cookies.get(name)! });
    for (const client of [asCookie, asToken]) expect(await answerOf(client)).toBe('UNAUTHENTICATED');
  });

  it('SE6 does not excuse a second cookie, or the page of another site', async () => {
    const { session } = await holder(service);
    await known([session]);
    const name = service.auth.cookies.name('session');
    const twice = service.client();
    twice.headers['cookie'] = `${name}=${session.cookies.get(name)}; ${name}=another`;
    expect(await answerOf(twice)).toBe('UNAUTHENTICATED');
    const foreign = sentTo(service, session);
    foreign.headers['origin'] = 'https://elsewhere.example';
    expect(await answerOf(foreign)).toBe('UNAUTHENTICATED');
  });

  it('SE11 is not driven out by those who guess, who are asked about each time', async () => {
    const it = await holder(service);
    await known(KINDS.map((kind) => it[kind]));
    const unknown = newToken('mcp_pat_');
    const before = service.db.statementCount;
    for (const token of [unknown, unknown, unknown, `${it.access.token!.slice(0, -8)}AAAAAAAA`, 'mcp_pat_x']) {
      expect(await answerOf(Object.assign(service.client(), { token }))).toBe('UNAUTHENTICATED');
    }
    expect(service.db.statementCount - before).toBe(3);
    for (const kind of KINDS) expect(await costOf(service, it[kind])).toBe(0);
  });

  it('is not believed while nobody hears of changes', async (context) => {
    if (inject('postgresql') === null) return context.skip('needs PostgreSQL: npm run test:pg');
    const it = await holder(service);
    const elsewhere = await known([it.token]);
    await service.db.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query ~ '^(LISTEN|UNLISTEN|SELECT 1$)' AND pid <> pg_backend_pid()`,
    );
    // Heard of as soon as the connection is known to be lost.
    for (const client of [it.token, elsewhere[0]!]) {
      await expect
        .poll(() => costOf(client === it.token ? service : processes.replica, client), { timeout: 5_000, interval: 1 })
        .toBe(1);
    }
    await service.db.query(`DELETE FROM role_grants WHERE user_id = $1`, [it.person.userId]);
    for (const client of [it.token, elsewhere[0]!]) {
      expect(await answerOf(client)).toMatchObject({ permissions: ['MAPPING_VOTE'] });
    }
    await known([it.token]);
  });

  it('the use of a token or a session is told to nobody', async () => {
    const it = await holder(service);
    const told: string[] = [];
    const stop = await service.db.listen('actors', (name) => told.push(name));
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 61_000);
    for (const kind of KINDS) await answerOf(it[kind]);
    const used = await service.db.query<{ at: Date }>(
      `SELECT last_seen_at AS at FROM sessions WHERE user_id = $1 UNION ALL SELECT last_used_at FROM api_tokens WHERE user_id = $1
        ORDER BY at DESC LIMIT 2`,
      [it.person.userId],
    );
    expect(used.map(({ at }) => at.getTime() > Date.now() - 10_000)).toEqual([true, true]);
    await service.db.query(`NOTIFY actors, 'the end'`);
    await expect.poll(() => told, SOON).toEqual(['the end']);
    await stop();
  });

  it('of two who call at once each is who they are', async () => {
    const holders = [await holder(service), await holder(service), await holder(service)];
    const calls = holders.flatMap((it) => KINDS.map(async (kind) => [it.person.handle, await answerOf(it[kind])]));
    for (const [handle, answer] of await Promise.all([...calls, ...calls])) expect(answer).toMatchObject({ handle });
  });
});
