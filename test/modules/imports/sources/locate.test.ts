import { describe, expect, test } from 'vitest';
import { parseConstructors, parseMappings, parseNames } from '../../../../src/modules/formats/index.js';
import {
  locateNameFiles,
  locateVersionFiles,
  openSource,
  type ImportSource,
} from '../../../../src/modules/imports/sources/index.js';
import { REAL_DATA, describeReal } from '../../formats/real-data.js';
import { refusal } from './support.js';

/** A source of files that hold nothing, or the given text. */
function sourceOf(files: string[] | Record<string, string>): ImportSource {
  const contents = new Map(Array.isArray(files) ? files.map((path) => [path, '']) : Object.entries(files));
  return {
    description: 'S',
    files: () => [...contents.keys()].sort(),
    has: (path) => contents.has(path),
    read: async (path) => Buffer.from(contents.get(path) ?? ''),
    close: async () => {},
  };
}

const nothing = { constructors: null, exc: null, staticMethods: null, exceptions: null };

describe('locateVersionFiles', () => {
  test.each([
    [
      'MCPConfig folder',
      ['joined.tsrg', 'constructors.txt', 'exceptions.txt', 'suffixes.txt'],
      { mappings: 'joined.tsrg', constructors: 'constructors.txt', exceptions: 'exceptions.txt' },
    ],
    ['beside joined-first.tsrg', ['joined-first.tsrg', 'joined.tsrg', 'x.txt'], { mappings: 'joined.tsrg' }],
    [
      'MCPConfig zip without a config.json',
      ['config/joined.tsrg', 'config/constructors.txt', 'config/static_methods.txt'],
      {
        mappings: 'config/joined.tsrg',
        constructors: 'config/constructors.txt',
        staticMethods: 'config/static_methods.txt',
      },
    ],
    [
      'MCP -srg zip',
      ['joined.srg', 'joined.exc', 'static_methods.txt', 'exceptor.json'],
      { mappings: 'joined.srg', exc: 'joined.exc', staticMethods: 'static_methods.txt' },
    ],
    [
      'MCP release',
      ['conf/joined.srg', 'conf/joined.exc', 'conf/client.exc', 'conf/methods.csv', 'runtime/a.py'],
      { mappings: 'conf/joined.srg', exc: 'conf/joined.exc' },
    ],
    [
      'archive with one top folder',
      ['MCP-1/conf/joined.srg', 'MCP-1/conf/joined.exc', 'MCP-1/README'],
      { mappings: 'MCP-1/conf/joined.srg', exc: 'MCP-1/conf/joined.exc' },
    ],
    [
      'the only mapping file',
      ['some/where/1.8.csrg', 'some/where/1.8.exc', 'README'],
      { mappings: 'some/where/1.8.csrg', exc: 'some/where/1.8.exc' },
    ],
    [
      'the only joined one',
      ['v/1/joined.tsrg', 'v/1/client.tsrg', 'v/1/constructors.txt', 'x'],
      { mappings: 'v/1/joined.tsrg', constructors: 'v/1/constructors.txt' },
    ],
    [
      'side files at the root, mappings elsewhere',
      ['a/b.srg', 'constructors.txt'],
      { mappings: 'a/b.srg', constructors: 'constructors.txt' },
    ],
    ['TSRG before SRG', ['joined.srg', 'joined.tsrg'], { mappings: 'joined.tsrg' }],
    ['what only this service writes', ['exceptor.json', 'joined.json'], { mappings: 'joined.json' }],
    ['Tiny', ['v/1.16.5.tiny', 'README.md', 'x.json'], { mappings: 'v/1.16.5.tiny' }],
    ['a single file whatever its name', ['mappings'], { mappings: 'mappings' }],
  ])('%s', async (_, files, expected) => {
    expect(await locateVersionFiles(sourceOf(files))).toEqual({ ...nothing, ...expected });
  });

  test("config.json's data tells, below a top folder too", async () => {
    const config = JSON.stringify({
      spec: 2,
      data: {
        mappings: 'cfg/map.tsrg',
        constructors: './cfg/ctr.txt',
        exceptions: 'cfg/exc.txt',
        statics: 'cfg/st.txt',
        patches: { client: 'x' },
      },
    });
    const others = ['joined.tsrg', 'cfg/map.tsrg', 'cfg/ctr.txt', 'cfg/exc.txt', 'cfg/st.txt'];
    for (const top of ['', 'top/']) {
      const files = Object.fromEntries(others.map((path) => [top + path, '']));
      expect(await locateVersionFiles(sourceOf({ ...files, [`${top}config.json`]: config }))).toEqual({
        mappings: `${top}cfg/map.tsrg`,
        constructors: `${top}cfg/ctr.txt`,
        exc: null,
        staticMethods: `${top}cfg/st.txt`,
        exceptions: `${top}cfg/exc.txt`,
      });
    }
  });

  test('a config.json that says nothing of data, and ones that say wrong', async () => {
    const locate = (config: string) => locateVersionFiles(sourceOf({ 'joined.tsrg': '', 'config.json': config }));
    for (const config of ['{"mcinjector":{}}', '[]', 'null', '{"data":3}', '{"data":{"mappings":{}}}']) {
      expect((await locate(config)).mappings).toBe('joined.tsrg');
    }
    expect(await refusal(locate('{'))).toBe('config.json: the file is not JSON');
    expect(await refusal(locate('{"data":{"mappings":"x.tsrg"}}'))).toBe(
      'config.json: data.mappings names "x.tsrg", which is not there',
    );
    expect(await refusal(locate('{"data":{"constructors":"../joined.tsrg"}}'))).toBe(
      'config.json: data.constructors names "../joined.tsrg", which is not there',
    );
  });

  test('nothing to choose, or no way to', async () => {
    expect(await refusal(locateVersionFiles(sourceOf([])))).toBe(
      'S holds no mapping file. Looked for joined.tsrg, joined.srg, joined.csrg (also in config/ and conf/) and any ' +
        'other .tsrg, .srg, .csrg, .xsrg, .tiny or .pg file, and for joined.json.',
    );
    expect(await refusal(locateVersionFiles(sourceOf(['client.srg', 'server.srg'])))).toBe(
      'S holds several mapping files and none is joined.tsrg at its root: client.srg, server.srg. Give the one that is ' +
        'meant, or its folder.',
    );
    const versions = Array.from({ length: 12 }, (_, index) => `v/1.${index}/joined.tsrg`);
    expect(await refusal(locateVersionFiles(sourceOf(versions)))).toContain('v/1.7/joined.tsrg and 2 more. Give');
    expect(await refusal(locateVersionFiles(sourceOf(['joined.srg', 'client.exc', 'server.exc'])))).toBe(
      'S holds several .exc files and none is joined.exc: client.exc, server.exc.',
    );
  });
});

