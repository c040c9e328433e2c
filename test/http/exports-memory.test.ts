import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { importNames } from '../../src/modules/imports/names-import.service.js';
import { readNames, readVersion } from '../../src/modules/imports/read-source.js';
import { openSource } from '../../src/modules/imports/sources/index.js';
import { importVersion } from '../../src/modules/imports/version-import.service.js';
import { temporaryFolders } from '../modules/imports/sources/support.js';
import { describeReal, REAL_DATA } from '../modules/formats/real-data.js';
import { openTestDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';

const VERSION = '1.16.5';
const folder = temporaryFolders();

let db: TestDatabase;
let child: ChildProcess | undefined;
afterAll(async () => {
  child?.kill('SIGKILL');
  await db?.close();
});

async function importReal(): Promise<void> {
  const source = await openSource(`${REAL_DATA}/versions/${VERSION}`);
  await importVersion(db, { version: VERSION, ...(await readVersion(source)) });
  await source.close();
  const names = await openSource(`${REAL_DATA}/names/1.15/snapshot_20200415`);
  await importNames(db, { version: VERSION, files: await readNames(names) });
  await names.close();
}

/** Mebibytes of a process: now, or at most since the peak was forgotten. */
function memoryOf(pid: number, what: 'VmRSS' | 'VmHWM'): number {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`^${what}:\\s+(\\d+) kB`, 'm'));
  return Number(line![1]) / 1024;
}

// As in production: what runs from its sources holds much besides. The embedded database would lie in the memory that is measured.
describeReal('a server of its own, on PostgreSQL', () => {
  let base: string;
  beforeAll(async () => {
    db = await openTestDatabase();
    if (db.url === null || !existsSync('/proc/self/clear_refs')) return;
    await importReal();
    const port = await freePort();
    base = `http://127.0.0.1:${port}`;
    spawnSync(process.execPath, ['scripts/ensure-built.mjs'], { stdio: 'inherit' });
    child = spawn(process.execPath, ['dist/main.js'], {
      stdio: 'inherit',
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: db.url,
        DATA_DIR: await folder({}),
        PORT: String(port),
        HOST: '127.0.0.1',
        PUBLIC_URL: base,
        LOG_LEVEL: 'warn',
        SECRET_KEYS: 'ab'.repeat(32),
        // Versions in memory and what is done once a day take memory of their own.
        READ_MODEL_MB: '0',
        SNAPSHOT_AT: 'off',
        DUMP_AT: 'off',
      },
    });
    await vi.waitFor(async () => expect((await fetch(`${base}/readyz`)).ok).toBe(true), {
      timeout: 60_000,
      interval: 200,
    });
  }, 180_000);

  test('grows by less than 64 MiB over ten formats at once, read whole', async (context) => {
    if (child === undefined) return context.skip('needs PostgreSQL on Linux: npm run test:pg');
    const pid = child.pid!;
    // What only the first request and the first export take is no matter of ten.
    await fetch(`${base}/graphql?query=%7B__typename%7D`, { headers: { 'apollo-require-preflight': 'yes' } });
    const { files } = (await (await fetch(`${base}/exports/${VERSION}/`)).json()) as { files: { url: string }[] };
    await (await fetch(files.at(-1)!.url)).text();
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    const before = memoryOf(pid, 'VmRSS');
    const sizes = await Promise.all(
      files.slice(0, 10).map(async ({ url }) => {
        const answer = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
        expect(answer.status).toBe(200);
        return (await answer.arrayBuffer()).byteLength;
      }),
    );
    expect(sizes.reduce((sum, size) => sum + size)).toBeGreaterThan(20_000_000);
    expect(memoryOf(pid, 'VmHWM') - before).toBeLessThan(64);
  }, 180_000);
});
