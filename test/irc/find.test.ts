import { afterAll, beforeAll, expect, test } from 'vitest';
import { importText } from '../support/versions.js';
import { newAsker, questions, toldTo } from './support/asker.js';
import { startEvening, type Evening } from './support/bridge.js';
import { describeIrc } from './support/network.js';

const PLANT = 'net/minecraft/sample/plant/Plant';

/** A class with fields behind each other, more than one page of them. */
const LARGE = `a Large\n${Array.from({ length: 230 }, (_, at) => `\ta${at} field_${at}_a\n`).join('')}`;

describeIrc('!find and !findall', () => {
  let evening: Evening;
  let ask: (text: string) => Promise<string[]>;
  beforeAll(async () => {
    evening = await startEvening();
    ask = questions(evening);
    await importText(evening.service.db, '0.1', LARGE);
    await importText(evening.service.db, '0.2', 'a one/Same\nb two/Same\n');
  }, 90_000);
  afterAll(() => evening?.close());

  /** The community names, or ids, that the lines of an answer end with. */
  const found = async (text: string) =>
    (await ask(text)).map((line) => / => (\S+)(?: [([]\S*)?$/.exec(line)?.[1] ?? line);

  test.each([
    ['no expression', 'findm', ['Usage: !findm regex [version]']],
    ['a broken expression', 'find (a', ['"query" is not a regular expression: parentheses () not balanced.']],
    ['what looks around', 'findm (?=a)b', ['"query" must not look ahead or behind ((?=, (?!, (?<).']],
    ['what repeats without end', 'findall (((a+)+)+)+', ['"query" must not nest repetitions more than 2 deep.']],
    ['what is too long', `findallm ${'a'.repeat(220)}`, ['"query" must not be longer than 200 characters.']],
    ['a version that is not there', 'findm a.* 9', ['There is no game version "9". There is 0.2, 0.1, 0.0-sample.']],
    ['a class that is not there', 'findm Plnt\\.a.*', [`Nothing is called Plnt. Did you mean ${PLANT}?`]],
    ['a class that is two', 'findm Same:a 0.2', ['Same may be one/Same, two/Same: give the full name.']],
    ['an expression in a class', 'findm Plant\\.(a|b)', ['In a class I find methods and fields alone, by letters, "." and ".*": !findm Block\\.get.*']], // prettier-ignore
    ['parameters in a class', 'findp Plant@x', ['In a class I find methods and fields alone, by letters, "." and ".*": !findm Block\\.get.*']], // prettier-ignore
    ['what nothing fits', 'find xyzzy', ['Nothing fits xyzzy.']],
    ['what nothing fits in a class', 'findm Plant\\.xyzzy', ['Nothing fits Plant\\.xyzzy.']],
  ])('refuses %s', async (_, text, lines) => {
    expect(await ask(text)).toEqual(lines);
  });

  test('a hit has a line, with its class and every name', async () => {
    expect(await ask('findm isNull.*')).toEqual([
      'ai.a => net/minecraft/sample/Main.func_2074_a => isNullOrEmpty (Ljava/lang/String;)Z',
    ]);
    expect(await ask('find days')).toEqual([
      `${PLANT}.grow: p_2001_2_ => days`,
      `${PLANT}$Properties.setMaxAge: p_2012_1_ => days`,
    ]);
  });

  test.each([
    ['find: from end to end', 'findm is.*', ['isClosed', 'isWet', 'isHeavy', 'isNullOrEmpty']],
    ['find: an alternative too', 'findf rings|honey', ['rings', 'honey']],
    ['findall: anywhere in the name', 'findallm Null|egh', ['isNullOrEmpty']],
    ['names in any case', 'findf max_?wear', ['MAX_WEAR']],
    ['an SRG id', 'findm func_203[01]_.', ['getRow', 'rakeOver']],
    ['classes alone', 'findc .*bee.*', ['net/minecraft/sample/creature/Bee', 'net/minecraft/sample/creature/Beehive']],
    ['parameters alone', 'findallp wear', ['maxWear', 'maxWear']],
    ['every kind: classes, fields, methods, parameters', 'findall weath', ['net/minecraft/sample/weather/Weather', 'net/minecraft/sample/weather/Frost', 'net/minecraft/sample/weather/IWeatherListener', 'net/minecraft/sample/weather/Rain', 'net/minecraft/sample/weather/Sunshine', 'weather', 'setWeather', 'onWeatherChanged', 'weatherIn', 'weatherIn']], // prettier-ignore
    ['a colon that is no separator', 'findf (?:age|day)', ['age', 'day']],
  ])('%s', async (_, text, expected) => {
    expect((await found(text)).sort()).toEqual([...expected].sort());
  });

  test.each([
    ['\\.', 'findm Plant\\.get.*', ['getHeight', 'getGrowthStage']],
    ['@, with fields', 'find Plant@.*ater', ['water', 'setWater']],
    ['||, with a package', `findf ${PLANT}||.+`, ['age', 'water', '(unnamed)', 'garden', 'DEFAULT_HEIGHT']],
    [':, with an obfuscated class', 'findm a:set.+at', ['setPlantedAt']],
    ['a dot for one letter', 'findf GardenPos:.', ['x', 'z']],
    ['escaped dots in the class', 'findm net\\.minecraft\\.sample\\.Main\\.is.*', ['isNullOrEmpty']],
    ['findall: anywhere in the name', 'findallm Plant\\.at', ['canGrowAt', 'setWater', 'setPlantedAt']],
    ['an id', 'findm Plant:func_200._a', ['canGrowAt']],
    ['.+ wants a letter, .* does not', 'findf Plant:age.+', ['Nothing fits Plant:age.+.']],
    ['many stars', `findf Plant:${'.*a'.repeat(12)}`, [`Nothing fits Plant:${'.*a'.repeat(12)}.`]],
  ])('in one class, behind %s', async (_, text, expected) => {
    expect(await found(text)).toEqual(expected);
  });

  test('what there is beyond is said, and comes page by page', async () => {
    const person = await newAsker(evening);
    await toldTo(person, evening, 'findf field_.* 0.1');
    for (let page = 1; page < 5; page++) expect(await toldTo(person, evening, 'more')).toHaveLength(11);
    expect(await toldTo(person, evening, 'more')).toEqual([
      'There are more fields than I looked at: say it more precisely.',
    ]);
    person.quit();
    expect(await ask('findf Large:field_22.*_a 0.1')).toHaveLength(11);
    expect(await ask('findf Large:.*_229_. 0.1')).toEqual(['a.a229 => Large.field_229_a => (unnamed)']);
    expect(await ask('findf Large:f.*x 0.1')).toEqual([
      'There are more fields than I looked at: say it more precisely.',
    ]);
  });
});
