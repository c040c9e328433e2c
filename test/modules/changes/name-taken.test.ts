import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importFiles } from '../imports/support.js';
import {
  commit,
  nameOf,
  naming,
  propose,
  SCOPES,
  SCOPES_CONSTRUCTORS,
  setNames,
  staged,
  told,
  undo,
  type Edit,
  type ProposeOptions,
} from './support.js';

let service: TestService;
let user: Person;
let maintainer: Person;
let versions = 0;
let version: string;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  user = await signUp(service);
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
});
beforeEach(async () => {
  versions += 1;
  version = `0.${versions}`;
  await importFiles(service.db, version, { 'joined.tsrg': SCOPES, 'constructors.txt': SCOPES_CONSTRUCTORS });
});
afterAll(() => service.close());

const byUser = async (names: Record<string, string>, options: ProposeOptions = {}) =>
  told(await propose(user, naming(names), { version, ...options }));
const byForce = async (names: Record<string, string>) => byEdits(naming(names));
const byEdits = async (edits: Edit[]) => told(await propose(maintainer, edits, { version, force: true }));
const named = (names: Record<string, string>) => setNames(service, version, names);

describe('NAME_TAKEN of methods', () => {
  test('with the same parameters in a class that carries both, whatever they return', async () => {
    await named({ func_10_a: 'tick' });
    expect(await byUser({ func_11_b: 'tick' })).toEqual(['NAME_TAKEN changes.0.name func_10_a']);
    expect(await byUser({ func_16_b: 'tick' })).toEqual(['NAME_TAKEN changes.0.name func_10_a']);
    await named({ func_13_d: 'put' });
    expect(await byUser({ func_14_e: 'put' })).toEqual(['NAME_TAKEN changes.0.name func_13_d']);
  });

  test('but not with other parameters, nor in a class that carries one of them alone', async () => {
    await named({ func_10_a: 'tick', func_11_b: 'update' });
    expect(await byUser({ func_12_c: 'tick' })).toEqual([]);
    expect(await byUser({ func_18_a: 'tick' })).toEqual([]);
    // func_11_b stands in Alpha, func_16_b in Beta.
    expect(await byUser({ func_16_b: 'update' })).toEqual([]);
    expect(await byUser({ func_17_c: 'tick' })).toEqual([]);
  });

  test('over all classes that carry the id, each other entry once', async () => {
    await named({ func_11_b: 'update', func_16_b: 'update' });
    const { userErrors } = await propose(user, naming({ func_10_a: 'update' }), { version });
    expect(told({ userErrors })).toEqual(['NAME_TAKEN changes.0.name func_11_b func_16_b']);
    expect(userErrors[0]!.message).toBe(
      'update is the name of another method with the same parameters: func_11_b in net/minecraft/Alpha, func_16_b in net/minecraft/Beta.',
    );
  });

  test('nor is a field, a parameter or a class of the name in the way', async () => {
    await named({ field_1_a: 'age', p_10_1_: 'count' });
    expect(await byUser({ func_10_a: 'age' })).toEqual([]);
    expect(await byUser({ func_11_b: 'count' })).toEqual([]);
  });

  test('a library method has its name', async () => {
    expect(await byUser({ func_15_f: 'equals' })).toEqual(['NAME_TAKEN changes.0.name equals']);
    expect(await byUser({ func_12_c: 'equals' })).toEqual([]);
  });

  test('a class whose name is committed anew is found by its id all the same', async () => {
    await named({ func_13_d: 'put', 'net/minecraft/Alpha': 'net/minecraft/Renamed' });
    expect(await byUser({ func_14_e: 'put' })).toEqual(['NAME_TAKEN changes.0.name func_13_d']);
  });
});

