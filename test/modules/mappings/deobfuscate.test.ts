import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeobfuscateDocument } from '../../support/generated/documents.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importText } from '../../support/versions.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const deobfuscate = async (text: string, version?: string) =>
  (await service.query(DeobfuscateDocument, { text, version })).deobfuscate;

const MEBIBYTE = 1_048_576;

describe('deobfuscate', () => {
  it('reads a crash log', async () => {
    const log = [
      '---- Minecraft Crash Report ----',
      '// Who set us up the TNT?',
      '',
      'Time: 11/14/20 8:01 PM',
      'Description: Ticking garden',
      '',
      'java.lang.NullPointerException: field_1003_d at p_2001_1_',
      '\tat net.minecraft.sample.plant.Plant.func_2001_b(Plant.java:107) ~[Plant.class:?] {re:classloading,pl:accesstransformer:B}',
      '\tat net.minecraft.sample.garden.Garden.func_2022_d(SourceFile:42)',
      '\tat net.minecraft.sample.garden.Garden$1.access$func_2022_d(SourceFile)',
      '\tat net.minecraft.sample.plant.Plant.func_2006_f(Plant.java:3)',
      '\tat net.minecraft.sample.Main.main(Main.java:1)\r',
      'Caused by: java.lang.IllegalStateException: func_2006_f said no to p_i106_2_',
    ];
    expect(await deobfuscate(log.join('\n'))).toEqual({
      text: [
        ...log.slice(0, 6),
        'java.lang.NullPointerException: garden at gardenIn',
        '\tat net.minecraft.sample.plant.Plant.grow(Plant.java:107) ~[Plant.class:?] {re:classloading,pl:accesstransformer:B}',
        '\tat net.minecraft.sample.garden.Garden.tick(SourceFile:42)',
        '\tat net.minecraft.sample.garden.Garden$1.access$tick(SourceFile)',
        ...log.slice(10, 12),
        'Caused by: java.lang.IllegalStateException: func_2006_f said no to x',
      ].join('\n'),
      replaced: 6,
      unknown: ['func_2006_f'],
    });
  });

  it.each([
    ['the text is empty', '', '', 0, []],
    ['the id is the whole text', 'func_2001_b', 'grow', 1, []],
    ['ids touch', 'func_2001_b,field_1003_d;p_2001_1_', 'grow,garden;gardenIn', 3, []],
    ['underscores follow', 'func_2001_b_ func_2001_b__ func_2001_b___', 'grow_ grow__ grow___', 3, []],
    ['underscores go before', '_func_2001_b __field_1003_d', '_grow __garden', 2, []],
    ['a lambda is named after it', 'lambda$func_2001_b$0', 'lambda$grow$0', 1, []],
    ['letters follow', 'func_2001_bc', 'func_2001_bc', 0, ['func_2001_bc']],
    ['digits follow', 'func_2001_b2', 'func_2001_b2', 0, []],
    ['letters go before', 'myfunc_2001_b xfield_1003_d', 'myfunc_2001_b xfield_1003_d', 0, []],
    ['a parameter stands in a word', 'tmp_2001_1_ map_2001_1_', 'tmp_2001_1_ map_2001_1_', 0, []],
    ['a parameter is followed by a word', 'p_2001_1_In', 'gardenInIn', 1, []],
    // Without the slot it is of the form that 1.17 has.
    ['a parameter lacks its underscore', 'p_2001_1 ', 'p_2001_1 ', 0, ['p_2001_']],
    ['letters are of another case', 'FUNC_2001_b Func_2001_b', 'FUNC_2001_b Func_2001_b', 0, []],
    ['nobody named them', 'field_1002_c p_2007_1_', 'field_1002_c p_2007_1_', 0, ['field_1002_c', 'p_2007_1_']],
    ['numbers are huge', 'func_99999999999_a p_99999999999_1_', 'func_99999999999_a p_99999999999_1_', 0, []],
    [
      'characters are of every kind',
      '😀func_2001_b日本\0\ud800 %s \\1 $& $1',
      '😀grow日本\0\ud800 %s \\1 $& $1',
      1,
      [],
    ],
  ])('replaces what is an id where %s', async (_, text, expected, replaced, unknown) => {
    expect(await deobfuscate(text)).toEqual({ text: expected, replaced, unknown });
  });

  it('lists what is unknown once, in the order of the text', async () => {
    const answer = await deobfuscate('func_9_z p_9_9_ func_2006_f func_9_z field_9_z func_2006_f p_9_9_');
    expect(answer).toMatchObject({ replaced: 0, unknown: ['func_9_z', 'p_9_9_', 'func_2006_f', 'field_9_z'] });
  });

  it('takes the longest id that the version has', async () => {
    // The sample has func_2009_h_ and func_2010_h__, both unnamed; what follows them is text.
    const answer = await deobfuscate('func_2009_h func_2009_h_ func_2009_h__ func_2010_h___');
    expect(answer.unknown).toEqual(['func_2009_h', 'func_2009_h_', 'func_2010_h__']);
    await importText(service.db, '0.4', 'a Thing\n\ta ()V func_1_a\n\tb ()V func_1_a__\n');
    const prisma = await service.db.prisma();
    const entry = async (srg: string, name: string) => {
      const { count } = await prisma.mapping.updateMany({ where: { srg }, data: { name } });
      expect(count).toBe(1);
    };
    await entry('func_1_a', 'shortOne');
    await entry('func_1_a__', 'longOne');
    expect((await deobfuscate('func_1_a func_1_a_ func_1_a__ func_1_a___', '0.4')).text).toBe(
      'shortOne shortOne_ longOne longOne_',
    );
  });

  it('leaves classes as they are', async () => {
    const text = 'net.minecraft.sample.plant.Plant net/minecraft/sample/plant/Plant';
    expect(await deobfuscate(text)).toEqual({ text, replaced: 0, unknown: [] });
  });

  it('takes a text of one mebibyte and not one character more', async () => {
    const line = '\tat net.minecraft.sample.plant.Plant.func_2001_b(Plant.java:107)\n';
    const lines = Math.floor(MEBIBYTE / line.length);
    const text = line.repeat(lines).padEnd(MEBIBYTE, '.');
    expect(text).toHaveLength(MEBIBYTE);
    const answer = await deobfuscate(text);
    expect(answer.replaced).toBe(lines);
    expect(answer.text).toBe(text.replaceAll('func_2001_b', 'grow'));
    const error = await service.refused(DeobfuscateDocument, { text: `${text}.` });
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    expect(error.message).toBe('"text" takes at most 1048576 characters, not 1048577.');
  });

  it('is linear in the length of texts that invite a matcher to go back', async () => {
    // Each is a beginning that never becomes an id, or ids without end. A quadratic reading would take minutes.
    const invitations = [
      'func_',
      'func_1_',
      'p_1_',
      'func_1_lambda$',
      '_',
      'a',
      '1',
      'func_111111111_',
      'p_i1_1',
      'field_1_a1',
    ];
    for (const invitation of invitations) {
      const text = invitation.repeat(Math.floor(MEBIBYTE / invitation.length));
      const answer = await deobfuscate(text);
      expect(answer.replaced, invitation).toBe(0);
      expect(answer.text === text, invitation).toBe(true);
    }
    const oneRun = await deobfuscate(`func_1_${'a'.repeat(MEBIBYTE - 8)}1`);
    expect(oneRun.unknown).toEqual([]);
  });

  it('asks the database as often for one id as for thousands', async () => {
    const cost = (text: string) => service.statements(DeobfuscateDocument, { text });
    const ids = Array.from({ length: 20_000 }, (_, i) => `func_${i}_a`).join(' ');
    expect(await cost(ids)).toBe(await cost('func_2001_b'));
  });

  it('refuses an unknown version', async () => {
    const error = await service.refused(DeobfuscateDocument, { text: 'func_2001_b', version: '1.0' });
    expect(error.extensions.code).toBe('NOT_FOUND');
    expect(error.message).toContain('0.0-sample');
  });
});
