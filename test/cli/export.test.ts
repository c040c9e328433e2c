import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RoleName } from '../../src/auth/permissions.js';
import { SAMPLE_VERSION } from '../../src/modules/imports/sample.js';
import { naming, setNames, staged } from '../modules/changes/support.js';
import { temporaryFolders } from '../modules/imports/sources/support.js';
import { signUp } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';
import { shellOn, type Outcome } from './support.js';

const folder = temporaryFolders();
let service: TestService;
let mcp: (...args: string[]) => Promise<Outcome>;
beforeAll(async () => {
  service = await startTestService();
  await setNames(service, SAMPLE_VERSION, { func_2003_d: null });
  const alice = await signUp(service, { handle: 'alice', roles: [RoleName.CONTRIBUTOR] });
  await staged(alice, naming({ func_2003_d: 'getPatch' }));
  mcp = shellOn(service.db);
});
afterAll(() => service.close());

const OF_VERSION = ['export', '--version', SAMPLE_VERSION];

/** What the address of the same file answers with. */
async function overHttp(path: string): Promise<Buffer> {
  const answer = await service.http.inject({ url: `/exports/${path}` });
  expect(answer.statusCode).toBe(200);
  return answer.rawPayload;
}

describe('what is written is what the address has', () => {
  test.each([
    ['joined.tsrg', ['--format', 'TSRG']],
    ['joined.tsrg?from=srg&to=mcp', ['--format', 'tsrg', '--from', 'srg', '--to', 'MCP']],
    ['methods.csv', ['--format', 'methods-csv']],
    ['methods.csv?nodoc', ['--format', 'methods.csv', '--nodoc']],
    ['params.csv', ['--format', 'PARAMS_CSV']],
    ['names.jsonl', ['--format', 'names.jsonl']],
  ])('%s, to standard output', async (file, options) => {
    const { status, stdout, stderr } = await mcp(...OF_VERSION, ...options);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe((await overHttp(`${SAMPLE_VERSION}/${file}`)).toString());
  });

  test('a zip, to a file, with a report of it', async () => {
    const out = join(await folder({}), 'names.zip');
    const { status, stdout } = await mcp(...OF_VERSION, '--format', 'CSV_ZIP', '--out', out, '--json');
    const expected = await overHttp(`${SAMPLE_VERSION}/names.zip`);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      target: SAMPLE_VERSION,
      format: 'CSV_ZIP',
      file: out,
      size: expected.length,
      sha256: createHash('sha256').update(expected).digest('hex'),
    });
    expect((await readFile(out)).equals(expected)).toBe(true);
  });

  test('with the proposals of everybody, or of one user', async () => {
    for (const [draft, name] of [
      [['--draft'], '+draft'],
      [['--draft', 'Alice'], '+draft-alice'],
    ] as const) {
      const { stdout } = await mcp(...OF_VERSION, '--format', 'METHODS_CSV', ...draft);
      expect(stdout).toContain('func_2003_d,getPatch,');
      expect(stdout).toBe((await overHttp(`${SAMPLE_VERSION}${name}/methods.csv`)).toString());
    }
    expect((await mcp(...OF_VERSION, '--format', 'METHODS_CSV')).stdout).not.toContain('getPatch');
  });
});

describe('a file', () => {
  test('is there when it is whole, and in place of what was there', async () => {
    const at = await folder({ 'x.tsrg': 'old' });
    const out = join(at, 'x.tsrg');
    const { status, stdout } = await mcp(...OF_VERSION, '--format', 'TSRG', '--out', out);
    expect([status, stdout]).toEqual([0, `Wrote ${(await stat(out)).size.toLocaleString('en')} bytes to ${out}.\n`]);
    expect(await readFile(out)).toEqual(await overHttp(`${SAMPLE_VERSION}/joined.tsrg`));
    expect(await readdir(at)).toEqual(['x.tsrg']);
  });

  test('stays as it was where there is nothing to write, and nothing is left beside it', async () => {
    const at = await folder({ 'x.tsrg': 'old' });
    const out = join(at, 'x.tsrg');
    await service.db.query(`ALTER TABLE declarations RENAME TO declarations_away`);
    try {
      expect((await mcp(...OF_VERSION, '--format', 'TSRG', '--out', out)).status).toBe(1);
    } finally {
      await service.db.query(`ALTER TABLE declarations_away RENAME TO declarations`);
    }
    expect((await mcp('export', '--version', '9.9', '--format', 'TSRG', '--out', out)).status).toBe(1);
    expect(await readFile(out, 'utf8')).toBe('old');
    expect(await readdir(at)).toEqual(['x.tsrg']);
  });

  test('is not put in place of a folder', async () => {
    const at = await folder({});
    const { status, stderr } = await mcp(...OF_VERSION, '--format', 'TSRG', '--out', at);
    expect([status, stderr]).toEqual([1, `${at} is no file.\n`]);
  });

  test('can not be written where there is no folder', async () => {
    const out = join(await folder({}), 'no', 'x.tsrg');
    const { status, stderr } = await mcp(...OF_VERSION, '--format', 'TSRG', '--out', out);
    expect(status).toBe(1);
    expect(stderr).toContain('ENOENT');
  });
});

describe('what can not be written', () => {
  const refused = async (...args: string[]) => {
    const { status, stdout, stderr } = await mcp('export', ...args);
    expect(stdout).toBe('');
    return [status, stderr.split('\n')[0]];
  };

  test.each([
    [['--format', 'TSRG'], 'Name a game version with --version, or a release with --release.'],
    [
      ['--version', '1.0', '--release', 'stable_1-1.1', '--format', 'TSRG'],
      '--release stable_1-1.1 is not of --version 1.0.',
    ],
    [[...OF_VERSION.slice(1), '--format', 'TSRG', '--json'], '--json reports on a file: name it with --out.'],
  ])('%j is misused', async (args, message) => {
    expect(await refused(...args)).toEqual([2, message]);
  });

  test('a format that is not there is told with those that are', async () => {
    const [status, message] = await refused(...OF_VERSION.slice(1), '--format', 'xyz');
    expect(status).toBe(2);
    expect(message).toMatch(/xyz.*CSV_ZIP \(names\.zip\).*names\.jsonl/);
  });

  test.each([
    [['--version', '9.9', '--format', 'TSRG'], `There is no game version "9.9". There is ${SAMPLE_VERSION}.`],
    [['--release', 'stable_1-1.1', '--format', 'TSRG'], 'There is no release "stable_1-1.1".'],
    [[...OF_VERSION.slice(1), '--format', 'TSRG', '--draft', 'nobody-there'], 'There is no user "nobody-there".'],
    [[...OF_VERSION.slice(1), '--format', 'TSRG', '--from', 'obf'], 'to: give it as well as from.'],
    [
      [...OF_VERSION.slice(1), '--format', 'CSV_ZIP', '--from', 'obf', '--to', 'mcp'],
      'from and to: names.zip has names by SRG id, and takes no namespaces.',
    ],
  ])('%j is refused', async (args, message) => {
    expect(await refused(...args)).toEqual([1, message]);
  });
});

test('nothing of an earlier run is in the way', async () => {
  const at = await folder({});
  await writeFile(join(at, '.x.tsrg.00000000.part'), 'half');
  expect((await mcp(...OF_VERSION, '--format', 'TSRG', '--out', join(at, 'x.tsrg'))).status).toBe(0);
});
