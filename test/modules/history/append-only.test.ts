import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { openPostgresql } from '../../../src/db/postgresql.js';
import { migrate, type Database } from '../../../src/db/index.js';
import { verifyHistory } from '../../../src/modules/history/verify.service.js';
import { outcomeOf } from '../../support/client.js';
import { asAdmin, openTestDatabase, type TestDatabase } from '../../support/database.js';
import { signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies } from '../../support/versions.js';
import { unnamedIds } from './support.js';

const VERSION = '1.0';

const PROPOSE = `mutation ($input: ProposeChangesInput!) {
  proposeChanges(input: $input) { changes { id newName author { handle } createdAt } userErrors { code } } }`;
const COMMIT = `mutation ($input: CommitChangesInput!) { commitChanges(input: $input) { count userErrors { code } } }`;
const REJECT = `mutation ($input: RejectChangeInput!) { rejectChange(input: $input) { change { decidedAt } userErrors { code } } }`;
const UNDO = `mutation ($input: ChangeInput!) { undoChange(input: $input) { change { id } userErrors { code } } }`;
const REDO = `mutation ($input: ChangeInput!) { redoChange(input: $input) { change { id } userErrors { code } } }`;

/** What rewrites history. */
const REWRITES = [
  `UPDATE changes SET new_name = 'swapped'`,
  `UPDATE changes SET author_id = NULL`,
  `UPDATE changes SET created_at = '2001-01-01'`,
  `UPDATE changes SET hash = decode(repeat('00', 32), 'hex')`,
  `UPDATE changes SET sequence = sequence + 1000`,
  `DELETE FROM changes`,
  `TRUNCATE changes CASCADE`,
  `UPDATE change_decisions SET by_id = NULL`,
  `UPDATE change_decisions SET state = 'REJECTED'`,
  `DELETE FROM change_decisions`,
  `TRUNCATE change_decisions`,
  `DELETE FROM history_head`,
  `UPDATE audit_events SET action = 'nothing'`,
  `DELETE FROM audit_events`,
  `TRUNCATE audit_events`,
];

const errorOf = async (db: Database, sql: string): Promise<string> => {
  try {
    await db.query(sql);
    return 'done';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

/** Names four entries through the interface, and decides on them in every way. */
async function nameThings(service: TestService): Promise<void> {
  const maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
  const ids = await unnamedIds(service.db, VERSION, 4);
  const changes = ids.map((srg, i) => ({ srg, name: `thing${i}` }));
  const proposed = await maintainer.query(PROPOSE, { input: { version: VERSION, changes, reason: 'they are things' } });
  expect(proposed.proposeChanges.userErrors).toEqual([]);
  const [first, second] = proposed.proposeChanges.changes as [{ id: string }, { id: string }];
  const ofLast = { input: { version: VERSION, srg: ids[3] } };
  for (const [document, variables] of [
    [REJECT, { input: { change: first.id, reason: 'no thing' } }],
    [COMMIT, { input: { changes: [second.id] } }],
    [UNDO, ofLast],
    [REDO, ofLast],
    [COMMIT, { input: { version: VERSION } }],
  ] as const) {
    expect(outcomeOf(await maintainer.send(document, variables))).toBe('OK');
  }
}

let owner: TestDatabase;
beforeAll(async () => {
  owner = await openTestDatabase();
  await importCopies(owner, [VERSION]);
});
afterAll(() => owner.close());

describe('HI1 history can not be rewritten', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ db: owner, sample: false });
    await nameThings(service);
  });
  afterAll(() => service.close());

  test.each(REWRITES)('by its owner: %s', async (sql) => {
    expect(await errorOf(owner, sql)).toMatch(/append-only|is sealed/);
    expect((await verifyHistory(owner)).problems).toEqual([]);
  });

  test.each([
    ['COMMITTED', 'UNDONE'],
    ['REJECTED', 'STAGED'],
  ])('what is %s does not become %s', async (state, next) => {
    const sql = `UPDATE changes SET state = '${next}' WHERE state = '${state}'`;
    expect(await errorOf(owner, sql)).toContain(`is ${state} and stays so`);
  });
});

