import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openEmbedded } from '../../src/db/embedded.js';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

function start(settings: Record<string, string>): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN], {
    env: { PATH: process.env['PATH'], ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output };
}

describe('the process', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mcp-process-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('stops with status 2 at settings that can not be used, and names them all', async () => {
    const { child, output } = start({ PORT: 'x', LOG_LEVEL: 'loud', DATA_DIR: directory });
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(2);
    expect(output()).toMatch(/^The settings can not be used:\n {2}PORT: .*\n {2}LOG_LEVEL: .*\n$/);
  });

  it('stops with status 1 where Redis can not be reached, and names it without the password', async () => {
    const { child, output } = start({
      PORT: '0',
      DATA_DIR: join(directory, 'no-redis'),
      REDIS_URL: 'redis://user:sekret@127.0.0.1:9',
    });
    const [code] = (await once(child, 'exit')) as [number];
    expect(output()).toMatch(/^Redis at 127\.0\.0\.1:9 can't be used: .*ECONNREFUSED.*\.$/m);
    expect([code, output().includes('sekret')]).toEqual([1, false]);
  });

  it('serves the sample on an embedded database, says where, and ends with status 0 on SIGTERM', async () => {
    const dataDir = join(directory, 'data');
    const { child, output } = start({ PORT: '0', PUBLIC_URL: 'http://mcp.example.org', DATA_DIR: dataDir });
    const exited = once(child, 'exit');
    try {
      await expect
        .poll(output, { timeout: 100_000, interval: 100 })
        .toContain('GraphiQL http://mcp.example.org/graphiql');
      const address = /Listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(output())![1]!;
      expect(await (await fetch(`${address}/readyz`)).json()).toEqual({ status: 'ready' });
      const answer = await fetch(`${address}/graphql?query=${encodeURIComponent('{ gameVersion { name } }')}`);
      expect(await answer.json()).toMatchObject({ data: { gameVersion: { name: expect.any(String) } } });
      await fetch(`${address}/graphql?query=${encodeURIComponent('{ mapping(srg: "func_2006_f") { name } }')}`);
      expect(await (await fetch(address)).text()).toContain('invented sample');
      await vi.waitFor(
        () =>
          expect(output()).toContain(
            'There is no administrator yet. Stop the service and run: npm run mcp -- user create',
          ),
        10_000,
      );
    } finally {
      child.kill('SIGTERM');
    }
    expect(await exited).toEqual([0, null]);
    expect(output()).toContain('Stopped.');
    expect(output()).not.toMatch(/deprecat|warning/i);
    // What was asked for without a name is written down before the database closes.
    const db = await openEmbedded({ dataDir });
    expect(await db.query('SELECT count FROM mapping_demand')).toEqual([{ count: 1 }]);
    await db.close();
  }, 120_000);
});
