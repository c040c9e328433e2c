import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { outcomeOf } from '../../support/client.js';
import { forgetPresence, giveRole, programOf, signInAgain, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { COMMENT, stage, VOTE } from '../discussion/support.js';
import { published, YANK } from '../releases/support.js';
import { makeBot } from '../roles/support.js';
import { RoleName } from '../../../src/auth/permissions.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const EXPORT = `mutation { exportAccount { url userErrors { code } } }`;

const addressOf = async (person: Person): Promise<string> => {
  const { url } = (await person.query(EXPORT)).exportAccount;
  service.secrets.add(new URL(url as string).searchParams.get('code'));
  return (url as string).replace('http://localhost:4000', '');
};

describe('exportAccount', () => {
  it('is denied without a session and fresh presence', async () => {
    const person = await signUp(service);
    expect(outcomeOf(await service.client().send(EXPORT))).toBe('UNAUTHENTICATED');
    expect(outcomeOf(await (await programOf(service, person)).send(EXPORT))).toBe('FORBIDDEN');
    await forgetPresence(service, person);
    expect(outcomeOf(await person.send(EXPORT))).toBe('FORBIDDEN');
    expect(await service.db.query(`SELECT FROM one_time_secrets`)).toEqual([]);
  });

  it('gives one file with all that is held on the person, and nothing of anybody else', async () => {
    const [person, admin] = [await signUp(service), await signUp(service)];
    await giveRole(service, person.userId, RoleName.MAINTAINER);
    await programOf(service, person);
    await service.db.query(
      `INSERT INTO audit_events (actor_id, subject_id, action, address) VALUES ($1, $2, 'role.grant', '192.0.2.0/24')`,
      [admin.userId, person.userId],
    );
    const response = await person.request('GET', await addressOf(person));
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'content-disposition': 'attachment; filename="mcp-account.json"',
    });
    const data = response.json<Record<string, unknown>>();
    expect(data).toMatchObject({
      account: { handle: person.handle, mergedAccounts: [] },
      identities: [{ provider: 'LOCAL', displayName: person.handle }],
      sessions: [{ device: 'lightMyRequest' }],
      apiTokens: [{ account: person.handle, name: 'test' }],
      passkeys: [],
      authenticatorApp: null,
      recoveryCodesLeft: 0,
      roles: [{ role: 'MAINTAINER', gameVersion: null }],
      bots: [],
      changes: [],
      votes: [],
      comments: [],
      releases: [],
      releaseRequests: [],
    });
    const events = data['auditEvents'] as { action: string; byMe: boolean; address: string | null }[];
    expect(events.map(({ action }) => action)).toEqual(['user.sign_up', 'session.start', 'role.grant', 'user.export']);
    expect(events.find(({ action }) => action === 'role.grant')).toMatchObject({ byMe: false, address: null });
    expect(response.body).not.toMatch(/argon2|\\\\x/);
    service.secrets.expectNoneIn(response.body, 'the export');
  });

  it('has what the person and their bots proposed and said, and how they voted; nothing of anybody else', async () => {
    const [person, other] = [await signUp(service), await signUp(service)];
    const bot = await makeBot(service, person);
    const [own] = await stage(person, { func_2006_f: 'isWilted' });
    const [ofBot] = await stage(bot.program, { func_2007_f: 'wilt' });
    const [ofOther] = await stage(other, { func_2009_h_: 'spread' });
    await person.query(VOTE, { change: ofOther!.id, for: false });
    await other.query(VOTE, { change: own!.id, for: true });
    await person.query(COMMENT, { change: ofOther!.id, body: 'not so good' });
    await bot.program.query(COMMENT, { change: own!.id, body: 'said by a bot' });
    await other.query(COMMENT, { change: own!.id, body: 'said by somebody else' });
    const data = (await person.request('GET', await addressOf(person))).json<Record<string, unknown>>();
    const at = expect.stringMatching(/^20\d\d-.*Z$/);
    const change = {
      version: '0.0-sample',
      kind: 'METHOD',
      oldName: null,
      oldDocumentation: null,
      newDocumentation: null,
      reason: null,
      state: 'STAGED',
      createdAt: at,
    };
    const { sequence } = own!;
    expect(data['changes']).toEqual([
      { ...change, account: person.handle, sequence, srg: 'func_2006_f', newName: 'isWilted' },
      { ...change, account: bot.handle, sequence: ofBot!.sequence, srg: 'func_2007_f', newName: 'wilt' },
    ]);
    expect(data['votes']).toEqual([{ change: ofOther!.sequence, for: false, at }]);
    expect(data['comments']).toEqual([
      { account: person.handle, change: ofOther!.sequence, body: 'not so good', createdAt: at, editedAt: null },
      { account: bot.handle, change: sequence, body: 'said by a bot', createdAt: at, editedAt: null },
    ]);
  });

  it('has the releases that the person published or yanked, and names nobody else in them', async () => {
    const own = { roles: [RoleName.RELEASE_MANAGER] };
    const [person, other] = [await signUp(service, own), await signUp(service, own)];
    const { id, name } = await published(other, '0.0-sample', 'SNAPSHOT');
    await person.query(YANK, { input: { release: id, reason: 'half of it is wrong' } });
    const data = (await person.request('GET', await addressOf(person))).json<Record<string, unknown>>();
    expect(data['releases']).toMatchObject([
      { name, publishedBy: null, confirmedBy: null, yanked: 'half of it is wrong', yankedBy: person.handle },
    ]);
    expect(data['releaseRequests']).toEqual([]);
    const others = (await other.request('GET', await addressOf(other))).json<Record<string, unknown>>();
    expect(others['releases']).toMatchObject([{ name, publishedBy: other.handle, yanked: null, yankedBy: null }]);
  });

  it('the address is good once, for ten minutes, and in that session alone', async () => {
    const [person, stranger] = [await signUp(service), await signUp(service)];
    const browser = await signInAgain(service, person);
    const status = async (client: Pick<Person, 'request'>, address: string) =>
      (await client.request('GET', address)).statusCode;

    const address = await addressOf(person);
    expect(await status(service.client(), address)).toBe(401);
    expect(await status(await programOf(service, person), address)).toBe(403);
    expect(await status(person, address)).toBe(200);
    expect(await status(person, address)).toBe(404);
    // Whoever else holds it uses it up, and gets nothing.
    expect(await status(stranger, await addressOf(person))).toBe(404);
    expect(await status(browser, await addressOf(person))).toBe(404);
    const late = await addressOf(person);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 });
    try {
      expect(await status(person, late)).toBe(404);
    } finally {
      vi.useRealTimers();
    }
    expect(await status(person, '/account/export')).toBe(404);
    expect(await status(person, '/account/export?code=a&code=b')).toBe(404);
  });
});
