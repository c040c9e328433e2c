import { describe, expect, test } from 'vitest';
import {
  compareMemberIds,
  compareParamIds,
  decodeDocumentation,
  encodeDocumentation,
  parseNames,
  writeNames,
} from '../../../src/modules/formats/index.js';
import { describeReal, realFile, realFiles } from './real-data.js';
import { bytes, expectLinear, formatError, random } from './support.js';

const parse = (text: string, file = 'names.csv') => parseNames(file, bytes(text));
const rewritten = (text: string) => {
  const file = parse(text);
  return writeNames(file.rows, file);
};

describe('parseNames', () => {
  test('methods.csv as MCPBot exports it', () => {
    const text =
      'searge,name,side,desc\r\n' +
      'func_100011_g,getIsPotionDurationMax,0,"Get the value, ""of"" it."\r\n' +
      'func_110311_f,getLocationSkin,0,Returns true.\\n \\n@param username The player.\r\n' +
      'func_98306_d,readGlyphSizes,2,\r\n';
    expect(parse(text)).toEqual({
      file: 'names.csv',
      kind: 'methods',
      header: ['searge', 'name', 'side', 'desc'],
      hasDocumentation: true,
      newline: '\r\n',
      finalNewline: true,
      rows: [
        {
          line: 2,
          id: 'func_100011_g',
          name: 'getIsPotionDurationMax',
          named: true,
          side: 0,
          documentation: 'Get the value, "of" it.',
        },
        {
          line: 3,
          id: 'func_110311_f',
          name: 'getLocationSkin',
          named: true,
          side: 0,
          documentation: 'Returns true.\n \n@param username The player.',
        },
        { line: 4, id: 'func_98306_d', name: 'readGlyphSizes', named: true, side: 2, documentation: null },
      ],
    });
    expect(rewritten(text)).toBe(text);
  });

  test.each([
    ['params', 'param,name,side\np_100012_1_,maxDuration,0\np_i1005_1_,mcIn,1\n', 'params', 2],
    ['params without a side', 'param,name\np_1_1_,x\n', 'params', 1],
    ['params under searge', 'searge,name,desc\np_8159_,x,\n', 'params', 1],
    ['fields of 1.17', 'searge,name,desc\nf_1_,x,Doc\nf_2_,y,\n', 'fields', 2],
    ['methods with constructors', 'searge,name,desc\nm_1_,x,Doc\nnet.minecraft.A#<init>,<init>,Doc\n', 'methods', 2],
    ['constructors alone', 'searge,name,desc\nnet.minecraft.A#<init>,<init>,Doc\n', 'methods', 1],
    ['packages', 'class,package\r\nBlock,net/minecraft/block\r\n', 'packages', 1],
    ['header only, no line end', 'param,name,side', 'params', 0],
    ['no final line end', 'searge,name,side,desc\nfield_1_a,x,2,', 'fields', 1],
    ['no final line end, CRLF', 'searge,name,side,desc\r\nfield_1_a,x,2,"a,b"', 'fields', 1],
  ])('%s', (_, text, kind, rows) => {
    const file = parse(text);
    expect(file.kind).toBe(kind);
    expect(file.rows).toHaveLength(rows);
    expect(rewritten(text)).toBe(text);
  });

  test('a packages row is class and package', () => {
    expect(parse('class,package\nBlock,net/minecraft/block\n').rows[0]).toMatchObject({
      id: 'Block',
      name: 'net/minecraft/block',
      side: null,
    });
  });

  test('two rows an id, a side each, with names that differ', () => {
    const rows = parse('searge,name,side,desc\nfunc_1_a,x,0,\nfunc_1_a,y,1,\n').rows;
    expect(rows.map(({ name, side }) => [name, side])).toEqual([
      ['x', 0],
      ['y', 1],
    ]);
  });

  test('rows that only repeat an id are kept, and name nothing', () => {
    const text =
      'searge,name,side,desc\nfield_1_a,field_1_a,2,Doc\nfield_2_b,,2,\nfield_3_c,field_4_d,0,\nfield_5_e,e,0,\n';
    expect(parse(text).rows.map(({ named }) => named)).toEqual([false, false, false, true]);
    expect(rewritten(text)).toBe(text);
  });

  test('the quoted layout from before 1.2, where ids were names', () => {
    const header = '"searge","name","notch","sig","notchsig","classname","classnotch","package","side"';
    const row =
      '"doRenderItem","doRenderItem","a","(LEntityItem;D)V","(Ldx;D)V","RenderItem","ab","net/minecraft/src","0"';
    const file = parse(`${header}\n${row}\n`, 'conf/methods.csv');
    expect(file.kind).toBe('methods');
    expect(file.hasDocumentation).toBe(false);
    expect(file.rows).toEqual([
      { line: 2, id: 'doRenderItem', name: 'doRenderItem', named: true, side: 0, documentation: null },
    ]);
    expect(() => writeNames(file.rows, file)).toThrow('A name set is not written with the column "notch".');
  });

  test('without ids to tell, the file name tells, or nothing does', () => {
    expect(parse('searge,name,side,desc', 'a/fields.csv').kind).toBe('fields');
    expect(parse('searge,name,side,desc', 'x.csv').kind).toBeNull();
    expect(parse('searge,name\nfunc_1_a,x\nfield_1_a,y\n', 'x.csv').kind).toBeNull();
  });

  test('line numbers hold across line breaks in quotes and empty lines', () => {
    const rows = parse('searge,name,desc\r\nfunc_1_a,a,"x\r\ny\nz"\r\n\r\nfunc_2_b,b,\r\n').rows;
    expect(rows.map(({ line, documentation }) => [line, documentation])).toEqual([
      [2, 'x\r\ny\nz'],
      [6, null],
    ]);
  });

  test.each([
    ['', null, 'the file has no header'],
    ['\n\n', null, 'the file has no header'],
    ['a,b\n', 1, 'the header "a,b" has no "searge", "param" or "class" column'],
    [
      'name,notch,supername,package,side\n',
      1,
      'the header "name,notch,supername,package,side" has no "searge", "param" or "class" column',
    ],
    ['searge,side\n', 1, 'the header has no "name" column'],
    ['class,name\n', 1, 'the header has no "package" column'],
    ['searge,name,color\n', 1, 'the header\'s column "color" is not known'],
    ['searge,name,name\n', 1, 'the header has the column "name" twice'],
    ['searge,name,side,desc\nfield_1_a,a,0,\nfield_2_b,b,2\n', 3, '3 columns where the header has 4'],
    ['searge,name,side,desc\nfield_1_a,a,0,b,c\n', 2, '5 columns where the header has 4'],
    ['searge,name,side,desc\nfield_1_a\n', 2, '1 column where the header has 4'],
    ['searge,name\n,a\n', 2, 'the id is empty'],
    ['searge,name\nfunc 1,a\n', 2, 'the id "func 1" holds a blank or an invisible character'],
    ['searge,name\nfunc_1_a,a\u200bb\n', 2, 'the name "a\\u200bb" holds a blank or an invisible character'],
    ['searge,name\nfunc_1_a,a b\n', 2, 'the name "a b" holds a blank or an invisible character'],
    ['searge,name,side\nfunc_1_a,a,3\n', 2, 'side "3" is none of 0, 1, 2'],
    ['searge,name,side\nfunc_1_a,a,constructor\n', 2, 'side "constructor" is none of 0, 1, 2'],
    ['searge,name,desc\nfunc_1_a,a,x\u0000\n', 2, 'the documentation holds a zero byte'],
    ['searge,name,desc\nfunc_1_a,a,\nfunc_2_b,b,"x\ny\nz,\n', 3, 'a quote is opened and never closed'],
    ['searge,name,desc\nfunc_1_a,a,"x"y\n', 2, 'a quoted cell goes on after its closing quote'],
    ['searge,name,desc\nfunc_1_a,a,x"y\n', 2, 'a quote stands inside a cell that is not quoted'],
    ['<html>\n<a,b>\n', 1, 'the header "<html>" has no "searge", "param" or "class" column'],
  ])('refuses %j', (text, line, reason) => {
    const error = formatError(() => parse(text, 'fields.csv'));
    expect(error.message).toBe(line === null ? `fields.csv: ${reason}` : `fields.csv:${line}: ${reason}`);
  });

  test('not UTF-8', () => {
    const bad = Buffer.concat([bytes('searge,name\nfunc_1_a,'), Buffer.from([0xe9, 0x0a])]);
    expect(formatError(() => parseNames('methods.csv', bad)).message).toBe('methods.csv:2: the line is not UTF-8 text');
  });

  test('hostile input takes linear time', () => {
    const swallow = (text: string) => formatError(() => parse(`searge,name,desc\n${text}`));
    for (const piece of ['"', '"\n', ',', '\n,', '"a""']) expectLinear(swallow, (size) => piece.repeat(size), 30_000);
  });
});