describe('locateNameFiles', () => {
  test.each([
    [
      ['params.csv', 'fields.csv', 'methods.csv', 'version.json'],
      ['methods.csv', 'fields.csv', 'params.csv'],
    ],
    [
      ['conf/methods.csv', 'conf/packages.csv', 'README'],
      ['conf/methods.csv', 'conf/packages.csv'],
    ],
    [['methods.csv', 'old/methods.csv', 'old/fields.csv'], ['methods.csv']],
    [['a/b/params.csv', 'x'], ['a/b/params.csv']],
    [['whatever.txt'], ['whatever.txt']],
  ])('%j', (files, expected) => {
    expect(locateNameFiles(sourceOf(files))).toEqual(expected);
  });

  test('none, or in several folders', () => {
    expect(() => locateNameFiles(sourceOf(['a', 'b']))).toThrow(
      'S holds no names. Looked for methods.csv, fields.csv, params.csv, packages.csv.',
    );
    expect(() => locateNameFiles(sourceOf(['a/methods.csv', 'b/methods.csv']))).toThrow(
      'S holds names in several folders: a/, b/. Give the one that is meant.',
    );
  });
});

describeReal('sources', () => {
  test.each(['1.12.2', '1.16.5'])('%s is found and read', async (version) => {
    const source = await openSource(`${REAL_DATA}/versions/${version}`);
    const found = await locateVersionFiles(source);
    expect(found).toEqual({
      ...nothing,
      mappings: 'joined.tsrg',
      constructors: 'constructors.txt',
      exceptions: version === '1.12.2' ? 'exceptions.txt' : null,
    });
    expect(parseMappings(found.mappings, await source.read(found.mappings)).classes.length).toBeGreaterThan(3_000);
    expect(parseConstructors('constructors.txt', await source.read('constructors.txt')).length).toBeGreaterThan(2_000);
  });

  test('a name set is found and read', async () => {
    const source = await openSource(`${REAL_DATA}/names/1.12/1-stable_39`);
    const kinds: (string | null)[] = [];
    for (const path of locateNameFiles(source)) kinds.push(parseNames(path, await source.read(path)).kind);
    expect(kinds).toEqual(['methods', 'fields', 'params']);
  });
});
