import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies, importText } from '../../support/versions.js';
import { staged, versionId } from '../changes/support.js';
import { expectDenied, logged, signUpCast, type Cast } from '../roles/support.js';
import { endLocks, later, LOCK, lock, LOCK_FIELDS, lockOf, lockState, UNLOCK, unlock } from './support.js';

const SRG = 'func_2006_f';

let service: TestService;
let cast: Cast;
let maintainer: Person;
beforeAll(async () => {
  service = await startTestService();
  cast = await signUpCast(service);
  ({ maintainer } = cast);
  await importCopies(service.db, ['1.0']);
});
afterAll(() => service.close());
afterEach(async () => {
  await service.db.query('DELETE FROM mapping_locks');
  await service.db.query('UPDATE game_versions SET frozen = false');
});

/** A call that is refused: with which code and where in the input; nothing has changed. */
async function expectRefused(call: () => Promise<{ userErrors: { code: string; path: string[] | null }[] }>) {
  const before = await lockState(service);
  const { userErrors, ...rest } = await call();
  expect(rest).toEqual({ mapping: null });
  expect(await lockState(service)).toEqual(before);
  return userErrors.map(({ code, path }) => `${code} ${path?.join('.')}`);
}

describe.each([
  ['lockMapping', LOCK],
  ['unlockMapping', UNLOCK],
])('%s', (_, document) => {
  it('RB6 is for those who hold MAPPING_LOCK for the version: a denied call changes nothing', async () => {
    if (document === UNLOCK) await lock(maintainer, SRG);
    const elsewhere = await signUp(service, {
      roles: [RoleName.MAINTAINER],
      gameVersionId: await versionId(service, '1.0'),
    });
    const without = Object.values(Permission).filter((permission) => permission !== Permission.MAPPING_LOCK);
    const before = await lockState(service);
    const call = (client: TestClient) => client.send(document, { input: { srg: SRG } });
    await expectDenied(
      service,
      cast,
      {
        anonymous: 'UNAUTHENTICATED',
        user: 'FORBIDDEN',
        contributor: 'FORBIDDEN',
        moderator: 'FORBIDDEN',
        suspendedAdmin: 'UNAUTHENTICATED',
      },
      call,
    );
    for (const client of [elsewhere, await programOf(service, cast.admin, without)]) {
      expect(outcomeOf(await call(client))).toBe('FORBIDDEN');
    }
    // What is wrong with an input is for those who may.
    expect(outcomeOf(await cast.user.send(document, { input: { srg: 'nothing', version: 'none' } }))).toBe('FORBIDDEN');
    expect(await lockState(service)).toEqual(before);
  });

  it('is for maintainers, release managers, administrators, and their programs and bots', async () => {
    const program = await programOf(service, maintainer, [Permission.MAPPING_LOCK]);
    for (const by of [maintainer, cast.releaseManager, cast.admin, cast.staleAdmin, program, cast.adminBot.program]) {
      expect((await lock(by, SRG)).userErrors).toEqual([]);
      expect((await unlock(by, SRG)).userErrors).toEqual([]);
    }
    const local = await signUp(service, {
      roles: [RoleName.MAINTAINER],
      gameVersionId: await versionId(service, '1.0'),
    });
    expect((await lock(local, SRG, { version: '1.0' })).userErrors).toEqual([]);
    expect(await lockOf(service, SRG)).toBeNull();
    expect((await unlock(local, SRG, { version: '1.0' })).userErrors).toEqual([]);
  });

  it('names one entry of a version that takes changes', async () => {
    const call = (input: object) => async () => {
      const { data } = await maintainer.send(document, { input: { srg: SRG, ...input } });
      return data[document === LOCK ? 'lockMapping' : 'unlockMapping'];
    };
    expect(await expectRefused(call({ srg: 'func_9_z' }))).toEqual(['NOT_FOUND srg']);
    expect(await expectRefused(call({ version: '9.9' }))).toEqual(['NOT_FOUND version']);
    await service.db.query(`UPDATE game_versions SET frozen = true WHERE is_current`);
    expect(await expectRefused(call({}))).toEqual(['FROZEN version']);
  });
});