describe('NAME_TAKEN of the others', () => {
  test('fields, in their class', async () => {
    await named({ field_1_a: 'age' });
    expect(await byUser({ field_2_b: 'age' })).toEqual(['NAME_TAKEN changes.0.name field_1_a']);
    expect(await byUser({ field_3_a: 'age' })).toEqual([]);
    expect(await byUser({ field_2_b: 'ONE' })).toEqual(['NAME_TAKEN changes.0.name ONE']);
  });

  test('parameters, in their method or constructor', async () => {
    await named({ p_10_1_: 'count', p_i100_1_: 'size' });
    expect(await byUser({ p_10_2_: 'count' })).toEqual(['NAME_TAKEN changes.0.name p_10_1_']);
    expect(await byUser({ p_11_2_: 'count' })).toEqual([]);
    expect(await byUser({ p_i100_2_: 'size' })).toEqual(['NAME_TAKEN changes.0.name p_i100_1_']);
    expect(await byUser({ p_i101_1_: 'size' })).toEqual([]);
  });

  test('classes, in the version', async () => {
    expect(await byForce({ 'net/minecraft/Beta': 'Alpha' })).toEqual(['NAME_TAKEN changes.0.name net/minecraft/Alpha']);
    expect(await byForce({ 'net/minecraft/Beta': 'net/other/Alpha' })).toEqual([]);
    expect(await byForce({ 'net/minecraft/Gamma': 'net.other.Alpha' })).toEqual([
      'NAME_TAKEN changes.0.name net/minecraft/Beta',
    ]);
  });

  test('another version is another world', async () => {
    await importFiles(service.db, `${version}.1`, { 'joined.tsrg': SCOPES });
    await setNames(service, `${version}.1`, { field_1_a: 'age' });
    expect(await byUser({ field_1_a: 'age' })).toEqual([]);
    expect(await byUser({ field_2_b: 'age' }, { version: `${version}.1` })).toEqual([
      'NAME_TAKEN changes.0.name field_1_a',
    ]);
  });
});

describe('NAME_TAKEN by what is staged', () => {
  test('a staged name is taken, and a name that is given up by a staged change is free', async () => {
    await named({ func_10_a: 'tick' });
    await staged(user, naming({ field_1_a: 'age' }), { version });
    expect(await byUser({ field_2_b: 'age' })).toEqual(['NAME_TAKEN changes.0.name field_1_a']);
    expect(await byForce({ func_10_a: 'update' })).toEqual([]);
    expect(await byUser({ func_11_b: 'tick' })).toEqual([]);
    expect(await byUser({ func_16_b: 'update' })).toEqual(['NAME_TAKEN changes.0.name func_10_a']);
  });

  test('an entry whose documentation alone is staged keeps its name', async () => {
    await named({ field_1_a: 'age' });
    await staged(user, [{ srg: 'field_1_a', documentation: 'The age.' }], { version });
    expect(await byUser({ field_2_b: 'age' })).toEqual(['NAME_TAKEN changes.0.name field_1_a']);
  });

  test('an undone proposal takes no name', async () => {
    await staged(user, naming({ field_1_a: 'age' }), { version });
    await undo(user, 'field_1_a', version);
    expect(await byUser({ field_2_b: 'age' })).toEqual([]);
  });
});

