import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FormatError } from '../../../src/modules/formats/index.js';
import { forgetVersions, openTestDatabase, type TestDatabase } from '../../support/database.js';
import { CONSTRUCTORS, contents, importCsv, importFiles, JOINED, parametersOf, rowsOf, type Files } from './support.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
beforeEach(async () => {
  await forgetVersions(db);
  await importFiles(db, '1.0', { 'joined.tsrg': JOINED, 'constructors.txt': CONSTRUCTORS });
});
afterAll(() => db.close());

const names = (files: Files) => importCsv(db, '1.0', files);
const row = async (srg: string) => (await rowsOf(db, '1.0')).get(srg);

describe('a name set', () => {
  test('sets name, side and documentation, counts, and lists what the version lacks', async () => {
    const report = await names({
      'methods.csv':
        'searge,name,side,desc\r\nfunc_10_a,tick,0,"Ticks, often.\\n \\n@param count ""n"""\r\nfunc_11_b_,makeGamma,2,\r\n' +
        'func_99_z,gone,2,Lost.\r\nfunc_12_c__,reset,1,\r\n',
      'fields.csv': 'searge,name,side,desc\r\nfield_1_a,world,2,\r\nfield_2_b_,field_2_b_,2,\r\nfield_3_a,,2,\r\n',
      'params.csv': 'param,name,side\r\np_10_1_,count,2\r\np_i101_3_,alpha,0\r\np_i101_2_,half,0\r\n',
    });
    expect(report).toMatchObject({
      version: '1.0',
      files: [
        { file: 'methods.csv', rows: 4 },
        { file: 'fields.csv', rows: 3 },
        { file: 'params.csv', rows: 3 },
      ],
      counts: [
        { kind: 'METHOD', matched: 3, renamed: 3, redocumented: 1 },
        { kind: 'FIELD', matched: 3, renamed: 1, redocumented: 0 },
        { kind: 'PARAMETER', matched: 2, renamed: 2, redocumented: 0 },
      ],
      unnamedRows: 2,
      repeated: 0,
      namedApart: 0,
      provedStatic: 0,
    });
    expect(report.unknown).toEqual([
      { file: 'methods.csv', line: 4, id: 'func_99_z', name: 'gone' },
      { file: 'params.csv', line: 4, id: 'p_i101_2_', name: 'half' },
    ]);
    expect(report.coverage.map(({ kind, total, named }) => [kind, total, named])).toEqual([
      ['CLASS', 3, 3],
      ['METHOD', 5, 3],
      ['FIELD', 3, 1],
      ['PARAMETER', 11, 2],
    ]);
    expect(await row('func_10_a')).toMatchObject({
      name: 'tick',
      side: 'CLIENT',
      documentation: 'Ticks, often.\n \n@param count "n"',
    });
    expect(await row('func_12_c__')).toMatchObject({ name: 'reset', side: 'SERVER', documentation: null });
    expect(await row('field_2_b_')).toMatchObject({ name: null });
    expect(await row('p_i101_3_')).toMatchObject({ name: 'alpha', method: 'i101', slot: 3 });
  });

  test('twice does nothing the second time', async () => {
    const files = {
      'methods.csv': 'searge,name,side,desc\nfunc_10_a,tick,0,Doc.\nfunc_10_a,update,1,\nfunc_13_d,move,2,\n',
      'params.csv': 'param,name,side\np_13_0_,x,2\np_13_1_,y,2\np_10_2_,time,2\n',
      'packages.csv': 'class,package\nAlpha,net/minecraft/letters\n',
    };
    const first = await names(files);
    expect(first).toMatchObject({ provedStatic: 1, namedApart: 1, unknown: [] });
    const before = await rowsOf(db, '1.0');
    const second = await names(files);
    expect(second).toMatchObject({ provedStatic: 0, namedApart: 1, unknown: [] });
    expect(second.counts).toEqual(
      first.counts.map(({ kind, matched }) => ({ kind, matched, renamed: 0, redocumented: 0 })),
    );
    expect(await rowsOf(db, '1.0')).toEqual(before);
  });

  test('leaves what it has no row for, and takes documentation away only where it has the column', async () => {
    await names({ 'methods.csv': 'searge,name,side,desc\nfunc_10_a,tick,0,Doc.\nfunc_11_b_,make,2,Makes.\n' });
    await names({ 'methods.csv': 'searge,name\nfunc_10_a,update\n' });
    expect(await row('func_10_a')).toMatchObject({ name: 'update', documentation: 'Doc.', side: 'CLIENT' });
    expect(await row('func_11_b_')).toMatchObject({ name: 'make', documentation: 'Makes.' });
    const report = await names({ 'methods.csv': 'searge,name,desc\nfunc_10_a,update,\nfunc_11_b_,func_11_b_,More.\n' });
    expect(report.counts).toEqual([{ kind: 'METHOD', matched: 2, renamed: 0, redocumented: 2 }]);
    expect(await row('func_10_a')).toMatchObject({ name: 'update', documentation: null });
    expect(await row('func_11_b_')).toMatchObject({ name: 'make', documentation: 'More.' });
  });

  test('old MCP: one row a side; names that differ stand side by side until a later set agrees', async () => {
    const report = await names({
      'methods.csv':
        'searge,name,side,desc\nfunc_10_a,onTick,1,Server.\nfunc_10_a,tick,0,Client.\n' +
        'func_11_b_,make,0,\nfunc_11_b_,make,1,Made.\nfunc_12_c__,reset,1,\nfunc_14_a,func_14_a,0,\nfunc_14_a,isOpen,1,\n',
    });
    expect(report).toMatchObject({ namedApart: 1, repeated: 0, unnamedRows: 0 });
    expect(await row('func_10_a')).toMatchObject({
      name: 'tick',
      serverName: 'onTick',
      side: 'BOTH',
      documentation: 'Client.',
    });
    expect(await row('func_11_b_')).toMatchObject({
      name: 'make',
      serverName: null,
      side: 'BOTH',
      documentation: 'Made.',
    });
    expect(await row('func_12_c__')).toMatchObject({ name: 'reset', serverName: null, side: 'SERVER' });
    expect(await row('func_14_a')).toMatchObject({ name: 'isOpen', serverName: null, side: 'BOTH' });
    await names({ 'methods.csv': 'searge,name,side\nfunc_10_a,tick,2\n' });
    expect(await row('func_10_a')).toMatchObject({ name: 'tick', serverName: null });
  });

  test('an id that comes again: the last row counts, also in another file', async () => {
    const report = await names({
      'methods.csv': 'searge,name,side,desc\nfunc_10_a,first,2,\nfunc_10_a,second,2,Doc.\n',
      'fields.csv': 'searge,name,side,desc\nfield_1_a,world,2,\nfunc_10_a,third,2,\n',
    });
    expect(report.repeated).toBe(2);
    expect(report.counts.map(({ kind, matched }) => [kind, matched])).toEqual([
      ['METHOD', 1],
      ['FIELD', 1],
    ]);
    expect(await row('func_10_a')).toMatchObject({ name: 'third', documentation: null });
  });

  test('header only, no last newline, every layout that was published', async () => {
    expect(await names({ 'params.csv': 'param,name,side' })).toMatchObject({ counts: [], unknown: [] });
    await names({ 'params.csv': 'param,name\np_10_1_,count\np_10_2_,time' });
    expect(await parametersOf(db, '1.0', 'func_10_a')).toEqual({ p_10_1_: 'count', p_10_2_: 'time', p_10_4_: null });
    const old =
      '"searge","name","notch","sig","notchsig","classname","classnotch","package","side"\n' +
      '"func_10_a","tick","a","(I)V","(I)V","Alpha","a","net/minecraft/src","0"\n';
    await names({ 'methods.csv': old });
    expect(await row('func_10_a')).toMatchObject({ name: 'tick', side: 'CLIENT' });
    const official =
      'searge,name,desc\nfunc_11_b_,make,Makes.\nnet.minecraft.Alpha#<init>,<init>,Documented.\nfield_1_a,world,\n';
    const report = await names({ 'methods.csv': official });
    expect(report.unknown).toEqual([
      { file: 'methods.csv', line: 3, id: 'net.minecraft.Alpha#<init>', name: '<init>' },
    ]);
    expect(await row('field_1_a')).toMatchObject({ name: 'world', side: 'BOTH' });
  });

  test('ids of later versions meet their entries', async () => {
    const tsrg2 = 'tsrg2 obf srg\na net/minecraft/src/C_1_\n\ta f_2_\n\ta (I)V m_3_\n\t\t0 o p_4_\n';
    await importFiles(db, '1.17', { 'joined.tsrg': tsrg2 });
    await importCsv(db, '1.17', {
      'methods.csv': 'searge,name,side,desc\nm_3_,tick,2,\n',
      'fields.csv': 'searge,name,side,desc\nf_2_,world,2,\n',
      'params.csv': 'param,name,side\np_4_,count,2\n',
    });
    const rows = await rowsOf(db, '1.17');
    expect(['m_3_', 'f_2_', 'p_4_'].map((srg) => rows.get(srg)?.name)).toEqual(['tick', 'world', 'count']);
  });

  test('packages give classes their whole name', async () => {
    const report = await names({
      'packages.csv': 'class,package\nAlpha,net/minecraft/letters\nGamma,net/minecraft\nOmega,net/minecraft/letters\n',
    });
    expect(report.counts).toEqual([{ kind: 'CLASS', matched: 2, renamed: 1, redocumented: 0 }]);
    expect(report.unknown).toEqual([{ file: 'packages.csv', line: 4, id: 'Omega', name: 'net/minecraft/letters' }]);
    expect(await row('net/minecraft/Alpha')).toMatchObject({ name: 'net/minecraft/letters/Alpha', obf: 'a' });
    expect(await row('net/minecraft/Gamma')).toMatchObject({ name: 'net/minecraft/Gamma' });
  });

  test('documentation comes through every text that a cell can hold', async () => {
    const cells = [
      'tab\there',
      'C:\\\\new',
      '\\.',
      '\\N',
      '"quoted"',
      'é 猫 😀',
      "x'; DROP TABLE mappings; --",
      '{a,b}',
    ];
    const ids = [
      'func_10_a',
      'func_11_b_',
      'func_12_c__',
      'func_13_d',
      'func_14_a',
      'field_1_a',
      'field_2_b_',
      'field_3_a',
    ];
    const lines = ids.map((id, i) => `${id},name${i},2,"${cells[i]!.replaceAll('"', '""')}"`);
    await names({ 'methods.csv': `searge,name,side,desc\n${lines.join('\n')}\n` });
    const rows = await rowsOf(db, '1.0');
    // Two backslashes and an n are a backslash and an n; everything else is as it stands.
    expect(ids.map((id) => rows.get(id)!.documentation)).toEqual(cells.with(1, 'C:\\new'));
  });
});

