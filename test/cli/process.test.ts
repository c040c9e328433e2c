import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { openTestDatabase } from '../support/database.js';
import { temporaryFolders } from '../modules/imports/sources/support.js';
import { FILES, NAMES } from '../modules/imports/support.js';
import { mcp, start } from './support.js';

// What only a process of its own shows. Each takes seconds to start: few of them, and at once where they can be.

const folder = temporaryFolders();
const children: ReturnType<typeof start>[] = [];
afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

const lines = (text: string) => text.trimEnd().split('\n');

describe('settings and databases that can not be used', () => {
  test('every faulty setting is listed by name at once, without its value, with status 2', async () => {
    const settings = {
      PORT: '99999',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://me:s3cret@host/db',
      MCP_MAVEN_URL: 'maven',
    };
    const outcome = await mcp(['lookup', 'x'], settings);
    expect(outcome).toMatchObject({ status: 2, stdout: '' });
    const [head, ...faults] = lines(outcome.stderr);
    expect(head).toBe('The settings can not be used:');
    expect(faults.map((line) => line.trim().split(':')[0])).toEqual([
      'PORT',
      'DATABASE_URL',
      'MCP_MAVEN_URL',
      'LOG_LEVEL',
    ]);
    expect(outcome.stderr).not.toContain('s3cret');
  });

  test('a server that does not answer is one clear line without the password, with status 1', async () => {
    const DATABASE_URL = 'postgres://me:s3cret@127.0.0.1:9/mcp';
    const at = await folder(FILES);
    const [people, machine] = await Promise.all([
      mcp(['import', at, '--version', '1.0'], { DATABASE_URL }),
      mcp(['migrate', '--json'], { DATABASE_URL }),
    ]);
    expect(people).toEqual({
      status: 1,
      stdout: '',
      stderr: "The database at 127.0.0.1:9/mcp can't be used: connect ECONNREFUSED 127.0.0.1:9.\n",
    });
    expect(machine).toMatchObject({ status: 1, stdout: '' });
    expect(JSON.parse(machine.stderr)).toMatchObject({ error: { code: 'INTERNAL_SERVER_ERROR' } });
    expect(machine.stderr).not.toContain('s3cret');
  });

  test('a server that refuses the password does not make it known either', async (context) => {
    const server = inject('postgresql');
    if (server === null) return context.skip('needs PostgreSQL: npm run test:pg');
    const url = new URL(server.url);
    Object.assign(url, { username: 'nobody_of_that_name', password: 's3cret' });
    const outcome = await mcp(['lookup', 'x'], { DATABASE_URL: url.href });
    expect(outcome).toMatchObject({ status: 1, stdout: '' });
    expect(lines(outcome.stderr)).toHaveLength(1);
    expect(outcome.stderr).not.toContain('s3cret');
  });
});

test('imports into PostgreSQL', async (context) => {
  const db = await openTestDatabase();
  try {
    if (db.url === null) return context.skip('needs PostgreSQL: npm run test:pg');
    const settings = { DATABASE_URL: db.url };
    const at = await folder({ ...FILES, ...NAMES });
    // Two processes at once: one after the other.
    const outcomes = await Promise.all([1, 2].map(() => mcp(['import', at, '--version', '1.0', '--json'], settings)));
    expect(outcomes.map(({ status, stderr }) => [status, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    const updated = outcomes.map(({ stdout }) => (JSON.parse(stdout) as { updated: boolean }).updated);
    expect(updated.sort()).toEqual([false, true]);
    expect(await mcp(['import-names', at, '--version', '1.0'], settings)).toMatchObject({ status: 0 });
    const found = await db.query(`SELECT name FROM mappings WHERE srg = 'func_10_a'`);
    expect(found).toEqual([{ name: 'tick' }]);
  } finally {
    await db.close();
  }
});

describe('the embedded database of a first start', () => {
  /** Runs a command under a terminal: standard output and standard error as one. */
  const onTerminal = (command: string, settings: Record<string, string>) =>
    spawnSync('script', ['-qec', command, '/dev/null'], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TERM: 'xterm', ...settings },
      encoding: 'utf8',
    });

  test('holds the sample, is refused to a second process, and takes an import', async () => {
    const at = await folder({ ...FILES, ...NAMES });
    const DATA_DIR = join(at, 'data');
    const server = start('main.ts', [], { DATA_DIR, PORT: '0', LOG_LEVEL: 'info' });
    children.push(server);
    let log = '';
    const listening = new Promise<string>((resolve, reject) => {
      server.stdout.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        const address = /Listening on (http:\/\/[^\s"]+?)\.?"/.exec(log)?.[1];
        if (address !== undefined) resolve(address);
      });
      server.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
      server.on('exit', () => reject(new Error(`The server ended: ${log}`)));
    });
    const address = await listening;
    const ask = async (query: string): Promise<unknown> =>
      (
        await fetch(`${address}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
        })
      ).json();
    expect(await ask('{ gameVersion { name isSample } }')).toMatchObject({
      data: { gameVersion: { name: '0.0-sample', isSample: true } },
    });

    const second = await mcp(['lookup', 'func_2001_b'], { DATA_DIR });
    expect(second).toMatchObject({ status: 1, stdout: '' });
    expect(second.stderr).toBe(
      `The data directory ${DATA_DIR} is in use by process ${server.pid}. Only one process may open an embedded database: ` +
        'stop that one first, give this one another DATA_DIR, or set DATABASE_URL to a PostgreSQL server.\n',
    );

    const exited = once(server, 'exit');
    server.kill('SIGTERM');
    await exited;
    expect(existsSync(join(DATA_DIR, 'mcp.lock'))).toBe(false);

    const before = await mcp(['lookup', 'func_2001_b', '--json'], { DATA_DIR });
    expect(JSON.parse(before.stdout)).toMatchObject([{ name: 'grow', version: { name: '0.0-sample' } }]);
    const imported = await mcp(['import', at, '--version', '1.12.2', '--current'], { DATA_DIR });
    // No terminal, no progress.
    expect(imported).toMatchObject({ status: 0, stderr: '' });
    expect(imported.stdout).toContain('Imported 1.12.2 (the current version)');
    expect(imported.stdout).toContain('The sample version 0.0-sample was removed.');

    if (spawnSync('script', ['--version']).error !== undefined) {
      console.warn('Skipped: progress on a terminal needs the command "script".');
      return;
    }
    const command = `${process.execPath} --import tsx src/cli/main.ts import-names ${at} --version 1.12.2`;
    const shown = onTerminal(command, { DATA_DIR });
    expect(shown.status).toBe(0);
    expect(shown.stdout).toContain('\r\u001b[KReading…');
    expect(shown.stdout).toContain('\r\u001b[KWriting names of 1.12.2…\r\u001b[K');
    expect(shown.stdout).toContain('Imported names of 1.12.2 from methods.csv');
    const silent = onTerminal(`${command} --json`, { DATA_DIR });
    expect(JSON.parse(silent.stdout)).toMatchObject({
      version: '1.12.2',
      counts: [{ renamed: 0 }, { renamed: 0 }, { renamed: 0 }],
    });
    // Seven processes that compile the sources one after the other.
  }, 240_000);
});
