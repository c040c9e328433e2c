import { afterAll, beforeAll, expect, test } from 'vitest';
import { RoleName } from '../../src/auth/permissions.js';
import { commit, naming, staged } from '../modules/changes/support.js';
import { lock } from '../modules/locks/support.js';
import { signUp, type Person } from '../support/people.js';
import { importCopies, importText } from '../support/versions.js';
import { newAsker, questions, toldTo, undated } from './support/asker.js';
import { CHANNEL, startEvening, type Evening } from './support/bridge.js';
import { describeIrc } from './support/network.js';

const PLANT = 'net/minecraft/sample/plant/Plant';
const GARDEN = 'net/minecraft/sample/garden';

describeIrc('!gc, !gf, !gm and !gp', () => {
  let evening: Evening;
  let ask: (text: string) => Promise<string[]>;
  let user: Person;
  let maintainer: Person;
  beforeAll(async () => {
    evening = await startEvening();
    ask = questions(evening);
    user = await signUp(evening.service, { handle: 'alice' });
    maintainer = await signUp(evening.service, { handle: 'bob', roles: [RoleName.MAINTAINER] });
    await importCopies(evening.service.db, ['0.1'], { named: false });
    await importText(evening.service.db, '0.2', 'a C_1_\n\ta f_1_\n\tb (I)V m_2_\n');
  }, 90_000);
  afterAll(() => evening?.close());

  const answer = async (text: string) => undated(await ask(text));
  /** The first line of each entry that is told in full, without the marks around it. */
  const titles = async (text: string) =>
    (await answer(text)).flatMap((line) => /^=== 0\.0-sample: (.*) ===$/.exec(line)?.[1] ?? []);

  test.each([
    ['no name', 'gm', ['Usage: !gm [class.]name [version]']],
    ['a version that is not there', 'gm grow 1.2', ['There is no game version "1.2". There is 0.2, 0.1, 0.0-sample.']],
    ['a descriptor that is none', 'gm grow(Q)V', ['"(Q)V" is not a method descriptor.']],
    ['a name that nothing has', 'gm cangrow', ['Nothing is called cangrow. Did you mean canGrowAt (func_2000_a), grow (func_2001_b)?']], // prettier-ignore
    ['one that nothing comes near', 'gf zzzzzz', ['Nothing is called zzzzzz.']],
    ['one of another class', 'gm Fence.canGrowAt 0.0-sample', ['Nothing is called Fence.canGrowAt in 0.0-sample. Did you mean canGrowAt (func_2000_a)?']], // prettier-ignore
    ['one of another kind', 'gf canGrowAt', ['Nothing is called canGrowAt.']],
    ['nothing but separators', 'gm ..', ['Nothing is called ...']],
  ])('refuses %s', async (_, text, lines) => {
    expect(await answer(text)).toEqual(lines);
  });

  test('a method in full', async () => {
    expect(await answer('gm func_2000_a')).toEqual([
      `=== 0.0-sample: ${PLANT}.canGrowAt (a.a), in 5 classes ===`,
      'Name: a => func_2000_a => canGrowAt',
      `Descriptor: (Lh;Lj;)Z => (L${GARDEN}/Garden;L${GARDEN}/GardenPos;)Z`,
      `AT: public net.minecraft.sample.plant.Plant func_2000_a(L${GARDEN}/Garden;L${GARDEN}/GardenPos;)Z # canGrowAt`,
      'Comment: Whether the plant finds soil, light and room there. @return false where another plant stands',
      'Parameters: p_2000_1_ => gardenIn, p_2000_2_ => pos',
    ]);
  });

  test('an unnamed method, a constructor, a field, a parameter and classes in full', async () => {
    expect(await answer('gm func_2006_f')).toEqual([
      `=== 0.0-sample: ${PLANT}.func_2006_f (a.f) ===`,
      'Name: f => func_2006_f => (unnamed)',
      'Descriptor: ()Z => ()Z',
      'AT: public net.minecraft.sample.plant.Plant func_2006_f()Z',
    ]);
    expect(await answer('gm i107')).toEqual([
      `=== 0.0-sample: ${GARDEN}/GardenPos.<init> (j.<init>) ===`,
      'Name: <init> => i107 => <init>',
      'Descriptor: (II)V => (II)V',
      'AT: public net.minecraft.sample.garden.GardenPos <init>(II)V',
      'Parameters: p_i107_1_ => x, p_i107_2_ => z',
    ]);
    expect(await answer('gf age')).toEqual([
      `=== 0.0-sample: ${PLANT}.age (a.a) ===`,
      'Name: a => field_1000_a => age',
      'AT: public net.minecraft.sample.plant.Plant field_1000_a # age',
      'Comment: The age in days.',
    ]);
    expect(await answer('gp canGrowAt.pos')).toEqual([
      `=== 0.0-sample: ${PLANT}.canGrowAt: pos ===`,
      'Name: p_2000_2_ => pos, of func_2000_a',
    ]);
    expect(await answer('gc Plant.Properties')).toEqual([
      `=== 0.0-sample: ${PLANT}$Properties (a$a) ===`,
      `Name: a$a => ${PLANT}$Properties`,
      'AT: public net.minecraft.sample.plant.Plant$Properties',
      'Named: methods 2 of 3, fields 2 of 3, parameters 1 of 3',
    ]);
  });

  test.each([
    ['an obfuscated class', 'gc ai', ['net/minecraft/sample/Main (ai)']],
    ['a class with dots', `gc ${PLANT.replaceAll('/', '.')}`, [`${PLANT} (a)`]],
    ['a number', 'gm 2036', ['net/minecraft/sample/weather/Weather.apply (n.a), in 4 classes']],
    [
      'a number as the old bot wrote it',
      'gm i2036',
      ['net/minecraft/sample/weather/Weather.apply (n.a), in 4 classes'],
    ],
    ['a name with its class', 'gm Main.isNullOrEmpty', ['net/minecraft/sample/Main.isNullOrEmpty (ai.a)']],
    ['an obfuscated name with its class', 'gf j.b', [`${GARDEN}/GardenPos.z (j.b)`]],
    ['one with a descriptor', 'gm j.a(II)Lj;', [`${GARDEN}/GardenPos.add (j.a)`]],
    [
      'a method that is asked for as a field',
      'gf func_2018_b',
      ['net/minecraft/sample/plant/Seed.getDaysToSprout (b.b)'],
    ],
    ['a field that is asked for as a method', 'gm GardenPos.field_1018_a', [`${GARDEN}/GardenPos.x (j.a)`]],
    ['a parameter that is asked for as a method', 'gm p_i107_2_', [`${GARDEN}/GardenPos.<init>: z`]],
    ["a constructor's parameter by its number", 'gp i105_3', [`${GARDEN}/Garden.<init>: name`]],
    ['a parameter with its method and class', 'gp Plant.setWater.amount', [`${PLANT}.setWater: amount`]],
    ['a name of several', 'gf depth', ['net/minecraft/sample/garden/Pond.depth (l.a)', 'net/minecraft/sample/weather/Frost.depth (q.a)']], // prettier-ignore
    ['a command behind its mark, in capitals', '!GF z', [`${GARDEN}/GardenPos.z (j.b)`]],
  ])('takes %s', async (_, text, expected) => {
    expect(await titles(text)).toEqual(expected);
  });

  test('more than five are told a line each, and the rest by !more', async () => {
    expect(await answer('gp pos')).toEqual([
      `${PLANT}.canGrowAt: p_2000_2_ => pos`,
      `${GARDEN}/Garden.getPlant: p_2019_1_ => pos`,
      `${GARDEN}/Garden.setPlant: p_2020_1_ => pos`,
      `${GARDEN}/Garden.getLightLevel: p_2025_1_ => pos`,
      'net/minecraft/sample/tool/Tool.use: p_2042_2_ => pos',
      'net/minecraft/sample/creature/Creature.moveTo: p_2051_1_ => pos',
    ]);
    const person = await newAsker(evening);
    const page = await toldTo(person, evening, 'gm a');
    expect(page).toHaveLength(11);
    expect(page[7]).toBe('k.a => net/minecraft/sample/garden/Fence.func_2032_a => isClosed ()Z');
    expect(page[10]).toBe('… and 17 more lines: !more');
    expect(await toldTo(person, evening, 'more')).toHaveLength(11);
    person.quit();
  });

  test('of more than the service tells, that there may be more', async () => {
    const classes = Array.from({ length: 201 }, (_, at) => `c${at} C${at}\n\ta field_${at}_a\n`);
    await importText(evening.service.db, '0.3', classes.join(''));
    expect((await answer('gf a 0.3')).at(-1)).toBe('… and 191 more lines: !more');
  });

  test('the version behind the name counts: names, classes and ids of its own', async () => {
    expect(await answer('gm func_2031_b 0.1')).toEqual([
      `=== 0.1: ${GARDEN}/FlowerBed.func_2031_b (i.b) ===`,
      'Name: b => func_2031_b => (unnamed)',
      'Descriptor: ()V => ()V',
      'AT: public net.minecraft.sample.garden.FlowerBed func_2031_b()V',
    ]);
    expect(await answer('gf m_2_ 0.2')).toEqual([
      '=== 0.2: C_1_.m_2_ (a.b) ===',
      'Name: b => m_2_ => (unnamed)',
      'Descriptor: (I)V => (I)V',
      'AT: public C_1_ m_2_(I)V',
    ]);
  });

  test('what is committed last, what is staged, and who locked it', async () => {
    await staged(user, naming({ func_2007_f: 'wither' }), { reason: 'as in Weather' });
    await commit(maintainer);
    await staged(maintainer, [{ srg: 'func_2007_f', name: 'witherAway', documentation: 'Lets it\nwither.' }], {
      force: true,
    });
    await lock(maintainer, 'func_2007_f', { reason: 'under discussion', until: '2999-01-01T00:00:00Z' });
    expect(await answer('gm 2007')).toEqual([
      `=== 0.0-sample: ${PLANT}.wither (a.f), LOCKED by bob until DAY: under discussion ===`,
      'Name: f => func_2007_f => wither',
      'Descriptor: (I)V => (I)V',
      'AT: public net.minecraft.sample.plant.Plant func_2007_f(I)V # wither',
      'Parameters: p_2007_1_ => (unnamed)',
      'Staged: wither => witherAway, with a comment, by bob, DAY',
      'Staged comment: Lets it wither.',
      'Last change: (unnamed) => wither, by alice, DAY (as in Weather)',
    ]);
  });

  test('!! answers for all to read', async () => {
    const person = await evening.stranger('reader');
    person.say(CHANNEL, '!!gf GardenPos.x');
    const first = await person.waitFor(/=== 0\.0-sample: \S+GardenPos\.x/);
    expect(first).toMatchObject({ command: 'PRIVMSG', params: [CHANNEL, expect.anything()] });
  });

  test('IR7 IR8 what a comment, a reason and a question hold beside letters is neither obeyed nor seen', async () => {
    const documentation =
      'a\r\nQUIT :b\u0000c \u0001DCC SEND\u0001 \u00034red\u0002 \u202etxt.exe\u2028PRIVMSG #mcp :d';
    await evening.service.db.query(`UPDATE mappings SET documentation = $1 WHERE srg = 'func_2009_h_'`, [
      documentation.replace('\u0000', ''),
    ]);
    await lock(maintainer, 'func_2009_h_', { reason: 'one\u2028two \u202ethree' });
    const person = await evening.stranger('witness');
    const lines = await toldTo(person, evening, 'gm func_2009_h_');
    expect(lines).toContain('Comment: a QUIT :bc DCC SEND 4red txt.exe PRIVMSG #mcp :d');
    expect(lines[0]).toMatch(/LOCKED by bob: one two three ===$/);
    expect(await toldTo(person, evening, 'gm \u0002no\u0003such\u202ething')).toEqual([
      'Nothing is called nosuchthing.',
    ]);
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
    expect(person.lines.filter(({ command, text }) => command === 'QUIT' || text === 'd')).toEqual([]);
  });
});
