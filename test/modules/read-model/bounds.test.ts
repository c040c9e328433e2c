import { expect, test, vi } from 'vitest';
import { SAMPLE_VERSION } from '../../../src/modules/imports/sample.js';
import { ClassMembersDocument, LookupDocument, SearchPageDocument } from '../../support/generated/documents.js';
import { startTestService } from '../../support/service.js';
import { importCopies, importCsv } from '../../support/versions.js';
import { setNames } from '../changes/support.js';
import { heldModel, PLENTY } from './support.js';

const ASKED = `{
  mapping(srg: "func_2001_b") { name version { name } ... on Method { parameters { srg method { srg } } declarations { nodes { owner { srg } } } } }
  lookup(name: "a") { srg version { name } }
  search(query: "get", first: 20) { totalCount nodes { srg } }
  class(name: "Plant") { srg methods(first: 100) { totalCount nodes { obf member { name } } } fields { nodes { member { name } } } }
  translate(from: SRG, to: MCP, names: ["func_2001_b", "net/minecraft/sample/plant/Plant.func_2001_b"]) { candidates }
  deobfuscate(text: "func_2001_b") { text }
  gameVersion { name }
}`;

test('questions about a version in memory send no statement', async () => {
  const service = await startTestService({ readModelBytes: PLENTY });
  await heldModel(service);
  const before = service.db.statementCount;
  await service.client().query(ASKED, {});
  for (const kind of ['METHOD', 'FIELD'] as const) await service.query(LookupDocument, { name: 'a', kinds: [kind] });
  await service.query(SearchPageDocument, { query: 'plant', first: 20 });
  expect(service.db.statementCount).toBe(before);
  // Coverage is counted in the database.
  expect(await service.statements(ClassMembersDocument, { name: 'Plant', first: 2 })).toBe(1);
  await service.close();
});

test('a change is one comparison and one reading more, however many versions are in memory', async () => {
  const service = await startTestService({ readModelBytes: PLENTY });
  await importCopies(service.db, ['0.1', '0.2']);
  for (const version of [SAMPLE_VERSION, '0.1', '0.2']) await heldModel(service, version);
  service.models.doubt();
  const asked = { name: 'func_2001_b' };
  expect(await service.statements(LookupDocument, asked)).toBe(1);
  expect(await service.statements(LookupDocument, asked)).toBe(0);
  await service.db.query(`UPDATE game_versions SET head = head + 1 WHERE name = '0.1'`);
  await vi.waitFor(async () => expect(await service.statements(LookupDocument, asked)).toBe(2));
  expect(await service.statements(LookupDocument, asked)).toBe(0);
  await service.close();
});

test('versions that have no room are answered for by the database; those long unused make room', async () => {
  const one = await startTestService({ readModelBytes: PLENTY });
  const size = (await heldModel(one)).bytes;
  await one.close();
  const service = await startTestService({ readModelBytes: size * 2.5 });
  await importCopies(service.db, ['0.1', '0.2', '0.3']);
  const { models } = service;
  const ask = async (version: string) => {
    const { lookup } = await service.query(LookupDocument, { name: 'Plant', version });
    expect(lookup.map((entry) => entry.version.name)).toContain(version);
    await models.settled();
  };
  for (const version of ['0.1', '0.2', '0.3']) {
    await ask(version);
    expect(models.status.bytes).toBeLessThanOrEqual(size * 2.5);
  }
  expect(models.status).toMatchObject({ versions: 2, loads: 2 });
  const later = Date.now() + 120_000;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => later);
  try {
    models.model((await models.version('0.2')).id);
    clock.mockImplementation(() => later + 61_000);
    models.model((await models.version('0.2')).id);
    await ask('0.3');
    expect(models.status).toMatchObject({ versions: 2, loads: 3 });
    expect(models.model((await models.version('0.2')).id)).not.toBeNull();
    expect(models.model((await models.version('0.3')).id)).not.toBeNull();
  } finally {
    clock.mockRestore();
  }
  await service.close();
});

test('nothing is held where there is to be nothing', async () => {
  const service = await startTestService({ readModelBytes: 0 });
  await service.query(LookupDocument, { name: 'Plant' });
  await service.models.warmUp();
  expect(service.models.status).toEqual({ versions: 0, bytes: 0, loads: 0 });
  await service.close();
});

test('the current version is in memory before anybody asks', async () => {
  const service = await startTestService({ readModelBytes: PLENTY });
  await service.models.warmUp();
  expect(service.models.status).toMatchObject({ versions: 1, loads: 1 });
  const { payload } = await service.http.inject({ url: '/metrics' });
  expect(payload).toMatch(/^read_model_versions 1$/m);
  expect(payload).toMatch(/^read_model_loads_total 1$/m);
  await service.close();
});

test('a version that is imported while it is read is read again', async () => {
  const service = await startTestService({ readModelBytes: PLENTY });
  const { db, models } = service;
  await models.versions();
  const query = db.query.bind(db);
  let isHeldUp = false;
  // In the middle of reading, names come.
  db.query = async (sql, values) => {
    const rows = await query(sql, values);
    if (typeof sql !== 'string' && sql.name === 'model_entries' && !isHeldUp) {
      isHeldUp = true;
      await importCsv(db, SAMPLE_VERSION, 'methods.csv', 'searge,name,side,desc\nfunc_2001_b,cameMeanwhile,0,\n');
    }
    return rows as never;
  };
  const model = await heldModel(service);
  db.query = query;
  expect(isHeldUp).toBe(true);
  expect(model.entries.names).toContain('cameMeanwhile');
  await service.close();
});

test('without a connection that listens, each question compares', async ({ skip }) => {
  const service = await startTestService({ readModelBytes: PLENTY });
  const { url } = service.db;
  if (url === null) {
    await service.close();
    return skip('The embedded database tells its own process.');
  }
  await setNames(service, SAMPLE_VERSION, { func_2001_b: null });
  await heldModel(service);
  const asked = { name: 'func_2001_b' };
  const killed = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`;
  await service.db.query(killed);
  await vi.waitFor(async () => expect(await service.statements(LookupDocument, asked)).toBeGreaterThan(0), {
    interval: 5,
  });
  await setNames(service, SAMPLE_VERSION, { func_2001_b: 'whileNobodyListened' });
  await service.db.query(`UPDATE game_versions SET head = head + 1, imports = imports + 1`);
  expect((await service.query(LookupDocument, asked)).lookup[0]!.name).toBe('whileNobodyListened');
  // It listens again before long.
  await vi.waitFor(async () => expect(await service.statements(LookupDocument, asked)).toBe(0), { timeout: 5_000 });
  expect((await service.query(LookupDocument, asked)).lookup[0]!.name).toBe('whileNobodyListened');
  await service.close();
});