describe('lockMapping', () => {
  it('keeps why, by whom and until when, for everyone to read and in the log', async () => {
    const until = later();
    const { head } = (await service.db.query<{ head: number }>('SELECT head FROM game_versions WHERE is_current'))[0]!;
    const { mapping, userErrors } = await lock(maintainer, '2006', { reason: '  renamed too often ', until });
    expect(userErrors).toEqual([]);
    expect(mapping).toEqual({
      srg: SRG,
      lock: { reason: 'renamed too often', until, at: expect.any(String), by: { handle: maintainer.handle } },
    });
    expect(Math.abs(Date.now() - new Date(mapping.lock.at).getTime())).toBeLessThan(60_000);
    expect(await lockOf(service, SRG)).toEqual(mapping.lock);
    expect(await lockOf(service, SRG, '1.0')).toBeNull();
    expect((await logged(service, 'mapping.lock')).at(-1)).toEqual({
      actorId: maintainer.userId,
      subjectId: null,
      via: null,
      detail: `${SRG} of 0.0-sample until ${until}: renamed too often`,
    });
    const [after] = await service.db.query<{ head: number }>('SELECT head FROM game_versions WHERE is_current');
    expect(after!.head).toBe(head + 1);
  });

  it('needs neither a reason nor an end', async () => {
    const { mapping } = await lock(maintainer, SRG, { reason: '   ' });
    expect(mapping.lock).toMatchObject({ reason: null, until: null });
    expect((await logged(service, 'mapping.lock')).at(-1)!.detail).toBe(`${SRG} of 0.0-sample`);
  });

  it('refuses an end that has come, and a reason that is too long', async () => {
    const call = (input: object) => () => lock(maintainer, SRG, input);
    for (const until of [later(-1), new Date(0).toISOString()]) {
      expect(await expectRefused(call({ until }))).toEqual(['INVALID_INPUT until']);
    }
    expect(await expectRefused(call({ reason: 'x'.repeat(501) }))).toEqual(['INVALID_INPUT reason']);
    expect((await lock(maintainer, SRG, { reason: 'x'.repeat(500) })).userErrors).toEqual([]);
  });

  it('says of a locked entry who locked it, until when and why', async () => {
    const until = later();
    await lock(maintainer, SRG, { reason: 'a quarrel', until });
    expect(await expectRefused(() => lock(cast.admin, SRG))).toEqual(['ALREADY_EXISTS srg']);
    const [problem] = (await lock(maintainer, SRG)).userErrors;
    expect(problem.message).toBe(`${SRG} is locked by ${maintainer.handle} until ${until}: a quarrel.`);
  });

  it('takes a lock that has ended for none', async () => {
    await lock(maintainer, SRG, { until: later(), reason: 'for now' });
    await endLocks(service);
    expect(await lockOf(service, SRG)).toBeNull();
    expect(await expectRefused(() => unlock(maintainer, SRG))).toEqual(['NOT_FOUND srg']);
    const { mapping } = await lock(cast.admin, SRG, { reason: 'again' });
    expect(mapping.lock).toMatchObject({ reason: 'again', until: null, by: { handle: cast.admin.handle } });
    expect(await service.db.query('SELECT FROM mapping_locks')).toHaveLength(1);
  });

  it('of two at once lets one succeed', async () => {
    const replica = await startTestService({ db: service.db });
    const by = Object.assign(replica.client(), { token: (await programOf(replica, cast.admin)).token });
    const outcomes = await Promise.all([lock(maintainer, SRG), lock(by, SRG)]);
    expect(outcomes.flatMap(({ userErrors }) => userErrors.map(({ code }: { code: string }) => code))).toEqual([
      'ALREADY_EXISTS',
    ]);
    const both = await Promise.all([unlock(maintainer, SRG), unlock(by, SRG)]);
    expect(both.flatMap(({ userErrors }) => userErrors.map(({ code }: { code: string }) => code))).toEqual([
      'NOT_FOUND',
    ]);
    await replica.close();
  });

  it('leaves what is staged as it is, open and in place', async () => {
    const [change] = await staged(cast.user, [{ srg: SRG, name: 'isThirsty' }]);
    await lock(maintainer, SRG);
    const { mapping } = await service
      .client()
      .query(`{ mapping(srg: "${SRG}") { staged { id state newName } ${LOCK_FIELDS} } }`);
    expect(mapping.staged).toEqual({ id: change!.id, state: 'STAGED', newName: 'isThirsty' });
    expect(mapping.lock).not.toBeNull();
    await unlock(maintainer, SRG);
    const { mapping: after } = await service.client().query(`{ mapping(srg: "${SRG}") { staged { id } } }`);
    expect(after.staged.id).toBe(change!.id);
  });

  it('does not tell an id apart that means several entries', async () => {
    await importText(service.db, 'ambiguous', 'a Thing\n\ta field_7_a\n\ta ()V func_7_a\n');
    const call = () => lock(maintainer, '7', { version: 'ambiguous' });
    expect(await expectRefused(call)).toEqual(['AMBIGUOUS srg']);
  });
});

describe('unlockMapping', () => {
  it('opens the entry, whoever locked it, and says so in the log', async () => {
    await lock(maintainer, SRG, { reason: 'a quarrel' });
    expect(await unlock(cast.admin, SRG)).toEqual({ mapping: { srg: SRG, lock: null }, userErrors: [] });
    expect(await lockOf(service, SRG)).toBeNull();
    expect((await logged(service, 'mapping.unlock')).at(-1)).toMatchObject({
      actorId: cast.admin.userId,
      subjectId: null,
      detail: `${SRG} of 0.0-sample`,
    });
    const [problem] = (await unlock(maintainer, SRG)).userErrors;
    expect(problem).toEqual({ code: 'NOT_FOUND', message: `${SRG} is not locked.`, path: ['srg'] });
  });
});

describe('Mapping.lock', () => {
  it('GQ17 costs two statements, however many entries and locks', async () => {
    const read = async (first: number, fields: string) => {
      const before = service.db.statementCount;
      const query = `{ gameVersion { unnamed(first: ${first}, kinds: [METHOD]) { nodes { srg ${fields} } } } }`;
      const { gameVersion } = await service.client().query(query);
      return { nodes: gameVersion.unnamed.nodes, cost: service.db.statementCount - before };
    };
    const { nodes, cost } = await read(15, '');
    for (const { srg } of nodes) await lock(srg === SRG ? cast.admin : maintainer, srg);
    const whole = await read(15, LOCK_FIELDS);
    expect(whole.nodes.every((node: { lock: unknown }) => node.lock !== null)).toBe(true);
    expect(whole.cost).toBe(cost + 2);
    expect((await read(1, LOCK_FIELDS)).cost).toBe(cost + 2);
  });

  it('is there for each kind of entry', async () => {
    const ids = ['net/minecraft/sample/plant/Plant', 'func_2001_b', 'field_1000_a', 'p_2001_1_'];
    for (const srg of ids) expect((await lock(maintainer, srg)).userErrors).toEqual([]);
    for (const srg of ids) expect(await lockOf(service, srg)).toMatchObject({ by: { handle: maintainer.handle } });
  });
});