describe('NAME_TAKEN within a call', () => {
  test('both are told', async () => {
    expect(await byUser({ field_1_a: 'age', func_12_c: 'run', field_2_b: 'age' })).toEqual([
      'NAME_TAKEN changes.0.name field_2_b',
      'NAME_TAKEN changes.2.name field_1_a',
    ]);
    expect(await byUser({ func_10_a: 'tick', func_11_b: 'tick', func_16_b: 'tick' })).toEqual([
      'NAME_TAKEN changes.0.name func_11_b func_16_b',
      'NAME_TAKEN changes.1.name func_10_a',
      'NAME_TAKEN changes.2.name func_10_a',
    ]);
  });

  test('two entries may swap their names, and a chain may move up', async () => {
    await named({ field_1_a: 'age', field_2_b: 'size' });
    expect(await byForce({ field_1_a: 'size', field_2_b: 'age' })).toEqual([]);
    expect(await nameOf(service, version, 'field_1_a')).toBe('age -> size');
    await named({ func_10_a: 'first', func_11_b: 'second' });
    expect(await byForce({ func_10_a: 'second', func_11_b: 'third' })).toEqual([]);
    await named({ p_19_1_: 'a', p_19_2_: 'b', p_19_3_: 'c' });
    expect(await byForce({ p_19_1_: 'b', p_19_2_: 'c', p_19_3_: 'a' })).toEqual([]);
    expect(await byForce({ 'net/minecraft/Alpha': 'Beta', 'net/minecraft/Beta': 'Alpha' })).toEqual([]);
    expect((await commit(maintainer, { version })).userErrors).toEqual([]);
    expect(await nameOf(service, version, 'field_1_a')).toBe('size');
    expect(await nameOf(service, version, 'p_19_3_')).toBe('a');
    expect(await nameOf(service, version, 'net/minecraft/Alpha')).toBe('net/minecraft/Beta');
  });

  test('a name taken away in the same call is free', async () => {
    await named({ field_1_a: 'age' });
    expect(await byForce({ field_1_a: '', field_2_b: 'age' })).toEqual([]);
    expect(told(await commit(maintainer, { version }))).toEqual([]);
    expect(await nameOf(service, version, 'field_1_a')).toBe('-');
    expect(await nameOf(service, version, 'field_2_b')).toBe('age');
  });

  test('an edit of documentation in the call does not free the name', async () => {
    await named({ field_1_a: 'age' });
    const edits = [{ srg: 'field_1_a', documentation: 'The age.' }, ...naming({ field_2_b: 'age' })];
    expect(await byEdits(edits)).toEqual(['NAME_TAKEN changes.1.name field_1_a']);
    expect(await byEdits([{ srg: 'field_1_a', name: 'age', documentation: 'x' }, edits[1]!])).toEqual([
      'NAME_TAKEN changes.1.name field_1_a',
    ]);
  });

  test('at most ten others are told for a name', async () => {
    const many = Array.from({ length: 15 }, (_, i) => `\tf${i} field_${1000 + i}_f`).join('\n');
    await importFiles(service.db, `${version}.1`, { 'joined.tsrg': `a net/minecraft/Many\n${many}\n` });
    const edits = Array.from({ length: 15 }, (_, i) => ({ srg: `field_${1000 + i}_f`, name: 'same' }));
    const { userErrors } = await propose(user, edits, { version: `${version}.1` });
    expect(userErrors.map(({ code, conflictsWith }) => [code, conflictsWith.length])).toEqual(
      edits.map(() => ['NAME_TAKEN', 10]),
    );
  });
});

describe('NAME_TAKEN when a part is committed', () => {
  test('of a swap: the name is not free yet', async () => {
    await named({ field_1_a: 'age', field_2_b: 'size' });
    const [first, second] = await staged(maintainer, naming({ field_1_a: 'size', field_2_b: 'age' }), {
      version,
      force: true,
    });
    expect(told(await commit(maintainer, { changes: [first!.id] }))).toEqual(['NAME_TAKEN changes.0 field_2_b']);
    expect(await nameOf(service, version, 'field_1_a')).toBe('age -> size');
    expect(told(await commit(maintainer, { version, changes: [second!.id, first!.id] }))).toEqual([]);
    expect(await nameOf(service, version, 'field_2_b')).toBe('age');
  });

  test('of those who took a name that a staged change gives up', async () => {
    await named({ field_1_a: 'age' });
    const [giver] = await staged(maintainer, naming({ field_1_a: 'years' }), { version, force: true });
    const [other, taker] = await staged(user, naming({ func_12_c: 'run', field_2_b: 'age' }), { version });
    const outcome = await commit(maintainer, { changes: [other!.id, taker!.id] });
    expect(told(outcome)).toEqual(['NAME_TAKEN changes.1 field_1_a']);
    expect(outcome).toMatchObject({ changes: [], count: 0 });
    expect(await nameOf(service, version, 'func_12_c')).toBe('- -> run');
    expect(told(await commit(maintainer, { changes: [giver!.id] }))).toEqual([]);
    expect(told(await commit(maintainer, { changes: [taker!.id] }))).toEqual([]);
  });
});
