import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestClient } from '../../support/client.js';
import { walk, type WalkedPage } from '../../support/paging.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies } from '../../support/versions.js';

let service: TestService;
let client: TestClient;
beforeAll(async () => {
  service = await startTestService();
  await importCopies(service.db, ['1.0'], { named: false });
});
beforeEach(() => void (client = service.client()));
afterEach(async () => {
  await service.demand.flush();
  await service.db.query('DELETE FROM mapping_demand');
});
afterAll(() => service.close());

/** What was asked for by now: `{ func_2006_f: 1 }`. */
async function demand(): Promise<Record<string, number>> {
  await service.demand.flush();
  const rows = await service.db.query<{ srg: string; count: number }>(
    'SELECT m.srg, d.count FROM mapping_demand d JOIN mappings m ON m.id = d.mapping_id AND m.version_id = d.version_id',
  );
  return Object.fromEntries(rows.map(({ srg, count }) => [srg, count]));
}

const mapping = (srg: string, by = client) =>
  by.query('query ($srg: String!) { mapping(srg: $srg) { srg name } }', { srg });

describe('an unnamed entry is asked for', () => {
  it.each([
    ['mapping', '{ mapping(srg: "func_2006_f") { name } }'],
    ['lookup of its id', '{ lookup(name: "func_2006_f") { name } }'],
    ['lookup of its number', '{ lookup(name: "2006") { name } }'],
    ['lookup in its class', '{ lookup(name: "Plant.func_2006_f") { name } }'],
    ['search for its id', '{ search(query: "func_2006_f") { totalCount } }'],
    ['translation of its id', '{ translate(from: SRG, to: MCP, names: ["func_2006_f", "func_2006_f"]) { to } }'],
    ['translation in its class', '{ translate(from: OBF, to: MCP, names: ["a.f()Z"]) { to } }'],
    ['translation with a descriptor', '{ translate(from: SRG, to: MCP, names: ["func_2006_f()Z"]) { to } }'],
    ['deobfuscation', '{ deobfuscate(text: "at func_2006_f, func_2001_b, func_2006_f, func_1_a") { replaced } }'],
  ])('by %s', async (_, query) => {
    await client.query(query);
    expect(await demand()).toEqual({ func_2006_f: 1 });
  });

  it('once for each caller between two flushes, whatever they ask', async () => {
    for (let i = 0; i < 5; i += 1) await mapping('func_2006_f');
    await client.query('{ lookup(name: "func_2006_f") { name } deobfuscate(text: "func_2006_f") { text } }');
    await mapping('func_2006_f', service.client());
    await mapping('func_2007_f', service.client());
    expect(await demand()).toEqual({ func_2006_f: 2, func_2007_f: 1 });
    await mapping('func_2006_f');
    expect(await demand()).toEqual({ func_2006_f: 3, func_2007_f: 1 });
  });
});

describe('nothing is asked for', () => {
  it.each([
    ['where there is a name', '{ mapping(srg: "func_2001_b") { name } lookup(name: "grow") { name } }'],
    ['of a class', '{ mapping(srg: "net/minecraft/sample/plant/Plant") { name } lookup(name: "Plant") { name } }'],
    ['of what is readable by itself', '{ mapping(srg: "hashCode") { name } i: mapping(srg: "i100") { name } }'],
    ['of what there is not', '{ mapping(srg: "func_1_a") { name } deobfuscate(text: "func_1_a") { text } }'],
    ['by a search that is no id', '{ search(query: "func_200", match: PREFIX) { totalCount nodes { srg } } }'],
    ['by a translation to other names', '{ translate(from: SRG, to: OBF, names: ["func_2006_f"]) { to } }'],
    ['by lists', '{ gameVersion { unnamed { nodes { srg name } } } timeline(srg: "func_2006_f") { name } }'],
    ['by a spelling that means very much', '{ lookup(name: "a") { name } }'],
  ])('%s', async (_, query) => {
    await client.query(query);
    expect(await demand()).toEqual({});
  });
});

