import { describe, expect, test } from 'vitest';
import {
  constructorParameterId,
  findSrgIds,
  isSrgId,
  parameterId,
  parseSrgId,
} from '../../../src/modules/formats/index.js';
import { parseMappings } from '../../../src/modules/formats/index.js';
import { describeReal, realFile } from './real-data.js';
import { expectLinear } from './support.js';

describe('parseSrgId', () => {
  test.each([
    ['func_70001_a', 'METHOD', 70001],
    ['func_226665_a__', 'METHOD', 226665],
    ['func_212251_i__', 'METHOD', 212251],
    ['func_104002_bU', 'METHOD', 104002],
    ['func_210297_lambda$static$0', 'METHOD', 210297],
    ['m_8158_', 'METHOD', 8158],
    ['field_226097_a_', 'FIELD', 226097],
    ['field_98303_au', 'FIELD', 98303],
    ['f_8134_', 'FIELD', 8134],
    ['C_1_', 'CLASS', 1],
    ['net/minecraft/src/C_1_', 'CLASS', 1],
  ])('%s', (name, kind, index) => {
    expect(parseSrgId(name)).toEqual({ kind, index, slot: null, constructorParameter: false });
  });

  test('parameters', () => {
    expect(parseSrgId('p_70001_12_')).toEqual({
      kind: 'PARAMETER',
      index: 70001,
      slot: 12,
      constructorParameter: false,
    });
    expect(parseSrgId('p_i1005_1_')).toEqual({ kind: 'PARAMETER', index: 1005, slot: 1, constructorParameter: true });
    expect(parseSrgId('p_8159_')).toEqual({ kind: 'PARAMETER', index: 8159, slot: null, constructorParameter: false });
    expect(parameterId(70001, 12)).toBe('p_70001_12_');
    expect(constructorParameterId(1005, 1)).toBe('p_i1005_1_');
  });

  test.each([
    '',
    'func_',
    'func_1',
    'func_1_',
    'func_1_a___',
    'func_1_a1',
    'func_a_a',
    'func_1234567890_a',
    'Func_1_a',
    'xfunc_1_a',
    'p_1',
    'p_i1_',
    'p_equals_1_',
    'm_1',
    'm_1_a',
    'a/m_1_',
    'a/func_1_a',
    'getDrops',
    'func_1_a\n',
    'func_１_a',
  ])('%j is none', (name) => {
    expect(isSrgId(name)).toBe(false);
  });
});

describe('findSrgIds', () => {
  const candidates = (text: string) => [...findSrgIds(text)].map((found) => found.candidates);

  test('finds ids in a log line with their places', () => {
    const text = 'at net.minecraft.client.Minecraft.func_71407_l(Minecraft.java:1) field_71432_P p_i1005_1_';
    const found = [...findSrgIds(text)];
    expect(found.map(({ start, end }) => text.slice(start, end))).toEqual([
      'func_71407_l',
      'field_71432_P',
      'p_i1005_1_',
    ]);
    for (const { start, end, candidates: names } of found) {
      expect(names[0]).toBe(text.slice(start, end));
      for (const name of names) expect(isSrgId(name)).toBe(true);
    }
  });

  test('trailing underscores: longest candidate first, at most two', () => {
    expect(candidates('func_226665_a__')).toEqual([['func_226665_a__', 'func_226665_a_', 'func_226665_a']]);
    expect(candidates('func_1_a____')).toEqual([['func_1_a__', 'func_1_a_', 'func_1_a']]);
    expect(candidates('_func_1_a_ b')).toEqual([['func_1_a_', 'func_1_a']]);
    expect(candidates('p_1_2_')).toEqual([['p_1_2_', 'p_1_']]);
    expect(candidates('p_i1_2_')).toEqual([['p_i1_2_']]);
    expect(candidates('m_8158_ f_1_ C_12_')).toEqual([['m_8158_'], ['f_1_'], ['C_12_']]);
  });

  test('inside generated names, but not inside longer words', () => {
    expect(candidates('lambda$func_1_a$0 handler$zza000$func_2_b func_210297_lambda$static$0')).toEqual([
      ['func_1_a'],
      ['func_2_b'],
      ['func_210297_lambda$static$0'],
    ]);
    expect(candidates('xfunc_1_a func_1_a1 item_m_1_ mfield_2_b func_1 p_x_1_ prop_1_1_')).toEqual([]);
  });

  test.each(['p_1', '_1', 'func_1', 'func_1_a', 'func_', 'func_1_a_', 'a', '1', '_', 'p_i', 'func_1_lambda$a', 'm_1_'])(
    'a megabyte of %j takes linear time',
    (piece) => {
      const run = (text: string) => {
        let count = 0;
        for (const _ of findSrgIds(text)) count++;
        return count;
      };
      for (const [start, end] of [
        ['', ''],
        ['p_1', '!'],
        ['func_1_', '1'],
        ['func_1', ''],
      ] as const) {
        expectLinear(run, (size) => start + piece.repeat(Math.ceil(size / piece.length)) + end, 130_000);
      }
    },
  );
});

describeReal('SRG ids', () => {
  test.each([
    ['1.12.2', 9_684, 10_695],
    ['1.16.5', 23_212, 19_841],
  ])('%s: everything that starts like an id is one', (version, methods, fields) => {
    const set = parseMappings('joined.tsrg', realFile(`versions/${version}/joined.tsrg`));
    const ids = new Set(
      [...set.methods, ...set.fields].map(({ srg }) => srg).filter((srg) => /^(func|field)_/.test(srg)),
    );
    expect([...ids].filter((id) => !isSrgId(id))).toEqual([]);
    expect(ids.size).toBe(methods + fields);
    const text = [...ids].join('\n');
    expect([...findSrgIds(text)].map((found) => found.candidates[0])).toEqual([...ids]);
  });
});
