import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importSample } from '../../src/modules/imports/sample.js';
import { openTestDatabase, type TestDatabase } from '../support/database.js';
import { temporaryFolders } from '../modules/imports/sources/support.js';
import { importCsv } from '../modules/imports/support.js';
import { shellOn, type Outcome } from './support.js';

const folder = temporaryFolders();
let db: TestDatabase;
let mcp: (...args: string[]) => Promise<Outcome>;
beforeAll(async () => {
  db = await openTestDatabase();
  await importSample(db);
  mcp = shellOn(db);
});
afterAll(() => db.close());

const COMMANDS = [
  'import',
  'import-names',
  'fetch',
  'export',
  'lookup',
  'changelog',
  'migration',
  'migrate',
  'print-schema',
  'release',
  'releases',
  'yank',
  'verify-history',
  'dump',
  'restore',
];
const GROUPS = {
  user: ['create', 'list'],
  role: ['grant', 'revoke'],
  token: ['create'],
  keys: ['rotate', 'list'],
  irc: ['setup'],
};
const IN_GROUPS = Object.entries(GROUPS).flatMap(([group, names]) => names.map((name) => [group, name] as const));

describe('every command', () => {
  test('is listed by the help', async () => {
    const { status, stdout } = await mcp('--help');
    expect(status).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect([...stdout.matchAll(/^ {2}([a-z][a-z-]+) /gm)].map(([, name]) => name)).toEqual([
      ...COMMANDS,
      ...Object.keys(GROUPS),
      'help',
    ]);
  });

  test.each(COMMANDS)('%s has help of its own, and --json', async (command) => {
    const { status, stdout, stderr } = await mcp(command, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`Usage: mcp ${command} `);
    expect(stdout).toContain('--json');
  });

  test.each(IN_GROUPS)('%s %s has help of its own, and --json', async (group, name) => {
    expect((await mcp(group, '--help')).stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    const { status, stdout, stderr } = await mcp(group, name, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`Usage: mcp ${group} ${name} `);
    expect(stdout).toContain('--json');
  });

  test.each([
    [[]],
    [['imprt']],
    [['user', 'create']],
    [['user', 'create', 'x', '--role', 'KING']],
    [['user', 'creat', 'x']],
    [['role', 'grant', 'x']],
    [['role', 'grant', 'x', 'KING']],
    [['role', 'grant', 'x', 'ADMIN', '--until', 'soon']],
    [['token', 'create', 'x']],
    [['irc', 'setup', 'x']],
    [['token', 'create', 'x', '--permissions', 'names:eat']],
    [['import']],
    [['import', 'x']],
    [['import', 'x', '--version']],
    [['import', 'x', 'y', '--version', '1']],
    [['import', 'x', '--version', '1', '--curent']],
    [['import-names', 'x']],
    [['import-names', 'x', '--version', '1', '--current']],
    [['fetch', 'a:b:c']],
    [['lookup']],
    [['migrate', 'x']],
    [['print-schema', '--out']],
    [['verify-history', '--expect-changes', '123']],
    [['verify-history', '--expect-decisions', '5:abc']],
  ])('misused as %j says so and how to get help, with status 2', async (args) => {
    const { status, stdout, stderr } = await mcp(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(
      args.length === 0 ? /^Usage: mcp / : /^error: .*\n(\(Did you mean .*\n)?\(--help tells more\)\n$/,
    );
  });
});

describe('lookup', () => {
  test('a method in the form that the old bot had', async () => {
    const { status, stdout } = await mcp('lookup', 'func_2001_b');
    expect(status).toBe(0);
    expect(stdout).toBe(`[0.0-sample] METHOD grow
  a.b => net/minecraft/sample/plant/Plant.func_2001_b => grow
    (Lh;D)V => (Lnet/minecraft/sample/garden/Garden;D)V
  c.b => net/minecraft/sample/plant/Tree.func_2001_b => grow
    (Lh;D)V => (Lnet/minecraft/sample/garden/Garden;D)V
  d.b => net/minecraft/sample/plant/Flower.func_2001_b => grow
    (Lh;D)V => (Lnet/minecraft/sample/garden/Garden;D)V
  and in 2 more classes
  parameters: gardenIn, days
  | Lets a day pass for the plant.
`);
  });

  test('classes, fields, parameters; by number; for machines', async () => {
    expect((await mcp('lookup', 'net/minecraft/sample/plant/Plant')).stdout).toContain(
      ['[0.0-sample] CLASS net/minecraft/sample/plant/Plant', '  a => net/minecraft/sample/plant/Plant', ''].join('\n'),
    );
    expect((await mcp('lookup', 'field_1000_a')).stdout).toBe(
      '[0.0-sample] FIELD age\n  a.a => net/minecraft/sample/plant/Plant.field_1000_a => age\n  | The age in days.\n',
    );
    expect((await mcp('lookup', 'p_2001_2_')).stdout).toBe(
      '[0.0-sample] PARAMETER days\n  p_2001_2_ => days, of grow\n',
    );
    expect((await mcp('lookup', '2001', '--version', '0.0-sample')).stdout).toContain('METHOD grow');
    const { status, stdout } = await mcp('lookup', 'func_2001_b', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ __typename: 'Method', srg: 'func_2001_b', name: 'grow' }]);
  });

  test('what is not there', async () => {
    expect(await mcp('lookup', 'func_9999_z')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'Nothing is called func_9999_z.\n',
    });
    const version = await mcp('lookup', 'grow', '--version', '9.9', '--json');
    expect(version.status).toBe(1);
    expect(JSON.parse(version.stderr)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  test('documentation can not steer the terminal', async () => {
    const cell = 'Red \u001b[31malert\u0007,\\nnext\u202eline';
    await importCsv(db, '0.0-sample', { 'fields.csv': `searge,name,side,desc\nfield_1001_b,water,2,"${cell}"\n` });
    const { stdout } = await mcp('lookup', 'field_1001_b');
    expect(stdout).toContain('  | Red [31malert,\n  | nextline\n');
  });
});

describe('migrate', () => {
  test('a database that lacks nothing', async () => {
    expect(await mcp('migrate')).toEqual({ status: 0, stdout: 'Nothing to apply.\n', stderr: '' });
    expect(JSON.parse((await mcp('migrate', '--json')).stdout)).toEqual({ applied: [] });
  });
});

describe('print-schema', () => {
  test('prints it, writes it, and compares it', async () => {
    const { stdout } = await mcp('print-schema');
    expect(stdout).toContain('\ntype Query');
    const file = join(await folder(), 'schema.graphql');
    expect(await mcp('print-schema', '--check', file)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(file),
    });
    expect(await mcp('print-schema', '--out', file)).toMatchObject({ status: 0, stdout: `Wrote ${file}.\n` });
    expect((await readFile(file, 'utf8')).trimEnd()).toBe(stdout.trimEnd());
    expect(await mcp('print-schema', '--check', file)).toMatchObject({ status: 0, stdout: `${file} is up to date.\n` });
    await writeFile(file, `${stdout}type More { a: Int }\n`);
    const differs = await mcp('print-schema', '--check', file, '--json');
    expect(differs.status).toBe(1);
    expect(JSON.parse(differs.stderr)).toMatchObject({ error: { code: 'CONFLICT' } });
    const nowhere = await mcp('print-schema', '--out', join(file, 'below'));
    expect(nowhere).toMatchObject({ status: 1, stderr: expect.stringMatching(/^Failed: ENOTDIR/) });
  });
});