describe('methods that names prove to be static', () => {
  const params = (lines: string) => names({ 'params.csv': `param,name,side\n${lines}` });

  test('are numbered from slot 0, wide parameters and all', async () => {
    const report = await params('p_10_0_,count,2\np_10_1_,time,2\np_10_3_,alpha,2\np_11_0_,alpha,2\n');
    expect(report).toMatchObject({ provedStatic: 2, unknown: [] });
    expect(await parametersOf(db, '1.0', 'func_10_a')).toEqual({ p_10_0_: 'count', p_10_1_: 'time', p_10_3_: 'alpha' });
    expect(await parametersOf(db, '1.0', 'func_11_b_')).toEqual({ p_11_0_: 'alpha', p_11_1_: null });
    expect(await row('func_10_a')).toMatchObject({ isStatic: true });
    expect(await row('p_10_3_')).toMatchObject({ slot: 3 });
  });

  test('an id that both numberings have keeps its name and its row', async () => {
    await params('p_13_1_,second,2\n');
    const before = await row('p_13_1_');
    const report = await params('p_13_0_,first,2\n');
    expect(report.counts).toEqual([{ kind: 'PARAMETER', matched: 1, renamed: 1, redocumented: 0 }]);
    expect(await parametersOf(db, '1.0', 'func_13_d')).toEqual({ p_13_0_: 'first', p_13_1_: 'second' });
    expect(await row('p_13_1_')).toEqual(before);
  });

  test('a row without a name proves as much', async () => {
    expect(await params('p_13_0_,p_13_0_,2\n')).toMatchObject({ provedStatic: 1, unnamedRows: 1, unknown: [] });
    expect(await parametersOf(db, '1.0', 'func_13_d')).toEqual({ p_13_0_: null, p_13_1_: null });
  });

  test('but not where a file said otherwise, nor a method without parameters, nor a constructor', async () => {
    const statics = { 'static_methods.txt': 'func_13_d\n' };
    await importFiles(db, '1.0', { 'joined.tsrg': JOINED, 'constructors.txt': CONSTRUCTORS, ...statics });
    const before = await rowsOf(db, '1.0');
    const report = await params('p_10_0_,count,2\np_12_0_,nothing,2\np_i100_0_,size,2\np_13_0_,first,2\n');
    expect(report.provedStatic).toBe(0);
    expect(report.unknown.map(({ id }) => id)).toEqual(['p_10_0_', 'p_12_0_', 'p_i100_0_']);
    expect((await rowsOf(db, '1.0')).get('func_10_a')).toEqual(before.get('func_10_a'));
    await importFiles(db, '1.1', { 'joined.tsrg': JOINED });
    const other = await importCsv(db, '1.1', { 'params.csv': 'param,name\np_12_0_,nothing\n' });
    expect(other).toMatchObject({ provedStatic: 0, unknown: [{ id: 'p_12_0_' }] });
    expect((await rowsOf(db, '1.1')).get('func_12_c__')).toMatchObject({ isStatic: null });
  });

  test('two methods of one number get in nobody’s way', async () => {
    const shared = 'a A\n\ta (IJI)V func_1_a\n\tb (IIII)V func_1_b\n';
    await importFiles(db, '1.1', { 'joined.tsrg': shared });
    const report = await importCsv(db, '1.1', { 'params.csv': 'param,name\np_1_0_,first\np_1_1_,second\n' });
    expect(report).toMatchObject({ provedStatic: 1, unknown: [] });
    const rows = await rowsOf(db, '1.1');
    expect(rows.get('p_1_0_')).toMatchObject({ name: 'first', method: 'func_1_a', slot: 0 });
  });

  test('parameters with ids of their own keep them', async () => {
    const tsrg2 = 'tsrg2 obf srg\na A\n\ta (II)V func_1_a\n\t\t0 o p_77_\n\t\t1 o p_1_9_\n';
    await importFiles(db, '1.1', { 'joined.tsrg': tsrg2 });
    const report = await importCsv(db, '1.1', { 'params.csv': 'param,name\np_1_0_,first\np_77_,own\n' });
    expect(report.unknown.map(({ id }) => id)).toEqual(['p_1_0_']);
    expect(await parametersOf(db, '1.1', 'func_1_a')).toEqual({ p_77_: 'own', p_1_9_: null });
  });
});

