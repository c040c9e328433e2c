import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEmbedded, type EmbeddedDatabase } from '../../src/db/embedded.js';

/** PGlite takes some 540 MB of log without a checkpoint, and then no more. */
const MEGABYTES = 700;

let db: EmbeddedDatabase;
beforeAll(async () => {
  db = await openEmbedded({});
  await db.query(`CREATE TABLE pieces (content text)`);
  await db.query(`ALTER TABLE pieces ALTER content SET STORAGE EXTERNAL`);
});
afterAll(() => db.close());

const INSERT = `INSERT INTO pieces SELECT repeat(md5(random()::text), 32768)`;

async function logged(): Promise<number> {
  const rows = await db.query<{ megabytes: number }>(
    `SELECT ((pg_current_wal_insert_lsn() - '0/0'::pg_lsn) / 1e6)::float8 AS megabytes`,
  );
  return rows[0]!.megabytes;
}

test('more is written than the log takes without a checkpoint: statement by statement, and in one transaction', async () => {
  const before = await logged();
  for (let written = 0; written < MEGABYTES; written += 1) {
    await db.query(INSERT);
    if (written % 100 === 99) await db.query(`TRUNCATE pieces`);
  }
  const line = `${'x'.repeat(1_000_000)}\n`;
  await db.transaction(async (tx) => {
    for (let written = 0; written < MEGABYTES; written += 50) {
      await tx.copyFrom('pieces (content)', Array<string>(50).fill(line));
      await tx.query(`TRUNCATE pieces`);
    }
  });
  expect((await logged()) - before).toBeGreaterThan(2 * MEGABYTES);
}, 120_000);