describe('documentation', () => {
  test.each([
    ['', ''],
    ['a\nb', 'a\\nb'],
    ['a\n \nb', 'a\\n \\nb'],
    ['/!\\ attention', '/!\\ attention'],
    ['\\247d', '\\247d'],
    ['\\\\', '\\\\'],
    ['C:\\new', 'C:\\\\new'],
    ['\\\n', '\\\\\\n'],
    ['\\\\n', '\\\\\\\\n'],
    ['\r\n', '\r\\n'],
    ['new', 'new'],
  ])('%j is %j in the file', (documentation, cell) => {
    expect(encodeDocumentation(documentation)).toBe(cell);
    expect(decodeDocumentation(cell)).toBe(documentation);
  });

  test('every text of the API, and every text of a file without a real line feed, comes back the same', () => {
    const next = random(20_201_028);
    const text = (alphabet: string) =>
      Array.from({ length: next(12) }, () => alphabet.charAt(next(alphabet.length))).join('');
    for (let i = 0; i < 50_000; i++) {
      const documentation = text('\\\\\\nn\n\r "a,');
      expect(decodeDocumentation(encodeDocumentation(documentation))).toBe(documentation);
      expect(encodeDocumentation(documentation)).not.toContain('\n');
      const cell = text('\\\\\\nn\r "a,');
      expect(encodeDocumentation(decodeDocumentation(cell))).toBe(cell);
    }
  });

  test('random documentation survives a written file', () => {
    const next = random(7);
    const rows = Array.from({ length: 2_000 }, (_, index) => ({
      id: `func_${index}_a`,
      name: 'x',
      side: 2 as const,
      documentation: Array.from({ length: 1 + next(12) }, () => '\\\\nn\n\r",\t é😀'.charAt(next(12))).join(''),
    }));
    const header = ['searge', 'name', 'side', 'desc'];
    for (const newline of ['\n', '\r\n'] as const) {
      const file = parse(Buffer.from(writeNames(rows, { header, newline })).toString());
      const expected = rows.map(({ documentation }) => Buffer.from(documentation).toString());
      expect(file.rows.map(({ documentation }) => documentation)).toEqual(expected);
    }
  });

  test('runs of backslashes take linear time', () => {
    for (const piece of ['\\', '\\n', 'n\\', '\n']) {
      expectLinear(
        (text) => {
          decodeDocumentation(text);
          encodeDocumentation(text);
        },
        (size) => piece.repeat(size),
        100_000,
      );
    }
  });
});