describe('the counts hold nothing of who asked', () => {
  it('neither in their columns nor anywhere else', async () => {
    client.address = '203.0.113.77';
    await mapping('func_2006_f');
    await demand();
    const columns = await service.db.query<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'mapping_demand' ORDER BY 1`,
    );
    expect(columns.map(({ name }) => name)).toEqual(['count', 'mapping_id', 'version_id']);
    const [row] = await service.db.query<Record<string, number>>('SELECT * FROM mapping_demand');
    expect(Object.values(row!).every(Number.isInteger)).toBe(true);
  });
});

it('GQ17 a question costs no statement more', async () => {
  const cost = async (query: string) => {
    const before = service.db.statementCount;
    await client.query(query);
    return service.db.statementCount - before;
  };
  for (const query of [
    'mapping(srg: "ID") { name }',
    'lookup(name: "ID") { name }',
    'search(query: "ID") { nodes { srg } }',
  ]) {
    expect(await cost(`{ ${query.replace('ID', 'func_2006_f')} }`)).toBe(2);
  }
  expect(await cost('{ deobfuscate(text: "func_2006_f") { text } }')).toBe(2);
  expect(await cost('{ translate(from: SRG, to: MCP, names: ["func_2006_f"]) { to } }')).toBe(2);
});

describe('GameVersion.unnamed', () => {
  const page = async (first: number, after: string | null = null, kinds: string[] | null = null) => {
    const { gameVersion } = await client.query(
      `query ($first: Int, $after: String, $kinds: [MappingKind!]) { gameVersion { unnamed(first: $first, after: $after, kinds: $kinds) {
         nodes { srg } totalCount pageInfo { hasNextPage endCursor hasPreviousPage } } } }`,
      { first, after, kinds },
    );
    const { nodes, pageInfo, totalCount } = gameVersion.unnamed;
    const rows = (nodes as { srg: string }[]).map(({ srg }) => srg);
    return {
      ...(pageInfo as Omit<WalkedPage<string>, 'rows'> & { hasPreviousPage: boolean }),
      totalCount: totalCount as number,
      rows,
    };
  };

  /** Lets callers ask for entries so often. */
  async function ask(times: Record<string, number>): Promise<void> {
    for (const [srg, count] of Object.entries(times)) {
      for (let i = 0; i < count; i += 1) await mapping(srg, service.client());
    }
    await service.demand.flush();
  }

  it('has first what is asked for most, then everything else by its place', async () => {
    const before = await page(200);
    await ask({ func_2068_b: 1, field_1056_b: 3, func_2010_h__: 2, field_1009_b: 2 });
    const after = await page(200);
    const asked = ['field_1056_b', 'field_1009_b', 'func_2010_h__', 'func_2068_b'];
    expect(after.rows).toEqual([...asked, ...before.rows.filter((srg) => !asked.includes(srg))]);
    expect(after.totalCount).toBe(before.totalCount);
    const methods = await page(3, null, ['METHOD']);
    expect(methods.rows.slice(0, 2)).toEqual(['func_2010_h__', 'func_2068_b']);
  });

  it.each([1, 2, 3, 7, 200])('comes whole in pages of %i, ties and all', async (first) => {
    await ask({ func_2068_b: 1, field_1056_b: 2, func_2010_h__: 2, field_1009_b: 2, field_1002_c: 1 });
    const all = (await page(200)).rows;
    const { rows } = await walk<string>(async (after) => {
      const { hasPreviousPage, ...rest } = await page(first, after);
      expect(hasPreviousPage).toBe(after !== null);
      return rest;
    });
    expect(rows).toEqual(all);
    expect(new Set(rows).size).toBe(rows.length);
  });

  it('leaves out what was named since', async () => {
    await ask({ func_2006_f: 3, func_2007_f: 1 });
    expect((await page(1)).rows).toEqual(['func_2006_f']);
    await service.db.query(`UPDATE mappings SET name = 'isThirsty' WHERE srg = 'func_2006_f'`);
    expect((await page(1)).rows).toEqual(['func_2007_f']);
    await service.db.query(`UPDATE mappings SET name = NULL WHERE srg = 'func_2006_f'`);
  });

  it('refuses cursors that are not of this list', async () => {
    for (const key of ['[1]', '["a",1]', '[1,2,3]', '[1.5,1]', '[1,99999999999]']) {
      const after = Buffer.from(key).toString('base64url');
      const { message } = await client.refused(
        'query ($after: String) { gameVersion { unnamed(after: $after) { totalCount nodes { srg } } } }',
        { after },
      );
      expect(message).toBe('"after" is not a cursor of this list.');
    }
  });

  it('keeps the versions apart, in one statement', async () => {
    await ask({ func_2068_b: 2 });
    await client.query('{ mapping(version: "1.0", srg: "func_2001_b") { name } }');
    await service.demand.flush();
    const { gameVersions } = await client.query(
      '{ gameVersions { nodes { name unnamed(first: 1) { nodes { srg } } } } }',
    );
    const first = Object.fromEntries(
      gameVersions.nodes.map(({ name, unnamed }: { name: string; unnamed: { nodes: { srg: string }[] } }) => [
        name,
        unnamed.nodes[0]!.srg,
      ]),
    );
    expect(first).toEqual({ '0.0-sample': 'func_2068_b', '1.0': 'func_2001_b' });
  });
});
