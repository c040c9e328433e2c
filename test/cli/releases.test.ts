import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { snapshotNumber } from '../../src/modules/releases/release-names.js';
import { openTestDatabase, type TestDatabase } from '../support/database.js';
import { importCopies } from '../support/versions.js';
import { shellOn, type Outcome } from './support.js';

let db: TestDatabase;
let mcp: (...args: string[]) => Promise<Outcome>;
beforeAll(async () => {
  db = await openTestDatabase();
  await importCopies(db, ['1.0', '1.1']);
  mcp = shellOn(db);
});
afterAll(() => db.close());

const today = () => `snapshot_${snapshotNumber(new Date())}-1.0`;

describe('mcp release', () => {
  test('publishes a snapshot, once a day', async () => {
    expect((await mcp('releases')).stdout).toBe('Nothing was published yet.\n');
    const done = await mcp('release', '--version', '1.0', '--channel', 'snapshot', '--notes', 'From the shell.');
    expect(done).toMatchObject({ status: 0, stderr: '' });
    expect(done.stdout).toMatch(
      new RegExp(`^Published ${today()}: 171 entries, 171 changes\\.\nSHA-256 {2}[0-9a-f]{64}\n$`),
    );
    const again = await mcp('release', '--version', '1.0', '--channel', 'snapshot');
    expect(again).toEqual({
      status: 1,
      stdout: '',
      stderr: `${today()} is published already; a version has one snapshot a day, in UTC.\n`,
    });
    const rows = await db.query(`SELECT via, published_by_id AS "by", notes FROM releases`);
    expect(rows).toEqual([{ via: 'shell', by: null, notes: 'From the shell.' }]);
    expect(await db.query(`SELECT via, actor_id AS actor, detail FROM audit_events`)).toEqual([
      { via: 'shell', actor: null, detail: today() },
    ]);
  });

  test('goes on with the numbers of stable releases that there were elsewhere', async () => {
    const done = await mcp('release', '--version', '1.0', '--channel', 'stable', '--number', '39', '--json');
    expect(JSON.parse(done.stdout)).toMatchObject({ name: 'stable_39-1.0', channel: 'STABLE', entryCount: 171 });
    const low = await mcp('release', '--version', '1.1', '--channel', 'stable', '--number', '39');
    expect(low).toMatchObject({
      status: 1,
      stderr: 'The number of a stable release is higher than all there are: 40 or more, not 39.\n',
    });
    const next = await mcp('release', '--version', '1.1', '--channel', 'stable');
    expect(next.stdout).toContain('Published stable_40-1.1: ');
  });

  test.each([
    [['--channel', 'stable'], 2, '--version'],
    [['--version', '1.0'], 2, '--channel'],
    [['--version', '1.0', '--channel', 'beta'], 2, 'snapshot, stable'],
    [['--version', '1.0', '--channel', 'stable', '--number', '0'], 2, 'Give a whole number'],
    [['--version', '1.0', '--channel', 'snapshot', '--number', '7'], 1, 'The number of a snapshot is its day.'],
    [['--version', '9.9', '--channel', 'stable'], 1, 'There is no game version "9.9". There is 1.1, 1.0.'],
    [['--version', '1.0', '--channel', 'stable', '--notes', 'a\u0007'], 1, 'Notes can not hold control characters.'],
    [['--version', '1.0', '--channel', 'stable'], 1, 'The committed names of 1.0 are those of stable_39-1.0.'],
  ])('release %j', async (args, status, words) => {
    const outcome = await mcp('release', ...args);
    expect(outcome).toMatchObject({ status, stdout: '' });
    expect(outcome.stderr).toContain(words);
  });
});

describe('mcp yank and mcp releases', () => {
  test('a yanked release says why', async () => {
    expect(await mcp('yank', 'stable_39-1.0', '--reason', 'Wrong names.')).toEqual({
      status: 0,
      stdout: 'stable_39-1.0 is yanked.\n',
      stderr: '',
    });
    expect(await mcp('yank', 'stable_39-1.0', '--reason', 'Again.')).toMatchObject({
      status: 1,
      stderr: 'stable_39-1.0 is yanked already.\n',
    });
    expect(await mcp('yank', 'stable_1-1.0', '--reason', 'x')).toMatchObject({
      status: 1,
      stderr: 'There is no release "stable_1-1.0".\n',
    });
    expect((await mcp('yank', 'stable_39-1.0')).status).toBe(2);
    const list = (await mcp('releases')).stdout.trimEnd().split('\n');
    expect(list).toHaveLength(3);
    expect(list[0]).toMatch(/^stable_40-1\.1 +\d{4}-\d\d-\d\d {2}171 entries, 171 changes$/);
    expect(list[1]).toMatch(/^stable_39-1\.0 .* {2}yanked: Wrong names\.$/);
    const told = JSON.parse((await mcp('releases', '--version', '1.0', '--json')).stdout) as { name: string }[];
    expect(told.map(({ name }) => name)).toEqual(['stable_39-1.0', today()]);
    expect((await mcp('releases', '--version', '9.9')).status).toBe(1);
  });
});
