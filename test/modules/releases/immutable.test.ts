import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOfflineSchema } from '../../../src/app/schema.js';
import { RoleName } from '../../../src/auth/permissions.js';
import type { Database } from '../../../src/db/index.js';
import { openPostgresql } from '../../../src/db/postgresql.js';
import { verifyReleases } from '../../../src/modules/releases/verify-releases.service.js';
import { shellOn } from '../../cli/support.js';
import { asAdmin, type TestDatabase } from '../../support/database.js';
import { signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { commit, naming, SCOPES, staged } from '../changes/support.js';
import { importFiles } from '../imports/support.js';
import { signUpCast, type Cast } from '../roles/support.js';
import { DAY, publishAt, published, RELEASE, releaseState, YANK } from './support.js';

const VERSION = '1.0';

/** What would change a release. */
const REWRITES = [
  `UPDATE releases SET notes = 'swapped'`,
  `UPDATE releases SET digest = decode(repeat('00', 32), 'hex')`,
  `UPDATE releases SET published_by_id = NULL, published_at = '2001-01-01'`,
  `UPDATE releases SET name = 'stable_1-9.9' WHERE id = 1`,
  `DELETE FROM releases`,
  `TRUNCATE releases CASCADE`,
  `UPDATE release_files SET content = decode('00', 'hex')`,
  `UPDATE release_files SET sha256 = decode(repeat('00', 32), 'hex'), size = 1`,
  `DELETE FROM release_files`,
  `TRUNCATE release_files`,
  `INSERT INTO release_files (release_id, file_name, content, size, md5, sha1, sha256, sha512)
   SELECT release_id, 'more.zip', content, size, md5, sha1, sha256, sha512 FROM release_files LIMIT 1`,
  `UPDATE release_changes SET release_id = release_id + 1`,
  `DELETE FROM release_changes`,
  `TRUNCATE release_changes`,
  `INSERT INTO release_changes (release_id, change) SELECT min(release_id), max(c.sequence) FROM release_changes, changes c`,
  `UPDATE release_yanks SET reason = 'swapped'`,
  `DELETE FROM release_yanks`,
  `TRUNCATE release_yanks`,
];

const errorOf = async (db: Database, sql: string): Promise<string> => {
  try {
    await db.query(sql);
    return 'done';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

let service: TestService;
let owner: TestDatabase;
let cast: Cast;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  owner = service.db;
  cast = await signUpCast(service);
  await importFiles(owner, VERSION, { 'joined.tsrg': SCOPES });
  await staged(cast.user, naming({ field_1_a: 'age' }), { version: VERSION });
  await publishAt(owner, VERSION, new Date(Date.now() - DAY));
  await staged(cast.user, naming({ field_2_b: 'height' }), { version: VERSION });
  await commit(cast.maintainer, { version: VERSION });
  const { id } = await published(cast.releaseManager, VERSION, 'SNAPSHOT');
  await cast.releaseManager.query(YANK, { input: { release: id, reason: 'wrong' } });
  await staged(cast.user, naming({ field_3_a: 'size' }), { version: VERSION });
});
afterAll(() => service.close());

describe('a release can not be changed', () => {
  test.each(REWRITES)("by the tables' owner: %s", async (sql) => {
    const before = await releaseState(service);
    expect(await errorOf(owner, sql)).toContain('is append-only: releases never change');
    expect(await releaseState(service)).toEqual(before);
  });

  test('nor can its game version, or its changes, be taken away', async () => {
    const before = await releaseState(service);
    expect(await errorOf(owner, `DELETE FROM game_versions`)).not.toBe('done');
    expect(await errorOf(owner, `DELETE FROM changes`)).not.toBe('done');
    expect(await releaseState(service)).toEqual(before);
  });

  test('through GraphQL there is no mutation that would, for no role', () => {
    const mutations = Object.keys(createOfflineSchema().getMutationType()!.getFields());
    expect(mutations.filter((name) => /release/i.test(name)).sort()).toEqual([
      'confirmRelease',
      'publishRelease',
      'withdrawReleaseRequest',
      'yankRelease',
    ]);
  });

  test('whoever may do everything finds nothing that changes one that is there', async () => {
    const before = await releaseState(service);
    const { releases } = await service.client().query(`{ releases { nodes { ${RELEASE} } } }`);
    for (const client of [cast.admin, cast.releaseManager, cast.adminProgram]) {
      for (const { id } of releases.nodes as { id: string }[]) {
        for (const field of ['notes', 'name', 'digest', 'publishedAt', 'id', 'previous']) {
          const input = { version: VERSION, channel: 'SNAPSHOT', [field]: field === 'notes' ? 'again' : id };
          await client.send(
            `mutation ($input: PublishReleaseInput!) { publishRelease(input: $input) { userErrors { code } } }`,
            { input },
          );
        }
      }
    }
    expect(await releaseState(service)).toEqual(before);
  });

  test('on the command line', async () => {
    const before = await releaseState(service);
    const mcp = shellOn(owner);
    const { releases } = await service.client().query(`{ releases { nodes { name yanked } } }`);
    for (const { name, yanked } of releases.nodes as { name: string; yanked: string | null }[]) {
      if (yanked !== null) expect((await mcp('yank', name, '--reason', 'another')).status).toBe(1);
      expect((await mcp('release', '--version', VERSION, '--channel', 'snapshot', '--notes', 'x')).status).toBe(1);
    }
    expect(await releaseState(service)).toEqual(before);
  });

  test('and verification finds all of them whole', async () => {
    expect(await verifyReleases(owner)).toEqual({ count: 2, problem: null });
  });
});

describe('a role that is less than the owner', () => {
  const role = `mcp_app_${randomBytes(6).toString('hex')}`;
  let app: TestDatabase;

  // PGlite has one user, who owns everything; there the triggers alone stand guard.
  const onServer = test.skipIf(process.env.TEST_DATABASE_URL === undefined || process.env.TEST_DATABASE_URL === '');

  beforeAll(async () => {
    if (owner.url === null) return;
    const password = randomBytes(12).toString('hex');
    await asAdmin(owner.url, `CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
    const script = await readFile('prisma/app-role.sql', 'utf8');
    // What psql would do with its own commands and variables.
    await asAdmin(owner.url, script.replace(/^\\.*$/gm, '').replaceAll(':"role"', `"${role}"`));
    const url = Object.assign(new URL(owner.url), { username: role, password }).href;
    app = Object.assign(openPostgresql({ url, poolSize: 4 }), { url });
  });
  afterAll(async () => {
    if (owner.url === null) return;
    await app.close();
    await asAdmin(owner.url, `DROP OWNED BY ${role}`);
    await asAdmin(owner.url, `DROP ROLE ${role}`);
  });

  onServer.each([
    ...REWRITES,
    `ALTER TABLE releases DISABLE TRIGGER USER`,
    `DROP TRIGGER release_files_append_only ON release_files`,
    `SET session_replication_role = 'replica'`,
    `CREATE OR REPLACE FUNCTION refuse_release_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$`,
    `DROP TABLE release_files CASCADE`,
  ])('is refused: %s', async (sql) => {
    const before = await releaseState(service);
    expect(await errorOf(app, sql)).toMatch(/^permission denied|must be owner|is append-only/);
    expect(await releaseState(service)).toEqual(before);
  });

  onServer('is enough to publish, to yank and to verify', async () => {
    const limited = await startTestService({ db: app, sample: false });
    try {
      const manager = await signUp(limited, { roles: [RoleName.RELEASE_MANAGER] });
      const { id } = await published(manager, VERSION, 'STABLE');
      const { yankRelease } = await manager.query(YANK, { input: { release: id, reason: 'a try' } });
      expect(yankRelease.userErrors).toEqual([]);
      expect(await verifyReleases(app)).toEqual({ count: 3, problem: null });
    } finally {
      await limited.close();
    }
  });
});
