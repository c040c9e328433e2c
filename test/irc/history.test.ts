import { afterAll, beforeAll, expect, test } from 'vitest';
import { RoleName } from '../../src/auth/permissions.js';
import { commit, naming, propose, reject, staged, undo } from '../modules/changes/support.js';
import { makeBot, type Bot } from '../modules/roles/support.js';
import { signUp, type Person } from '../support/people.js';
import { importCopies, importCsv, importText } from '../support/versions.js';
import { questions, toldTo, undated } from './support/asker.js';
import { startEvening, type Evening } from './support/bridge.js';
import { describeIrc } from './support/network.js';

describeIrc('!ch, !fh, !mh and !ph', () => {
  let evening: Evening;
  let ask: (text: string) => Promise<string[]>;
  let user: Person;
  let maintainer: Person;
  let bot: Bot;
  beforeAll(async () => {
    evening = await startEvening();
    ask = questions(evening);
    const { service } = evening;
    user = await signUp(service, { handle: 'alice' });
    maintainer = await signUp(service, { handle: 'bob', roles: [RoleName.MAINTAINER] });
    bot = await makeBot(service, user);
    await staged(user, naming({ func_2006_f: 'isDry', field_1002_c: 'dryness' }), { reason: 'it is' });
    await commit(maintainer);
    await staged(maintainer, naming({ func_2006_f: 'isWilted' }), { force: true });
    await staged(user, naming({ p_2007_1_: 'days' }));
    await undo(maintainer, 'p_2007_1_');
    const [change] = await staged(bot.program, naming({ func_2007_f: 'isWilted' }));
    await reject(maintainer, change!.id, 'it tells nothing');
    await staged(user, [{ srg: 'net/minecraft/sample/Main', documentation: 'Starts\nit.' }]);
  }, 90_000);
  afterAll(() => evening?.close());

  const answer = async (text: string) => undated(await ask(text));

  test.each([
    ['nothing', 'mh', ['Usage: !mh id, number or [owner.]name']],
    ['an id without changes', 'mh func_2000_a', ['No change of func_2000_a is on record.']],
    ['an id that was never there', 'mh func_99999_a', ['No change of func_99999_a is on record.']],
    ['a name that nothing ever had', 'fh xyzzy', ['No change of xyzzy is on record.']],
    ['a name of another kind', 'fh isDry', ['No change of isDry is on record.']],
    ['a number that nothing has', 'mh 99999', ['Nothing is called 99999.']],
    [
      'a class that is not there',
      'ch Plnt',
      ['Nothing is called Plnt. Did you mean net/minecraft/sample/plant/Plant?'],
    ],
    ['a name of several in a class', 'mh Plant.f', ['Plant.f may be func_2006_f, func_2007_f: say which.']],
  ])('refuses %s', async (_, text, lines) => {
    expect(await answer(text)).toEqual(lines);
  });

  const HISTORY = [
    '[0.0-sample] func_2006_f: isDry => isWilted, forced by bob, DAY: STAGED',
    '[0.0-sample] func_2006_f: (unnamed) => isDry, by alice, DAY (it is): COMMITTED by bob, DAY',
  ];

  test.each([
    ['an id', 'mh func_2006_f'],
    ['an id with its class', 'mh Plant.func_2006_f'],
    ['the id of a method that is asked for as a field', 'fh func_2006_f'],
    ['a number', 'mh 2006'],
    ['a name of now with its class', 'mh Plant.isDry'],
  ])('%s: all that became of the entry, newest first', async (_, text) => {
    expect(await answer(text)).toEqual(HISTORY);
  });

  test('a name: every change from and to it', async () => {
    expect(await answer('mh isWilted')).toEqual([
      `[0.0-sample] func_2007_f: (unnamed) => isWilted, by ${bot.handle}, DAY: REJECTED by bob, DAY (it tells nothing)`,
      HISTORY[0],
    ]);
    expect(await answer('fh dryness')).toEqual([
      '[0.0-sample] field_1002_c: (unnamed) => dryness, by alice, DAY (it is): COMMITTED by bob, DAY',
    ]);
  });

  test('what was undone, and comments', async () => {
    expect(await answer('ph p_2007_1_')).toEqual([
      '[0.0-sample] p_2007_1_: (unnamed) => days, by alice, DAY: UNDONE by bob, DAY',
    ]);
    expect(await answer('ch Main')).toEqual([
      '[0.0-sample] net/minecraft/sample/Main: net/minecraft/sample/Main, with a comment, by alice, DAY: STAGED',
    ]);
  });

  test('what came over IRC: who said it, and the bot', async () => {
    const { irc, account } = await evening.modder('carol');
    await toldTo(irc, evening, 'sm func_2010_h__ shelter');
    expect(await answer('mh shelter')).toEqual([
      `[0.0-sample] func_2010_h__: (unnamed) => shelter, by ${account.handle} via ${evening.bot}, DAY: STAGED`,
    ]);
    expect((await answer('gm func_2010_h__')).at(-1)).toBe(
      `Staged: (unnamed) => shelter, by ${account.handle} via ${evening.bot}, DAY`,
    );
  });

  test('what was imported, in every version', async () => {
    await importCopies(evening.service.db, ['0.1', '0.2']);
    expect(await answer('mh func_2000_a')).toEqual([
      '[0.2] func_2000_a: (unnamed) => canGrowAt, with a comment, by import, DAY (Imported from methods.csv, fields.csv, params.csv): COMMITTED',
      '[0.1] func_2000_a: (unnamed) => canGrowAt, with a comment, by import, DAY (Imported from methods.csv, fields.csv, params.csv): COMMITTED',
    ]);
  });

  test('of more than a hundred changes the last hundred, and that there are more', async () => {
    const classes = Array.from({ length: 101 }, (_, at) => `c${at} C${at}\n\ta field_${at}_a\n`);
    const names = Array.from({ length: 101 }, (_, at) => `field_${at}_a,same,2,\n`);
    await importText(evening.service.db, '0.3', classes.join(''));
    await importCsv(evening.service.db, '0.3', 'fields.csv', `searge,name,side,desc\n${names.join('')}`);
    const lines = await answer('fh same');
    expect(lines[0]).toMatch(/^\[0\.3\] field_\d+_a: \(unnamed\) => same, by import, /);
    expect(lines.at(-1)).toBe('… and 91 more lines: !more');
  });

  test('IR7 IR8 a reason reaches nobody but as letters', async () => {
    const { userErrors } = await propose(user, naming({ func_2009_h_: 'shade' }), {
      reason: 'one\nQUIT :two \u202ethree\u2028four',
    });
    expect(userErrors).toEqual([]);
    expect(await answer('mh 2009')).toEqual([
      '[0.0-sample] func_2009_h_: (unnamed) => shade, by alice, DAY (one QUIT :two three four): STAGED',
    ]);
  });
});
