import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ClassMembersDocument,
  DeclarationPageDocument,
  FieldPageDocument,
  MethodPageDocument,
  type ClassMembersQueryVariables,
} from '../../support/generated/documents.js';
import { walk } from '../../support/paging.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importText } from '../../support/versions.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const classOf = async (name: string, more: Partial<ClassMembersQueryVariables> = {}) =>
  (await service.query(ClassMembersDocument, { name, ...more })).class;

const PLANT_METHODS = [
  ...['func_2000_a', 'func_2001_b', 'func_2002_c', 'func_2003_d', 'func_2004_d', 'func_2005_e', 'func_2006_f'],
  ...['func_2007_f', 'func_2008_g', 'func_2009_h_', 'func_2010_h__', 'equals', 'hashCode', 'toString'],
];

describe('class', () => {
  it('has its members in the order of the source and counts what takes a name', async () => {
    const found = await classOf('Plant');
    expect(found).toMatchObject({
      srg: 'net/minecraft/sample/plant/Plant',
      obf: 'a',
      package: 'net/minecraft/sample/plant',
      // equals, hashCode, toString and the constructor take none. Parameters: those of 7 methods and of i100.
      coverage: [
        { kind: 'METHOD', total: 11, named: 7 },
        { kind: 'FIELD', total: 5, named: 4 },
        { kind: 'PARAMETER', total: 13, named: 9 },
      ],
    });
    expect(found!.methods.nodes.map(({ member }) => member.srg)).toEqual(PLANT_METHODS);
    expect(found!.methods.totalCount).toBe(14);
    expect(found!.fields.nodes.map(({ obf, member }) => `${obf} ${member.name}`)).toEqual([
      ...['a age', 'b water', 'c null', 'd garden', 'e DEFAULT_HEIGHT'],
    ]);
  });

  it.each([
    ['a full name', 'net/minecraft/sample/plant/Tree', 'c'],
    ['a full name with dots', 'net.minecraft.sample.plant.Tree', 'c'],
    ['a short name', 'Tree', 'c'],
    ['an obfuscated name', 'c', 'c'],
    ['an inner class', 'Plant$Properties', 'a$a'],
    ['an inner class with a dot', 'Plant.Properties', 'a$a'],
    ['an obfuscated inner class', 'a$a', 'a$a'],
    ['an obfuscated inner class with a dot', 'a.a', 'a$a'],
  ])('answers to %s', async (_, name, obf) => {
    expect((await classOf(name))?.obf).toBe(obf);
  });

  it.each(['Nonsense', 'tree', 'minecraft/sample/plant/Tree', 'getHeight', 'func_2002_c', '%', 'Tre_', "'"])(
    'is null for what no class is called: %s',
    async (name) => {
      expect(await classOf(name)).toBeNull();
    },
  );

  it('names the classes where a short name stands for several; a full or obfuscated one does not', async () => {
    await importText(service.db, '0.3', 'a one/Thing\nb two/Thing\nThing three/Other\nd four/Piece\ne five/Piece\n');
    const error = await service.refused(ClassMembersDocument, { name: 'Piece', version: '0.3' });
    expect(error.extensions).toMatchObject({ code: 'BAD_USER_INPUT', candidates: ['five/Piece', 'four/Piece'] });
    expect(error.message).toBe('Piece may be five/Piece, four/Piece: give the full name.');
    expect((await classOf('two/Thing', { version: '0.3' }))?.obf).toBe('b');
    // An obfuscated name goes before short ones.
    expect((await classOf('Thing', { version: '0.3' }))?.srg).toBe('three/Other');
  });

  it.each([
    ['empty', ''],
    ['too long', 'x'.repeat(1_001)],
    ['with a NUL character', 'Tree\0'],
  ])('refuses a name that is %s', async (_, name) => {
    expect((await service.refused(ClassMembersDocument, { name })).extensions.code).toBe('BAD_USER_INPUT');
  });

  it('refuses an unknown version', async () => {
    const error = await service.refused(ClassMembersDocument, { name: 'Tree', version: '9' });
    expect(error.extensions.code).toBe('NOT_FOUND');
  });
});

