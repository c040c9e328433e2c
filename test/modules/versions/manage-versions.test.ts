import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { lockState } from '../locks/support.js';
import { addVersion, expectDenied, logged, signUpCast, type Cast } from '../roles/support.js';

const mutation = (field: string) => `mutation ($input: GameVersionInput!) {
  ${field}(input: $input) { gameVersion { name isCurrent frozen } userErrors { code message path } } }`;

const FIELDS = ['setCurrentGameVersion', 'freezeGameVersion', 'unfreezeGameVersion'] as const;
type Field = (typeof FIELDS)[number];

let service: TestService;
let cast: Cast;
let manager: Person;
let local: Person;
beforeAll(async () => {
  service = await startTestService();
  cast = await signUpCast(service);
  manager = cast.releaseManager;
  const gameVersionId = await addVersion(service, '1.0');
  await addVersion(service, '2.0');
  local = await signUp(service, { roles: [RoleName.RELEASE_MANAGER], gameVersionId });
});
afterAll(() => service.close());
beforeEach(async () => {
  await service.db.query(`UPDATE game_versions SET is_current = false, frozen = (name = '2.0')`);
  await service.db.query(`UPDATE game_versions SET is_current = true WHERE name = '0.0-sample'`);
});

const send = (by: TestClient, field: Field, name: string) => by.send(mutation(field), { input: { name } });
const call = async (by: TestClient, field: Field, name: string) =>
  (await by.query(mutation(field), { input: { name } }))[field];
const current = async () =>
  (await service.db.query<{ name: string }>('SELECT name FROM game_versions WHERE is_current')).map(({ name }) => name);

describe.each(FIELDS)('%s', (field) => {
  /** A version that it has something to do for. */
  const name = field === 'unfreezeGameVersion' ? '2.0' : '1.0';

  it('RB6 is for those who hold VERSION_MANAGE: a denied call changes nothing', async () => {
    const before = await lockState(service);
    await expectDenied(
      service,
      cast,
      {
        anonymous: 'UNAUTHENTICATED',
        user: 'FORBIDDEN',
        contributor: 'FORBIDDEN',
        maintainer: 'FORBIDDEN',
        moderator: 'FORBIDDEN',
        suspendedAdmin: 'UNAUTHENTICATED',
      },
      (client) => send(client, field, name),
    );
    const without = Object.values(Permission).filter((permission) => permission !== Permission.VERSION_MANAGE);
    expect(outcomeOf(await send(await programOf(service, cast.admin, without), field, name))).toBe('FORBIDDEN');
    expect(outcomeOf(await send(local, field, '2.0'))).toBe('FORBIDDEN');
    expect(await lockState(service)).toEqual(before);
  });

  it('for one version is held for that one alone', async () => {
    await service.db.query(`UPDATE game_versions SET frozen = true WHERE name = '1.0' AND $1`, [
      field === 'unfreezeGameVersion',
    ]);
    const before = await lockState(service);
    // Which version is the current one concerns the others too.
    const forAll = field === 'setCurrentGameVersion';
    expect(outcomeOf(await send(local, field, '1.0'))).toBe(forAll ? 'FORBIDDEN' : 'OK');
    if (forAll) expect(await lockState(service)).toEqual(before);
  });

  it('is done by release managers, administrators and their programs', async () => {
    const program = await programOf(service, manager, [Permission.VERSION_MANAGE]);
    for (const by of [manager, cast.admin, program]) {
      expect(outcomeOf(await send(by, field, name))).toBe('OK');
      await service.db.query(`UPDATE game_versions SET is_current = false, frozen = (name = '2.0')`);
    }
  });

  it('refuses a version that there is not', async () => {
    const before = await lockState(service);
    const { gameVersion, userErrors } = await call(manager, field, '9.9');
    expect(gameVersion).toBeNull();
    expect(userErrors).toEqual([{ code: 'NOT_FOUND', message: expect.stringContaining('"9.9"'), path: ['name'] }]);
    expect(await lockState(service)).toEqual(before);
  });

  it('says where there is nothing to do, and of two at once lets one do it', async () => {
    const replica = await startTestService({ db: service.db });
    const other = Object.assign(replica.client(), { token: (await programOf(service, cast.admin)).token });
    const outcomes = await Promise.all([send(manager, field, name), send(other, field, name)]);
    expect(outcomes.map(outcomeOf).sort()).toEqual(['NO_CHANGE', 'OK']);
    const before = await lockState(service);
    expect(outcomeOf(await send(manager, field, name))).toBe('NO_CHANGE');
    expect(await lockState(service)).toEqual(before);
    await replica.close();
  });
});

describe('setCurrentGameVersion', () => {
  it('lets the version answer where none is named, and the one before no longer', async () => {
    expect(await call(manager, 'setCurrentGameVersion', '1.0')).toEqual({
      gameVersion: { name: '1.0', isCurrent: true, frozen: false },
      userErrors: [],
    });
    const { gameVersion } = await service.client().query('{ gameVersion { name } }');
    expect(gameVersion.name).toBe('1.0');
    expect(await current()).toEqual(['1.0']);
    expect((await logged(service, 'version.set_current')).at(-1)).toEqual({
      actorId: manager.userId,
      subjectId: null,
      via: null,
      detail: '1.0',
    });
  });

  it('of different versions at once leaves one current', async () => {
    const replica = await startTestService({ db: service.db });
    const token = (await programOf(service, cast.admin)).token;
    const other = Object.assign(replica.client(), { token });
    for (let round = 0; round < 5; round += 1) {
      const outcomes = await Promise.all([
        send(manager, 'setCurrentGameVersion', '1.0'),
        send(other, 'setCurrentGameVersion', '2.0'),
        send(other, 'setCurrentGameVersion', '0.0-sample'),
      ]);
      for (const outcome of outcomes) expect(['OK', 'NO_CHANGE']).toContain(outcomeOf(outcome));
      expect(await current()).toHaveLength(1);
    }
    await replica.close();
  });

  it('takes a frozen version too', async () => {
    expect((await call(manager, 'setCurrentGameVersion', '2.0')).gameVersion).toEqual({
      name: '2.0',
      isCurrent: true,
      frozen: true,
    });
  });
});

describe('freezeGameVersion and unfreezeGameVersion', () => {
  it('close and open the version, and say so in the log', async () => {
    const head = async () =>
      (await service.db.query<{ head: number }>(`SELECT head FROM game_versions WHERE name = '1.0'`))[0]!.head;
    const before = await head();
    expect((await call(manager, 'freezeGameVersion', '1.0')).gameVersion).toMatchObject({ frozen: true });
    expect((await call(manager, 'unfreezeGameVersion', '1.0')).gameVersion).toMatchObject({ frozen: false });
    expect(await head()).toBe(before + 2);
    for (const action of ['version.freeze', 'version.unfreeze']) {
      const event = { actorId: manager.userId, subjectId: null, detail: '1.0' };
      expect((await logged(service, action)).at(-1)).toMatchObject(event);
    }
  });
});
