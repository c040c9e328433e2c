import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { forgetVersions, openTestDatabase, type TestDatabase } from '../../support/database.js';
import {
  contents,
  CONSTRUCTORS,
  declarationsOf,
  FILES,
  importCsv,
  importFiles,
  JOINED,
  NAMES,
  parametersOf,
  refused,
  rowsOf,
} from './support.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
beforeEach(() => forgetVersions(db));
afterAll(() => db.close());

describe('a new version', () => {
  test('is written as its files say, and reported', async () => {
    const steps: string[] = [];
    const files = {
      ...FILES,
      'static_methods.txt': 'func_13_d\n',
      'exceptions.txt': 'net/minecraft/Alpha func_12_c__ ()V java/io/IOException java/lang/"Odd\\Name\n',
    };
    const report = await importFiles(db, '1.0', files, { onStep: (step) => steps.push(step) });
    expect(report).toEqual({
      version: '1.0',
      updated: false,
      isCurrent: true,
      files: ['joined.tsrg', 'constructors.txt', 'static_methods.txt', 'exceptions.txt'],
      coverage: [
        ['CLASS', 3, 3],
        ['METHOD', 5, 0],
        ['FIELD', 3, 0],
        ['PARAMETER', 11, 0],
      ].map(([kind, total, count]) => ({ versionId: expect.any(Number) as number, kind, total, named: count })),
      declarations: { methods: 9, fields: 4 },
      unknownStaticness: { methods: 0, withParameters: 0 },
      strayConstructors: [],
      before: null,
      carried: null,
      removedSample: null,
    });
    expect(steps).toEqual(['waiting', 'reading', 'comparing', 'writing', 'finishing']);
    expect(await declarationsOf(db, '1.0')).toEqual([
      'net/minecraft/Alpha.a - - => field_1_a',
      'net/minecraft/Alpha.b - - => field_2_b_',
      'net/minecraft/Alpha.ONE - - => ONE',
      'net/minecraft/Alpha$Beta.a - - => field_3_a',
      'net/minecraft/Alpha.a (IJLa;)V (IJLnet/minecraft/Alpha;)V => func_10_a',
      'net/minecraft/Alpha.b (La;D)Lc; (Lnet/minecraft/Alpha;D)Lnet/minecraft/Gamma; => func_11_b_',
      'net/minecraft/Alpha.c ()V ()V => func_12_c__ throws java/io/IOException java/lang/"Odd\\Name',
      'net/minecraft/Alpha.d (II)V (II)V => func_13_d',
      'net/minecraft/Alpha.equals (Ljava/lang/Object;)Z (Ljava/lang/Object;)Z => equals',
      'net/minecraft/Alpha$Beta.q (IJLa;)V (IJLnet/minecraft/Alpha;)V => func_10_a',
      'net/minecraft/Alpha$Beta.equals (Ljava/lang/Object;)Z (Ljava/lang/Object;)Z => equals',
      'net/minecraft/Gamma.z (IJLa;)V (IJLnet/minecraft/Alpha;)V => func_10_a',
      'net/minecraft/Gamma.a (Lb;)Z (Lnet/minecraft/Alpha$Beta;)Z => func_14_a',
      'net/minecraft/Alpha.<init> (I)V (I)V => i100',
      'net/minecraft/Gamma.<init> (JLa;)V (JLnet/minecraft/Alpha;)V => i101',
    ]);
    const rows = await rowsOf(db, '1.0');
    expect(rows.get('equals')).toMatchObject({ fixed: true, name: 'equals' });
    expect(rows.get('ONE')).toMatchObject({ fixed: true, name: 'ONE', kind: 'FIELD' });
    expect(rows.get('i100')).toMatchObject({ fixed: true, isConstructor: true, index: 100, name: '<init>' });
    expect(rows.get('func_13_d')).toMatchObject({ isStatic: true, index: 13, name: null });
    expect(await parametersOf(db, '1.0', 'func_13_d')).toEqual({ p_13_0_: null, p_13_1_: null });
    expect(await parametersOf(db, '1.0', 'i101')).toEqual({ p_i101_1_: null, p_i101_3_: null });
  });

  test('tells of how many methods nobody says whether they are static', async () => {
    const report = await importFiles(db, '1.0', FILES);
    expect(report.unknownStaticness).toEqual({ methods: 5, withParameters: 4 });
  });

  test.each(['', '1 12', '../1.12', '1.12+draft', '-1', 'x'.repeat(41), '1\n2'])('is not called %j', async (name) => {
    const error = await refused(importFiles(db, name, FILES));
    expect(error).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('is not the name of a game version'),
    });
  });
});

