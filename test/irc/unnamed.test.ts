import { afterAll, beforeAll, expect, test } from 'vitest';
import { naming, staged } from '../modules/changes/support.js';
import { signUp } from '../support/people.js';
import { importText } from '../support/versions.js';
import { questions } from './support/asker.js';
import { startEvening, type Evening } from './support/bridge.js';
import { describeIrc } from './support/network.js';

const PLANT = 'net/minecraft/sample/plant/Plant';
const GARDEN = 'net/minecraft/sample/garden';

describeIrc('!uf, !um and !up', () => {
  let evening: Evening;
  let ask: (text: string) => Promise<string[]>;
  beforeAll(async () => {
    evening = await startEvening();
    ask = questions(evening);
    await importText(evening.service.db, '0.1', 'a one/Same\n\ta (II)V func_1_a\nb two/Same\n');
    await staged(await signUp(evening.service), naming({ func_2006_f: 'isDry', p_2007_1_: 'days' }));
  }, 90_000);
  afterAll(() => evening?.close());

  test.each([
    ['no class', 'um', ['Usage: !um [package/]class [version]']],
    ['a class that is not there', 'um Plnt', [`Nothing is called Plnt. Did you mean ${PLANT}?`]],
    ['one that is not there, for parameters', 'up Plnt', [`Nothing is called Plnt. Did you mean ${PLANT}?`]],
    ['a version that is not there', 'uf Plant 9', ['There is no game version "9". There is 0.1, 0.0-sample.']],
    ['a short name of two', 'up Same 0.1', ['Same may be one/Same, two/Same: give the full name.']],
  ])('refuses %s', async (_, text, lines) => {
    expect(await ask(text)).toEqual(lines);
  });

  test('methods, with what is staged for them', async () => {
    expect(await ask('um Plant')).toEqual([
      `${PLANT} (a) in 0.0-sample has 4 unnamed methods:`,
      'f => func_2006_f (staged: isDry) ()Z',
      'f => func_2007_f (I)V',
      `h => func_2009_h_ (L${GARDEN}/Garden;II)V`,
      'h => func_2010_h__ ()V',
    ]);
  });

  test('fields, of a class by any of its names', async () => {
    for (const name of ['a', PLANT, PLANT.replaceAll('/', '.')]) {
      expect(await ask(`uf ${name}`)).toEqual([`${PLANT} (a) in 0.0-sample has 1 unnamed field:`, 'c => field_1002_c']);
    }
  });

  test('parameters by their method, those of constructors too', async () => {
    expect(await ask('up Plant')).toEqual([
      `${PLANT} (a) in 0.0-sample has unnamed parameters:`,
      'func_2007_f => (unnamed): p_2007_1_ (staged: days)',
      'func_2009_h_ => (unnamed): p_2009_1_, p_2009_2_, p_2009_3_',
    ]);
    await evening.service.db.query(`UPDATE mappings SET name = NULL WHERE srg = 'p_i107_2_'`);
    expect(await ask('up GardenPos')).toEqual([
      `${GARDEN}/GardenPos (j) in 0.0-sample has unnamed parameters:`,
      'i107 => <init>: p_i107_2_',
    ]);
  });

  test('of the version that is asked for', async () => {
    expect(await ask('um one/Same 0.1')).toEqual(['one/Same (a) in 0.1 has 1 unnamed method:', 'a => func_1_a (II)V']);
  });

  test.each([
    ['uf Main', `net/minecraft/sample/Main (ai) in 0.0-sample has no unnamed fields.`],
    ['um Main', `net/minecraft/sample/Main (ai) in 0.0-sample has no unnamed methods.`],
    ['up Main', `net/minecraft/sample/Main (ai) in 0.0-sample has no unnamed parameters.`],
  ])('%s says where nothing is left to do', async (text, line) => {
    expect(await ask(text)).toEqual([line]);
  });
});
