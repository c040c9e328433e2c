import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LookupDocument, type LookupQueryVariables } from '../../support/generated/documents.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies, importCsv } from '../../support/versions.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const PLANT = 'net/minecraft/sample/plant/Plant';

async function lookup(name: string, more: Partial<LookupQueryVariables> = {}): Promise<string[]> {
  const answer = await service.query(LookupDocument, { name, ...more });
  return answer.lookup.map(({ srg }) => srg);
}

describe('a bare spelling', () => {
  it.each([
    ['an SRG id of a method', 'func_2000_a', ['func_2000_a']],
    ['an SRG id that ends in two underscores', 'func_2010_h__', ['func_2010_h__']],
    ['an SRG id without its underscore', 'func_2009_h', []],
    ['an SRG id of a field', 'field_1002_c', ['field_1002_c']],
    ['an SRG id of a parameter', 'p_2005_3_', ['p_2005_3_']],
    ["an SRG id of a constructor's parameter", 'p_i105_3_', ['p_i105_3_']],
    ['the number of a method', '2036', ['func_2036_a']],
    ['the number of a field', '1041', ['field_1041_a']],
    ['a number as the old bot wrote it', 'i2036', ['func_2036_a']],
    ['the number of a constructor', 'i111', ['i111']],
    ['the number of a parameter', '2005_3', ['p_2005_3_']],
    ["the number of a constructor's parameter", 'i105_3', ['p_i105_3_']],
    ['a number that nothing has', '999999999', []],
    ['a number that no column holds', '99999999999999999999', []],
    ['a community name', 'isNullOrEmpty', ['func_2074_a']],
    [
      'a community name of several',
      'pos',
      [
        ...['field_1038_a', 'field_1053_a', 'field_1055_a'],
        ...['p_2000_2_', 'p_2019_1_', 'p_2020_1_', 'p_2025_1_', 'p_2042_2_', 'p_2051_1_'],
      ],
    ],
    ['a community name in another case', 'ISNULLOREMPTY', []],
    ['a readable name', 'compareTo', ['compareTo']],
    ['an obfuscated class', 'ai', ['net/minecraft/sample/Main']],
    ['an obfuscated inner class', 'd$a', ['net/minecraft/sample/plant/Flower$Color']],
    ['a short class name', 'Hedgehog', ['net/minecraft/sample/creature/Hedgehog']],
    ['a class name with slashes', PLANT, [PLANT]],
    ['a class name with dots', 'net.minecraft.sample.plant.Plant', [PLANT]],
    ['an inner class with a dollar sign', 'Plant$Properties', [`${PLANT}$Properties`]],
    ['an inner class with a dot', 'Plant.Properties', [`${PLANT}$Properties`]],
    ['an inner class with dots', 'net.minecraft.sample.plant.Plant.Properties', [`${PLANT}$Properties`]],
    ['blanks around it', '  isNullOrEmpty\n', ['func_2074_a']],
  ])('%s', async (_, name, expected) => {
    expect(await lookup(name)).toEqual(expected);
  });

  it('puts classes before members that carry the obfuscated name', async () => {
    // `ac` is a class alone; `f` is Vine and a name in Plant (two methods), Flower and Garden.
    expect(await lookup('ac')).toEqual(['net/minecraft/sample/util/GardenCalendar']);
    expect(await lookup('f')).toEqual([
      'net/minecraft/sample/plant/Vine',
      ...['func_2006_f', 'func_2007_f', 'func_2015_f', 'func_2024_f'],
    ]);
  });

  it('answers with an SRG id once, however many classes carry it', async () => {
    // Obfuscated `a` and `b` in different classes.
    expect((await lookup('a')).filter((srg) => srg === 'func_2051_a')).toHaveLength(1);
    expect((await lookup('b')).filter((srg) => srg === 'func_2051_a')).toHaveLength(1);
  });

  it('tells the whole entry', async () => {
    const answer = await service.query(LookupDocument, { name: '2025' });
    expect(answer.lookup).toEqual([
      {
        __typename: 'Method',
        id: expect.any(String) as string,
        kind: 'METHOD',
        srg: 'func_2025_g',
        name: 'getLightLevel',
        serverName: null,
        documentation: null,
        side: 'CLIENT',
        version: { name: '0.0-sample' },
      },
    ]);
  });

  it('has no name while unnamed, and line breaks in documentation', async () => {
    const unnamed = await service.query(LookupDocument, { name: 'field_1002_c' });
    expect(unnamed.lookup[0]).toMatchObject({ name: null, documentation: null, side: 'BOTH' });
    const documented = await service.query(LookupDocument, { name: '2017' });
    expect(documented.lookup[0]!.documentation).toBe('Puts the seed into the bed.\nThe seed is used up.');
  });

  it('takes the kinds asked for', async () => {
    expect(await lookup('pos', { kinds: ['FIELD'] })).toEqual(['field_1038_a', 'field_1053_a', 'field_1055_a']);
    expect(await lookup('f', { kinds: ['CLASS', 'FIELD'] })).toEqual(['net/minecraft/sample/plant/Vine']);
    expect(await lookup('pos', { kinds: [] })).toEqual([]);
  });
});