describe('importing again', () => {
  test('keeps rows, names and documentation of what stays, and tells what came and went', async () => {
    await importFiles(db, '1.0', FILES);
    await importCsv(db, '1.0', NAMES);
    const before = await rowsOf(db, '1.0');
    const changed = JOINED.replace('func_14_a', 'func_15_a')
      .replace('\tb field_2_b_\n', '')
      .replace('func_13_d', 'func_16_d');
    const report = await importFiles(db, '1.0', { 'joined.tsrg': changed, 'constructors.txt': CONSTRUCTORS });
    expect(report).toMatchObject({ updated: true, isCurrent: true, carried: null });
    expect(report.before).toEqual({
      kept: [
        { kind: 'CLASS', count: 3 },
        { kind: 'METHOD', count: 3 },
        { kind: 'FIELD', count: 2 },
        { kind: 'PARAMETER', count: 8 },
      ],
      new: [
        { kind: 'METHOD', count: 2 },
        { kind: 'PARAMETER', count: 3 },
      ],
      gone: [
        { kind: 'METHOD', srg: 'func_13_d', name: null, documentation: null },
        { kind: 'METHOD', srg: 'func_14_a', name: 'isOpen', documentation: null },
        { kind: 'FIELD', srg: 'field_2_b_', name: null, documentation: null },
        { kind: 'PARAMETER', srg: 'p_13_1_', name: null, documentation: null },
        { kind: 'PARAMETER', srg: 'p_13_2_', name: null, documentation: null },
        { kind: 'PARAMETER', srg: 'p_14_1_', name: null, documentation: null },
      ],
    });
    const after = await rowsOf(db, '1.0');
    for (const [srg, row] of after) if (before.has(srg)) expect(row).toEqual(before.get(srg));
    expect([...after.keys()].filter((srg) => !before.has(srg))).toEqual([
      'func_15_a',
      'func_16_d',
      'p_15_1_',
      'p_16_1_',
      'p_16_2_',
    ]);
    expect(await declarationsOf(db, '1.0')).toHaveLength(14);
  });

  test('the same files changes nothing but the head', async () => {
    await importFiles(db, '1.0', FILES);
    await importCsv(db, '1.0', NAMES);
    const before = await rowsOf(db, '1.0');
    const declared = await declarationsOf(db, '1.0');
    const heads = () => db.query<{ head: number }>('SELECT head FROM game_versions');
    const [head] = await heads();
    const report = await importFiles(db, '1.0', FILES);
    expect(report.before).toMatchObject({ new: [], gone: [] });
    expect(await rowsOf(db, '1.0')).toEqual(before);
    expect(await declarationsOf(db, '1.0')).toEqual(declared);
    expect((await heads())[0]!.head).toBe(head!.head + 1);
  });

  test('without the list of statics keeps what names proved: no id and no name is lost', async () => {
    await importFiles(db, '1.0', FILES);
    await importCsv(db, '1.0', { 'params.csv': 'param,name,side\np_13_0_,first,2\np_13_1_,second,2\n' });
    const proved = await rowsOf(db, '1.0');
    expect(proved.get('func_13_d')).toMatchObject({ isStatic: true });
    const report = await importFiles(db, '1.0', FILES);
    expect(report.before).toMatchObject({ new: [], gone: [] });
    expect(report.unknownStaticness).toEqual({ methods: 4, withParameters: 3 });
    expect(await rowsOf(db, '1.0')).toEqual(proved);
  });

  test('with a list of statics at last renumbers by id, and lists the named ids that are no more', async () => {
    await importFiles(db, '1.0', FILES);
    await importCsv(db, '1.0', NAMES);
    const report = await importFiles(db, '1.0', { ...FILES, 'static_methods.txt': 'func_10_a\n' });
    expect(await parametersOf(db, '1.0', 'func_10_a')).toEqual({ p_10_0_: null, p_10_1_: 'count', p_10_3_: null });
    expect((await rowsOf(db, '1.0')).get('p_10_1_')).toMatchObject({ slot: 1, name: 'count' });
    expect(report.before!.gone).toEqual([
      { kind: 'PARAMETER', srg: 'p_10_2_', name: 'time', documentation: null },
      { kind: 'PARAMETER', srg: 'p_10_4_', name: null, documentation: null },
    ]);
  });

  test('follows a class to another obf name, and a parameter to another method of the same number', async () => {
    await importFiles(db, '1.0', { 'joined.tsrg': 'a A\n\ta (I)V func_1_a\nb B\n\ta ()V func_2_a\n' });
    await importCsv(db, '1.0', { 'params.csv': 'param,name,side\np_1_1_,count,2\n' });
    const before = await rowsOf(db, '1.0');
    await importFiles(db, '1.0', { 'joined.tsrg': 'b A\n\ta (I)V func_1_b\na B\n\ta ()V func_2_a\n' });
    const after = await rowsOf(db, '1.0');
    expect(after.get('A')).toMatchObject({ id: before.get('A')!.id, obf: 'b' });
    expect(after.get('p_1_1_')).toMatchObject({ id: before.get('p_1_1_')!.id, name: 'count', method: 'func_1_b' });
    expect(after.has('func_1_a')).toBe(false);
  });

  test('a spelling that changes its kind is a new entry', async () => {
    await importFiles(db, '1.0', { 'joined.tsrg': 'a A\n\ta same\n\ta ()V func_1_a\n' });
    const report = await importFiles(db, '1.0', { 'joined.tsrg': 'a A\n\ta ()V same\n\ta func_1_a\n' });
    expect(report.before!.gone).toEqual([{ kind: 'METHOD', srg: 'func_1_a', name: null, documentation: null }]);
    const rows = await rowsOf(db, '1.0');
    expect(rows.get('same')).toMatchObject({ kind: 'METHOD', fixed: true });
    expect(rows.get('func_1_a')).toMatchObject({ kind: 'FIELD', fixed: true, name: 'func_1_a' });
  });
});

