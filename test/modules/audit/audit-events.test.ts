import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { MODERATION_ACTIONS } from '../../../src/modules/audit/audit-actions.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { walk } from '../../support/paging.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { expectDenied, makeBot, signUpCast, type Bot, type Cast } from '../roles/support.js';

let service: TestService;
let cast: Cast;
/** Somebody to whom thirty things happened, and who did thirty. */
let person: Person;
let bot: Bot;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  cast = await signUpCast(service);
  person = await signUp(service);
  bot = await makeBot(service, person);
  await service.db.query(
    `INSERT INTO audit_events (at, actor_id, subject_id, action, detail, address)
     SELECT '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 hour', CASE WHEN n % 2 = 0 THEN $1::int ELSE $2::int END,
            CASE WHEN n % 2 = 0 THEN $2::int ELSE $1::int END,
            (ARRAY['user.suspend', 'session.revoke', 'role.grant', 'api_token.create'])[n % 4 + 1], 'line ' || n, '192.0.2.0/24'
       FROM generate_series(0, 59) AS n`,
    [person.userId, cast.admin.userId],
  );
});
afterAll(() => service.close());

const LOG = `query ($first: Int, $after: String, $actor: ID, $subject: ID, $action: String, $since: DateTime, $until: DateTime) {
  auditEvents(first: $first, after: $after, actor: $actor, subject: $subject, action: $action, since: $since, until: $until) {
    totalCount pageInfo { hasNextPage endCursor } nodes { id at action detail actor { handle } } } }`;
const OWN = `query ($first: Int, $after: String) { viewer { auditEvents(first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } nodes { id action detail } } } }`;

interface Line {
  id: string;
  at: string;
  action: string;
  detail: string;
  actor: { handle: string } | null;
}

const read = async (client: TestClient, variables: object = {}): Promise<{ totalCount: number; nodes: Line[] }> =>
  (await client.query(LOG, { first: 200, ...variables })).auditEvents;

describe('auditEvents', () => {
  it('is for those who hold AUDIT_READ', async () => {
    const program = await programOf(service, cast.moderator, []);
    expect((await program.refused(LOG)).extensions).toMatchObject({ code: 'FORBIDDEN', permission: 'AUDIT_READ' });
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
        moderator: 'OK',
        admin: 'OK',
        staleAdmin: 'OK',
        adminProgram: 'OK',
        adminBot: 'OK',
      },
      (client) => client.send(LOG),
    );
  });

  it('shows everything to administrators, newest first', async () => {
    const { totalCount, nodes } = await read(cast.admin);
    expect(totalCount).toBe(nodes.length);
    expect(new Set(nodes.map(({ action }) => action))).toContain('session.start');
    const lines = nodes.filter(({ detail }) => detail?.startsWith('line '));
    expect(lines.map(({ detail }) => detail)).toEqual(Array.from({ length: 60 }, (_, n) => `line ${59 - n}`));
    expect(lines[0]).toMatchObject({ action: 'api_token.create', actor: { handle: cast.admin.handle } });
  });

  it.each([
    ['an actor', () => ({ actor: person.id }), (n: number) => n % 2 === 0],
    ['a subject', () => ({ subject: person.id }), (n: number) => n % 2 === 1],
    ['an action', () => ({ action: 'role.grant' }), (n: number) => n % 4 === 2],
    [
      'a time',
      () => ({ since: '2026-01-01T10:00:00Z', until: '2026-01-01T20:00:00Z' }),
      (n: number) => n >= 10 && n < 20,
    ],
    [
      'all of them',
      () => ({ actor: person.id, subject: cast.admin.id, action: 'role.grant', until: '2026-01-01T20:00:00Z' }),
      (n: number) => n % 4 === 2 && n < 20,
    ],
    ['an actor who is nobody', () => ({ actor: encodeId('User', 999_999) }), () => false],
    ['an action that is none', () => ({ action: "x' OR true" }), () => false],
  ])('finds lines by %s', async (_, variables, matches) => {
    const { nodes, totalCount } = await read(cast.admin, variables());
    const expected = Array.from({ length: 60 }, (__, n) => 59 - n).filter(matches);
    const found = nodes.filter(({ detail }) => detail?.startsWith('line '));
    expect(found.map(({ detail }) => detail)).toEqual(expected.map((n) => `line ${n}`));
    expect(totalCount).toBe(nodes.length);
  });

  it.each([1, 7, 60, 200])('comes whole in pages of %i', async (first) => {
    const all = (await read(cast.admin, { subject: person.id })).nodes.map(({ id }) => id);
    const { rows } = await walk<Line>(async (after) => {
      const { auditEvents } = await cast.admin.query(LOG, { first, after, subject: person.id });
      return { ...auditEvents.pageInfo, rows: auditEvents.nodes };
    });
    expect(rows.map(({ id }) => id)).toEqual(all);
  });

  it('refuses a bad page and ids of other types', async () => {
    for (const variables of [
      { first: 0 },
      { first: 201 },
      { after: 'x' },
      { actor: 'x' },
      { subject: encodeId('Role', 1) },
    ]) {
      expect((await cast.admin.refused(LOG, variables)).extensions.code).toBe('BAD_USER_INPUT');
    }
  });

  it('costs as many statements for a long page as for a short one', async () => {
    const statements = async (first: number) => {
      const before = service.db.statementCount;
      await cast.admin.query(
        `query ($first: Int) { auditEvents(first: $first) { nodes { actor { handle roles } subject { ... on User { handle } } } } }`,
        { first },
      );
      return service.db.statementCount - before;
    };
    const few = await statements(2);
    expect(await statements(60)).toBe(few);
    // The session, the page, the users, their grants.
    expect(few).toBeLessThanOrEqual(5);
  });
});

