import { describe, expect, it } from 'vitest';
import {
  ANONYMOUS,
  effectivePermissions,
  forbidden,
  isUser,
  requirePermission,
  type SignedInActor,
} from '../../src/auth/actor.js';
import { authenticator, type AuthenticationStrategy } from '../../src/auth/authenticate.js';
import {
  ALL_PERMISSIONS,
  fromScope,
  isBotRole,
  isPermission,
  isVersioned,
  Permission,
  PERMISSION_SENTENCES,
  ROLE_PERMISSIONS,
  RoleName,
  toScope,
} from '../../src/auth/permissions.js';
import { actorWith } from '../support/actors.js';

const now = new Date('2026-01-01T00:00:00Z');

describe('the catalogue', () => {
  it('bundles permissions into roles', () => {
    const matrix = Object.fromEntries(Object.entries(ROLE_PERMISSIONS).map(([role, held]) => [role, [...held]]));
    expect(matrix).toMatchSnapshot();
  });

  it('RO6 a moderator suspends but reads nothing private', () => {
    expect(ROLE_PERMISSIONS.MODERATOR.has(Permission.USER_SUSPEND)).toBe(true);
    expect(ROLE_PERMISSIONS.MODERATOR.has(Permission.USER_READ_PRIVATE)).toBe(false);
  });

  it('gives the permissions of bots to no role of people', () => {
    for (const [role, held] of Object.entries(ROLE_PERMISSIONS)) {
      if (isBotRole(role as RoleName)) continue;
      expect(held.has(Permission.IRC_VERIFY) || held.has(Permission.ACT_FOR_USERS)).toBe(false);
    }
  });

  it('those over people and clients are not held for a version alone', () => {
    const scoped = actorWith([RoleName.ADMIN], { gameVersionId: 7 });
    const token = actorWith([RoleName.ADMIN], { credential: { gameVersionIds: new Set([7]) } });
    for (const actor of [scoped, token]) {
      for (const scope of ['ANY', 7] as const) {
        const held = effectivePermissions(actor, now, scope);
        expect([...held].filter((permission) => !isVersioned(permission))).toEqual([]);
        expect(held.has(Permission.RELEASE_PUBLISH)).toBe(true);
      }
    }
    expect(effectivePermissions(scoped, now, 'ALL').size).toBe(0);
    const everywhere = effectivePermissions(actorWith([RoleName.ADMIN]), now, 'ALL');
    expect([everywhere.has(Permission.IDENTITY_MANAGE), everywhere.has(Permission.ROLE_GRANT)]).toEqual([true, true]);
  });

  it('spells every permission as an OAuth scope and back', () => {
    expect(toScope(Permission.MAPPING_PROPOSE)).toBe('mapping:propose');
    expect(toScope(Permission.USER_READ_PRIVATE)).toBe('user:read-private');
    expect(new Set(ALL_PERMISSIONS.map(toScope)).size).toBe(ALL_PERMISSIONS.length);
    for (const permission of ALL_PERMISSIONS) {
      expect(fromScope(toScope(permission))).toBe(permission);
      expect(PERMISSION_SENTENCES[permission]).toMatch(/\.$/);
    }
    expect(fromScope('mapping:everything')).toBeUndefined();
    expect([isPermission('MAPPING_LOCK'), isPermission('toString')]).toEqual([true, false]);
  });
});

describe('effective permissions', () => {
  const held = (actor: SignedInActor, scope?: number) => effectivePermissions(actor, now, scope);

  it('are none for an anonymous caller', () => expect([...effectivePermissions(ANONYMOUS, now)]).toEqual([]));

  it('are cut by the credential and by the acting client', () => {
    const lock = new Set([Permission.MAPPING_LOCK]);
    const actor = actorWith([RoleName.MAINTAINER], {
      credential: { permissions: new Set([Permission.MAPPING_LOCK, Permission.MAPPING_VOTE, Permission.ROLE_GRANT]) },
    });
    expect([...held(actor)].sort()).toEqual([Permission.MAPPING_LOCK, Permission.MAPPING_VOTE]);
    expect([...held({ ...actor, client: { id: 'c', name: 'bot', permissions: lock, seesPersonal: true } })]).toEqual([
      ...lock,
    ]);
  });

  it('hold for the game version of the grant and of the credential', () => {
    const scoped = actorWith([RoleName.MAINTAINER], { gameVersionId: 7 });
    expect(held(scoped, 7).has(Permission.MAPPING_LOCK)).toBe(true);
    expect(held(scoped, 8).has(Permission.MAPPING_LOCK)).toBe(false);
    expect(held(scoped).has(Permission.MAPPING_LOCK)).toBe(true);
    const token = actorWith([RoleName.MAINTAINER], { credential: { gameVersionIds: new Set([7]) } });
    expect([held(token, 7).size > 0, held(token, 8).size > 0, held(token).size > 0]).toEqual([true, false, true]);
    const disjoint = actorWith([RoleName.MAINTAINER], {
      gameVersionId: 8,
      credential: { gameVersionIds: new Set([7]) },
    });
    expect(held(disjoint).size).toBe(0);
  });

  it('begin and end with the grant and the credential', () => {
    const later = new Date(now.getTime() + 1);
    expect(held(actorWith([RoleName.ADMIN], { from: later })).size).toBe(0);
    expect(held(actorWith([RoleName.ADMIN], { from: now, until: later })).size).toBeGreaterThan(0);
    expect(held(actorWith([RoleName.ADMIN], { until: now })).size).toBe(0);
    expect(held(actorWith([RoleName.ADMIN], { credential: { expiresAt: now } })).size).toBe(0);
  });

  it('are asked for in words', () => {
    const actor = actorWith([RoleName.USER]);
    expect(() => requirePermission(ANONYMOUS, Permission.MAPPING_LOCK, now, 1)).toThrow('Sign in first.');
    expect(() => requirePermission(actor, Permission.MAPPING_LOCK, now, 1)).toThrow(
      forbidden(Permission.MAPPING_LOCK).message,
    );
    expect(requirePermission(actor, Permission.MAPPING_VOTE, now, 1)).toBe(actor);
    expect([isUser(actor, '1'), isUser(actor, '2'), isUser(ANONYMOUS, '1')]).toEqual([true, false, false]);
  });
});

describe('authentication', () => {
  const actor = actorWith([RoleName.USER]);
  const asked: string[] = [];
  const strategy = (name: string, outcome: Awaited<ReturnType<AuthenticationStrategy['authenticate']>>) => ({
    name,
    authenticate: async () => {
      asked.push(name);
      return outcome;
    },
  });

  it('asks in order until one knows the credential', async () => {
    const authenticate = authenticator([strategy('a', 'NOT_MINE'), strategy('b', { actor }), strategy('c', { actor })]);
    expect(await authenticate({ headers: {} })).toBe(actor);
    expect(asked).toEqual(['a', 'b']);
  });

  it('refuses a bad credential, and asks nobody else', async () => {
    const authenticate = authenticator([
      strategy('d', { refused: 'This token has expired.' }),
      strategy('e', { actor }),
    ]);
    await expect(authenticate({ headers: {} })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'This token has expired.',
    });
    expect(asked).not.toContain('e');
  });

  it('takes a caller without a credential as anonymous, and never one with a credential that nobody knows', async () => {
    const authenticate = authenticator([]);
    expect(await authenticate({ headers: {} })).toBe(ANONYMOUS);
    for (const authorization of ['Bearer x', 'Basic eDp5', 'nonsense', '']) {
      await expect(authenticate({ headers: { authorization } })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });
});
