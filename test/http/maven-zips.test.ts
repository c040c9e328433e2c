import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/index.js';
import { readVersion } from '../../src/modules/imports/read-source.js';
import { importVersion } from '../../src/modules/imports/version-import.service.js';
import { describeReal, realFile } from '../modules/formats/real-data.js';
import { declarationsOf, importFiles, JOINED, rowsOf, type Row } from '../modules/imports/support.js';
import { importFolder } from '../modules/imports/real-support.js';
import { ask, fetched, ROOT, sha256, unzipped, withZip } from '../modules/maven/support.js';
import { startTestService, type TestService } from '../support/service.js';
import { importCsv } from '../support/versions.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const srgZip = (version: string) => `mcp/${version}/mcp-${version}-srg.zip`;
const csrgZip = (version: string) => `mcp/${version}/mcp-${version}-csrg.zip`;
const configZip = (version: string) => `mcp_config/${version}/mcp_config-${version}.zip`;

/** Imports a zip of the repository as another version, as an operator would. */
const importZip = (db: Database, bytes: Buffer, version: string) =>
  withZip(bytes, async (source) => importVersion(db, { version, ...(await readVersion(source)), keepSample: true }));

/** What of an entry comes out of the files of a version; names come with name sets. */
const structure = ({ kind, srg, index, fixed, isStatic, isConstructor, obf, method, slot }: Row) =>
  [kind, srg, index, fixed, isStatic, isConstructor, obf, method, slot].join(' ');

async function structuresOf(db: Database, version: string, change: (row: Row) => Row | null = (row) => row) {
  const rows = [...(await rowsOf(db, version)).values()].map(change).filter((row) => row !== null);
  return rows.map(structure).sort();
}

/**
 * What MCP's files tell of a version: no constructors without parameters, nor those of classes that the mapping file lacks, and of each
 * method whether it is static, also where nobody said.
 */
async function asMcpTells(db: Database, version: string): Promise<(row: Row) => Row | null> {
  const rows = await db.query<{ srg: string }>(
    `SELECT c.srg FROM mappings c JOIN game_versions v ON v.id = c.version_id
      WHERE v.name = $1 AND c.is_constructor
        AND (NOT EXISTS (SELECT FROM mappings p WHERE p.method_id = c.id)
             OR NOT EXISTS (SELECT FROM declarations d WHERE d.member_id = c.id))`,
    [version],
  );
  const untold = new Set(rows.map(({ srg }) => srg));
  return (row) => {
    if (untold.has(row.srg) || (row.method !== null && untold.has(row.method))) return null;
    return { ...row, isStatic: row.kind === 'METHOD' ? (row.isStatic ?? false) : row.isStatic };
  };
}

/** The declarations of a version, whatever their order in the source. */
const declared = async (db: Database, version: string, leftOut: (line: string) => boolean = () => false) =>
  (await declarationsOf(db, version)).filter((line) => !leftOut(line)).sort();

const withoutParameters = (line: string) => / => i\d+/.test(line) && line.includes('()V');