describe('RO6 a moderator', () => {
  it('reads what concerns moderation, and counts nothing else (RB9)', async () => {
    const { nodes, totalCount } = await read(cast.moderator);
    expect(nodes).toHaveLength(30);
    expect(totalCount).toBe(30);
    expect(new Set(nodes.map(({ action }) => action))).toEqual(new Set(['user.suspend', 'role.grant']));
    for (const action of MODERATION_ACTIONS) {
      expect((await read(cast.moderator, { action })).totalCount).toBe((await read(cast.admin, { action })).totalCount);
    }
  });

  it('learns nothing of the rest by filtering or paging (RB8)', async () => {
    for (const action of ['session.start', 'api_token.create', 'user.sign_up', 'presence.prove']) {
      expect((await read(cast.admin, { action })).totalCount).toBeGreaterThanOrEqual(
        action === 'presence.prove' ? 0 : 1,
      );
      expect(await read(cast.moderator, { action })).toMatchObject({ totalCount: 0, nodes: [] });
    }
    expect((await read(cast.moderator, { actor: cast.user.id })).totalCount).toBe(0);
    const { rows } = await walk<Line>(async (after) => {
      const { auditEvents } = await cast.moderator.query(LOG, { first: 7, after });
      return { ...auditEvents.pageInfo, rows: auditEvents.nodes };
    });
    const seen = new Set(rows.map(({ action }) => action));
    expect([...seen].filter((action) => !(MODERATION_ACTIONS as string[]).includes(action))).toEqual([]);
    expect(rows).toHaveLength(30);
  });

  it('RB3 RB7 does not come from a line to identities, grants, bots or addresses', async () => {
    const { data, errors } = await cast.moderator.send(
      `{ auditEvents(first: 1) { nodes {
          address aliased: address
          actor { handle identities { displayName } ...deep }
          subject { ... on User { handle identities { id } } }
        } edges { node { actor { bots { handle } } } } } }
       fragment deep on User { grants { role } suspendedUntil }`,
    );
    const { handle } = person;
    expect(data.auditEvents).toEqual({
      nodes: [
        {
          address: null,
          aliased: null,
          actor: { handle, identities: null, grants: null, suspendedUntil: null },
          subject: { handle: cast.admin.handle, identities: null },
        },
      ],
      edges: [{ node: { actor: { bots: null } } }],
    });
    expect(new Set(errors!.map(({ extensions }) => `${extensions.code} ${String(extensions.permission)}`))).toEqual(
      new Set(['FORBIDDEN USER_READ_PRIVATE']),
    );
    expect(errors).toHaveLength(6);
  });
});

