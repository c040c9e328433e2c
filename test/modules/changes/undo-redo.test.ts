import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importFiles } from '../imports/support.js';
import { expectDenied, signUpCast, type Cast } from '../roles/support.js';
import {
  commit,
  nameOf,
  naming,
  namingState,
  REDO,
  redo,
  reject,
  SCOPES,
  setNames,
  staged,
  statesOf,
  told,
  UNDO,
  undo,
  versionId,
} from './support.js';

let service: TestService;
let cast: Cast;
let user: Person;
let other: Person;
let maintainer: Person;
let moderator: Person;
let versions = 0;
let version: string;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  cast = await signUpCast(service);
  ({ user, contributor: other, maintainer, moderator } = cast);
});
beforeEach(async () => {
  versions += 1;
  version = `0.${versions}`;
  await importFiles(service.db, version, { 'joined.tsrg': SCOPES });
});
afterAll(() => service.close());

const send = async (client: TestClient, mutation: string, input: object) =>
  outcomeOf(await client.send(mutation, { input }));
const states = () => statesOf(service, version, 'field_1_a');
const name = (client: Person, as: string, force = false) =>
  staged(client, naming({ field_1_a: as }), force ? { version, force } : { version });

describe('who may undo and redo', () => {
  const denied = {
    anonymous: 'UNAUTHENTICATED',
    suspendedAdmin: 'UNAUTHENTICATED',
    contributor: 'FORBIDDEN',
  };

  test('their own; what others proposed takes MAPPING_REVERT for the version', async () => {
    const elsewhere = await importFiles(service.db, `${version}.1`, { 'joined.tsrg': SCOPES });
    const gameVersionId = await versionId(service, elsewhere.version);
    const local = await signUp(service, { roles: [RoleName.MAINTAINER], gameVersionId });
    const cut = await programOf(service, cast.admin, [Permission.MAPPING_PROPOSE, Permission.MAPPING_COMMIT]);
    const without = await programOf(service, user, [Permission.MAPPING_VOTE]);
    const input = { version, srg: 'field_1_a' };
    await name(user, 'age');
    const before = await namingState(service);
    await expectDenied(service, cast, denied, (client) => client.send(UNDO, { input }));
    for (const client of [local, cut, without]) expect(await send(client, UNDO, input)).toBe('FORBIDDEN');
    expect(await namingState(service)).toEqual(before);

    expect(await send(moderator, UNDO, input)).toBe('OK');
    const undone = await namingState(service);
    await expectDenied(service, cast, denied, (client) => client.send(REDO, { input }));
    for (const client of [local, cut, without]) expect(await send(client, REDO, input)).toBe('FORBIDDEN');
    expect(await namingState(service)).toEqual(undone);
    expect(await send(maintainer, REDO, input)).toBe('OK');
    expect(await send(await programOf(service, user), UNDO, input)).toBe('OK');
  });

  test('an account that was merged into theirs is theirs', async () => {
    const [old, kept] = [await signUp(service), await signUp(service)];
    await name(old, 'age');
    await service.db.query(`UPDATE users SET merged_into_id = $2 WHERE id = $1`, [old.userId, kept.userId]);
    expect(told(await undo(kept, 'field_1_a', version))).toEqual([]);
    expect(told(await redo(kept, 'field_1_a', version))).toEqual([]);
    await service.db.query(`UPDATE users SET merged_into_id = NULL WHERE id = $1`, [old.userId]);
  });
});