describe('HI3 nobody dates back or speaks for others', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  test.each(['createdAt', 'at', 'now', 'author', 'authorId', 'user', 'via', 'sequence', 'hash', 'state', 'batch'])(
    'an input has no %s',
    async (field) => {
      const maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
      const [srg] = await unnamedIds(service.db, '0.0-sample', 1);
      const change = { srg, name: 'backdated' };
      const value = field.endsWith('At') || field === 'at' || field === 'now' ? '2001-01-01T00:00:00Z' : '1';
      for (const [document, input] of [
        [PROPOSE, { changes: [change], [field]: value }],
        [PROPOSE, { changes: [{ ...change, [field]: value }] }],
        [COMMIT, { [field]: value }],
        [UNDO, { srg, [field]: value }],
        [REDO, { srg, [field]: value }],
        [REJECT, { change: 'x', reason: 'x', [field]: value }],
      ] as const) {
        const { message, extensions } = await maintainer.refused(document, { input });
        expect(extensions.code).toBe('BAD_USER_INPUT');
        expect(message).toContain(`Field "${field}" is not defined`);
      }
      expect((await verifyHistory(service.db)).changes.count).toBe(0);
    },
  );

  test('time and author are those of the call', async () => {
    const maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
    const [srg] = await unnamedIds(service.db, '0.0-sample', 1);
    const before = Date.now();
    const { proposeChanges } = await maintainer.query(PROPOSE, { input: { changes: [{ srg, name: 'current' }] } });
    const [change] = proposeChanges.changes;
    expect(change.author.handle).toBe(maintainer.handle);
    expect(Date.parse(change.createdAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(change.createdAt)).toBeLessThanOrEqual(Date.now());
    const input = { change: change.id, reason: 'not this one' };
    const { rejectChange } = await maintainer.query(REJECT, { input });
    expect(Date.parse(rejectChange.change.decidedAt)).toBeGreaterThanOrEqual(Date.parse(change.createdAt));
  });
});

describe('HI1 a role that is less than the owner', () => {
  const role = `mcp_app_${randomBytes(6).toString('hex')}`;
  let app: TestDatabase;
  let service: TestService;

  // PGlite has one user, who owns everything; there the trigger alone stands guard.
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
    service = await startTestService({ db: app, sample: false });
  });
  afterAll(async () => {
    if (owner.url === null) return;
    await service.close();
    await app.close();
    await asAdmin(owner.url, `DROP OWNED BY ${role}`);
    await asAdmin(owner.url, `DROP ROLE ${role}`);
  });

  onServer.each([
    ...REWRITES,
    `TRUNCATE history_head`,
    `INSERT INTO history_head (id, change_hash, decision_hash) VALUES (2, '', '')`,
    `ALTER TABLE changes DISABLE TRIGGER USER`,
    `SET session_replication_role = 'replica'`,
    `DROP TRIGGER changes_sealed ON changes`,
    `CREATE OR REPLACE FUNCTION guard_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$`,
    `DROP TABLE change_comments`,
    `DELETE FROM _prisma_migrations`,
  ])('is refused: %s', async (sql) => {
    expect(await errorOf(app, sql)).toMatch(/^permission denied|must be owner/);
  });

  onServer('is enough for the service: people, names and decisions', async () => {
    const report = await verifyHistory(owner);
    expect(await migrate(app)).toEqual([]);
    await nameThings(service);
    const after = await verifyHistory(app);
    expect(after.problems).toEqual([]);
    expect(after.changes.count).toBe(report.changes.count + 4);
    const events = await app.query(`SELECT FROM audit_events`);
    expect(events.length).toBeGreaterThan(0);
    await app.query(`UPDATE audit_events SET address = NULL`);
  });

  onServer('has rights over every table that is there', async () => {
    const without = await owner.query(
      `SELECT relname FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT has_table_privilege($1, oid, 'SELECT')`,
      [role],
    );
    expect(without).toEqual([]);
  });
});
