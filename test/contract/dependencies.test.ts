import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const CRUISER = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const CONFIG = resolve('.dependency-cruiser.cjs');
const cruise = (cwd: string) => run(process.execPath, [CRUISER, '--config', CONFIG, 'src'], { cwd });

describe('directions of docs/ARCHITECTURE.md', () => {
  const made: string[] = [];
  afterAll(() => Promise.all(made.map((directory) => rm(directory, { recursive: true }))));

  /** Which rules a source tree of these files breaks. */
  async function broken(files: Record<string, string>): Promise<string[]> {
    const directory = await mkdtemp(join(tmpdir(), 'mcp-directions-'));
    made.push(directory);
    for (const [file, text] of Object.entries({ 'tsconfig.json': '{}', ...files })) {
      await mkdir(dirname(join(directory, file)), { recursive: true });
      await writeFile(join(directory, file), text);
    }
    const { stdout } = await cruise(directory).catch((error: { stdout: string }) => error);
    return [...new Set([...stdout.matchAll(/error ([a-z-]+):/g)].map(([, rule]) => rule!))].sort();
  }

  test('hold in src', async () => {
    const { stdout } = await cruise(process.cwd());
    expect(stdout).toContain('no dependency violations found');
  });

  test.each([
    ['domain-knows-no-front-door', 'src/modules/x/x.service.ts', 'src/graphql/schema.ts'],
    ['only-entries-know-the-app', 'src/http/server.ts', 'src/app/env.ts'],
    ['db-knows-shared-alone', 'src/db/index.ts', 'src/modules/x/x.store.ts'],
    ['shared-knows-nothing', 'src/shared/page.ts', 'src/db/index.ts'],
    ['formats-are-pure', 'src/modules/formats/tsrg.ts', 'src/db/index.ts'],
    ['generated-client-in-db-and-stores', 'src/modules/x/x.service.ts', 'src/db/generated/client.ts'],
  ])('%s finds what breaks it', async (rule, from, to) => {
    const path = '../'.repeat(from.split('/').length - 1) + to.replace(/\.ts$/, '.js');
    expect(await broken({ [from]: `import '${path}';`, [to]: 'export {};' })).toContain(rule);
  });

  test('no-cycles finds a circle', async () => {
    const files = { 'src/db/a.ts': `import './b.js';`, 'src/db/b.ts': `import './a.js';` };
    expect(await broken(files)).toEqual(['no-cycles']);
  });
});
