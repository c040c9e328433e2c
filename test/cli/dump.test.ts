import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/index.js';
import { importSample } from '../../src/modules/imports/sample.js';
import { openTestDatabase, type TestDatabase } from '../support/database.js';
import { openPlace } from '../support/place.js';
import { importCopies } from '../support/versions.js';
import { mcp, shellOn, start, type Outcome } from './support.js';

let db: TestDatabase;
let folder: string;
let file: string;
let report: Record<string, unknown>;
beforeAll(async () => {
  db = await openTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'mcp-cli-dump-'));
  await importSample(db);
  await importCopies(db, ['1.0']);
  file = join(folder, 'all.jsonl.gz');
});
afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

let server: Server | undefined;
afterEach(() => server?.closeAllConnections());
afterEach(() => server?.close());

/** An address that sends so much of the dump, and the rest never where that is not all. */
async function serve(bytes: Buffer, sent = bytes.length): Promise<string> {
  server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, sent));
    if (sent === bytes.length) response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/exports/dump`;
}

const mappings = async (given: Database): Promise<number> =>
  (await given.query<{ count: number }>(`SELECT count(*)::int AS count FROM mappings`))[0]!.count;

describe('mcp dump', () => {
  test('writes the file under its name when it is whole, and tells what is in it', async () => {
    const { status, stdout } = await shellOn(db)('dump', '--out', file, '--json');
    expect(status).toBe(0);
    report = JSON.parse(stdout) as Record<string, unknown>;
    expect(report).toMatchObject({
      file,
      size: (await readFile(file)).length,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      counts: { gameVersions: 2, mappings: await mappings(db) },
      history: { changes: expect.stringMatching(/^\d+:[0-9a-f]{64}$/) },
    });
    expect(await readdir(folder)).toEqual(['all.jsonl.gz']);
  });

  test('is in words for people', async () => {
    const { stdout } = await shellOn(db)('dump', '--out', file);
    expect(stdout).toMatch(/^Wrote .*all.jsonl.gz: [\d,]+ bytes\.\n {2}gameVersions +2\n/);
    expect(stdout).toMatch(/\nSHA-256 +[0-9a-f]{64}\nchanges +up to \d+:/);
  });

  test('says why where it can not write, and leaves nothing', async () => {
    const { status, stderr } = await shellOn(db)('dump', '--out', join(folder, 'not-there', 'x.gz'));
    expect([status, stderr]).toEqual([1, expect.stringContaining('ENOENT')]);
    expect(await readdir(folder)).toEqual(['all.jsonl.gz']);
  });
});

test('a dump is not put in place of a folder or a device', async () => {
  const { status, stderr } = await shellOn(db)('dump', '--out', folder);
  expect([status, stderr]).toEqual([1, `${folder} is no file.\n`]);
});

describe('mcp restore', () => {
  const restored = async (into: TestDatabase, outcome: Outcome) => {
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
    expect(await mappings(into)).toBe(await mappings(db));
  };

  test('fills an empty database from a file, and tells how to go on', async () => {
    const other = await openTestDatabase();
    try {
      const outcome = await shellOn(other)('restore', file);
      await restored(other, outcome);
      expect(outcome.stdout).toMatch(/^Restored the dump of 20\S+Z, made by mcp-webservice \d/);
      expect(outcome.stdout).toContain('History, releases and names are as they were written.');
      expect(outcome.stdout).toContain('Accounts have no way in yet: mcp user create <handle> --role ADMIN');
      const again = await shellOn(other)('restore', file);
      expect([again.status, again.stderr]).toEqual([
        1,
        expect.stringContaining('The database is not empty: it has 1 version,'),
      ]);
    } finally {
      await other.close();
    }
  });

  test('from a URL', async () => {
    const other = await openTestDatabase();
    try {
      const outcome = await shellOn(other)('restore', await serve(await readFile(file)), '--json');
      await restored(other, outcome);
      expect(JSON.parse(outcome.stdout)).toMatchObject({
        counts: report['counts'],
        problems: [],
        replacedSample: null,
      });
    } finally {
      await other.close();
    }
  });

  test('from standard input, in a process of its own', async () => {
    const place = await openPlace();
    try {
      const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'restore', '-'], {
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...place.settings },
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      child.stdin.end(await readFile(file));
      expect(await once(child, 'exit')).toEqual([0, null]);
      expect(await place.open(mappings)).toBe(await mappings(db));
    } finally {
      await place.remove();
    }
  });

  test.each([
    ['not-there.gz', /^not-there.gz can't be read: there is no such file or folder\.\n$/],
    ['.', /^\. is no file\.\n$/],
    ['ftp://example.org/x', /^Only http and https are fetched, not ftp:\n$/],
  ])('says what is wrong with %s before it opens the database', async (source, reason) => {
    const { status, stderr } = await mcp(['restore', source], { DATABASE_URL: 'postgres://127.0.0.1:1/none' });
    expect([status, stderr]).toEqual([1, expect.stringMatching(reason)]);
  });

  test('a file that is cut off, and an address without one', async () => {
    const other = await openTestDatabase();
    try {
      const cut = join(folder, 'cut.jsonl.gz');
      await writeFile(cut, (await readFile(file)).subarray(0, -2_000));
      const { status, stderr } = await shellOn(other)('restore', cut, '--json');
      expect(status).toBe(1);
      expect(JSON.parse(stderr)).toEqual({
        error: {
          code: 'BAD_USER_INPUT',
          message: expect.stringMatching(/^cut.jsonl.gz:\d+: the file is cut off behind this line\.$/),
        },
      });
      await rm(cut);
      const address = await serve(Buffer.alloc(0));
      expect((await shellOn(other)('restore', address)).stderr).toMatch(
        /^http:\/\/127.0.0.1:\d+\/exports\/dump is no dump: it ends before its first line does\.\n$/,
      );
      expect(await mappings(other)).toBe(0);
    } finally {
      await other.close();
    }
  });

  test('killed in the middle leaves a database that is empty, and takes the dump then', async () => {
    const place = await openPlace();
    try {
      const bytes = await readFile(file);
      const address = await serve(bytes, Math.floor(bytes.length / 2));
      const child = start('cli/main.ts', ['restore', address], place.settings);
      await once(server!, 'request');
      // Rows are in the database by then, in a transaction that waits for the rest.
      await after(4_000);
      expect(child.exitCode).toBeNull();
      child.kill('SIGKILL');
      await once(child, 'exit');
      server!.closeAllConnections();
      expect(await place.open(mappings)).toBe(0);
      expect(await mcp(['restore', file], place.settings)).toMatchObject({ status: 0, stderr: '' });
      expect(await place.open(mappings)).toBe(await mappings(db));
    } finally {
      await place.remove();
    }
  });
});
