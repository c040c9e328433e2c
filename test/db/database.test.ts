import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { schemaDiff } from '../../scripts/schema-diff.js';
import { copyLine } from '../../src/db/copy.js';
import { lockDirectory } from '../../src/db/directory-lock.js';
import { openEmbedded } from '../../src/db/embedded.js';
import { migrate, migrationStatus, openDatabase } from '../../src/db/index.js';
import { asAdmin, openTestDatabase, type TestDatabase, withDatabase } from '../support/database.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

describe('database', () => {
  test('COPY takes every kind of value and gives back the same', async () => {
    const rows = await db.transaction(async (tx) => {
      await tx.query('CREATE TEMP TABLE copied (a text, b int, c boolean, d text[])');
      const count = await tx.copyFrom('copied (a, b, c, d)', [
        copyLine(['tab\there \\n "quoted"\nand é', 1, true, ['a"b', 'c\\d', '']]),
        copyLine([null, null, false, []]),
      ]);
      expect(count).toBe(2);
      const found = await tx.query('SELECT * FROM copied ORDER BY a NULLS LAST');
      await tx.query('DROP TABLE copied');
      return found;
    });
    expect(rows).toEqual([
      { a: 'tab\there \\n "quoted"\nand é', b: 1, c: true, d: ['a"b', 'c\\d', ''] },
      { a: null, b: null, c: false, d: [] },
    ]);
  });

  test('a transaction that throws leaves nothing, and Prisma sees what SQL committed', async () => {
    const add = (name: string) => ({
      text: 'INSERT INTO game_versions (name, sort_key) VALUES ($1, $1)',
      values: [name],
    });
    await expect(
      db.transaction(async (tx) => {
        await tx.query(add('0.0.1').text, add('0.0.1').values);
        throw new Error('stop');
      }),
    ).rejects.toThrow('stop');
    await db.transaction((tx) => tx.query(add('0.0.2').text, add('0.0.2').values));
    expect((await (await db.prisma()).gameVersion.findMany()).map(({ name }) => name)).toEqual(['0.0.2']);
  });

  test('counts statements of both doors', async () => {
    const before = db.statementCount;
    await db.query('SELECT 1');
    await (await db.prisma()).gameVersion.count();
    expect(db.statementCount - before).toBe(2);
  });
});

describe('migrations', () => {
  test('give exactly what the Prisma schema says', async () => {
    expect(await schemaDiff()).toBeNull();
  });

  test('nothing is pending afterwards, and an edited one is refused by name', async () => {
    expect((await migrationStatus(db)).pending).toEqual([]);
    await db.query(`UPDATE _prisma_migrations SET checksum = 'edited' WHERE migration_name LIKE '%_mappings'`);
    await expect(migrationStatus(db)).rejects.toThrow(/Migration \d+_mappings differs/);
  });

  test('processes that start at once apply each migration once', async (context) => {
    const server = inject('postgresql');
    if (server === null) return context.skip('needs PostgreSQL: npm run test:pg');
    const name = `mcp_migrate_${process.pid}`;
    await asAdmin(server.url, `CREATE DATABASE ${name}`);
    const url = withDatabase(server.url, name);
    const replicas = await Promise.all([1, 2, 3].map(() => openDatabase({ databaseUrl: url })));
    try {
      const applied = await Promise.all(replicas.map((replica) => migrate(replica)));
      expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
      const rows = await replicas[0]!.query('SELECT migration_name FROM _prisma_migrations');
      expect(rows).toHaveLength(applied.flat().length);
    } finally {
      await Promise.all(replicas.map((replica) => replica.close()));
      await asAdmin(server.url, `DROP DATABASE ${name} WITH (FORCE)`);
    }
  });
});

describe('embedded data directory', () => {
  test.runIf(process.platform === 'linux')('the lock of a process that has ended is taken over', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'mcp-lock-'));
    // A shell that becomes `sleep` leaves its ended child behind as a zombie: it has an id, but holds nothing.
    const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 30'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    await vi.waitFor(async () => expect(await readFile(`/proc/${pid}/stat`, 'utf8')).toMatch(/\) Z /), {
      timeout: 20_000,
    });
    try {
      for (const owner of [`${pid} `, '999999999 1', `${process.pid} 1`, 'nonsense', '']) {
        await writeFile(join(dataDir, 'mcp.lock'), owner);
        const unlock = await lockDirectory(dataDir);
        await expect(lockDirectory(dataDir)).rejects.toThrow(`in use by process ${process.pid}`);
        await unlock();
      }
    } finally {
      parent.kill();
      await rm(dataDir, { recursive: true });
    }
  });

  test('a second opening is refused in words, and the first keeps its data', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'mcp-data-'));
    const first = await openEmbedded({ dataDir });
    await expect(openEmbedded({ dataDir })).rejects.toThrow(
      `The data directory ${dataDir} is in use by process ${process.pid}.`,
    );
    await first.query('CREATE TABLE kept (n int)');
    await first.close();
    const again = await openEmbedded({ dataDir });
    expect(await again.query('SELECT * FROM kept')).toEqual([]);
    await again.close();
    await rm(dataDir, { recursive: true });
  });
});
