import { join } from 'node:path';
import yazl from 'yazl';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { forgetVersions, openTestDatabase, type TestDatabase } from '../support/database.js';
import { CONSTRUCTORS, contents, FILES, GIVEN, JOINED, named, NAMES, rowsOf } from '../modules/imports/support.js';
import { localServer, temporaryFolders, zipOf } from '../modules/imports/sources/support.js';
import { shellOn, type Outcome } from './support.js';

const folder = temporaryFolders();
const server = localServer();
let db: TestDatabase;
let mcp: (...args: string[]) => Promise<Outcome>;
beforeAll(async () => {
  db = await openTestDatabase();
  mcp = shellOn(db, { mavenUrl: server.url('/maven') });
});
beforeEach(() => forgetVersions(db));
afterAll(() => db.close());

const done = (outcome: Outcome): Outcome => {
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  return outcome;
};
const json = (outcome: Outcome): unknown => JSON.parse(done(outcome).stdout);

/** Serves these paths and 404 for others. */
function serve(files: Record<string, Buffer | string>): void {
  server.answer((request, response) => {
    const body = files[request.url ?? ''];
    if (body === undefined) response.writeHead(404).end();
    else response.end(body);
  });
}

describe('where files lie', () => {
  const files = { ...FILES, 'static_methods.txt': 'func_13_d\n' };
  const check = async () => {
    const rows = await rowsOf(db, '1.0');
    expect(rows.get('func_13_d')).toMatchObject({ isStatic: true });
    expect(rows.get('p_i101_3_')).toMatchObject({ method: 'i101' });
    expect(named(rows)).toEqual(GIVEN);
  };

  test('folders', async () => {
    done(await mcp('import', await folder(files), '--version', '1.0'));
    done(await mcp('import-names', await folder(NAMES), '--version', '1.0'));
    await check();
  });

  test('zips', async () => {
    const at = await folder({ 'version.zip': await zipOf(files), 'names.zip': await zipOf(NAMES) });
    done(await mcp('import', join(at, 'version.zip'), '--version', '1.0'));
    done(await mcp('import-names', join(at, 'names.zip'), '--version', '1.0'));
    await check();
  });

  test('URLs', async () => {
    serve({ '/version.zip': await zipOf(files), '/names.zip?token=secret': await zipOf(NAMES) });
    done(await mcp('import', server.url('/version.zip'), '--version', '1.0'));
    done(await mcp('import-names', server.url('/names.zip?token=secret'), '--version', '1.0'));
    await check();
  });

  test('a mapping file alone, by path and by URL', async () => {
    serve({ '/joined.tsrg': JOINED });
    done(await mcp('import', server.url('/joined.tsrg'), '--version', '1.0'));
    done(await mcp('import', join(await folder({ 'joined.tsrg': JOINED }), 'joined.tsrg'), '--version', '1.1'));
    expect((await rowsOf(db, '1.1')).size).toBe((await rowsOf(db, '1.0')).size);
  });
});

describe('reports', () => {
  test('a version, for people', async () => {
    const files = await folder({ ...FILES, 'constructors.txt': `${CONSTRUCTORS}7 net/minecraft/Gone ()V\n` });
    const { stdout } = done(await mcp('import', files, '--version', '1.0'));
    expect(stdout).toBe(`Imported 1.0 (the current version) from joined.tsrg, constructors.txt.
  classes           3, named        3 (100.0%)
  methods           5, named        0 (0.0%)
  fields            3, named        0 (0.0%)
  parameters       11, named        0 (0.0%)
  declared: 9 methods and 4 fields in all classes
Of 5 methods no file says whether they are static; the parameters of 4 of them are numbered as an instance method's.
1 constructors are of classes that the mapping file does not have:
    i7 net/minecraft/Gone ()V
`);
  });

  test('names, carry-over and what is gone, for people', async () => {
    done(await mcp('import', await folder(FILES), '--version', '1.0'));
    const set = { ...NAMES, 'fields.csv': 'searge,name,side,desc\nfield_77_x,lost,2,\nfield_2_b_,old,2,Old.\n' };
    const names = done(await mcp('import-names', await folder(set), '--version', '1.0')).stdout;
    expect(names).toContain(
      'Imported names of 1.0 from methods.csv (3 rows), fields.csv (2 rows), params.csv (3 rows).',
    );
    expect(names).toContain('  methods           3 met, 3 named anew, 1 documented anew\n');
    expect(names).toContain('1 rows are of ids that 1.0 does not have:\n    fields.csv:2: field_77_x lost\n');
    const next = await folder({
      'joined.tsrg': JOINED.replace('func_14_a', 'func_15_a').replace('\tb field_2_b_\n', ''),
    });
    const { stdout } = done(await mcp('import', next, '--version', '1.1', '--from', '1.0'));
    expect(stdout).toContain(`Against 1.0:
  kept: 3 classes, 4 methods, 2 fields, 7 parameters
  new:  1 methods, 1 parameters
  gone: 1 methods, 1 fields, 4 parameters
    func_14_a (isOpen)
    field_2_b_ (old, documented)
    p_14_1_
    p_i100_1_ (size)
`);
    expect(stdout).toContain(
      '  taken over: 2 names and 1 documentations of methods, 2 names and 0 documentations of parameters\n',
    );
  });

  test('for machines: JSON alone on standard output', async () => {
    const report = json(await mcp('import', await folder(FILES), '--version', '1.0', '--json'));
    expect(report).toMatchObject({
      version: '1.0',
      updated: false,
      before: null,
      declarations: { methods: 9, fields: 4 },
    });
    const names = json(await mcp('import-names', await folder(NAMES), '--version', '1.0', '--json'));
    expect(names).toMatchObject({ version: '1.0', unknown: [], counts: [{ kind: 'METHOD', renamed: 3 }, {}, {}] });
  });
});