describe('order', () => {
  test('parameters: underscores and case are read past, constructors last', () => {
    const ids = ['p_i1_1_', 'p_148543_2_', 'p_148543_10_', 'p_148543_1_'];
    expect(ids.sort(compareParamIds)).toEqual(['p_148543_1_', 'p_148543_10_', 'p_148543_2_', 'p_i1_1_']);
  });
});

describeReal('name sets', () => {
  test.each(realFiles('.csv'))('%s is written back byte for byte, in the exporter’s order', (path) => {
    const original = realFile(path);
    const file = parseNames(path, original);
    expect(Buffer.from(writeNames(file.rows, file)).equals(original)).toBe(true);
    expect(path.endsWith(`${file.kind}.csv`)).toBe(true);
    const compare = file.kind === 'params' ? compareParamIds : compareMemberIds;
    const sorted = [...file.rows].sort((a, b) => compare(a.id, b.id));
    expect(sorted.map(({ id }) => id)).toEqual(file.rows.map(({ id }) => id));
  });

  test('rows of stable_39 and of 1.15', () => {
    const count = (path: string) => parseNames(path, realFile(`names/${path}`)).rows.length;
    expect(count('1.12/1-stable_39/methods.csv')).toBe(9_654);
    expect(count('1.12/1-stable_39/fields.csv')).toBe(10_005);
    expect(count('1.12/1-stable_39/params.csv')).toBe(13_143);
    const fields = parseNames('fields.csv', realFile('names/1.15/snapshot_20200415/fields.csv')).rows;
    expect([fields.length, fields.filter(({ named }) => !named).length]).toEqual([16_430, 2_252]);
  });
});