describe('a spelling with an owner', () => {
  const owners = ['c', 'Tree', 'net/minecraft/sample/plant/Tree', 'net.minecraft.sample.plant.Tree'];
  const members = ['func_2002_c', '2002', 'getHeight', 'c'];
  const separators = ['.', '/', '#', '@', ':', '::', '||'];

  it.each(owners)('%s, with every member spelling and separator', async (owner) => {
    for (const member of members) {
      for (const separator of separators) {
        expect(await lookup(`${owner}${separator}${member}`), separator + member).toEqual(['func_2002_c']);
      }
    }
  });

  it.each([
    ['what the class does not carry', 'Tree.func_2003_d', []],
    ['what another class carries under the name', 'Moss.c', []],
    ['an unknown class', 'Nonsense.func_2002_c', []],
    ['an obfuscated name of several', 'a.d', ['func_2003_d', 'func_2004_d', 'field_1003_d']],
    ['a class and members alike', 'd.a', ['net/minecraft/sample/plant/Flower$Color', 'func_2000_a', 'field_1010_a']],
    ['another obfuscated name of an id', 'z.b', ['func_2051_a']],
    ['an inner class', 'Wheelbarrow$Load.weight', ['field_1037_a']],
    ['an inner class with a dot', 'Wheelbarrow.Load.weight', ['field_1037_a']],
    ['an obfuscated inner class', 'w$a.a', ['func_2048_a', 'func_2049_a', 'field_1037_a']],
    ['constructors', 'Bee.<init>', ['i111']],
    ['a constructor by its number', 'Bee.i111', ['i111']],
    ['a parameter and its method', 'grow.days', ['p_2001_2_']],
    ["a parameter and its method's id", 'func_2001_b.p_2001_2_', ['p_2001_2_']],
    ['a parameter, its method and its class', 'Vine#grow.days', ['p_2001_2_']],
    ['a parameter of a method that the class does not carry', 'Garden.grow.days', []],
    ["a constructor's parameter", 'Bee.<init>.hiveIn', ['p_i111_2_']],
    ['an owner without a member', 'Tree.', []],
    ['a member without an owner', '.getHeight', []],
    ['separators alone', '...', []],
  ])('%s', async (_, name, expected) => {
    expect(await lookup(name)).toEqual(expected);
  });
});

describe('a spelling with a descriptor', () => {
  it.each([
    ['obfuscated, of two', 'a.d(F)V', ['func_2004_d']],
    ['the other of the two', 'a.d()Lg;', ['func_2003_d']],
    ['in SRG', 'Plant.d()Lnet/minecraft/sample/plant/GrowthStage;', ['func_2003_d']],
    ['with blanks before it', 'Plant.getGrowthStage ()Lg;', ['func_2003_d']],
    ['without an owner', 'a()V', ['func_2050_a']],
    ['that the id does not have', 'func_2004_d(I)V', []],
    ['which a class never has', 'a(D)V', []],
  ])('%s', async (_, name, expected) => {
    expect(await lookup(name)).toEqual(expected);
  });

  it.each(['Plant.grow(', 'Plant.grow()', 'Plant.grow(V)V', '(I)V(I)V', 'at a.b(Plant.java:12)'])(
    'is refused where it is none: %s',
    async (name) => {
      const error = await service.refused(LookupDocument, { name });
      expect(error.extensions.code).toBe('BAD_USER_INPUT');
      expect(error.message).toContain('is not a method descriptor');
    },
  );
});

describe('odd input', () => {
  it.each([
    '%',
    '_',
    'func_2000__',
    'func\\_2000\\_a',
    "'",
    "' OR 1=1 --",
    '"',
    '\\',
    '$1',
    'é',
    '日本',
    '😀',
    '\ud800',
    '𝒂',
  ])('means nothing: %j', async (name) => {
    expect(await lookup(name)).toEqual([]);
  });

  it.each(['', '   ', '\n\t'])('is refused where it is empty: %j', async (name) => {
    const error = await service.refused(LookupDocument, { name });
    expect(error).toMatchObject({ message: 'A name must not be empty.', extensions: { code: 'BAD_USER_INPUT' } });
  });

  it('is refused where it is too long', async () => {
    expect(await lookup('x'.repeat(1_000))).toEqual([]);
    for (const length of [1_001, 1_000_000]) {
      const error = await service.refused(LookupDocument, { name: 'x'.repeat(length) });
      expect(error.extensions.code).toBe('BAD_USER_INPUT');
      expect(error.message.length).toBeLessThan(200);
    }
  });

  it('is refused where it holds a NUL character', async () => {
    const error = await service.refused(LookupDocument, { name: 'a\0b' });
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    expect(error.message).toContain('U+0000');
  });
});

describe('versions', () => {
  it('names the versions there are where one is unknown', async () => {
    const error = await service.refused(LookupDocument, { name: 'a', version: '1.99' });
    expect(error.extensions.code).toBe('NOT_FOUND');
    expect(error.message).toBe('There is no game version "1.99". There is 0.0-sample.');
  });

  it('says that there is none in an empty database', async () => {
    const empty = await startTestService({ sample: false });
    try {
      const error = await empty.refused(LookupDocument, { name: 'a' });
      expect(error.extensions.code).toBe('NOT_FOUND');
      expect(error.message).toBe('No game version is the current one, so one must be named. There is none.');
    } finally {
      await empty.close();
    }
  });

  it('answers from the version asked for, by names on the server too', async () => {
    await importCopies(service.db, ['0.1'], { named: false });
    await importCsv(
      service.db,
      '0.1',
      'methods.csv',
      'searge,name,side,desc\nfunc_2006_f,onClient,0,\nfunc_2006_f,onServer,1,\n',
    );
    expect(await lookup('isNullOrEmpty', { version: '0.1' })).toEqual([]);
    expect(await lookup('onClient')).toEqual([]);
    expect(await lookup('onClient', { version: '0.1' })).toEqual(['func_2006_f']);
    expect(await lookup('onServer', { version: '0.1' })).toEqual(['func_2006_f']);
    expect(await lookup('Plant.onServer', { version: '0.1' })).toEqual(['func_2006_f']);
    const { lookup: found } = await service.query(LookupDocument, { name: '2006', version: '0.1' });
    expect(found[0]).toMatchObject({ name: 'onClient', serverName: 'onServer', version: { name: '0.1' } });
  });
});
