import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import { encodeCursor } from '../../../src/shared/page.js';
import type { TestClient } from '../../support/client.js';
import { walk } from '../../support/paging.js';
import { giveRole, programOf, signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { expectDenied, makeBot, signUpCast, type Cast } from '../roles/support.js';

let service: TestService;
let cast: Cast;
/** Handles in the order of the list. */
let handles: string[];
beforeAll(async () => {
  service = await startTestService({ sample: false });
  cast = await signUpCast(service);
  for (const handle of ['Zoe', 'anna', 'Bob-Builder', 'bob_2']) await signUp(service, { handle });
  const [bob] = await service.db.query<{ id: number }>(`SELECT id FROM users WHERE handle = 'Bob-Builder'`);
  const versions = await service.db.query<{ id: number }>(
    `INSERT INTO game_versions (name, sort_key) VALUES ('1.12.2', '1') RETURNING id`,
  );
  await giveRole(service, bob!.id, RoleName.MAINTAINER, versions[0]!.id);
  for (const [handle, column] of [
    ['erased-one', 'erased_at = now()'],
    ['merged-one', `merged_into_id = ${bob!.id}`],
  ] as const) {
    const { userId } = await signUp(service, { handle, roles: [RoleName.MAINTAINER] });
    await service.db.query(`UPDATE users SET ${column} WHERE id = $1`, [userId]);
  }
  const rows = await service.db.query<{ handle: string }>(
    `SELECT handle FROM users WHERE erased_at IS NULL AND merged_into_id IS NULL ORDER BY handle_key`,
  );
  handles = rows.map(({ handle }) => handle);
});
afterAll(() => service.close());

const USERS = `query ($query: String, $role: RoleName, $first: Int, $after: String) {
  users(query: $query, role: $role, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage hasPreviousPage endCursor } nodes { handle isBot } } }`;

const find = async (variables: object, by: TestClient = cast.admin): Promise<string[]> => {
  const { users } = await by.query(USERS, { first: 200, ...variables });
  expect(users.totalCount).toBe(users.nodes.length);
  return users.nodes.map(({ handle }: { handle: string }) => handle);
};

describe('users', () => {
  it('RO6 is for those who read private data: moderators do not', async () => {
    await expectDenied(
      service,
      cast,
      {
        anonymous: 'UNAUTHENTICATED',
        user: 'FORBIDDEN',
        contributor: 'FORBIDDEN',
        maintainer: 'FORBIDDEN',
        releaseManager: 'FORBIDDEN',
        moderator: 'FORBIDDEN',
        suspendedAdmin: 'UNAUTHENTICATED',
        admin: 'OK',
        staleAdmin: 'OK',
        adminProgram: 'OK',
        adminBot: 'OK',
      },
      (client) => client.send(USERS),
    );
    const [one, none] = [
      await programOf(service, cast.admin, [Permission.USER_READ_PRIVATE]),
      await programOf(service, cast.admin, []),
    ];
    expect(await find({}, one)).toEqual(handles);
    expect((await none.refused(USERS)).extensions).toMatchObject({
      code: 'FORBIDDEN',
      permission: 'USER_READ_PRIVATE',
    });
  });

  it('are those in use by handle, in any case, bots too', async () => {
    expect(await find({})).toEqual(handles);
    const keys = handles.map((handle) => handle.toLowerCase());
    expect(keys).toEqual([...keys].sort());
    expect(handles).toContain(cast.adminBot.handle);
    expect(handles).not.toContain('erased-one');
    expect(handles).not.toContain('merged-one');
    const { users } = await cast.admin.query(USERS, { query: cast.adminBot.handle });
    expect(users.nodes).toEqual([{ handle: cast.adminBot.handle, isBot: true }]);
  });

  it.each([
    ['part of it in any case', 'BOB', ['Bob-Builder', 'bob_2']],
    ['its end', 'uilder', ['Bob-Builder']],
    ['blanks around it', ' anna ', ['anna']],
    ['an underscore', '_', ['bob_2']],
    ['a percent sign', '%', []],
    ['a backslash', '\\', []],
    ['a quote', "' OR true --", []],
    ['one that was erased', 'erased-one', []],
    ['one that was merged', 'merged-one', []],
    ['a very long text', 'x'.repeat(100_000), []],
  ])('are found by %s', async (_, query, expected) => {
    expect(await find({ query })).toEqual(expected);
  });

  it('are found by a role that they hold now, for whatever version', async () => {
    expect(await find({ role: 'MODERATOR' })).toEqual([cast.moderator.handle]);
    expect((await find({ role: 'MAINTAINER' })).sort()).toEqual(['Bob-Builder', cast.maintainer.handle].sort());
    expect(await find({ role: 'MAINTAINER', query: 'bob' })).toEqual(['Bob-Builder']);
    expect(await find({ role: 'IRC_BOT' })).toEqual([]);
    // Which everyone holds without a grant.
    expect(await find({ role: 'USER' })).toEqual(handles);
    const person = await signUp(service, { handle: 'for-a-time' });
    for (const [role, from, until, revoked] of [
      ['CONTRIBUTOR', '-2', '-1', null],
      ['RELEASE_MANAGER', '1', '2', null],
      ['MODERATOR', '-2', '2', '-1'],
      ['MAINTAINER', '-2', '2', null],
    ] as const) {
      await service.db.query(
        `INSERT INTO role_grants (user_id, role, valid_from, valid_until, revoked_at)
         VALUES ($1, $2, now() + $3::int * interval '1 h', now() + $4::int * interval '1 h', now() + $5::int * interval '1 h')`,
        [person.userId, role, from, until, revoked],
      );
    }
    const found: Record<string, boolean> = {};
    for (const role of ['CONTRIBUTOR', 'RELEASE_MANAGER', 'MODERATOR', 'MAINTAINER']) {
      found[role] = (await find({ role })).includes('for-a-time');
    }
    expect(found).toEqual({ CONTRIBUTOR: false, RELEASE_MANAGER: false, MODERATOR: false, MAINTAINER: true });
    await service.db.query(`UPDATE users SET erased_at = now() WHERE id = $1`, [person.userId]);
  });

  it.each([1, 3, 200])('come whole in pages of %i', async (first) => {
    const { rows, pages } = await walk(async (after) => {
      const { users } = await cast.admin.query(USERS, { first, after });
      expect(users.totalCount).toBe(handles.length);
      expect(users.pageInfo.hasPreviousPage).toBe(after !== null);
      return { ...users.pageInfo, rows: users.nodes.map(({ handle }: { handle: string }) => handle) };
    });
    expect(rows).toEqual(handles);
    expect(pages).toBe(Math.ceil(handles.length / first));
  });

  it('refuse a bad page in words', async () => {
    for (const variables of [
      { first: 0 },
      { first: 201 },
      { after: 'x' },
      { after: encodeCursor([1]) },
      { after: encodeCursor(['a', 'b']) },
      { query: 'a\0b' },
      { role: 'EMPEROR' },
    ]) {
      expect((await cast.admin.refused(USERS, variables)).extensions.code).toBe('BAD_USER_INPUT');
    }
  });

  it('cost as many statements for a long page as for a short one; the total is counted only when asked for', async () => {
    const statements = async (fields: string, first: number) => {
      const before = service.db.statementCount;
      await cast.admin.query(`query ($first: Int) { users(first: $first) { ${fields} } }`, { first });
      return service.db.statementCount - before;
    };
    const plain = await statements('nodes { handle }', 5);
    expect(await statements('totalCount nodes { handle }', 5)).toBe(plain + 1);
    const deep = `nodes { handle roles suspendedUntil identities { provider } bots { handle roles }
      grants { role gameVersion { name } grantedBy { handle } } }`;
    const few = await statements(deep, 8);
    expect(await statements(deep, 100)).toBe(few);
    // The users; then their grants, identities and bots, the grants of these, the versions and who granted.
    expect(few - plain).toBeLessThanOrEqual(6);
  });
});

it('RB3 an administrator reads of others what is private, but no sessions, tokens or secrets', async () => {
  const person = await signUp(service);
  await makeBot(service, person);
  const { users } = await cast.admin.query(
    `query ($query: String!) { users(query: $query) { nodes { identities { provider displayName } grants { role } bots { isBot } } } }`,
    { query: person.handle },
  );
  expect(users.nodes).toEqual([
    { identities: [{ provider: 'LOCAL', displayName: person.handle }], grants: [], bots: [{ isBot: true }] },
  ]);
  for (const field of ['sessions', 'apiTokens', 'password', 'auditEvents', 'email', 'address', 'suspensionReason']) {
    const error = await cast.admin.refused(`{ users { nodes { ${field} } } }`);
    expect(error.message).toContain(`Cannot query field "${field}" on type "User".`);
  }
});
