import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importFiles } from '../imports/support.js';
import { expectDenied, signUpCast, type Cast } from '../roles/support.js';
import {
  changeId,
  COMMIT,
  commit,
  nameOf,
  naming,
  namingState,
  reject,
  SCOPES,
  setNames,
  staged,
  told,
  undo,
  versionId,
} from './support.js';

let service: TestService;
let cast: Cast;
let user: Person;
let maintainer: Person;
let versions = 0;
let version: string;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  cast = await signUpCast(service);
  ({ user, maintainer } = cast);
});
beforeEach(async () => {
  versions += 1;
  version = `0.${versions}`;
  await importFiles(service.db, version, { 'joined.tsrg': SCOPES });
});
afterAll(() => service.close());

const send = async (client: TestClient, input: object) => outcomeOf(await client.send(COMMIT, { input }));

describe('who may commit', () => {
  test('MAPPING_COMMIT for the version; a denied call changes nothing', async () => {
    const [change] = await staged(user, naming({ field_1_a: 'age' }), { version });
    const elsewhere = await signUp(service, {
      roles: [RoleName.MAINTAINER],
      gameVersionId: await versionId(service, '0.1'),
    });
    const others = await importFiles(service.db, `${version}.1`, { 'joined.tsrg': SCOPES });
    const local = await signUp(service, {
      roles: [RoleName.MAINTAINER],
      gameVersionId: await versionId(service, others.version),
    });
    const cut = await programOf(
      service,
      cast.admin,
      Object.values(Permission).filter((each) => each !== Permission.MAPPING_COMMIT),
    );
    const before = await namingState(service);
    const denied = {
      anonymous: 'UNAUTHENTICATED',
      suspendedAdmin: 'UNAUTHENTICATED',
      user: 'FORBIDDEN',
      contributor: 'FORBIDDEN',
      moderator: 'FORBIDDEN',
    };
    for (const input of [{ version }, { changes: [change!.id] }, { version, changes: [] }]) {
      await expectDenied(service, cast, denied, (client) => client.send(COMMIT, { input }));
      for (const client of version === '0.1' ? [cut, local] : [cut, local, elsewhere]) {
        expect(await send(client, input)).toBe('FORBIDDEN');
      }
    }
    expect(await namingState(service)).toEqual(before);
    expect(await send(local, { version: `${version}.1` })).toBe('OK');
    expect(await nameOf(service, version, 'field_1_a')).toBe('- -> age');
  });

  test('maintainers, release managers and administrators, in a session or by a token', async () => {
    const { releaseManager, admin, staleAdmin, adminProgram, adminBot } = cast;
    let count = 0;
    for (const client of [maintainer, releaseManager, admin, staleAdmin, adminProgram, adminBot.program]) {
      count += 1;
      const name = `name${count}`;
      await staged(maintainer, naming({ field_1_a: name }), { version, force: true });
      expect(await send(client, { version })).toBe('OK');
      expect(await nameOf(service, version, 'field_1_a')).toBe(name);
    }
  });
});

describe('what is committed', () => {
  test('everything that is staged in the version, and nothing of another', async () => {
    await importFiles(service.db, `${version}.1`, { 'joined.tsrg': SCOPES });
    await staged(user, naming({ field_1_a: 'age', func_10_a: 'tick', p_10_1_: 'count' }), { version });
    await staged(user, [{ srg: 'ONE', documentation: 'The first.' }], { version });
    await staged(user, naming({ field_1_a: 'other' }), { version: `${version}.1` });
    const outcome = await commit(maintainer, { version });
    expect(told(outcome)).toEqual([]);
    expect(outcome.count).toBe(4);
    expect(outcome.changes.map(({ srg, state }) => [srg, state])).toEqual(
      ['field_1_a', 'func_10_a', 'p_10_1_', 'ONE'].map((srg) => [srg, 'COMMITTED']),
    );
    expect(outcome.changes[0]).toMatchObject({ decidedBy: { handle: maintainer.handle }, decisionReason: null });
    expect(outcome.changes[0]!.decidedAt).not.toBeNull();
    expect(await nameOf(service, version, 'p_10_1_')).toBe('count');
    expect(await nameOf(service, `${version}.1`, 'field_1_a')).toBe('- -> other');
    const { mapping } = await user.query(
      `query ($version: String) { mapping(srg: "ONE", version: $version) { name documentation staged { id } } }`,
      { version },
    );
    expect(mapping).toEqual({ name: 'ONE', documentation: 'The first.', staged: null });
  });

  test('of some kinds', async () => {
    await staged(user, naming({ field_1_a: 'age', func_10_a: 'tick', p_10_1_: 'count' }), { version });
    expect(await commit(maintainer, { version, kinds: ['METHOD', 'PARAMETER'] })).toMatchObject({ count: 2 });
    expect(await nameOf(service, version, 'field_1_a')).toBe('- -> age');
    expect(await commit(maintainer, { version, kinds: [] })).toMatchObject({ count: 0, userErrors: [] });
    expect(await commit(maintainer, { version, kinds: ['CLASS'] })).toMatchObject({ count: 0, userErrors: [] });
  });

  test('those that are named, whose version needs no word', async () => {
    const [age, tick] = await staged(user, naming({ field_1_a: 'age', func_10_a: 'tick' }), { version });
    const outcome = await commit(maintainer, { changes: [tick!.id, tick!.id] });
    expect(outcome).toMatchObject({ count: 1, changes: [{ srg: 'func_10_a' }], userErrors: [] });
    expect(await nameOf(service, version, 'field_1_a')).toBe('- -> age');
    expect(await commit(maintainer, { version, changes: [age!.id] })).toMatchObject({ count: 1 });
  });

  test('nothing, where nothing is staged: the head of the version stays', async () => {
    const before = await namingState(service);
    expect(await commit(maintainer, { version })).toEqual({ changes: [], count: 0, userErrors: [] });
    expect(await namingState(service)).toEqual(before);
  });

  test('the name of the server goes where both sides were named apart', async () => {
    await setNames(service, version, { field_1_a: 'age' });
    await service.db.query(`UPDATE mappings SET server_name = 'years' WHERE srg = 'field_1_a'`);
    const serverName = async () =>
      (
        await user.query(`query ($version: String) { mapping(srg: "field_1_a", version: $version) { serverName } }`, {
          version,
        })
      ).mapping.serverName;
    await staged(user, [{ srg: 'field_1_a', documentation: 'x' }], { version });
    await commit(maintainer, { version });
    expect(await serverName()).toBe('years');
    await staged(maintainer, naming({ field_1_a: 'days' }), { version, force: true });
    await commit(maintainer, { version });
    expect(await serverName()).toBeNull();
  });
});