describe('all or nothing', () => {
  test('a fault at the end of the writing leaves the database as it was', async () => {
    await importFiles(db, '1.0', FILES);
    await importCsv(db, '1.0', NAMES);
    const before = await contents(db);
    // Declarations are written last; one of them can't be.
    await db.query(`ALTER TABLE declarations ADD CONSTRAINT fault CHECK (obf <> 'faulty')`);
    const faulty = { 'joined.tsrg': `${JOINED}\tfaulty ()V func_20_a\n` };
    try {
      await expect(importFiles(db, '1.0', faulty, { current: true })).rejects.toThrow('fault');
      await expect(importFiles(db, '1.1', faulty, { current: true })).rejects.toThrow('fault');
    } finally {
      await db.query('ALTER TABLE declarations DROP CONSTRAINT fault');
    }
    expect(await contents(db)).toEqual(before);
    expect((await importFiles(db, '1.1', faulty)).declarations.methods).toBe(10);
  });

  test('a frozen version takes neither mappings nor names', async () => {
    await importFiles(db, '1.0', FILES);
    await db.query('UPDATE game_versions SET frozen = true');
    const before = await contents(db);
    for (const work of [() => importFiles(db, '1.0', FILES), () => importCsv(db, '1.0', NAMES)]) {
      expect(await refused(work())).toMatchObject({
        code: 'CONFLICT',
        message: '1.0 is frozen and takes no more changes.',
      });
    }
    expect(await contents(db)).toEqual(before);
  });
});
