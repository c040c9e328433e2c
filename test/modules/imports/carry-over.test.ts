import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { importNames } from '../../../src/modules/imports/names-import.service.js';
import { readNames } from '../../../src/modules/imports/read-source.js';
import { forgetVersions, openTestDatabase, type TestDatabase } from '../../support/database.js';
import {
  contents,
  FILES,
  filesSource,
  GIVEN,
  importCsv,
  importFiles,
  JOINED,
  named,
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

describe('carrying over', () => {
  const next = JOINED.replace('func_14_a', 'func_15_a').replace('\tb field_2_b_\n', '\tb field_9_b\n');

  test('names, documentation, side, server name and staticness go where the id lives on', async () => {
    await importFiles(db, '1.0', { ...FILES, 'static_methods.txt': 'func_13_d\n' });
    await importCsv(db, '1.0', {
      ...NAMES,
      'fields.csv': 'searge,name,side,desc\nfield_1_a,world,0,C\nfield_1_a,level,1,S\nfield_2_b_,old,2,Gone with it.\n',
      'packages.csv': 'class,package\nAlpha,net/minecraft/letters\n',
    });
    const report = await importFiles(db, '1.1', { ...FILES, 'joined.tsrg': next }, { carryFrom: '1.0' });
    expect(report.carried).toEqual({
      from: '1.0',
      kept: [
        { kind: 'CLASS', count: 3 },
        { kind: 'METHOD', count: 4 },
        { kind: 'FIELD', count: 2 },
        { kind: 'PARAMETER', count: 10 },
      ],
      new: [
        { kind: 'METHOD', count: 1 },
        { kind: 'FIELD', count: 1 },
        { kind: 'PARAMETER', count: 1 },
      ],
      gone: [
        { kind: 'METHOD', srg: 'func_14_a', name: 'isOpen', documentation: null },
        { kind: 'FIELD', srg: 'field_2_b_', name: 'old', documentation: 'Gone with it.' },
        { kind: 'PARAMETER', srg: 'p_14_1_', name: null, documentation: null },
      ],
      taken: [
        { kind: 'CLASS', names: 1, documentation: 0 },
        { kind: 'METHOD', names: 2, documentation: 1 },
        { kind: 'FIELD', names: 1, documentation: 1 },
        { kind: 'PARAMETER', names: 3, documentation: 0 },
      ],
    });
    const rows = await rowsOf(db, '1.1');
    expect(rows.get('field_1_a')).toMatchObject({
      name: 'world',
      serverName: 'level',
      documentation: 'C',
      side: 'BOTH',
    });
    expect(rows.get('func_12_c__')).toMatchObject({ name: 'reset', side: 'SERVER' });
    expect(rows.get('func_10_a')).toMatchObject({ name: 'tick', documentation: 'Ticks.', isStatic: false });
    expect(rows.get('func_13_d')).toMatchObject({ isStatic: true });
    expect(rows.get('net/minecraft/Alpha')).toMatchObject({ name: 'net/minecraft/letters/Alpha' });
    expect(await parametersOf(db, '1.1', 'func_13_d')).toEqual({ p_13_0_: null, p_13_1_: null });
    expect(report.unknownStaticness.methods).toBe(1);
    expect(report).toMatchObject({ updated: false, isCurrent: false, before: null });
  });

  test('into a version that has names of its own gives only what is missing, the server name and side with the name', async () => {
    await importFiles(db, '1.0', FILES);
    await importCsv(db, '1.0', {
      'methods.csv':
        'searge,name,side,desc\nfunc_10_a,tick,0,Ticks.\nfunc_10_a,update,1,\nfunc_14_a,isOpen,0,Open?\nfunc_12_c__,reset,1,\n',
    });
    await importFiles(db, '1.1', FILES);
    await importCsv(db, '1.1', { 'methods.csv': 'searge,name,side\nfunc_10_a,advance,2\nfunc_14_a,isOpen,2\n' });
    const report = await importFiles(db, '1.1', FILES, { carryFrom: '1.0' });
    const rows = await rowsOf(db, '1.1');
    expect(rows.get('func_10_a')).toMatchObject({
      name: 'advance',
      serverName: null,
      side: 'BOTH',
      documentation: 'Ticks.',
    });
    expect(rows.get('func_12_c__')).toMatchObject({ name: 'reset', side: 'SERVER' });
    expect(report.carried!.taken).toEqual([{ kind: 'METHOD', names: 1, documentation: 2 }]);
    const again = await importFiles(db, '1.1', FILES, { carryFrom: '1.0' });
    expect(again.carried!.taken).toEqual([]);
    expect(await rowsOf(db, '1.1')).toEqual(rows);
  });

  test('what this version knows of statics is believed before what the other does', async () => {
    await importFiles(db, '1.0', { ...FILES, 'static_methods.txt': '' });
    await importFiles(db, '1.1', FILES);
    await importCsv(db, '1.1', { 'params.csv': 'param,name,side\np_13_0_,first,2\n' });
    await importFiles(db, '1.1', FILES, { carryFrom: '1.0' });
    expect(await parametersOf(db, '1.1', 'func_13_d')).toEqual({ p_13_0_: 'first', p_13_1_: null });
  });

  test('from a version that the import replaces as the sample still tells what was taken', async () => {
    await importFiles(db, '0.0-sample', FILES, { current: true, isSample: true });
    const files = await readNames(filesSource(NAMES));
    await importNames(db, { version: '0.0-sample', files, unrecorded: true });
    const report = await importFiles(db, '1.0', FILES, { current: true, carryFrom: '0.0-sample' });
    expect(report.removedSample).toBe('0.0-sample');
    expect(report.carried!.taken.map(({ names }) => names)).toEqual([3, 1, 3]);
    expect(named(await rowsOf(db, '1.0'))).toEqual(GIVEN);
  });

  test('from itself or from nowhere is refused, and leaves nothing', async () => {
    await importFiles(db, '1.0', FILES);
    const before = await contents(db);
    expect(await refused(importFiles(db, '1.0', FILES, { carryFrom: '1.0' }))).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: "1.0 can't carry names over from itself; an import keeps them in any case.",
    });
    expect(await refused(importFiles(db, '1.1', FILES, { carryFrom: '0.9' }))).toMatchObject({
      code: 'NOT_FOUND',
      message: 'There is no version 0.9 to carry names from; there is 1.0.',
    });
    expect(await contents(db)).toEqual(before);
  });
});