describe('mcp: what ForgeGradle 1.x and 2.x unpack', () => {
  test('has the mapping file, joined.exc and static_methods.txt', async () => {
    const files = await unzipped(await fetched(service, srgZip('0.0-sample')));
    expect(Object.keys(files)).toEqual(['joined.exc', 'joined.srg', 'static_methods.txt']);
    expect(files['joined.srg']).toContain('CL: a net/minecraft/sample/plant/Plant\n');
    expect(files['joined.srg']).toContain('MD: a/c ()F net/minecraft/sample/plant/Plant/func_2002_c ()F\n');
    expect(files['joined.exc']).toContain(
      'net/minecraft/sample/plant/Plant.<init>(Lnet/minecraft/sample/plant/Plant$Properties;)V=|p_i100_1_\n',
    );
    expect(files['joined.exc']).toContain(
      'GardenNetHandler.func_2069_a(Lnet/minecraft/sample/net/PacketWater;)V=java/io/IOException|p_2069_1_\n',
    );
    expect(files['joined.exc']).toMatch(/^max_constructor_index=\d+\n/);
    expect(files['static_methods.txt']).toContain('func_2008_g\n');
    const csrg = await unzipped(await fetched(service, csrgZip('0.0-sample')));
    expect(Object.keys(csrg)).toEqual(['joined.csrg', 'joined.exc', 'static_methods.txt']);
    expect(csrg['joined.exc']).toBe(files['joined.exc']);
  });

  test.each([
    ['srg', srgZip],
    ['csrg', csrgZip],
  ])('an import of the %s zip gives the version again', async (name, path) => {
    await importZip(service.db, await fetched(service, path('0.0-sample')), `0.1-${name}`);
    const tells = await asMcpTells(service.db, '0.0-sample');
    expect(await structuresOf(service.db, `0.1-${name}`)).toEqual(await structuresOf(service.db, '0.0-sample', tells));
    expect(await declared(service.db, `0.1-${name}`)).toEqual(
      await declared(service.db, '0.0-sample', withoutParameters),
    );
  });

  test('is the same from two replicas, and is made once', async () => {
    const replica = await startTestService({ sample: false, db: service.db });
    try {
      const path = srgZip('0.0-sample');
      const bytes = await fetched(service, path);
      expect((await fetched(replica, path)).equals(bytes)).toBe(true);
      const before = service.db.statementCount;
      await Promise.all(Array.from({ length: 10 }, () => fetched(service, path)));
      expect((await fetched(service, `${path}.sha256`)).toString()).toBe(sha256(bytes));
      expect(service.db.statementCount - before).toBe(0);
    } finally {
      await replica.close();
    }
  });

  test('stays what it is when a name changes, and follows a new import', async () => {
    await importFiles(service.db, '1.0', { 'joined.tsrg': JOINED });
    const url = `${ROOT}/${srgZip('1.0')}`;
    await expect.poll(async () => (await ask(service, url)).statusCode).toBe(200);
    const first = await ask(service, url);
    expect(first.headers['cache-control']).toBe('public, no-cache');
    await importCsv(service.db, '1.0', 'methods.csv', 'searge,name\nfunc_10_a,tick\n');
    const asked = { 'if-none-match': String(first.headers.etag) };
    expect((await ask(service, url, asked)).statusCode).toBe(304);
    await importFiles(service.db, '1.0', { 'joined.tsrg': `${JOINED}d net/minecraft/Delta\n` });
    await expect.poll(async () => (await ask(service, url, asked)).statusCode).toBe(200);
    const files = await unzipped((await ask(service, url)).rawPayload);
    expect(files['joined.srg']).toContain('CL: d net/minecraft/Delta\n');
  });
});

describe('mcp_config', () => {
  test("has the source files in MCPConfig's layout", async () => {
    const files = await unzipped(await fetched(service, configZip('0.0-sample')));
    expect(Object.keys(files)).toEqual([
      'config.json',
      'config/constructors.txt',
      'config/exceptions.txt',
      'config/joined.tsrg',
      'config/static_methods.txt',
    ]);
    expect(JSON.parse(files['config.json']!)).toEqual({
      spec: 1,
      version: '0.0-sample',
      data: {
        constructors: 'config/constructors.txt',
        exceptions: 'config/exceptions.txt',
        mappings: 'config/joined.tsrg',
        statics: 'config/static_methods.txt',
      },
    });
  });

  test('an import of it gives the version again', async () => {
    await importZip(service.db, await fetched(service, configZip('0.0-sample')), '0.2');
    expect(await structuresOf(service.db, '0.2')).toEqual(await structuresOf(service.db, '0.0-sample'));
    expect(await declarationsOf(service.db, '0.2')).toEqual(await declarationsOf(service.db, '0.0-sample'));
    await expect.poll(async () => (await ask(service, `${ROOT}/${configZip('0.2')}`)).statusCode).toBe(200);
    const again = await unzipped(await fetched(service, configZip('0.2')));
    const first = await unzipped(await fetched(service, configZip('0.0-sample')));
    expect({ ...again, 'config.json': '' }).toEqual({ ...first, 'config.json': '' });
  });

  test('a version of MCP has its own files there', async () => {
    const srg = 'CL: a net/minecraft/Alpha\nFD: a/a net/minecraft/Alpha/field_1_a\n';
    const exc = 'max_constructor_index=5\nnet/minecraft/Alpha.<init>(I)V=|p_i5_1_\n';
    await importFiles(service.db, '1.7', { 'conf/joined.srg': srg, 'conf/joined.exc': exc });
    await expect.poll(async () => (await ask(service, `${ROOT}/${configZip('1.7')}`)).statusCode).toBe(200);
    const bytes = await fetched(service, configZip('1.7'));
    expect(await unzipped(bytes)).toMatchObject({ 'config/joined.srg': srg, 'config/joined.exc': exc });
    await importZip(service.db, bytes, '1.7.1');
    expect(await structuresOf(service.db, '1.7.1')).toEqual(await structuresOf(service.db, '1.7'));
  });
});

