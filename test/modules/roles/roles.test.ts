import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_PERMISSIONS, ROLE_PERMISSIONS, RoleName } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import type { TestClient } from '../../support/client.js';
import { giveRole, programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { addVersion, makeBot } from './support.js';

let service: TestService;
let admin: Person;
let moderator: Person;
let person: Person;
let versionId: number;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  versionId = await addVersion(service, '1.12.2');
  admin = await signUp(service, { roles: [RoleName.ADMIN] });
  moderator = await signUp(service, { roles: [RoleName.MODERATOR] });
  person = await signUp(service);
});
afterAll(() => service.close());

describe('roles', () => {
  it('are told to everyone, with what they allow', async () => {
    const { roles } = await service.client().query(`{ roles { name permissions } }`);
    expect(roles.map(({ name }: { name: string }) => name)).toEqual(Object.values(RoleName));
    for (const { name, permissions } of roles as { name: RoleName; permissions: string[] }[]) {
      expect(new Set(permissions)).toEqual(ROLE_PERMISSIONS[name]);
    }
  });
});

describe('a grant by its id', () => {
  const NODE = `query ($id: ID!) { node(id: $id) { __typename ... on RoleGrant { id role reason gameVersion { name } grantedBy { handle } } } }`;
  const read = async (client: TestClient, id: string) => (await client.query(NODE, { id })).node;

  it('RB4 is read by its holder and those who read private data; for all others there is none', async () => {
    const id = await giveRole(service, person.userId, RoleName.MAINTAINER, versionId);
    const grant = {
      __typename: 'RoleGrant',
      id,
      role: 'MAINTAINER',
      reason: null,
      gameVersion: { name: '1.12.2' },
      grantedBy: null,
    };
    expect(await read(person, id)).toEqual(grant);
    expect(await read(await programOf(service, person), id)).toEqual(grant);
    expect(await read(admin, id)).toEqual(grant);
    const local = await signUp(service, { roles: [RoleName.ADMIN], gameVersionId: versionId });
    const others: [string, TestClient][] = [
      ['anonymous', service.client()],
      ['somebody else', await signUp(service)],
      ['RO6 a moderator', moderator],
      ['an administrator for one version', local],
      ["somebody's bot with every permission", (await makeBot(service, moderator, ALL_PERMISSIONS)).program],
    ];
    for (const [name, client] of others) expect([name, await read(client, id)]).toEqual([name, null]);
    // What there is not looks just the same (RB5).
    for (const key of ['999999', '0', '-1', '1.0', 'x', "1'"]) {
      expect(await read(admin, encodeId('RoleGrant', key))).toBeNull();
    }
  });

  it('of a bot is read by its owner', async () => {
    const bot = await makeBot(service, person);
    const id = await giveRole(service, bot.userId, RoleName.IRC_BOT);
    expect(await read(person, id)).toMatchObject({ id, role: 'IRC_BOT' });
    expect(await read(bot.program, id)).toMatchObject({ id });
    expect(await read(moderator, id)).toBeNull();
    // But not the other way round: a bot does not read what its owner was granted.
    const owners = await giveRole(service, person.userId, RoleName.CONTRIBUTOR);
    expect(await read(bot.program, owners)).toBeNull();
  });

  it('is gone once it has ended', async () => {
    const revoked = await giveRole(service, person.userId, RoleName.RELEASE_MANAGER);
    const ended = await giveRole(service, person.userId, RoleName.MODERATOR);
    await service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE role = 'RELEASE_MANAGER'`);
    await service.db.query(`UPDATE role_grants SET valid_until = now() WHERE role = 'MODERATOR' AND user_id = $1`, [
      person.userId,
    ]);
    for (const id of [revoked, ended]) {
      expect(await read(person, id)).toBeNull();
      expect(await read(admin, id)).toBeNull();
    }
  });
});

describe('grants of a user', () => {
  it('RO6 RB3 are hidden from moderators, on every way that leads to them', async () => {
    const { data, errors } = await moderator.send(
      `query ($handle: String!, $id: ID!) {
        user(handle: $handle) { handle grants { id } ...more }
        node(id: $id) { ... on User { grants { id } identities { id } } }
        viewer { user { grants { role } } }
      } fragment more on User { aliased: grants { reason } identities { displayName } bots { id } }`,
      { handle: person.handle, id: person.id },
    );
    expect(data.user).toEqual({ handle: person.handle, grants: null, aliased: null, identities: null, bots: null });
    expect(data.node).toEqual({ grants: null, identities: null });
    expect(data.viewer.user.grants).toEqual([{ role: 'MODERATOR' }]);
    expect(errors!.map(({ extensions }) => [extensions.code, extensions.permission])).toEqual(
      Array(6).fill(['FORBIDDEN', 'USER_READ_PRIVATE']),
    );
  });
});
