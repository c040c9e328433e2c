import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ClassMembersDocument,
  ClassPageDocument,
  DeobfuscateDocument,
  DeclarationPageDocument,
  LookupDocument,
  MethodPageDocument,
  SearchDocument,
  SearchPageDocument,
  TimelineDocument,
  TranslateDocument,
  VersionDocument,
  type MappingKind,
  type SearchMatch,
} from '../../support/generated/documents.js';
import { walk } from '../../support/paging.js';
import { startRealService } from '../../support/real-versions.js';
import type { TestService } from '../../support/service.js';
import { describeReal, realFile } from '../formats/real-data.js';

const MEBIBYTE = 1_048_576;

/** The rows of a name file: id and name. Both stand before the first comma that may be quoted. */
const namesIn = (path: string): [id: string, name: string][] =>
  realFile(path)
    .toString()
    .split(/\r?\n/)
    .filter((line) => /^(func|field|p)_/.test(line))
    .map((line) => line.split(',').slice(0, 2) as [string, string]);

describeReal('reading 1.12.2 with stable_39 and 1.16.5 with snapshot_20200415', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startRealService();
  });
  afterAll(() => service?.close());

  const lookup = async (name: string, version?: string, kinds?: MappingKind[]) =>
    (await service.query(LookupDocument, { name, version, kinds })).lookup;
  const ids = async (name: string, version?: string) => (await lookup(name, version)).map(({ srg }) => srg);
  async function names(query: string, match: SearchMatch = 'FUZZY', version = '1.12.2', first = 50) {
    const { search } = await service.query(SearchDocument, { query, match, version, first });
    return search.edges.map(({ node }) => node.name);
  }
  const distinct = <T>(list: T[]) => [...new Set(list)];

  it('covers what the files hold', async () => {
    const coverage = async (name: string) => {
      const { gameVersion } = await service.query(VersionDocument, { name, first: 1 });
      expect(gameVersion!.unnamed.totalCount).toBe(
        gameVersion!.coverage.reduce((sum, c) => sum + c.total - c.named, 0),
      );
      return Object.fromEntries(gameVersion!.coverage.map(({ kind, total, named }) => [kind, [total, named]]));
    };
    // 10 of stable_39's 13,143 parameters belong to methods that 1.12.2 does not have.
    expect(await coverage('1.12.2')).toEqual({
      CLASS: [3344, 3344],
      METHOD: [9684, 9636],
      FIELD: [10_695, 9991],
      PARAMETER: [17_873, 13_133],
    });
    expect(await coverage('1.16.5')).toMatchObject({
      CLASS: [5447, 5447],
      METHOD: [23_212, 10_877],
      FIELD: [19_841, 13_185],
    });
  });

  describe('lookup', () => {
    it.each([
      ['1.12.2', 'isNullOrEmpty', ['func_110121_a', 'func_151246_b']],
      // The same method got the opposite name later.
      ['1.16.5', 'isNotEmpty', ['func_110121_a', 'func_194209_a']],
    ])('%s: func_110121_a answers to its id, to 110121 and to %s', async (version, name, named) => {
      for (const spelling of [
        'func_110121_a',
        '110121',
        'i110121',
        'Main.func_110121_a',
        'Main.110121',
        `Main.${name}`,
      ]) {
        expect(await ids(spelling, version), spelling).toEqual(['func_110121_a']);
      }
      expect(await ids(name, version)).toEqual(named);
      const descriptor = '(Ljava/lang/String;)Z';
      for (const owner of ['net/minecraft/client/main/Main', 'net.minecraft.client.main.Main', 'Main']) {
        for (const separator of ['.', '/', '#', '::']) {
          expect(await ids(`${owner}${separator}${name}`, version)).toEqual(['func_110121_a']);
          expect(await ids(`${owner}${separator}a${descriptor}`, version)).toEqual(['func_110121_a']);
        }
      }
      const [entry] = await lookup('110121', version);
      expect(entry).toMatchObject({ name, kind: 'METHOD', side: 'CLIENT', version: { name: version } });
    });

    it('knows classes by the obfuscated name of their version', async () => {
      expect(await ids('aow')).toContain('net/minecraft/block/Block');
      expect(await ids('buo', '1.16.5')).toContain('net/minecraft/block/Block');
      expect(await ids('Block')).toContain('net/minecraft/block/Block');
      expect((await lookup('aow', '1.12.2', ['CLASS'])).map(({ srg }) => srg)).toEqual(['net/minecraft/block/Block']);
    });

    it('answers with at most 200 entries, and with each once', async () => {
      const found = await ids('a');
      expect(found).toHaveLength(200);
      expect(new Set(found).size).toBe(200);
    });

    it('finds every spelling of ids with two underscores', async () => {
      for (const srg of ['func_230528_d__', 'func_230542_k__', 'func_241124_a__']) {
        expect(await ids(srg, '1.16.5')).toEqual([srg]);
      }
    });

    it('finds each getBlockState by its name', async () => {
      expect((await ids('getBlockState')).sort()).toEqual(
        [
          ...['176194_O', '177435_g', '177509_a', '177856_a', '180088_c', '180362_b', '180495_p', '180728_a'],
          ...['180780_a', '186032_a', '186039_a', '189992_e', '190793_a'],
        ].map((end) => `func_${end}`),
      );
    });
  });

  it('follows an id in hundreds of classes and under several obfuscated names', async () => {
    const declarations = async (srg: string, version: string) =>
      walk(async (after) => {
        const { mapping } = await service.query(DeclarationPageDocument, { srg, version, first: 100, after });
        if (mapping === null || !('declarations' in mapping)) throw new Error('no method');
        return { ...mapping.declarations.pageInfo, rows: mapping.declarations.nodes };
      });
    const packets = await declarations('func_148833_a', '1.16.5');
    expect(packets.rows).toHaveLength(301);
    expect(packets.pages).toBe(4);
    // A class may carry it twice: once more with the type that it narrows.
    expect(distinct(packets.rows.map(({ owner }) => owner.srg))).toHaveLength(154);
    expect(distinct(packets.rows.map(({ owner, obfDescriptor }) => owner.srg + obfDescriptor))).toHaveLength(301);
    // [how many classes, how many obfuscated names]
    for (const [srg, version, classes, spellings] of [
      ['func_74737_b', '1.12.2', 26, 4],
      ['func_148833_a', '1.12.2', 243, 1],
      ['func_230531_f_', '1.16.5', 27, 6],
      ['func_73660_a', '1.16.5', 33, 5],
    ] as const) {
      const { rows } = await declarations(srg, version);
      expect([rows.length, distinct(rows.map(({ obf }) => obf)).length], srg).toEqual([classes, spellings]);
    }
  });

  it('reads a class with hundreds of members, in the order of the source', async () => {
    const { class: entity } = await service.query(ClassMembersDocument, { name: 'vg', first: 200 });
    expect(entity).toMatchObject({ srg: 'net/minecraft/entity/Entity', methods: { totalCount: 235 } });
    expect(entity!.fields.totalCount).toBe(322 - 235);
    const { rows } = await walk(async (after) => {
      const { methods } = (await service.query(MethodPageDocument, { name: 'Entity', first: 100, after })).class!;
      return { ...methods.pageInfo, rows: methods.nodes.map(({ obf, member }) => `${obf} ${member.srg}`) };
    });
    const tsrg = realFile('versions/1.12.2/joined.tsrg').toString();
    const section = /^vg net\/minecraft\/entity\/Entity\r?\n((?:\t.*\n)*)/m.exec(tsrg)![1]!;
    const methods = section
      .split(/\r?\n/)
      .map((line) => line.trim().split(' '))
      .filter((columns) => columns.length === 3);
    expect(rows).toEqual(methods.map(([obf, , srg]) => `${obf} ${srg}`));
  });

  it('lists every class once', async () => {
    const { rows } = await walk(async (after) => {
      const { classes } = (await service.query(ClassPageDocument, { version: '1.12.2', first: 200, after }))
        .gameVersion!;
      return { ...classes.pageInfo, rows: classes.nodes.map(({ srg }) => srg) };
    });
    expect(rows).toHaveLength(3344);
    expect(rows).toEqual(distinct(rows).sort());
  });

  it('names the classes of a short name that several have', async () => {
    const error = await service.refused(ClassMembersDocument, { name: 'ITickable' });
    expect(error.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      candidates: ['net/minecraft/client/renderer/texture/ITickable', 'net/minecraft/util/ITickable'],
    });
  });

  describe.each(['1.12.2', '1.16.5'])('search in %s', (version) => {
    it('finds getBlockState by gBS, by its beginning and with a typing error', async () => {
      expect(distinct(await names('gBS', 'FUZZY', version, 200)).slice(0, 20)).toContain('getBlockState');
      expect((await names('gBlS', 'FUZZY', version))[0]).toBe('getBlockState');
      expect((await names('getBlSt', 'FUZZY', version))[0]).toBe('getBlockState');
      expect((await names('getBlockS', 'PREFIX', version))[0]).toBe('getBlockState');
      expect((await names('getBlokState', 'FUZZY', version))[0]).toBe('getBlockState');
      expect((await names('getblockstate', 'FUZZY', version))[0]).toBe('getBlockState');
    });

    it('puts the exact name before longer ones, and these before similar ones', async () => {
      const found = await names('getBlockState', 'FUZZY', version, 100);
      expect(found.slice(0, 13)).toEqual(Array<string>(13).fill('getBlockState'));
      const last = found.findLastIndex((name) => name!.startsWith('getBlockState'));
      expect(found.slice(0, last + 1).every((name) => name!.startsWith('getBlockState'))).toBe(true);
      expect(found.length).toBeGreaterThan(last + 1);
    });

    it('finds by a regular expression', async () => {
      const found = await names('^getBlockState', 'REGEX', version, 200);
      expect(found.filter((name) => name === 'getBlockState')).toHaveLength(13);
      expect(found.every((name) => name!.startsWith('getBlockState'))).toBe(true);
    });

    it('pages through many hits of one score', async () => {
      const { rows } = await walk(async (after) => {
        const { search } = await service.query(SearchDocument, {
          query: 'func_1775',
          match: 'PREFIX',
          version,
          first: 7,
          after,
        });
        return { ...search.pageInfo, rows: search.edges.map(({ node }) => node.srg) };
      });
      const { search: whole } = await service.query(SearchDocument, {
        query: 'func_1775',
        match: 'PREFIX',
        version,
        first: 200,
      });
      expect(rows.length).toBeGreaterThan(7);
      expect(rows).toEqual(whole.edges.map(({ node }) => node.srg));
    });
  });

  it('answers the expressions that take longest', async () => {
    for (const query of ['(.?){16}q', '\\w*'.repeat(32)]) {
      await service.query(SearchPageDocument, { query, match: 'REGEX', version: '1.12.2', first: 1 });
    }
  });

  it('translates 500 names as the file has them', async () => {
    const rows = namesIn('names/1.12/1-stable_39/fields.csv').slice(0, 500);
    const { translate } = await service.query(TranslateDocument, {
      from: 'SRG',
      to: 'MCP',
      names: rows.map(([id]) => id),
      version: '1.12.2',
    });
    const known = new Set(
      realFile('versions/1.12.2/joined.tsrg')
        .toString()
        .match(/field_\w+/g),
    );
    expect(translate.map(({ from, to }) => [from, to])).toEqual(
      rows.map(([id, name]) => [id, known.has(id) ? name : null]),
    );
    expect(translate.filter(({ to }) => to !== null).length).toBeGreaterThan(480);
  });

  it('translates what the classes of a version carry, there and back', async () => {
    const { translate } = await service.query(TranslateDocument, {
      from: 'OBF',
      to: 'MCP',
      names: ['aow', 'net/minecraft/client/main/Main.a(Ljava/lang/String;)Z', 'vg.bananas'],
    });
    expect(translate.map(({ to }) => to)).toEqual([
      'net/minecraft/block/Block',
      'net/minecraft/client/main/Main.isNullOrEmpty(Ljava/lang/String;)Z',
      null,
    ]);
    const back = await service.query(TranslateDocument, {
      from: 'MCP',
      to: 'OBF',
      names: ['Block', 'Main.isNullOrEmpty(Ljava/lang/String;)Z'],
    });
    expect(back.translate.map(({ to }) => to)).toEqual([
      'aow',
      'net/minecraft/client/main/Main.a(Ljava/lang/String;)Z',
    ]);
  });

  it('deobfuscates a log of one mebibyte with every name in it', async () => {
    const tsrg = realFile('versions/1.12.2/joined.tsrg').toString();
    const known = new Set(tsrg.match(/(?:func|field)_\w+/g));
    const rows = ['methods', 'fields']
      .flatMap((file) => namesIn(`names/1.12/1-stable_39/${file}.csv`))
      .filter(([id]) => known.has(id));
    const line = (name: string) => `\tat net.minecraft.Thing.${name}(Thing.java:1)\n`;
    let text = '';
    let expected = '';
    let replaced = 0;
    for (let i = 0; ; i++) {
      const [id, name] = rows[i % rows.length]!;
      if (text.length + line(id).length > MEBIBYTE) break;
      text += line(id);
      expected += line(name);
      replaced += 1;
    }
    const { deobfuscate } = await service.query(DeobfuscateDocument, { text, version: '1.12.2' });
    expect(replaced).toBeGreaterThan(15_000);
    expect(deobfuscate.replaced).toBe(replaced);
    expect(deobfuscate.unknown).toEqual([]);
    expect(deobfuscate.text === expected).toBe(true);
  });

  it('follows an id from version to version', async () => {
    const { timeline } = await service.query(TimelineDocument, { srg: 'func_110121_a' });
    expect(timeline.map(({ version, name }) => [version.name, name])).toEqual([
      ['1.12.2', 'isNullOrEmpty'],
      ['1.16.5', 'isNotEmpty'],
    ]);
  });
});
