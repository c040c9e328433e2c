import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gunzipSync, gzipSync } from 'node:zlib';
import { RoleName } from '../../../src/auth/permissions.js';
import { readHistory } from '../../../src/modules/history/verify.service.js';
import { importSample } from '../../../src/modules/imports/sample.js';
import { publishAsService } from '../../../src/modules/releases/publish.service.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { signUp } from '../../support/people.js';
import { startTestService } from '../../support/service.js';
import { importCopies } from '../../support/versions.js';
import { naming, staged } from '../changes/support.js';
import { dumpOf, linesOf, readerOf, restore, rowOf, sealed, type Line } from './support.js';

let bytes: Buffer;
let db: TestDatabase;
beforeAll(async () => {
  const service = await startTestService({ sample: false });
  await importCopies(service.db, ['1.0']);
  const person = await signUp(service, { handle: 'somebody', roles: [RoleName.MAINTAINER] });
  await staged(person, naming({ func_2006_f: 'isWet' }), { version: '1.0', force: true });
  await publishAsService(service.db, { version: '1.0', channel: 'SNAPSHOT', now: new Date(), via: 'shell' });
  ({ bytes } = await dumpOf(service.db));
  await service.close();
  db = await openTestDatabase();
});
afterAll(() => db.close());

/** How many rows there are of what a dump fills, and where the history stands. */
const rows = async () => {
  const [counted] = await db.query(
    `SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM game_versions) + (SELECT count(*) FROM mappings)
          + (SELECT count(*) FROM changes) + (SELECT count(*) FROM releases) + change_sequence + decision_sequence AS count
       FROM history_head`,
  );
  return Number((counted as { count: string }).count);
};

/** Why a restore was refused; that it left nothing. */
async function refusal(broken: Buffer): Promise<string> {
  const reason = await restore(db, broken).then(
    () => 'restored',
    (error: Error & { code?: string }) => {
      if (error.code !== 'BAD_USER_INPUT' && error.code !== 'CONFLICT') throw error;
      return error.message;
    },
  );
  expect(await rows()).toBe(0);
  return reason;
}

/** The dump with other lines, and an end mark that is right. */
function altered(alter: (lines: Line[]) => void): Buffer {
  const lines = linesOf(bytes);
  alter(lines);
  return sealed(lines);
}

const line = (lines: Line[], section: string) => lines.findIndex((each: Line) => each.section === section);

