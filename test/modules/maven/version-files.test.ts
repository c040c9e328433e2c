import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importSample } from '../../../src/modules/imports/sample.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { importText } from '../../support/versions.js';
import { CONSTRUCTORS, importFiles, JOINED, refused } from '../imports/support.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

async function kept(version: string): Promise<Record<string, string>> {
  const rows = await db.query<{ name: string; content: Uint8Array }>(
    `SELECT f.file_name AS name, f.content FROM version_files f JOIN game_versions v ON v.id = f.version_id WHERE v.name = $1`,
    [version],
  );
  return Object.fromEntries(rows.map(({ name, content }) => [name, Buffer.from(content).toString()]));
}

test('the sample keeps the files that it was read from', async () => {
  await importSample(db);
  const files = await kept('0.0-sample');
  expect(Object.keys(files).sort()).toEqual([
    'constructors.txt',
    'exceptions.txt',
    'joined.tsrg',
    'static_methods.txt',
  ]);
  for (const [name, content] of Object.entries(files)) {
    const path = resolve(import.meta.dirname, '../../../prisma/sample', name);
    expect(content).toBe(await readFile(path, 'utf8'));
  }
});

test('what was read is kept under the names of MCP, and nothing else', async () => {
  const srg = 'CL: a net/minecraft/Alpha\nFD: a/a net/minecraft/Alpha/field_1_a\n';
  await importFiles(db, '1.7', {
    'conf/joined.srg': srg,
    'conf/joined.exc': 'max_constructor_index=5\n',
    'conf/secrets.txt': 'not read',
    'methods.csv': 'searge,name\n',
  });
  expect(await kept('1.7')).toEqual({ 'joined.srg': srg, 'joined.exc': 'max_constructor_index=5\n' });
  await importFiles(db, '1.6', { 'packaged.srg': srg });
  expect(await kept('1.6')).toEqual({ 'joined.srg': srg });
});

test('another import replaces them, one that fails leaves them', async () => {
  await importFiles(db, '1.1', { 'joined.tsrg': JOINED, 'constructors.txt': CONSTRUCTORS });
  const longer = `${JOINED}d net/minecraft/Delta\n`;
  await importFiles(db, '1.1', { 'joined.tsrg': longer });
  expect(await kept('1.1')).toEqual({ 'joined.tsrg': longer });
  await refused(importFiles(db, '1.1', { 'joined.tsrg': JOINED }, { carryFrom: 'nowhere' }));
  expect(await kept('1.1')).toEqual({ 'joined.tsrg': longer });
  await importText(db, '1.1', longer);
  expect(await kept('1.1')).toEqual({});
});

test('they go with their version', async () => {
  await db.query(`DELETE FROM game_versions WHERE name = '1.7'`);
  expect(await kept('1.7')).toEqual({});
});