describe("one's own events", () => {
  it.each([1, 7, 200])("come whole in pages of %i, and are nobody else's", async (first) => {
    const { rows } = await walk<Line>(async (after) => {
      const { viewer } = await person.query(OWN, { first, after });
      expect(viewer.auditEvents.totalCount).toBe(62);
      return { ...viewer.auditEvents.pageInfo, rows: viewer.auditEvents.nodes };
    });
    // The sixty, on top of the sign-up and the first sign-in.
    expect(rows).toHaveLength(62);
    expect(rows.map(({ detail }) => detail).slice(0, 60)).toEqual(
      Array.from({ length: 60 }, (_, n) => `line ${59 - n}`),
    );
    expect(rows.slice(60).map(({ action }) => action)).toEqual(['session.start', 'user.sign_up']);
  });

  it('show the address to whoever called from there alone', async () => {
    const { data, errors } = await person.send(`{ viewer { auditEvents(first: 2) { nodes { action address } } } }`);
    expect(data.viewer.auditEvents.nodes).toEqual([
      { action: 'api_token.create', address: null },
      { action: 'role.grant', address: '192.0.2.0/24' },
    ]);
    expect(errors).toHaveLength(1);
  });

  it('are read by a token, and include those of bots and of merged accounts', async () => {
    const merged = await signUp(service);
    await service.db.query(`UPDATE users SET merged_into_id = $2 WHERE id = $1`, [merged.userId, cast.user.userId]);
    await service.db.query(`UPDATE users SET owner_id = $2 WHERE id = $1`, [bot.userId, cast.user.userId]);
    await service.db.query(
      `INSERT INTO audit_events (actor_id, subject_id, action) VALUES ($1, $2, 'api_token.leak')`,
      [null, bot.userId],
    );
    const program = await programOf(service, cast.user, []);
    const { viewer } = await program.query(OWN, { first: 3 });
    expect(viewer.auditEvents.nodes.map(({ action }: Line) => action)).toEqual([
      'api_token.leak',
      'session.start',
      'user.sign_up',
    ]);
    expect(outcomeOf(await service.client().send(OWN))).toBe('OK');
    expect((await service.client().query(OWN)).viewer).toBeNull();
  });
});

describe('a line by its id', () => {
  const NODE = `query ($id: ID!) { node(id: $id) { __typename ... on AuditEvent { id action } } }`;
  const node = async (client: TestClient, id: string) => (await client.query(NODE, { id })).node;

  it('RB4 is read by those it concerns and those who may read it in the log', async () => {
    const lines = (await read(cast.admin)).nodes.filter(({ detail }) => detail?.startsWith('line '));
    const one = (action: string) => lines.find((line) => line.action === action)!;
    const [moderation, hidden] = [one('role.grant'), one('session.revoke')];
    for (const { id, action } of [moderation, hidden]) {
      for (const client of [person, cast.admin, await programOf(service, person, [])]) {
        expect(await node(client, id)).toEqual({ __typename: 'AuditEvent', id, action });
      }
      for (const client of [service.client(), cast.maintainer, await signUp(service)]) {
        expect(await node(client, id)).toBeNull();
      }
    }
    expect(await node(cast.moderator, moderation.id)).not.toBeNull();
    expect(await node(cast.moderator, hidden.id)).toBeNull();
    // Of AUDIT_READ a token can have less than its owner.
    expect(await node(await programOf(service, cast.moderator, []), moderation.id)).toBeNull();
    const scoped = await signUp(service);
    await service.db.query(`INSERT INTO game_versions (name, sort_key) VALUES ('1.12.2', '1')`);
    await service.db.query(
      `INSERT INTO role_grants (user_id, role, game_version_id) SELECT $1, $2::role_name, id FROM game_versions`,
      [scoped.userId, RoleName.ADMIN],
    );
    // Private data are of no version: who holds a role for one reads of others what moderators read.
    expect(await node(scoped, hidden.id)).toBeNull();
    for (const key of ['999999', '0', 'x', '-1'])
      expect(await node(cast.admin, encodeId('AuditEvent', key))).toBeNull();
  });
});