describe('the members of a class', () => {
  it.each([
    ['part of a community name, in any case', { query: 'HEIGHT' }, ['func_2002_c'], ['field_1004_e']],
    ['part of an id', { query: '2009' }, ['func_2009_h_'], []],
    [
      // canGrowAt, grow, getHeight, getGrowthStage, byName (obfuscated `g`), toString; age, garden, DEFAULT_HEIGHT
      'an obfuscated name, among others',
      { query: 'g' },
      ['func_2000_a', 'func_2001_b', 'func_2002_c', 'func_2003_d', 'func_2008_g', 'toString'],
      ['field_1000_a', 'field_1003_d', 'field_1004_e'],
    ],
    ['a wildcard for itself', { query: '%' }, [], []],
    ['an underscore for itself', { query: 'h__' }, ['func_2010_h__'], []],
    [
      'nothing',
      { query: '' },
      PLANT_METHODS,
      ['field_1000_a', 'field_1001_b', 'field_1002_c', 'field_1003_d', 'field_1004_e'],
    ],
    [
      'the unnamed',
      { unnamed: true },
      ['func_2006_f', 'func_2007_f', 'func_2009_h_', 'func_2010_h__'],
      ['field_1002_c'],
    ],
    ['the named', { unnamed: false, query: 'get' }, ['func_2002_c', 'func_2003_d'], []],
    ['the unnamed of a name', { unnamed: true, query: 'get' }, [], []],
  ])('by %s', async (_, filter, methods, fields) => {
    const found = (await classOf('Plant', filter))!;
    const ids = (list: typeof found.fields) => list.nodes.map(({ member }) => member.srg).sort();
    expect(ids(found.methods).sort()).toEqual([...methods].sort());
    expect(found.methods.totalCount).toBe(methods.length);
    expect(ids(found.fields)).toEqual(fields);
    expect(found.fields.totalCount).toBe(fields.length);
  });

  it.each([1, 3, 7, 14, 15])('come whole in pages of %i', async (first) => {
    const methods = await walk(async (after) => {
      const page = (await service.query(MethodPageDocument, { name: 'Plant', first, after })).class!.methods;
      return { ...page.pageInfo, rows: page.nodes.map(({ member }) => member.srg) };
    });
    expect(methods.rows).toEqual(PLANT_METHODS);
    expect(methods.pages).toBe(Math.ceil(14 / first));
    const fields = await walk(async (after) => {
      const page = (await service.query(FieldPageDocument, { name: 'Plant', first, after })).class!.fields;
      return { ...page.pageInfo, rows: page.nodes.map(({ obf }) => obf) };
    });
    expect(fields.rows).toEqual(['a', 'b', 'c', 'd', 'e']);
    const declarations = await walk(async (after) => {
      const { mapping } = await service.query(DeclarationPageDocument, { srg: 'func_2000_a', first, after });
      if (mapping === null || !('declarations' in mapping)) throw new Error('no method');
      return { ...mapping.declarations.pageInfo, rows: mapping.declarations.nodes.map(({ owner }) => owner.srg) };
    });
    expect(declarations.rows.map((srg) => srg.split('/').pop())).toEqual(['Plant', 'Tree', 'Flower', 'Moss', 'Vine']);
  });

  it.each([
    ['no base64', '%%%'],
    ['of nothing', ''],
    ['of another list', Buffer.from('["net/minecraft/sample/Main"]').toString('base64url')],
    ['with two keys', Buffer.from('[1,2]').toString('base64url')],
    ['with half a row', Buffer.from('[1.5]').toString('base64url')],
    ['beyond any row', Buffer.from('[99999999999]').toString('base64url')],
    ['an object', Buffer.from('{"0":1,"length":1}').toString('base64url')],
    ['null', Buffer.from('null').toString('base64url')],
    ['a long one', 'A'.repeat(100_000)],
  ])('refuse a cursor that is %s', async (_, after) => {
    const error = await service.refused(MethodPageDocument, { name: 'Plant', after });
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    expect(error.message).toBe('"after" is not a cursor of this list.');
  });

  it.each([0, -1, 201, 2_147_483_647])('refuse to return %i entries', async (first) => {
    const error = await service.refused(MethodPageDocument, { name: 'Plant', first });
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    expect(error.message).toBe(`"first" must be between 1 and 200, not ${first}.`);
  });
});
