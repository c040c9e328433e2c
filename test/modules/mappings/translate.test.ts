import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TranslateDocument, TranslateShortDocument, type Namespace } from '../../support/generated/documents.js';
import { startTestService, type TestService } from '../../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const PLANT = 'net/minecraft/sample/plant/Plant';
const GARDEN = 'net/minecraft/sample/garden/Garden';
const POS = 'net/minecraft/sample/garden/GardenPos';

async function translate(from: Namespace, to: Namespace, ...names: string[]) {
  return (await service.query(TranslateDocument, { from, to, names })).translate;
}
const one = async (from: Namespace, to: Namespace, name: string) => (await translate(from, to, name))[0]!.to;

describe('translate', () => {
  it.each<[Namespace, string, Namespace, string]>([
    ['OBF', 'a', 'SRG', PLANT],
    ['OBF', 'a', 'MCP', PLANT],
    ['OBF', 'd$a', 'MCP', 'net/minecraft/sample/plant/Flower$Color'],
    ['OBF', 'c.c', 'SRG', 'net/minecraft/sample/plant/Tree.func_2002_c'],
    ['OBF', 'c.c', 'MCP', 'net/minecraft/sample/plant/Tree.getHeight'],
    ['OBF', 'c/c', 'MCP', 'net/minecraft/sample/plant/Tree/getHeight'],
    ['OBF', 'c#c', 'MCP', 'net/minecraft/sample/plant/Tree#getHeight'],
    ['OBF', 'a.d(F)V', 'SRG', `${PLANT}.func_2004_d(F)V`],
    ['OBF', 'a.a(Lh;Lj;)Z', 'MCP', `${PLANT}.canGrowAt(L${GARDEN};L${POS};)Z`],
    ['OBF', 'i.<init>(Lh;II)V', 'SRG', `net/minecraft/sample/garden/FlowerBed.i106(L${GARDEN};II)V`],
    ['SRG', 'func_2002_c', 'MCP', 'getHeight'],
    ['SRG', 'field_1004_e', 'MCP', 'DEFAULT_HEIGHT'],
    ['SRG', 'p_2062_4_', 'MCP', 'max'],
    ['SRG', 'func_2002_c', 'OBF', 'c'],
    ['SRG', PLANT, 'OBF', 'a'],
    ['SRG', 'net.minecraft.sample.plant.Plant', 'OBF', 'a'],
    ['SRG', 'net/minecraft/sample/creature/Snail.func_2051_a', 'OBF', 'z.b'],
    ['SRG', 'net.minecraft.sample.creature.Snail.func_2051_a', 'OBF', 'z.b'],
    ['SRG', 'Snail.func_2051_a', 'OBF', 'z.b'],
    ['SRG', `${PLANT}.func_2001_b(L${GARDEN};D)V`, 'OBF', 'a.b(Lh;D)V'],
    ['SRG', `func_2020_b(L${POS};L${PLANT};)Z`, 'MCP', `setPlant(L${POS};L${PLANT};)Z`],
    ['SRG', `func_2020_b(L${POS};L${PLANT};)Z`, 'OBF', 'b(Lj;La;)Z'],
    ['MCP', 'isNullOrEmpty', 'SRG', 'func_2074_a'],
    ['MCP', 'isNullOrEmpty(Ljava/lang/String;)Z', 'SRG', 'func_2074_a(Ljava/lang/String;)Z'],
    ['MCP', 'Hedgehog', 'OBF', 'aa'],
    ['MCP', 'net.minecraft.sample.creature.Hedgehog', 'SRG', 'net/minecraft/sample/creature/Hedgehog'],
    ['MCP', 'Tree.getHeight', 'OBF', 'c.c'],
    ['MCP', 'Tree.getHeight()F', 'SRG', 'net/minecraft/sample/plant/Tree.func_2002_c()F'],
    ['MCP', 'Snail::moveTo', 'OBF', 'z::b'],
    ['MCP', 'Plant$Properties.setHardy', 'SRG', `${PLANT}$Properties.func_2011_a`],
    ['SRG', 'func_2002_c', 'SRG', 'func_2002_c'],
  ])('%s %s in %s is %s', async (from, name, to, expected) => {
    expect(await translate(from, to, name)).toEqual([{ from: name, to: expected, candidates: [expected] }]);
  });

  it.each<[string, Namespace, string, Namespace]>([
    ['an unnamed field', 'SRG', 'field_1002_c', 'MCP'],
    ['an unnamed method with its owner', 'OBF', 'a.h()V', 'MCP'],
    ['a parameter, which has no obfuscated name', 'SRG', 'p_2062_4_', 'OBF'],
    ['an obfuscated member without its class', 'OBF', 'func', 'MCP'],
    ['a method that happens to be called like a class', 'OBF', 'a(Lh;Lj;)Z', 'MCP'],
    ['a descriptor that the method has not', 'SRG', 'func_2074_a()Z', 'MCP'],
    ['a descriptor of the other namespace', 'SRG', `${PLANT}.func_2001_b(Lh;D)V`, 'OBF'],
    ['a class that does not carry it', 'SRG', 'net/minecraft/sample/plant/Moss.func_2002_c', 'OBF'],
    ['a name of another namespace', 'MCP', 'func_2074_a', 'SRG'],
    ['another case', 'MCP', 'ISNULLOREMPTY', 'SRG'],
    ['a wildcard', 'MCP', 'is%', 'SRG'],
    ['a quote', 'SRG', "'; SELECT 1; --", 'MCP'],
    ['what is no name', 'OBF', '日本 😀', 'MCP'],
  ])('%s has no answer', async (_, from, name, to) => {
    expect(await translate(from, to, name)).toEqual([{ from: name, to: null, candidates: [] }]);
  });

  it('gives every answer where there are several, and then none in particular', async () => {
    expect(await translate('MCP', 'SRG', 'depth', 'garden')).toEqual([
      { from: 'depth', to: null, candidates: ['field_1025_a', 'field_1029_a'] },
      { from: 'garden', to: null, candidates: ['field_1003_d', 'field_1039_b'] },
    ]);
    // One id under several obfuscated names; one obfuscated name of several members.
    expect(await translate('SRG', 'OBF', 'func_2051_a')).toEqual([
      { from: 'func_2051_a', to: null, candidates: ['a', 'b'] },
    ]);
    expect((await translate('OBF', 'SRG', 'a.d'))[0]).toEqual({
      from: 'a.d',
      to: null,
      candidates: [`${PLANT}.field_1003_d`, `${PLANT}.func_2003_d`, `${PLANT}.func_2004_d`],
    });
    // Two meanings with one answer are one answer.
    expect((await translate('MCP', 'OBF', 'depth'))[0]).toEqual({ from: 'depth', to: 'a', candidates: ['a'] });
  });

  it('answers every name in its place, repeated ones too', async () => {
    const names = ['grow', 'nothing', 'tick', 'grow', 'Tree.grow', 'grow'];
    const answers = await translate('MCP', 'SRG', ...names);
    expect(answers.map(({ from }) => from)).toEqual(names);
    expect(answers.map(({ to }) => to)).toEqual([
      ...['func_2001_b', null, 'func_2022_d', 'func_2001_b'],
      ...['net/minecraft/sample/plant/Tree.func_2001_b', 'func_2001_b'],
    ]);
  });

  it('comes back to where it started', async () => {
    for (const [name, other] of [
      ['z.b', 'MCP'],
      ['c.c', 'SRG'],
      ['aa', 'SRG'],
    ] as const) {
      expect(await one(other, 'OBF', (await one('OBF', other, name))!)).toBe(name);
    }
  });

  it('takes 5,000 names and not one more', async () => {
    expect(await translate('SRG', 'MCP')).toEqual([]);
    const names = Array.from({ length: 5_000 }, (_, i) => (i % 2 === 0 ? 'func_2001_b' : `func_${i}_x`));
    const { translate: answers } = await service.query(TranslateDocument, { from: 'SRG', to: 'MCP', names });
    expect(answers).toHaveLength(5_000);
    expect(answers.filter(({ to }) => to === 'grow')).toHaveLength(2_500);
    expect(answers.filter(({ to }) => to === null)).toHaveLength(2_500);
    const error = await service.refused(TranslateShortDocument, { from: 'SRG', to: 'MCP', names: [...names, 'a'] });
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    expect(error.message).toBe('"names" takes at most 5000 names, not 5001.');
  });

  it('asks the database as often for one name as for many', async () => {
    const cost = (names: string[]) => service.statements(TranslateDocument, { from: 'SRG', to: 'MCP', names });
    const few = ['func_2001_b', 'Tree.func_2001_b', 'func_2074_a(Ljava/lang/String;)Z'];
    const many = Array.from({ length: 900 }, (_, i) => few[i % 3]!);
    expect(await cost(many)).toBe(await cost(few));
  });

  it.each([
    ['an empty name', ''],
    ['a name too long', 'x'.repeat(1_001)],
    ['half a descriptor', 'a.a(L'],
    ['a NUL character', 'a\0'],
  ])('refuses %s', async (_, name) => {
    const error = await service.refused(TranslateDocument, { from: 'SRG', to: 'MCP', names: ['func_2001_b', name] });
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('refuses an unknown version', async () => {
    const error = await service.refused(TranslateDocument, { from: 'SRG', to: 'MCP', names: ['a'], version: '1.0' });
    expect(error.extensions.code).toBe('NOT_FOUND');
    expect(error.message).toContain('0.0-sample');
  });
});
