import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestService, type TestService } from '../support/service.js';
import { importPair } from '../modules/comparison/versions.js';
import { shellOn } from './support.js';

let service: TestService;
let folder: string;
let mcp: ReturnType<typeof shellOn>;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  await importPair(service.db);
  folder = await mkdtemp(join(tmpdir(), 'mcp-changelog-'));
  mcp = shellOn(service.db);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await service.close();
});

const served = async (url: string): Promise<string> => (await service.http.inject(url)).body;

describe('mcp changelog', () => {
  test('writes what the service serves', async () => {
    const { status, stdout, stderr } = await mcp('changelog', '1.0', '1.1');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(await served('/compare/1.0/1.1/changelog.md'));
    expect(stdout).toContain('# From `1.0` to `1.1`\n');
  });

  test('--out writes it to a file, and --json tells of it', async () => {
    const out = join(folder, 'CHANGES.md');
    const { status, stdout } = await mcp('changelog', '1.0', '1.1', '--out', out, '--json');
    expect(status).toBe(0);
    const text = await readFile(out, 'utf8');
    expect(JSON.parse(stdout)).toEqual({ base: '1.0', head: '1.1', file: out, size: Buffer.byteLength(text) });
    expect(text).toBe(await served('/compare/1.0/1.1/changelog.md'));
    expect((await mcp('changelog', '1.0', '1.1', '--out', out)).stdout).toBe(
      `Wrote ${Buffer.byteLength(text).toLocaleString('en')} bytes to ${out}.\n`,
    );
  });

  test('a target that is not there is named, and no file is left', async () => {
    const out = join(folder, 'none.md');
    const { status, stderr } = await mcp('changelog', '1.0', '9.9', '--out', out);
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'There is no game version "9.9". There is 1.1, 1.0.\n' });
    expect(await readdir(folder)).not.toContain('none.md');
  });

  test('misused, it says how it is used', async () => {
    expect((await mcp('changelog', '1.0')).status).toBe(2);
    const { status, stderr } = await mcp('changelog', '1.0', '1.1', '--json');
    expect({ status, stderr }).toEqual({ status: 2, stderr: '--json reports on a file: name it with --out.\n' });
  });
});
