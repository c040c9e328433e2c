import pino from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { readSettings } from '../../../src/app/env.js';
import { scheduledJobs } from '../../../src/app/jobs.js';
import { openPostgresql } from '../../../src/db/postgresql.js';
import type { Database } from '../../../src/db/index.js';
import { keepDump, latestDumpFile } from '../../../src/modules/dump/kept-dumps.service.js';
import { beginDump, insertPiece } from '../../../src/modules/dump/kept-dumps.store.js';
import { importSample } from '../../../src/modules/imports/sample.js';
import { runDue } from '../../../src/modules/schedule/schedule.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { linesOf } from './support.js';

const log = pino({ level: 'silent' });

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
  await importSample(db);
});
beforeEach(() => db.query(`DELETE FROM dumps`));
afterAll(() => db.close());

const day = (date: string, time = '04:00') => new Date(`${date}T${time}:00.000Z`);
const change = () => db.query(`UPDATE game_versions SET head = head + 1`);
const kept = () =>
  db.query<{ madeAt: Date; whole: boolean; pieces: number }>(
    `SELECT made_at AS "madeAt", whole, (SELECT count(*)::int FROM dump_pieces p WHERE p.dump_id = d.id) AS pieces
       FROM dumps d ORDER BY id`,
  );

async function read(file: NonNullable<Awaited<ReturnType<typeof latestDumpFile>>>, start = 0, end = file.size) {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read(start, end)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('keepDump', () => {
  test('keeps a dump that is read back as it was, from wherever on', async () => {
    expect(await latestDumpFile(db)).toBeNull();
    expect(await keepDump(db, day('2026-11-24'))).toBe('KEPT');
    const file = (await latestDumpFile(db))!;
    expect(file).toMatchObject({ name: 'mcp-dump-2026-11-24.jsonl.gz', madeAt: day('2026-11-24') });
    const bytes = await read(file);
    expect(bytes).toHaveLength(file.size);
    expect(linesOf(bytes)[0]).toMatchObject({ format: 'mcp-dump', madeAt: '2026-11-24T04:00:00.000Z' });
    expect(await read(file, 10, 20)).toEqual(bytes.subarray(10, 20));
  });

  test('keeps the last two, and none where nothing has changed', async () => {
    for (const date of ['2026-11-24', '2026-11-25', '2026-11-26']) {
      await change();
      expect(await keepDump(db, day(date))).toBe('KEPT');
    }
    expect(await keepDump(db, day('2026-11-27'))).toBe('UNCHANGED');
    expect((await kept()).map(({ madeAt }) => madeAt)).toEqual([day('2026-11-25'), day('2026-11-26')]);
  });

  test('shows a dump when it is whole, and removes what another process left unfinished', async () => {
    await keepDump(db, day('2026-11-24'));
    const unfinished = {
      madeAt: day('2026-11-25'),
      size: 9,
      sha256: Buffer.alloc(32),
      contentSha256: Buffer.alloc(32),
    };
    const id = await beginDump(db, unfinished);
    await insertPiece(db, id, 0, Buffer.from('half'));
    expect(await latestDumpFile(db)).toMatchObject({ madeAt: day('2026-11-24') });
    await change();
    await keepDump(db, day('2026-11-26'));
    expect((await kept()).map(({ madeAt }) => madeAt)).toEqual([day('2026-11-24'), day('2026-11-26')]);
  });

  test('leaves nothing where it fails half-way', async () => {
    const failing: Database = Object.assign(Object.create(db) as Database, {
      query: (sql: string, values: unknown[]) =>
        String(sql).includes('INTO dump_pieces') ? Promise.reject(new Error('full')) : db.query(sql, values),
    });
    await expect(keepDump(failing, day('2026-11-24'))).rejects.toThrow('full');
    expect(await kept()).toEqual([]);
  });
});

describe('the job of a night', () => {
  const jobsOf = (given: Database, env: NodeJS.ProcessEnv = {}) => scheduledJobs(readSettings(env), given, log);
  const dumpJob = (given: Database) => jobsOf(given).filter(({ name }) => name === 'dump');

  test('is done at the time of DUMP_AT, and never where that is off', async () => {
    const [job] = jobsOf(db, { DUMP_AT: '05:30' }).filter(({ name }) => name === 'dump');
    expect(job).toMatchObject({ at: '05:30' });
    expect(jobsOf(db, { DUMP_AT: 'off' }).filter(({ name }) => name === 'dump')).toEqual([]);
    expect(await runDue(db, log, dumpJob(db), day('2026-12-01', '03:59'))).toEqual([]);
    expect(await runDue(db, log, dumpJob(db), day('2026-12-01', '04:00'))).toEqual(['dump']);
    expect(await kept()).toHaveLength(1);
  });

  test('is done once by all replicas', async () => {
    const url = inject('postgresql') === null ? null : db.url;
    const replicas = url === null ? [db, db] : [db, openPostgresql({ url })];
    try {
      const done = await Promise.all(
        replicas.map((replica) => runDue(replica, log, dumpJob(replica), day('2026-12-02', '04:05'))),
      );
      expect(done.flat()).toEqual(['dump']);
      expect(await kept()).toHaveLength(1);
    } finally {
      if (url !== null) await replicas[1]!.close();
    }
  });
});