const ZIP_SCRIPT = `
  const { writeZip } = await import(process.argv[1]);
  const bytes = await writeZip([{ name: 'methods.csv', content: Buffer.from('searge,name,side,desc\\r\\n') }]);
  process.stdout.write(bytes.toString('hex'));
`;

test('zips are the same bytes in every time zone', async () => {
  const module = resolve(import.meta.dirname, '../../src/modules/exports/zip.ts');
  const made = await Promise.all(
    ['UTC', 'America/Los_Angeles', 'Pacific/Kiritimati', 'Asia/Kathmandu'].map(async (TZ) => {
      const options = { env: { ...process.env, TZ } };
      const script = ['--import', 'tsx', '--input-type=module', '-e', ZIP_SCRIPT, module];
      return (await promisify(execFile)(process.execPath, script, options)).stdout;
    }),
  );
  expect(made[0]).toMatch(/^504b0304/);
  expect(new Set(made).size).toBe(1);
});

describeReal('zips of real versions', () => {
  const PATIENCE = 240_000;
  const sourceOf = (version: string, fileName: string) => realFile(`versions/${version}/${fileName}`).toString('utf8');

  test('1.12.2 comes back out of its zips', { timeout: PATIENCE }, async () => {
    await importFolder(service.db, '1.12.2');
    await expect.poll(async () => (await ask(service, `${ROOT}/mcp/1.12.2/mcp-1.12.2.pom`)).statusCode).toBe(200);
    const { 'config.json': _config, ...sources } = await unzipped(await fetched(service, configZip('1.12.2')));
    expect(sources).toEqual({
      'config/constructors.txt': sourceOf('1.12.2', 'constructors.txt'),
      'config/exceptions.txt': sourceOf('1.12.2', 'exceptions.txt'),
      'config/joined.tsrg': sourceOf('1.12.2', 'joined.tsrg'),
    });
    await importZip(service.db, await fetched(service, srgZip('1.12.2')), '0.3');
    const tells = await asMcpTells(service.db, '1.12.2');
    expect(await structuresOf(service.db, '0.3')).toEqual(await structuresOf(service.db, '1.12.2', tells));
    expect(await declared(service.db, '0.3')).toEqual(await declared(service.db, '1.12.2', withoutParameters));
  });

  test('those of 1.16.5 say all that it has', { timeout: PATIENCE }, async () => {
    await importFolder(service.db, '1.16.5');
    await expect.poll(async () => (await ask(service, `${ROOT}/mcp/1.16.5/mcp-1.16.5.pom`)).statusCode).toBe(200);
    const { files } = await withZip(await fetched(service, csrgZip('1.16.5')), readVersion);
    const { classes, fields, methods } = files.mappings;
    expect([classes.length, fields.length, methods.length]).toEqual([5_447, 21_481, 38_359]);
    const told = await asMcpTells(service.db, '1.16.5');
    const rows = [...(await rowsOf(service.db, '1.16.5')).values()];
    const constructors = rows.filter((row) => row.isConstructor && told(row) !== null).map(({ srg }) => srg);
    expect(files.exc!.constructors.map(({ id }) => `i${id}`).sort()).toEqual(constructors.sort());
    const { 'config.json': _config, ...sources } = await unzipped(await fetched(service, configZip('1.16.5')));
    expect(sources).toEqual({
      'config/constructors.txt': sourceOf('1.16.5', 'constructors.txt'),
      'config/joined.tsrg': sourceOf('1.16.5', 'joined.tsrg'),
    });
  });
});
