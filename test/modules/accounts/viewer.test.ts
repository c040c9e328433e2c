import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import { forgetPresence, giveRole, programOf, signInAgain, signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterAll(() => service.close());

interface LogPage {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string };
  nodes: { id: string }[];
}

const VIEWER = `{ viewer { user { handle } permissions credential { kind expiresAt actingClient provenUntil } } }`;

describe('viewer', () => {
  it('is null for nobody known', async () => {
    expect(await service.client().query(VIEWER)).toEqual({ viewer: null });
  });

  it('tells a session who it is, and until when presence counts', async () => {
    const person = await signUp(service);
    const { viewer } = await person.query(VIEWER);
    expect(viewer).toEqual({
      user: { handle: person.handle },
      permissions: ['MAPPING_PROPOSE', 'MAPPING_VOTE'],
      credential: {
        kind: 'SESSION',
        expiresAt: expect.any(String),
        actingClient: null,
        provenUntil: expect.any(String),
      },
    });
    await forgetPresence(service, person);
    expect((await person.query(VIEWER)).viewer.credential.provenUntil).toBeNull();
  });

  it('tells a token what it may do: no more than it was given, and no more than its owner may', async () => {
    const person = await signUp(service, { roles: [RoleName.MAINTAINER] });
    const program = await programOf(service, person, [Permission.MAPPING_LOCK, Permission.AUDIT_READ]);
    const { viewer } = await program.query(VIEWER);
    expect(viewer).toMatchObject({
      user: { handle: person.handle },
      permissions: ['MAPPING_LOCK'],
      credential: { kind: 'API_TOKEN', provenUntil: null },
    });
  });

  it('RO3 counts a role from its beginning to its end', async () => {
    const person = await signUp(service);
    await giveRole(service, person.userId, RoleName.MODERATOR);
    const may = async () => (await person.query(VIEWER)).viewer.permissions.includes('USER_SUSPEND');
    const set = (from: string, until: string) =>
      service.db.query(
        `UPDATE role_grants SET valid_from = now() + $2::interval, valid_until = now() + $3::interval WHERE user_id = $1`,
        [person.userId, from, until],
      );
    expect(await may()).toBe(true);
    await set('1 hour', '2 hours');
    expect(await may()).toBe(false);
    await set('-2 hours', '1 hour');
    expect(await may()).toBe(true);
    await set('-2 hours', '-1 second');
    expect(await may()).toBe(false);
  });

  it("shows nothing of anybody else's: sessions, tokens, identities, bots, log", async () => {
    const [person, other] = [await signUp(service), await signUp(service)];
    await signInAgain(service, other);
    await programOf(service, other);
    await other.query(`mutation { createBot(input: { handle: "viewer-bot" }) { user { id } userErrors { code } } }`);
    const ALL = `{ viewer { sessions { id } apiTokens { id } identities { id } bots { id } auditEvents { totalCount nodes { actor { handle } } } } }`;
    const { viewer } = await person.query(ALL);
    expect(viewer).toEqual({
      sessions: [expect.anything()],
      apiTokens: [],
      identities: [expect.anything()],
      bots: [],
      auditEvents: { totalCount: 2, nodes: Array(2).fill({ actor: { handle: person.handle } }) },
    });
    const { viewer: theirs } = await other.query(ALL);
    expect([theirs.sessions.length, theirs.apiTokens.length, theirs.bots.length]).toEqual([2, 1, 1]);
  });

  it('pages through the log, newest first', async () => {
    const person = await signUp(service);
    for (let i = 0; i < 5; i++) await signInAgain(service, person);
    const PAGE = `query ($after: String) { viewer { auditEvents(first: 3, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { id action } } } }`;
    const ids: string[] = [];
    let after: string | null = null;
    do {
      const auditEvents: LogPage = (await person.query(PAGE, { after })).viewer.auditEvents;
      expect(auditEvents.totalCount).toBe(7);
      ids.push(...auditEvents.nodes.map(({ id }) => id));
      after = auditEvents.pageInfo.hasNextPage ? auditEvents.pageInfo.endCursor : null;
    } while (after !== null);
    const keys = ids.map((id) => Number(Buffer.from(id, 'base64url').toString().split(':')[1]));
    expect(new Set(keys).size).toBe(7);
    expect(keys).toEqual([...keys].sort((a, b) => b - a));
  });

  it('GQ17 costs the same number of statements however many sessions and events there are', async () => {
    const person = await signUp(service);
    const cost = async () => {
      const before = service.db.statementCount;
      await person.query(`{ viewer { user { roles } sessions { device current } apiTokens { owner { handle } gameVersions { name } } bots { handle roles }
        auditEvents { nodes { actor { handle } subject { ... on User { handle } } } } } }`);
      return service.db.statementCount - before;
    };
    await programOf(service, person);
    await person.query(`mutation { createBot(input: { handle: "counted-bot" }) { user { id } userErrors { code } } }`);
    const few = await cost();
    for (let i = 0; i < 4; i++) await signInAgain(service, person);
    await programOf(service, person);
    await person.query(
      `mutation { createBot(input: { handle: "counted-bot-2" }) { user { id } userErrors { code } } }`,
    );
    expect(await cost()).toBe(few);
  });
});
