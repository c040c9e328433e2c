import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MappingDocument, type MappingQuery } from '../../support/generated/documents.js';
import { startTestService, type TestService } from '../../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

type Entry = NonNullable<MappingQuery['mapping']>;
const mapping = async (srg: string): Promise<Entry | null> => (await service.query(MappingDocument, { srg })).mapping;

describe('mapping', () => {
  it('answers with a method, its parameters in their slots and every class that carries it', async () => {
    expect(await mapping('func_2001_b')).toMatchObject({
      __typename: 'Method',
      kind: 'METHOD',
      srg: 'func_2001_b',
      name: 'grow',
      documentation: 'Lets a day pass for the plant.',
      side: 'BOTH',
      static: false,
      isConstructor: false,
      parameters: [
        { srg: 'p_2001_1_', name: 'gardenIn', slot: 1, method: { srg: 'func_2001_b' } },
        { srg: 'p_2001_2_', name: 'days', slot: 2 },
      ],
      declarations: {
        totalCount: 5,
        nodes: ['Plant', 'Tree', 'Flower', 'Moss', 'Vine'].map((name, i) => ({
          owner: { srg: `net/minecraft/sample/plant/${name}`, obf: 'acdef'[i] },
          obf: 'b',
          obfDescriptor: '(Lh;D)V',
          srgDescriptor: '(Lnet/minecraft/sample/garden/Garden;D)V',
          exceptions: [],
        })),
      },
    });
  });

  it('knows the slots of long and double, static methods and several obfuscated names', async () => {
    // (JI): a long takes slots 1 and 2. Static (DDD): 0, 2, 4.
    const slots = async (srg: string) => {
      const entry = await mapping(srg);
      if (entry?.__typename !== 'Method') throw new Error('no method');
      return { static: entry.static, slots: entry.parameters.map(({ srg: id, slot }) => [id, slot]) };
    };
    expect(await slots('func_2005_e')).toEqual({
      static: false,
      slots: [
        ['p_2005_1_', 1],
        ['p_2005_3_', 3],
      ],
    });
    expect(await slots('func_2062_a')).toEqual({
      static: true,
      slots: [
        ['p_2062_0_', 0],
        ['p_2062_2_', 2],
        ['p_2062_4_', 4],
      ],
    });
    const renamed = await mapping('func_2051_a');
    if (renamed?.__typename !== 'Method') throw new Error('no method');
    expect(renamed.declarations.nodes.map(({ owner, obf }) => `${owner.obf}.${obf}`)).toEqual([
      'x.a',
      'y.a',
      'z.b',
      'aa.b',
    ]);
  });

  it('answers with a constructor and the exceptions of a method', async () => {
    expect(await mapping('i106')).toMatchObject({
      __typename: 'Method',
      name: '<init>',
      isConstructor: true,
      static: false,
      parameters: [{ name: 'gardenIn' }, { name: 'x' }, { name: 'z' }],
      declarations: {
        totalCount: 1,
        nodes: [
          {
            owner: { srg: 'net/minecraft/sample/garden/FlowerBed', obf: 'i' },
            obf: '<init>',
            obfDescriptor: '(Lh;II)V',
            srgDescriptor: '(Lnet/minecraft/sample/garden/Garden;II)V',
          },
        ],
      },
    });
    expect(await mapping('func_2069_a')).toMatchObject({
      declarations: { nodes: [{ exceptions: ['java/io/IOException'] }] },
    });
  });

  it('answers with a field, a parameter and a class', async () => {
    expect(await mapping('field_1002_c')).toMatchObject({
      __typename: 'Field',
      name: null,
      declarations: {
        totalCount: 1,
        nodes: [
          { owner: { srg: 'net/minecraft/sample/plant/Plant' }, obf: 'c', obfDescriptor: null, srgDescriptor: null },
        ],
      },
    });
    expect(await mapping('p_i105_3_')).toMatchObject({
      __typename: 'Parameter',
      name: 'name',
      slot: 3,
      method: { srg: 'i105', isConstructor: true },
    });
    expect(await mapping('net/minecraft/sample/garden/GardenPos$1')).toMatchObject({
      __typename: 'Class',
      name: 'net/minecraft/sample/garden/GardenPos$1',
      obf: 'j$a',
      package: 'net/minecraft/sample/garden',
    });
  });

  it.each([
    ['of nothing', 'func_999999_a'],
    ['a community name', 'grow'],
    ['a bare number', '2001'],
    ['a wildcard', 'func\\_2001\\_b'],
    ['a pattern', 'func_2001__'],
    ['nothing at all', ''],
    ['beyond any length', 'x'.repeat(1_000_000)],
  ])('is null for a spelling %s', async (_, srg) => {
    expect(await mapping(srg)).toBeNull();
  });

  it('refuses an unknown version and a NUL character', async () => {
    const unknown = await service.refused(MappingDocument, { srg: 'func_2001_b', version: '' });
    expect(unknown.extensions.code).toBe('NOT_FOUND');
    expect(unknown.message).toContain('There is 0.0-sample.');
    const nul = await service.refused(MappingDocument, { srg: 'func_2001_b\0' });
    expect(nul.extensions.code).toBe('BAD_USER_INPUT');
  });
});