describe('what is refused, all or none', () => {
  test('changes that are not there, or not staged any more, each with its place', async () => {
    const [age, tick, run, size] = await staged(
      user,
      naming({ field_1_a: 'age', func_10_a: 'tick', func_12_c: 'run', field_2_b: 'size' }),
      { version },
    );
    await commit(maintainer, { changes: [age!.id] });
    await reject(maintainer, tick!.id);
    await undo(user, 'func_12_c', version);
    const before = await namingState(service);
    const changes = [size!.id, size!.id, age!.id, tick!.id, run!.id, changeId(999_999), encodeId('Change', 'x')];
    const outcome = await commit(maintainer, { version, changes });
    expect(told(outcome)).toEqual([
      'STALE changes.2',
      'STALE changes.3',
      'STALE changes.4',
      'NOT_FOUND changes.5',
      'NOT_FOUND changes.6',
    ]);
    expect(outcome.userErrors.map(({ message }) => message.replace(/\d+/, 'N'))).toEqual([
      'Change N of field_1_a is not staged any more: it is COMMITTED.',
      'Change N of func_10_a is not staged any more: it is REJECTED.',
      'Change N of func_12_c is not staged any more: it is UNDONE.',
      `${version} has no such change.`.replace(/\d+/, 'N'),
      `${version} has no such change.`.replace(/\d+/, 'N'),
    ]);
    expect(await namingState(service)).toEqual(before);
    expect(told(await commit(maintainer, { changes: [changeId(999_999)] }))).toEqual(['NOT_FOUND changes']);
    expect(told(await commit(maintainer, { changes: [] }))).toEqual(['NOT_FOUND changes']);
  });

  test('changes of several versions, and of another one than is named', async () => {
    await importFiles(service.db, `${version}.1`, { 'joined.tsrg': SCOPES });
    const [here] = await staged(user, naming({ field_1_a: 'age' }), { version });
    const [there] = await staged(user, naming({ field_1_a: 'age' }), { version: `${version}.1` });
    const before = await namingState(service);
    expect(told(await commit(maintainer, { changes: [here!.id, there!.id] }))).toEqual(['INVALID_INPUT changes']);
    expect(told(await commit(maintainer, { version, changes: [here!.id, there!.id] }))).toEqual([
      'NOT_FOUND changes.1',
    ]);
    expect(told(await commit(maintainer, { version: '9.9' }))).toEqual(['NOT_FOUND version']);
    expect(await namingState(service)).toEqual(before);
  });

  test('both kinds and changes; ids of other types', async () => {
    const [age] = await staged(user, naming({ field_1_a: 'age' }), { version });
    expect(await send(maintainer, { kinds: ['FIELD'], changes: [age!.id] })).toBe('BAD_USER_INPUT');
    expect(await send(maintainer, { changes: [user.id] })).toBe('BAD_USER_INPUT');
    expect(await send(maintainer, { changes: ['no id'] })).toBe('BAD_USER_INPUT');
  });

  test('what was written against a name or documentation that is gone', async () => {
    const [age] = await staged(user, naming({ field_1_a: 'age' }), { version });
    const [one] = await staged(user, [{ srg: 'ONE', documentation: 'The first.' }], { version });
    // As an import does that knows nothing of history.
    await setNames(service, version, { field_1_a: 'years' });
    await service.db.query(`UPDATE mappings SET documentation = 'Other.' WHERE srg = 'ONE'`);
    const outcome = await commit(maintainer, { changes: [age!.id, one!.id] });
    expect(told(outcome)).toEqual(['STALE changes.0', 'STALE changes.1']);
    expect(outcome.userErrors.map(({ message }) => message)).toEqual([
      'field_1_a is called years by now.',
      'ONE has another documentation by now.',
    ]);
    expect(told(await commit(maintainer, { version }))).toEqual(['STALE', 'STALE']);
  });

  test('what stands for an entry that a later import lacks', async () => {
    const [age] = await staged(user, naming({ field_1_a: 'age' }), { version });
    await service.db.query(
      `DELETE FROM mappings m USING game_versions v WHERE v.id = m.version_id AND v.name = $1 AND m.srg = 'field_1_a'`,
      [version],
    );
    expect(told(await commit(maintainer, { version }))).toEqual(['NOT_FOUND']);
    expect(told(await reject(maintainer, age!.id))).toEqual([]);
    expect(told(await commit(maintainer, { version }))).toEqual([]);
  });
});
