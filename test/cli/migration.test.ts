import { mkdtemp, readFile, rm } from 'node:fs/promises';
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
  folder = await mkdtemp(join(tmpdir(), 'mcp-migration-'));
  mcp = shellOn(service.db);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await service.close();
});

const served = async (url: string): Promise<string> => (await service.http.inject(url)).body;

describe('mcp migration', () => {
  test('writes the table that the service serves, byte for byte', async () => {
    const { status, stdout, stderr } = await mcp('migration', '1.0', '1.1');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(await served('/compare/1.0/1.1/migration.csv'));
  });

  test.each(['csv', 'json', 'tsrg', 'xml'])('--format %s, with --all and without, to a file', async (format) => {
    const out = join(folder, `names.${format}`);
    for (const [flags, query] of [
      [[], ''],
      [['--all'], '?all'],
    ] as const) {
      const { status } = await mcp('migration', '1.0', '1.1', '--format', format, ...flags, '--out', out);
      expect(status).toBe(0);
      expect(await readFile(out, 'utf8')).toBe(await served(`/compare/1.0/1.1/migration.${format}${query}`));
    }
  });

  test('what can not be is refused in words that name it', async () => {
    const unknown = await mcp('migration', '1.0+draft-nobody', '1.1');
    expect([unknown.status, unknown.stderr]).toEqual([1, 'There is no user "nobody".\n']);
    const format = await mcp('migration', '1.0', '1.1', '--format', 'yaml');
    expect(format.status).toBe(2);
    expect(format.stderr).toContain('Allowed choices are csv, json, tsrg, xml.');
  });
});
