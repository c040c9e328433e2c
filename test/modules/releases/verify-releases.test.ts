import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyReleases } from '../../../src/modules/releases/verify-releases.service.js';
import { shellOn } from '../../cli/support.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { importCopies, importCsv } from '../../support/versions.js';
import { DAY, publishAt } from './support.js';

let db: TestDatabase;
let first: string;
let last: string;
beforeAll(async () => {
  db = await openTestDatabase();
  await importCopies(db, ['1.0']);
  const now = new Date();
  first = (await publishAt(db, '1.0', new Date(now.getTime() - DAY))).name;
  await importCsv(db, '1.0', 'methods.csv', 'searge,name,side,desc\r\nfunc_2001_b,sprout,2,\r\n');
  last = (await publishAt(db, '1.0', now)).name;
});
afterAll(() => db.close());

const TABLES = ['releases', 'release_files', 'release_changes', 'release_yanks'];

/** Runs `work` on a database that somebody who can do anything has tampered with. */
async function tampered(sql: string, work: () => Promise<void>): Promise<void> {
  const copies = TABLES.map((table) => `CREATE TABLE ${table}_kept AS TABLE ${table};`);
  const back = [...TABLES].map((table) => `INSERT INTO ${table} TABLE ${table}_kept; DROP TABLE ${table}_kept;`);
  const triggers = (what: string) => TABLES.map((table) => `ALTER TABLE ${table} ${what} TRIGGER USER;`);
  const all = (parts: readonly string[]) => db.query(`DO $$ BEGIN ${parts.join('\n')} END $$`);
  await all([...copies, ...triggers('DISABLE')]);
  try {
    await db.query(sql);
    await work();
  } finally {
    const empty = [...TABLES].reverse().map((table) => `DELETE FROM ${table};`);
    await all([...empty, ...back, ...triggers('ENABLE')]);
  }
}

const of = (name: string) => `(SELECT id FROM releases WHERE name = '${name}')`;

test('says that all releases are whole', async () => {
  expect(await verifyReleases(db)).toEqual({ count: 2, problem: null });
});

describe('names the first release that is broken', () => {
  test.each([
    [
      'a byte of a zip',
      `UPDATE release_files SET content = content || '\\x00' WHERE release_id = $ AND file_name LIKE '%nodoc%'`,
      'the size of mcp_snapshot_nodoc-',
    ],
    [
      'a zip of the same size',
      `UPDATE release_files SET content = set_byte(content, 40, get_byte(content, 40) # 1) WHERE release_id = $ AND file_name LIKE '%.zip'`,
      'the md5 of mcp_snapshot',
    ],
    [
      'a sum',
      `UPDATE release_files SET sha512 = sha256 WHERE release_id = $ AND file_name = 'names.jsonl.gz'`,
      'the sha512 of names.jsonl.gz',
    ],
    ['the digest', `UPDATE releases SET digest = sha256('x') WHERE id = $`, 'its digest is not that of its content'],
    ['the count', `UPDATE releases SET entry_count = 1 WHERE id = $`, 'it says 171 entries, not 1'],
    [
      'a file',
      `DELETE FROM release_files WHERE release_id = $ AND file_name = 'names.jsonl.gz'`,
      'it has no file names.jsonl.gz',
    ],
    [
      'the name',
      `UPDATE releases SET number = 20010101 WHERE id = $`,
      'its name is not that of its channel and number',
    ],
    [
      'content that is none',
      `UPDATE release_files SET content = 'x', size = 1, md5 = decode(md5('x'), 'hex'), sha1 = '\\x11f6ad8ec52a2984abaafd7c3b516503785c2072', sha256 = sha256('x'), sha512 = sha512('x') WHERE release_id = $ AND file_name = 'names.jsonl.gz'`,
      'its content can not be read',
    ],
  ])('%s', async (_what, sql, words) => {
    for (const [name, count] of [
      [first, 0],
      [last, 1],
    ] as const) {
      await tampered(sql.replace('$', of(name)), async () => {
        const report = await verifyReleases(db);
        expect(report.count).toBe(count);
        expect(report.problem).toContain(`The release ${name} is broken: ${words}`);
      });
    }
    expect(await verifyReleases(db)).toEqual({ count: 2, problem: null });
  });

  test('one that was taken away', async () => {
    const sql = `WITH gone AS (DELETE FROM release_files WHERE release_id = ${of(first)}),
      also AS (DELETE FROM release_changes WHERE release_id = ${of(first)})
      UPDATE releases SET previous_id = NULL, channel = 'STABLE', name = 'stable_1-1.0', number = 1 WHERE name = '${last}'`;
    await tampered(sql, async () => {
      expect((await verifyReleases(db)).problem).toContain('it has no file names.jsonl.gz');
    });
  });

  test('on the command line, with status 1', async () => {
    const mcp = shellOn(db);
    expect((await mcp('verify-history')).stdout).toContain('2 releases\n');
    await tampered(`UPDATE releases SET entry_count = 1 WHERE id = ${of(last)}`, async () => {
      const { status, stdout, stderr } = await mcp('verify-history');
      expect({ status, stderr }).toEqual({ status: 1, stderr: 'A release is not what was published.\n' });
      expect(stdout).toContain(`The release ${last} is broken: it says 171 entries, not 1.\n`);
      const { releases } = JSON.parse((await mcp('verify-history', '--json')).stdout) as { releases: unknown };
      expect(releases).toMatchObject({ count: 1, problem: expect.stringContaining(last) });
    });
  });
});