describe('all or nothing', () => {
  const good = 'searge,name,side,desc\nfunc_10_a,tick,2,\n';

  test.each([
    ['a short row', 'searge,name,side,desc\nfunc_10_a,tick,2,\nfunc_11_b_,make,2\n', 3],
    ['a cut quote', 'searge,name,side,desc\nfunc_10_a,tick,2,"Doc\n', 2],
    ['not UTF-8', Buffer.from('searge,name,side,desc\nfunc_10_a,t\xefck,2,\n', 'latin1'), 2],
    ['a side that is none', 'searge,name,side,desc\nfunc_10_a,tick,3,\n', 2],
    ['a name that no index takes', `searge,name,side,desc\nfunc_10_a,${'x'.repeat(501)},2,\n`, 2],
    ['a blank in a name', 'searge,name,side,desc\nfunc_10_a,tick tock,2,\n', 2],
    ['HTML', '<html>\n', 1],
  ])('%s is refused by file and line', async (_, content, line) => {
    const before = await contents(db);
    const error: unknown = await names({ 'methods.csv': good, 'fields.csv': content }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(FormatError);
    expect(error).toMatchObject({ file: 'fields.csv', line });
    expect(await contents(db)).toEqual(before);
  });

  test('the longest name is written', async () => {
    await names({ 'methods.csv': `searge,name,side,desc\nfunc_10_a,${'\u732b'.repeat(500)},2,\n` });
    expect((await row('func_10_a'))!.name).toHaveLength(500);
  });

  test('a fault in the middle of the writing leaves the database as it was', async () => {
    const before = await contents(db);
    await db.query(`ALTER TABLE mappings ADD CONSTRAINT fault CHECK (name <> 'faulty')`);
    try {
      const files = { 'methods.csv': good, 'params.csv': 'param,name\np_13_0_,first\np_10_1_,faulty\n' };
      await expect(names(files)).rejects.toThrow('fault');
    } finally {
      await db.query('ALTER TABLE mappings DROP CONSTRAINT fault');
    }
    expect(await contents(db)).toEqual(before);
  });

  test('into a version that is not there', async () => {
    const before = await contents(db);
    await expect(importCsv(db, '9.9', { 'methods.csv': good })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'There is no version 9.9; import it first. There is 1.0.',
    });
    expect(await contents(db)).toEqual(before);
  });
});
