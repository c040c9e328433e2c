import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../support/free-port.js';

// What only the built file shows: everything else is tested from the sources.
describe('the built service', () => {
  let child: ChildProcess;
  let base: string;
  let dataDir: string;
  beforeAll(async () => {
    spawnSync(process.execPath, ['scripts/ensure-built.mjs'], { stdio: 'inherit' });
    const port = await freePort();
    dataDir = await mkdtemp(join(tmpdir(), 'mcp-built-'));
    base = `http://127.0.0.1:${port}`;
    child = spawn(process.execPath, ['dist/main.js'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env.PATH,
        DATA_DIR: dataDir,
        PORT: String(port),
        PUBLIC_URL: base,
        LOG_LEVEL: 'warn',
      },
    });
    await vi.waitFor(async () => expect((await fetch(`${base}/readyz`)).ok).toBe(true), {
      timeout: 100_000,
      interval: 100,
    });
  }, 180_000);
  afterAll(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await rm(dataDir, { recursive: true });
  });

  test('has the schema of the sources', async () => {
    const { status } = spawnSync(process.execPath, ['dist/cli/main.js', 'print-schema', '--check', 'schema.graphql']);
    expect(status).toBe(0);
  });

  test('what is loaded late answers whoever asks first', async () => {
    const [provider, graphiql, answer] = await Promise.all([
      fetch(`${base}/oidc/.well-known/openid-configuration`),
      fetch(`${base}/graphiql/graphiql.js`),
      fetch(`${base}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: base },
        body: JSON.stringify({
          query: `mutation { signUp(input: { handle: "steve", password: "password123" }) { userErrors { code } } }`,
        }),
      }),
    ]);
    expect([provider.status, graphiql.status]).toEqual([200, 200]);
    expect(await answer.json()).toMatchObject({ data: { signUp: { userErrors: [{ code: 'BREACHED_PASSWORD' }] } } });
  });
});