describe('is refused by file, line and reason, and nothing is left:', () => {
  test.each<[string, () => Buffer, RegExp]>([
    ['an empty file', () => Buffer.alloc(0), /^test.jsonl.gz is no dump: it ends before its first line does/],
    ['nothing, compressed', () => gzipSync(''), /^test.jsonl.gz is no dump: it ends before its first line does/],
    ['what is not compressed', () => gunzipSync(bytes), /^test.jsonl.gz is not compressed by gzip/],
    ['other lines', () => gzipSync('{"a":1}\n'), /:1: it is no dump: its first line does not say "format":"mcp-dump"/],
    ['no JSON', () => gzipSync('dump\n'), /:1: this is not JSON in UTF-8/],
    ['no UTF-8', () => gzipSync(Buffer.from([0x22, 0xff, 0x22, 0x0a])), /:1: this is not JSON in UTF-8/],
    ['a list', () => gzipSync('[]\n'), /:1: this is no JSON object/],
    [
      'a later format',
      () => altered((lines) => (lines[0].formatVersion = 2)),
      /:1: it is written in version 2 of the format, and this build reads up to 1; restore it with a newer one/,
    ],
    ['no number of a format', () => altered((lines) => delete lines[0].formatVersion), /:1: formatVersion: /],
    ['a header without counts', () => altered((lines) => delete lines[0].counts), /:1: counts: /],
    [
      'an end of history that is none',
      () => altered((lines) => (lines[0].history.changes = 'x')),
      /:1: history.changes: must be/,
    ],
    [
      'more rows than are told',
      () => altered((lines) => (lines[0].counts.users = 0)),
      /:2: here should stand {"section":"users","rows":0}/,
    ],
    [
      'a section that ends early',
      () => altered((lines) => lines.splice(line(lines, 'gameVersions') + 1, 1)),
      /:\d+: gameVersions ends after 0 rows, and should have 1/,
    ],
    [
      'a section that goes on',
      () => altered((lines) => lines.splice(2, 0, lines[2])),
      /:\d+: here should stand {"section":"gameVersions"/,
    ],
    [
      'rows behind the last section',
      () => altered((lines) => lines.splice(-1, 0, { releaseId: 1 })),
      /rows of releaseYanks go on/,
    ],
    [
      'a file cut off behind a line',
      () => gzipSync(`${gunzipSync(bytes).toString().split('\n').slice(0, 100).join('\n')}\n`),
      /:100: the file is cut off behind this line/,
    ],
    [
      'a file cut off within a line',
      () => gzipSync(gunzipSync(bytes).subarray(0, -3)),
      /:\d+: the file is cut off within this line/,
    ],
    ['a cut download', () => bytes.subarray(0, bytes.length / 2), /:\d+: the file is cut off behind this line/],
    ['a flipped byte', () => Buffer.from(bytes).fill(bytes[4_000]! ^ 0x10, 4_000, 4_001), /^test.jsonl.gz:\d+: /],
    [
      'a name that was altered',
      () => gzipSync(gunzipSync(bytes).toString().replace('getHeight', 'getWidth_')),
      /:\d+: the SHA-256 of what stands before this line is another one: the file was altered/,
    ],
    [
      'something behind the end',
      () => gzipSync(Buffer.concat([gunzipSync(bytes), Buffer.from('{}\n')])),
      /something stands behind the end/,
    ],
    [
      'a text for a number',
      () => altered((lines) => (rowOf(lines, 'mappings').id = '1')),
      /:\d+: "id" of mappings must be a whole number/,
    ],
    [
      'a broken number',
      () => altered((lines) => (rowOf(lines, 'mappings').srgIndex = 1.5)),
      /"srgIndex" of mappings must be .*, or null/,
    ],
    [
      'a number beyond all',
      () => altered((lines) => (rowOf(lines, 'mappings').id = 2 ** 31)),
      /"id" of mappings must be/,
    ],
    [
      'a list for a text',
      () => altered((lines) => (rowOf(lines, 'mappings').srg = ['a'])),
      /"srg" of mappings must be a text/,
    ],
    [
      'a NUL',
      () => altered((lines) => (rowOf(lines, 'mappings').documentation = 'a\0b')),
      /"documentation" of mappings must be a text, or null/,
    ],
    [
      'half a character',
      () => altered((lines) => (rowOf(lines, 'mappings').documentation = '\ud83c')),
      /"documentation" of mappings must be a text/,
    ],
    [
      'null where there must be something',
      () => altered((lines) => (rowOf(lines, 'users').isBot = null)),
      /:3: "isBot" of users must be true or false/,
    ],
    [
      'a field that lacks',
      () => altered((lines) => delete rowOf(lines, 'users').handle),
      /:3: "handle" of users must be a text/,
    ],
    [
      'a field that there is not',
      () => altered((lines) => (rowOf(lines, 'users').roles = ['ADMIN'])),
      /:3: users has no field "roles"/,
    ],
    [
      'a kind that there is not',
      () => altered((lines) => (rowOf(lines, 'mappings').kind = 'ENUM')),
      /"kind" of mappings must be CLASS, METHOD/,
    ],
    [
      'a day that there is not',
      () => altered((lines) => (rowOf(lines, 'users').createdAt = '2026-02-30T00:00:00.000Z')),
      /"createdAt" of users must be an instant/,
    ],
    [
      'a hash that is none',
      () => altered((lines) => (rowOf(lines, 'changes').hash = 'xyz')),
      /"hash" of changes must be 64 hex digits/,
    ],
    [
      'bytes that are none',
      () => altered((lines) => (rowOf(lines, 'versionFiles').content = 'é')),
      /"content" of versionFiles must be bytes/,
    ],
    [
      'a handle that nobody could have',
      () => altered((lines) => (rowOf(lines, 'users').handle = '<b>')),
      /:3: A handle has 2 to 32 letters/,
    ],
    [
      'a version that could not be',
      () => altered((lines) => (rowOf(lines, 'gameVersions').name = '../1')),
      /is not the name of a game version/,
    ],
    [
      'a file of a release that is another one',
      () => altered((lines) => (rowOf(lines, 'releaseFiles').content = Buffer.from('PK').toString('base64'))),
      /"sha256" is not that of "content"/,
    ],
    [
      'a row that points at nothing',
      () => altered((lines) => (rowOf(lines, 'declarations').ownerId = 999_999)),
      /:\d+: one of the lines from \d+ to \d+ can not stand in the database \(.*declarations_owner_id_fkey.*owner_id.*999999/,
    ],
    [
      'two rows with one id',
      () => altered((lines) => (rowOf(lines, 'mappings', 1).id = rowOf(lines, 'mappings').id as number)),
      /can not stand in the database \(duplicate key/,
    ],
    [
      'a slot that no column holds',
      () => altered((lines) => (rowOf(lines, 'mappings').slot = 70_000)),
      /can not stand in the database \(.*smallint/,
    ],
  ])('%s', async (_what, broken, reason) => {
    expect(await refusal(broken())).toMatch(reason);
  });

  test('a line without end, before it is held', async () => {
    const reader = readerOf(gzipSync('x'.repeat(2_000_000)), 1_000_000);
    await expect(reader.header()).rejects.toThrow('test.jsonl.gz:1: a line is longer than 1000000 bytes.');
    await reader.close();
  });
});

describe('what does not verify', () => {
  const forged = () =>
    altered((lines) => {
      rowOf(lines, 'changes').newName = 'forged';
      rowOf(lines, 'releases').changeCount += 1;
      rowOf(lines, 'releases').digest = '0'.repeat(64);
    });

  test('is refused with everything that is wrong', async () => {
    const reason = await refusal(forged());
    expect(reason).toMatch(
      /^What test.jsonl.gz holds does not fit together:\n {2}The seal of change 1 of .* altered\.\n/,
    );
    expect(reason).toContain('was altered');
    expect(reason).toMatch(/The release snapshot_\d+-1.0 has \d+ changes, and should have \d+\./);
    expect(reason).toMatch(/The release snapshot_\d+-1.0 is broken: its digest is not that of its content\./);
  });

  test('and taken over as it is by who says so', async () => {
    const other = await openTestDatabase();
    try {
      const { problems } = await restore(other, forged(), { allowProblems: true });
      expect(problems).toHaveLength(4);
      expect((await other.transaction((tx) => readHistory(tx))).problems).toHaveLength(2);
    } finally {
      await other.close();
    }
  });
});

describe('a database that is not empty', () => {
  const refusedBy = (other: TestDatabase) => expect(restore(other, bytes)).rejects;

  test('is left as it is, in words; two restores at once make one', async () => {
    const other = await openTestDatabase();
    try {
      const outcomes = await Promise.allSettled([restore(other, bytes), restore(other, bytes)]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      await refusedBy(other).toThrow(
        /^The database is not empty: it has 1 user, 1 version, \d+ changes, 1 release\. A dump is restored into an empty one/,
      );
    } finally {
      await other.close();
    }
  });

  test('counts as empty with the sample alone, which goes; not once somebody is there', async () => {
    const other = await startTestService();
    try {
      await signUp(other);
      await refusedBy(other.db).toThrow('it has 1 user.');
    } finally {
      await other.close();
    }
    const sample = await openTestDatabase();
    try {
      await importSample(sample);
      expect(await restore(sample, bytes)).toMatchObject({ replacedSample: '0.0-sample', problems: [] });
      const versions = await sample.query(`SELECT id, name FROM game_versions`);
      expect(versions).toEqual([{ id: rowOf(linesOf(bytes), 'gameVersions').id, name: '1.0' }]);
    } finally {
      await sample.close();
    }
  });
});

test('the dump itself is taken, into the database in which all of these were refused', async () => {
  expect(await restore(db, bytes)).toMatchObject({ problems: [], replacedSample: null });
});
