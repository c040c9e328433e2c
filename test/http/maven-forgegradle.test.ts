import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeReal, realFile } from '../modules/formats/real-data.js';
import { importFolder, importNameSet } from '../modules/imports/real-support.js';
import { ask, fetched, release, unzipped } from '../modules/maven/support.js';
import { startTestService, type TestService } from '../support/service.js';
import { importCopies, importCsv } from '../support/versions.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await importCopies(service.db, ['1.12', '1.12.2']);
  const documented = 'searge,name,side,desc\nfunc_2000_a,growUp,2,"Grows, ""up"".\\n \\n@param time how long"\n';
  await importCsv(service.db, '1.12', 'methods.csv', documented);
  await release(service, '1.12', 'STABLE', '2018-01-01', 39);
  await release(service, '1.12.2', 'SNAPSHOT', '2020-10-28');
});
afterAll(() => service.close());

/** Names of entries by SRG id, as the version has them. */
async function namesIn(version: string, kinds: string): Promise<Record<string, string>> {
  const rows = await service.db.query<{ srg: string; name: string }>(
    `SELECT m.srg, m.name FROM mappings m JOIN game_versions v ON v.id = m.version_id
      WHERE v.name = $1 AND m.kind::text = ANY(string_to_array($2, ' ')) AND m.name IS NOT NULL AND NOT m.fixed`,
    [version, kinds],
  );
  return Object.fromEntries(rows.map(({ srg, name }) => [srg, name]));
}

/** Rows by position, as ForgeGradle 1.x and 2.x reads them, which does not look at the header. All have the same number of columns. */
const rows = (text: string): string[][] => parse(text, { from_line: 2 });

describe('ForgeGradle 1.x and 2.x', () => {
  type Versions = Record<string, Record<string, number[]>>;

  /** Where names are looked for, as `checkMappings` of its BaseExtension decides: the game version, or a refusal in its words. */
  function placeOf(versions: Versions, game: string, mappings: string): string {
    const at = mappings.lastIndexOf('_');
    const channel = mappings.slice(0, at).split('_')[0]!;
    const number = Number(mappings.slice(at + 1));
    const own = versions[game];
    if (own !== undefined) {
      if (own[channel] === undefined) return `There is no such MCP mapping channel named ${channel}`;
      if (own[channel].includes(number)) return game;
    }
    for (const [version, channels] of Object.entries(versions)) {
      for (const [name, numbers] of Object.entries(channels)) {
        if (!numbers.includes(number)) continue;
        if (name === channel && version !== game) return version;
        if (name !== channel && version === game) return `perhaps you meant ${name}_${number}`;
      }
    }
    return 'does not exist';
  }

  test('reads versions.json, and keeps it by its ETag', async () => {
    const first = await ask(service, '/versions.json');
    const versions = first.json<Versions>();
    expect(placeOf(versions, '1.12.2', 'snapshot_20201028')).toBe('1.12.2');
    expect(placeOf(versions, '1.12.2', 'snapshot_nodoc_20201028')).toBe('1.12.2');
    // The names of 1.12 on 1.12.2 are what most mods of their time were built with.
    expect(placeOf(versions, '1.12.2', 'stable_39')).toBe('1.12');
    expect(placeOf(versions, '1.12', 'snapshot_39')).toBe('perhaps you meant stable_39');
    expect(placeOf(versions, '1.12', 'stable_40')).toBe('does not exist');
    const kept = { 'if-none-match': String(first.headers.etag), 'if-modified-since': new Date().toUTCString() };
    expect((await ask(service, '/versions.json', kept)).statusCode).toBe(304);
  });

  test('reads names by their position', async () => {
    const files = await unzipped(await fetched(service, 'mcp_stable/39-1.12/mcp_stable-39-1.12.zip'));
    const methods = rows(files['methods.csv']!);
    const fields = rows(files['fields.csv']!);
    const params = rows(files['params.csv']!);
    for (const s of [...methods, ...fields]) expect(s[3]).toBeTypeOf('string');
    const read = (s: string[][]) => Object.fromEntries(s.map(([id, name]) => [id, name]));
    expect(read(methods)).toEqual(await namesIn('1.12', 'METHOD'));
    expect(read(fields)).toEqual(await namesIn('1.12', 'FIELD'));
    expect(read(params)).toEqual(await namesIn('1.12', 'PARAMETER'));
    expect(methods.find(([id]) => id === 'func_2000_a')?.[3]).toMatch(/^Grows, "up"\.\\n \\n@param time how long/);
  });
});

describe('ForgeGradle 3 and later', () => {
  /** Names and documentation of every CSV of a zip, by the columns that the header names. */
  async function load(path: string) {
    const names: Record<string, string> = {};
    const docs: Record<string, string> = {};
    for (const [file, text] of Object.entries(await unzipped(await fetched(service, path)))) {
      if (!file.endsWith('.csv')) continue;
      for (const row of parse<Record<string, string>>(text, { columns: true })) {
        const id = (row['searge'] ?? row['param'])!;
        names[id] = row['name']!;
        if (row['desc']) docs[id] = row['desc'];
      }
    }
    return { names, docs };
  }

  test('reads names by the header', async () => {
    const path = 'mcp_snapshot/20201028-1.12.2/mcp_snapshot-20201028-1.12.2.zip';
    const { names, docs } = await load(path);
    expect(names).toEqual(await namesIn('1.12.2', 'METHOD FIELD PARAMETER'));
    expect(Object.keys(docs).length).toBeGreaterThan(0);
    const bare = await load(path.replaceAll('mcp_snapshot', 'mcp_snapshot_nodoc'));
    expect(bare).toEqual({ names, docs: {} });
  });
});

describeReal('stable_39 on 1.12.2', () => {
  test('is read by position as MCPBot wrote it', { timeout: 240_000 }, async () => {
    await importFolder(service.db, '1.12.2');
    await importNameSet(service.db, '1.12.2', '1.12/1-stable_39');
    await release(service, '1.12.2', 'STABLE', '2020-11-01', 40);
    const path = 'mcp_stable/40-1.12.2/mcp_stable-40-1.12.2.zip';
    await expect.poll(async () => (await ask(service, '/versions.json')).body).toContain('[40]');
    const files = await unzipped(await fetched(service, path));
    const kinds = { 'methods.csv': 9_636, 'fields.csv': 9_991, 'params.csv': 13_133 };
    for (const [file, named] of Object.entries(kinds)) {
      const read = rows(files[file]!);
      expect([file, read.length]).toEqual([file, named]);
      // Ids that the game version lacks are in the source alone.
      const ids = new Set(read.map(([id]) => id));
      const source = rows(realFile(`names/1.12/1-stable_39/${file}`).toString('utf8'));
      expect(read).toEqual(source.filter(([id]) => ids.has(id)));
    }
  });
});