describe('broken files end with file, line and reason, and the database as before', () => {
  let before: object;
  beforeEach(async () => {
    done(await mcp('import', await folder(FILES), '--version', '1.0'));
    before = await contents(db);
  });
  const broken = async (args: string[], message: RegExp | string) => {
    const outcome = await mcp(...args, '--version', '1.0');
    expect(outcome).toMatchObject({ status: 1, stdout: '' });
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(await contents(db)).toEqual(before);
  };

  test.each<[string, Record<string, string | Buffer>, string]>([
    ['a cut line', { 'joined.tsrg': JOINED.slice(0, JOINED.indexOf('func_12_c__') - 3) }, 'joined.tsrg:7: '],
    ['a cut id', { 'joined.tsrg': 'a A\n\ta ()V func_12' }, 'joined.tsrg:2: "func_12" is not a whole SRG id'],
    ['a short row', { 'joined.tsrg': `${JOINED}d\n` }, 'joined.tsrg:17: 1 column where a class has 2'],
    [
      'not UTF-8',
      { 'joined.tsrg': Buffer.from('a A\n\ta f\xefeld_1_a\n', 'latin1') },
      'joined.tsrg:2: the line is not UTF-8 text',
    ],
    ['nothing', { 'joined.tsrg': '' }, 'joined.tsrg: the file holds no mappings'],
    ['another format', { 'joined.tsrg': 'searge,name\n' }, 'joined.tsrg:1: the file is CSV'],
    ['HTML', { 'joined.tsrg': '<html>\n' }, 'joined.tsrg:1: the file is HTML'],
    ['a class twice', { 'joined.tsrg': 'a A\na B\n' }, 'joined.tsrg:2: class "a" is mapped twice'],
    [
      'two classes of one name',
      { 'joined.tsrg': 'a A\nb A\n' },
      'joined.tsrg:2: class "b" is "A", and so is "a" in line 1',
    ],
    ['a name that no index takes', { 'joined.tsrg': `a ${'A'.repeat(501)}\n` }, 'joined.tsrg:1: '],
    [
      'a bad descriptor',
      { 'joined.tsrg': 'a A\n\ta (Q)V func_1_a\n' },
      'joined.tsrg:2: "(Q)V" is not a method descriptor',
    ],
    ['a bad constructor', { ...FILES, 'constructors.txt': `${CONSTRUCTORS}x A ()V\n` }, 'constructors.txt:3: '],
    ['a bad .exc', { ...FILES, 'joined.exc': '# fine\nno equals\n' }, 'joined.exc:2: the line has no "="'],
    ['a bad static', { ...FILES, 'static_methods.txt': 'func_10_a extra\n' }, 'static_methods.txt:1: '],
    ['a bad exception', { ...FILES, 'exceptions.txt': 'A b ()V\n' }, 'exceptions.txt:1: '],
    [
      'a config that lies',
      { ...FILES, 'config.json': '{"data":{"mappings":"../../secret"}}' },
      'config.json: data.mappings names',
    ],
  ])('version: %s', async (_, files, message) => {
    await broken(['import', await folder(files)], `${message}`);
  });

  test.each<[string, Record<string, string | Buffer>, string]>([
    [
      'a short row',
      { ...NAMES, 'fields.csv': 'searge,name,side,desc\nfield_1_a,world,2\n' },
      'fields.csv:2: 3 columns where the header has 4',
    ],
    ['another file', { 'params.csv': JOINED }, 'params.csv:1: the header'],
    ['no file', { 'readme.txt': '', LICENSE: '' }, 'holds no names. Looked for methods.csv'],
  ])('names: %s', async (_, files, message) => {
    await broken(['import-names', await folder(files)], message);
  });

  test('archives: a bomb, a path that leads out, a cut one', async () => {
    const bomb = new yazl.ZipFile();
    bomb.addBuffer(Buffer.alloc(80 * 1024 * 1024, 'a A\n'), 'joined.tsrg');
    bomb.end();
    const climbing = Buffer.from(
      (await zipOf(FILES)).toString('latin1').replaceAll('joined.tsrg', '../ned.tsrg'),
      'latin1',
    );
    const at = await folder({
      'bomb.zip': await buffer(bomb.outputStream),
      'climbing.zip': climbing,
      'cut.zip': (await zipOf(FILES)).subarray(0, 200),
    });
    await broken(
      ['import', join(at, 'bomb.zip')],
      /bomb\.zip: entry "joined\.tsrg": 83886080 bytes where 67108864 are the most/,
    );
    await broken(
      ['import', join(at, 'climbing.zip')],
      /climbing\.zip: entry "\.\.\/ned\.tsrg": the path leads out with "\.\."/,
    );
    await broken(['import', join(at, 'cut.zip')], /cut\.zip can't be read as a zip archive/);
    await broken(['import', join(at, 'none.zip')], /none\.zip can't be read: there is no such file or folder/);
  });

  test('sources: what is not there, not http, not answered', async () => {
    serve({});
    await broken(['import', server.url('/x.zip')], /: the server answered with status 404/);
    await broken(['import', 'ftp://localhost/x'], 'Only http and https are fetched, not ftp:');
    await broken(['import', 'http://user:secret@localhost/x'], /^((?!secret).)*holds a user name or password/);
    await broken(['import', 'http://127.0.0.1:9/x?key=secret'], /^((?!secret).)*can't be fetched/);
  });

  test('for machines: the refusal as JSON on standard error', async () => {
    const outcome = await mcp('import', await folder({ 'joined.tsrg': 'a A\n\tx\n' }), '--version', '1.0', '--json');
    expect(outcome).toMatchObject({ status: 1, stdout: '' });
    expect(JSON.parse(outcome.stderr)).toMatchObject({
      error: {
        code: 'BAD_USER_INPUT',
        file: 'joined.tsrg',
        line: 2,
        message: expect.stringMatching(/^joined\.tsrg:2: /),
      },
    });
  });
});

describe('options', () => {
  test('--current and --keep-sample', async () => {
    await db.query(
      `INSERT INTO game_versions (name, sort_key, is_current, is_sample, head) VALUES ('0', '0', true, true, 1)`,
    );
    const current = async () =>
      (await db.query<{ name: string }>('SELECT name FROM game_versions ORDER BY is_current DESC, name')).map(
        (v) => v.name,
      );
    done(await mcp('import', await folder(FILES), '--version', '1.0'));
    expect(await current()).toEqual(['0', '1.0']);
    done(await mcp('import', await folder(FILES), '--version', '1.0', '--current', '--keep-sample'));
    expect(await current()).toEqual(['1.0', '0']);
    const { stdout } = done(await mcp('import', await folder(FILES), '--version', '1.0', '--current'));
    expect(stdout).toContain('The sample version 0 was removed.');
    expect(await current()).toEqual(['1.0']);
  });

  test('what the database refuses', async () => {
    const names = await mcp('import-names', await folder(NAMES), '--version', '1.0');
    expect(names).toMatchObject({ status: 1, stderr: 'There is no version 1.0; import it first. There is none.\n' });
    const from = await mcp('import', await folder(FILES), '--version', '1.1', '--from', '1.0');
    expect(from).toMatchObject({ status: 1, stderr: 'There is no version 1.0 to carry names from; there is none.\n' });
    const name = await mcp('import', await folder(FILES), '--version', 'a b');
    expect(name).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('"a b" is not the name of a game version'),
    });
    expect(await db.query('SELECT FROM game_versions')).toEqual([]);
  });
});

test('a fault that nobody foresaw is one line and status 1', async () => {
  const failing = shellOn({ ...db, transaction: () => Promise.reject(new Error('the disk is full')) });
  const at = await folder(FILES);
  expect(await failing('import', at, '--version', '1.0')).toEqual({
    status: 1,
    stdout: '',
    stderr: 'Failed: the disk is full\n',
  });
  const machine = await failing('import', at, '--version', '1.0', '--json');
  expect(JSON.parse(machine.stderr)).toEqual({ error: { code: 'INTERNAL_SERVER_ERROR', message: 'the disk is full' } });
});