describe('undo', () => {
  test('tells the change as it is now', async () => {
    const [change] = await name(user, 'age');
    const outcome = await undo(moderator, '1', version);
    expect(outcome.change).toMatchObject({
      id: change!.id,
      state: 'UNDONE',
      decidedBy: { handle: moderator.handle },
      author: { handle: user.handle },
    });
    expect(await nameOf(service, version, 'field_1_a')).toBe('-');
  });

  test('gives back its place to what it had superseded, step by step', async () => {
    await name(user, 'age');
    await name(user, 'years');
    await name(maintainer, 'days', true);
    await undo(maintainer, 'field_1_a', version);
    expect(await states()).toEqual(['age SUPERSEDED', 'years STAGED', 'days UNDONE']);
    await undo(user, 'field_1_a', version);
    expect(await states()).toEqual(['age STAGED', 'years UNDONE', 'days UNDONE']);
    await undo(user, 'field_1_a', version);
    expect(await states()).toEqual(['age UNDONE', 'years UNDONE', 'days UNDONE']);
    expect(told(await undo(user, 'field_1_a', version))).toEqual(['NOTHING_TO_UNDO srg']);
  });

  test('but not where the name has been taken meanwhile, nor where the entry was named', async () => {
    await name(user, 'age');
    await name(user, 'years');
    await staged(other, naming({ field_2_b: 'age' }), { version });
    await undo(user, 'field_1_a', version);
    expect(await states()).toEqual(['age SUPERSEDED', 'years UNDONE']);

    await staged(user, naming({ field_3_a: 'one' }), { version });
    await staged(user, naming({ field_3_a: 'two' }), { version });
    await setNames(service, version, { field_3_a: 'three' });
    await undo(user, 'field_3_a', version);
    expect(await statesOf(service, version, 'field_3_a')).toEqual(['one SUPERSEDED', 'two UNDONE']);
  });

  test('is for what is staged: not for what was decided', async () => {
    const [first] = await name(user, 'age');
    await reject(maintainer, first!.id);
    expect(told(await undo(user, 'field_1_a', version))).toEqual(['NOTHING_TO_UNDO srg']);
    await name(user, 'age');
    await commit(maintainer, { version });
    const before = await namingState(service);
    expect(told(await undo(user, 'field_1_a', version))).toEqual(['NOTHING_TO_UNDO srg']);
    expect(told(await undo(maintainer, 'field_1_a', version))).toEqual(['NOTHING_TO_UNDO srg']);
    expect(told(await redo(user, 'field_1_a', version))).toEqual(['NOTHING_TO_UNDO srg']);
    expect(await namingState(service)).toEqual(before);
  });

  test('NOT_FOUND and AMBIGUOUS', async () => {
    for (const turn of [undo, redo]) {
      expect(told(await turn(user, 'field_9_z', version))).toEqual(['NOT_FOUND srg']);
      expect(told(await turn(user, 'field_1_a', '9.9'))).toEqual(['NOT_FOUND version']);
      const { userErrors } = await turn(user, 'x'.repeat(100_000), version);
      expect(userErrors[0]!.message.length).toBeLessThan(200);
    }
    await importFiles(service.db, `${version}.1`, {
      'joined.tsrg': 'a net/minecraft/Alpha\n\ta field_7_a\n\ta ()V func_7_a\n',
    });
    expect(told(await undo(user, '7', `${version}.1`))).toEqual(['AMBIGUOUS srg func_7_a field_7_a']);
  });
});

describe('redo', () => {
  test('stages again what was undone last, and that which it superseded goes back', async () => {
    await name(user, 'age');
    await name(user, 'years');
    await undo(user, 'field_1_a', version);
    const outcome = await redo(user, 'field_1_a', version);
    expect(outcome.change).toMatchObject({ newName: 'years', state: 'STAGED', decidedBy: { handle: user.handle } });
    expect(await states()).toEqual(['age SUPERSEDED', 'years STAGED']);
    await undo(user, 'field_1_a', version);
    await undo(user, 'field_1_a', version);
    expect(await states()).toEqual(['age UNDONE', 'years UNDONE']);
    await redo(user, 'field_1_a', version);
    expect(await states()).toEqual(['age STAGED', 'years UNDONE']);
    await redo(user, 'field_1_a', version);
    expect(await states()).toEqual(['age SUPERSEDED', 'years STAGED']);
    expect(told(await redo(user, 'field_1_a', version))).toEqual(['NOTHING_TO_UNDO srg']);
    expect(told(await commit(maintainer, { version }))).toEqual([]);
    expect(await nameOf(service, version, 'field_1_a')).toBe('years');
  });

  test('STALE where somebody else proposed since, or the entry was named', async () => {
    await name(user, 'age');
    await undo(user, 'field_1_a', version);
    const [theirs] = await name(other, 'size');
    const outcome = await redo(user, 'field_1_a', version);
    expect(told(outcome)).toEqual(['STALE srg']);
    expect(outcome.userErrors[0]!.message).toBe(`${other.handle} has proposed size for field_1_a since.`);
    await commit(maintainer, { changes: [theirs!.id] });
    const later = await redo(user, 'field_1_a', version);
    expect(told(later)).toEqual(['STALE srg']);
    expect(later.userErrors[0]!.message).toBe('field_1_a is called size by now.');
    expect(await states()).toEqual(['age UNDONE', 'size COMMITTED']);
  });

  test('NAME_TAKEN where somebody else has the name by now', async () => {
    await name(user, 'age');
    await undo(user, 'field_1_a', version);
    await staged(other, naming({ field_2_b: 'age' }), { version });
    expect(told(await redo(user, 'field_1_a', version))).toEqual(['NAME_TAKEN srg field_2_b']);
    await undo(other, 'field_2_b', version);
    expect(told(await redo(user, 'field_1_a', version))).toEqual([]);
  });

  test('of documentation as well', async () => {
    await staged(user, [{ srg: 'ONE', documentation: 'The first.' }], { version });
    await undo(user, 'ONE', version);
    expect(told(await redo(user, 'ONE', version))).toEqual([]);
    await undo(user, 'ONE', version);
    await staged(other, [{ srg: 'ONE', documentation: 'Other.' }], { version });
    await commit(maintainer, { version });
    expect(told(await redo(user, 'ONE', version))).toEqual(['STALE srg']);
  });
});
