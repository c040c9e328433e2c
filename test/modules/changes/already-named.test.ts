import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import type { TestClient } from '../../support/client.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importFiles } from '../imports/support.js';
import {
  commit,
  nameOf,
  naming,
  propose,
  redo,
  reject,
  SCOPES,
  setNames,
  staged,
  statesOf,
  told,
  undo,
} from './support.js';

let service: TestService;
let user: Person;
let other: Person;
let maintainer: Person;
let versions = 0;
let version: string;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  user = await signUp(service);
  other = await signUp(service);
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
});
beforeEach(async () => {
  versions += 1;
  version = `0.${versions}`;
  await importFiles(service.db, version, { 'joined.tsrg': SCOPES });
});
afterAll(() => service.close());

describe('entries that have a name', () => {
  test('ALREADY_NAMED, unless by force; documentation is for everyone', async () => {
    await setNames(service, version, { field_1_a: 'age' });
    expect(told(await propose(maintainer, naming({ field_1_a: 'years' }), { version }))).toEqual([
      'ALREADY_NAMED changes.0.name field_1_a',
    ]);
    expect(told(await propose(user, naming({ field_1_a: '' }), { version }))).toEqual([
      'ALREADY_NAMED changes.0.name field_1_a',
    ]);
    expect(told(await propose(user, naming({ field_1_a: 'age' }), { version }))).toEqual(['NO_CHANGE changes.0.srg']);
    await staged(user, [{ srg: 'field_1_a', name: 'age', documentation: 'In days.' }], { version });
    await staged(maintainer, naming({ field_1_a: 'years' }), { version, force: true });
    expect(await nameOf(service, version, 'field_1_a')).toBe('age -> years');
  });

  test("one's own proposal can be bettered without force; somebody else's can not", async () => {
    await staged(user, naming({ field_1_a: 'age' }), { version });
    const outcome = await propose(other, naming({ field_1_a: 'years' }), { version });
    expect(told(outcome)).toEqual(['ALREADY_NAMED changes.0.name field_1_a']);
    expect(outcome.userErrors[0]!.message).toContain(`is to be called age, as ${user.handle} proposed`);
    const [better] = await staged(user, naming({ field_1_a: 'days' }), { version });
    expect(better).toMatchObject({ oldName: null, newName: 'days' });
    await staged(maintainer, naming({ field_1_a: 'weeks' }), { version, force: true });
    expect(await statesOf(service, version, 'field_1_a')).toEqual([
      'age SUPERSEDED',
      'days SUPERSEDED',
      'weeks STAGED',
    ]);
  });

  test('documenting what somebody else named makes its name not one’s own', async () => {
    await staged(user, naming({ field_1_a: 'age' }), { version });
    await staged(other, [{ srg: 'field_1_a', documentation: 'In days.' }], { version });
    await staged(other, [{ srg: 'field_1_a', documentation: 'In whole days.' }], { version });
    expect(await nameOf(service, version, 'field_1_a')).toBe('- -> age');
    const outcome = await propose(other, naming({ field_1_a: 'mine' }), { version });
    expect(told(outcome)).toEqual(['ALREADY_NAMED changes.0.name field_1_a']);
    expect(outcome.userErrors[0]!.message).toContain(`as ${user.handle} proposed`);
    await staged(user, naming({ field_1_a: 'years' }), { version });
    expect(await statesOf(service, version, 'field_1_a')).toEqual([
      'age SUPERSEDED',
      'age SUPERSEDED',
      'age SUPERSEDED',
      'years STAGED',
    ]);
  });

  test('nor does redoing what one had proposed before', async () => {
    await staged(other, naming({ field_1_a: 'mine' }), { version });
    await undo(other, 'field_1_a', version);
    await staged(user, naming({ field_1_a: 'age' }), { version });
    await staged(other, [{ srg: 'field_1_a', documentation: 'In days.' }], { version });
    expect(told(await redo(other, 'field_1_a', version))).toEqual(['STALE srg']);
    expect(await nameOf(service, version, 'field_1_a')).toBe('- -> age');
  });

  test('an account that was merged into another one: its proposals are the other one’s', async () => {
    const [old, kept] = [await signUp(service), await signUp(service)];
    await staged(old, naming({ field_1_a: 'age' }), { version });
    await service.db.query(`UPDATE users SET merged_into_id = $2 WHERE id = $1`, [old.userId, kept.userId]);
    await staged(kept, naming({ field_1_a: 'days' }), { version });
    await service.db.query(`UPDATE users SET merged_into_id = NULL WHERE id = $1`, [old.userId]);
  });
});

describe('STALE', () => {
  test('by oldName: staged, committed, or none', async () => {
    await setNames(service, version, { field_2_b: 'size' });
    const of = async (srg: string, oldName: string | null, client: TestClient = user) =>
      told(await propose(client, [{ srg, documentation: 'x', oldName }], { version, dryRun: true }));
    expect(await of('field_1_a', null)).toEqual([]);
    expect(await of('field_1_a', 'age')).toEqual(['STALE changes.0.oldName field_1_a']);
    expect(await of('field_2_b', 'size')).toEqual([]);
    expect(await of('field_2_b', null)).toEqual(['STALE changes.0.oldName field_2_b']);
    await staged(user, naming({ field_1_a: 'age' }), { version });
    expect(await of('field_1_a', 'age', other)).toEqual([]);
    expect(await of('field_1_a', null, other)).toEqual(['STALE changes.0.oldName field_1_a']);
  });

  test('is not overridden by force, and says by whom', async () => {
    await staged(user, naming({ field_1_a: 'age' }), { version });
    const edit = [{ srg: 'field_1_a', name: 'years', oldName: null }];
    const { userErrors } = await propose(maintainer, edit, { version, force: true });
    expect(told({ userErrors })).toEqual(['STALE changes.0.oldName field_1_a']);
    expect(userErrors[0]!.message).toBe(`field_1_a is called age now, by the proposal of ${user.handle}.`);
  });

  test('after a commit, a rejection and an undo', async () => {
    const edit = (oldName: string | null) => [{ srg: 'field_1_a', name: 'years', oldName }];
    const [change] = await staged(user, naming({ field_1_a: 'age' }), { version });
    await reject(maintainer, change!.id);
    expect(told(await propose(other, edit('age'), { version }))).toEqual(['STALE changes.0.oldName field_1_a']);
    await staged(user, naming({ field_1_a: 'age' }), { version });
    await undo(user, 'field_1_a', version);
    expect(told(await propose(other, edit('age'), { version }))).toEqual(['STALE changes.0.oldName field_1_a']);
    await staged(user, naming({ field_1_a: 'age' }), { version });
    await commit(maintainer, { version });
    expect(told(await propose(other, edit(null), { version }))).toEqual([
      'STALE changes.0.oldName field_1_a',
      'ALREADY_NAMED changes.0.name field_1_a',
    ]);
  });
});
