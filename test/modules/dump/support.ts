import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { RoleName } from '../../../src/auth/permissions.js';
import type { Database } from '../../../src/db/index.js';
import { DumpReader } from '../../../src/modules/dump/dump-reader.js';
import { writeDump, type DumpReport } from '../../../src/modules/dump/dump.service.js';
import { restoreDump, type RestoreOptions, type RestoreReport } from '../../../src/modules/dump/restore.service.js';
import { publishAsService } from '../../../src/modules/releases/publish.service.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import type { TestService } from '../../support/service.js';
import { importCopies } from '../../support/versions.js';
import { commit, naming, reject, staged, undo } from '../changes/support.js';
import { makeBot } from '../roles/support.js';

/** A dump of a database, as bytes. */
export async function dumpOf(db: Database, now = new Date()): Promise<{ bytes: Buffer; report: DumpReport }> {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-test-dump-'));
  try {
    const file = join(folder, 'dump.jsonl.gz');
    const report = await writeDump(db, file, { now });
    return { bytes: await readFile(file), report };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads a dump as if it came in small pieces. */
export const readerOf = (bytes: Buffer, maxLine?: number): DumpReader =>
  new DumpReader('test.jsonl.gz', Readable.from(pieces(bytes), { objectMode: false }), maxLine);

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
}

export async function restore(db: Database, bytes: Buffer, options?: RestoreOptions): Promise<RestoreReport> {
  const reader = readerOf(bytes);
  try {
    return await restoreDump(db, reader, options);
  } finally {
    await reader.close();
  }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Line = any;

/** The lines of a dump, parsed. */
export const linesOf = (bytes: Buffer): Line[] =>
  gunzipSync(bytes)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Lines as a dump with an end mark that is right. */
export function sealed(lines: readonly Line[]): Buffer {
  const text = lines
    .slice(0, -1)
    .map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`)
    .join('');
  const sha256 = createHash('sha256').update(text).digest('hex');
  return gzipSync(`${text}${JSON.stringify({ ...lines.at(-1), sha256 })}\n`);
}

/** The first row of a section, by reference. */
export function rowOf(lines: readonly Line[], section: string, row = 0): Line {
  const at = lines.findIndex((line: Line) => line.section === section);
  return lines[at + 1 + row];
}

/** What stands where nobody may see it: in every private column, to be looked for in a dump. */
export const PRIVATE = 'private-and-nobodys-business';

export interface World {
  alice: Person;
  bob: Person;
  carol: Person;
  /** Has merged into carol. */
  merged: Person;
  /** Has deleted the account. */
  erased: Person;
  /** Sequences. */
  discussed: number;
}

/** Lets people do all that leaves public data, and all that leaves private data too. */
export async function peopled(service: TestService): Promise<World> {
  const { db } = service;
  await importCopies(db, ['1.0', '1.1']);
  const admin = await signUp(service, { handle: 'the-keeper', roles: [RoleName.ADMIN] });
  const alice = await signUp(service, { handle: 'Alice', roles: [RoleName.MAINTAINER] });
  const bob = await signUp(service, { handle: 'bob', roles: [RoleName.MAINTAINER] });
  const carol = await signUp(service, { handle: 'carol' });
  const merged = await signUp(service, { handle: 'carol-of-old' });
  const erased = await signUp(service, { handle: 'dave-who-left' });
  const bot = await makeBot(service, alice);
  const program = await programOf(service, alice);

  const version = '1.0';
  await staged(erased, naming({ func_2047_b: 'plantSeed' }), { version, reason: 'it "plants"\na seed \\ é 🌱' });
  await staged(merged, naming({ field_1002_c: 'daysOfSun' }), { version });
  await staged(bot.program, naming({ func_2006_f: 'byTheBot' }), { version });
  await commit(bob, { version });
  await staged(bob, naming({ field_1002_c: 'daysOfRain' }), { version, force: true });
  const [discussed] = await staged(alice, naming({ func_2047_b: 'sowSeed' }), { version, force: true });
  await vote(bob, discussed!.id, true);
  await vote(carol, discussed!.id, true);
  await vote(erased, discussed!.id, false);
  await comment(erased, discussed!.id, 'As a word of mine.\nWith two lines.');
  await comment(carol, discussed!.id, 'Gone soon.');
  await comment(carol, discussed!.id, 'Stays.');
  await db.query(`DELETE FROM change_comments WHERE body = 'Gone soon.'`);
  await publishAsService(db, { version, channel: 'SNAPSHOT', now: new Date(), via: 'schedule' });
  await publishAsService(db, { version, channel: 'STABLE', now: new Date(), via: 'shell', notes: 'The first.' });
  await undo(bob, 'field_1002_c', version);
  const [other] = await staged(alice, naming({ field_1002_c: 'daysOfSnow' }), { version, force: true });
  await reject(bob, other!.id, 'never snows');
  const next = { version, channel: 'STABLE', now: new Date(), via: 'shell' } as const;
  const [documented] = await staged(bob, [{ srg: 'func_2003_d', name: 'getStage', documentation: 'How far it is.' }], {
    version,
    force: true,
  });
  await commit(bob, { version, changes: [documented!.id] });
  await publishAsService(db, next);
  await db.query(
    `INSERT INTO release_yanks (release_id, reason, by_id, via, at)
     SELECT id, 'It was too early.', $1, $2, now() FROM releases WHERE name = 'stable_1-1.0'`,
    [bob.userId, PRIVATE],
  );
  await bob.query(
    `mutation { lockMapping(input: { version: "1.1", srg: "func_2003_d", reason: "as agreed" }) { userErrors { code } } }`,
  );
  await admin.query(`mutation { freezeGameVersion(input: { name: "0.0-sample" }) { userErrors { code } } }`);
  await db.query(
    `INSERT INTO mapping_demand (mapping_id, version_id, count)
     SELECT id, version_id, row_number() OVER (ORDER BY id DESC) * 3 FROM mappings WHERE name IS NULL AND NOT fixed`,
  );
  await leavePrivate(service, alice, program.token!);
  await admin.query(
    `mutation ($input: AdminMergeAccountsInput!) { adminMergeAccounts(input: $input) { userErrors { code message } } }`,
    { input: { from: merged.id, into: carol.id, reason: PRIVATE } },
  );
  await erased.query(`mutation { deleteAccount(input: { confirmHandle: "dave-who-left" }) { userErrors { code } } }`);
  return { alice, bob, carol, merged, erased, discussed: discussed!.sequence };
}

async function vote(person: Person, change: string, isFor: boolean): Promise<void> {
  const { voteOnChange } = await person.query(
    `mutation ($input: VoteOnChangeInput!) { voteOnChange(input: $input) { userErrors { code message } } }`,
    { input: { change, for: isFor } },
  );
  if (voteOnChange.userErrors.length > 0) throw new Error(JSON.stringify(voteOnChange.userErrors));
}

async function comment(person: Person, change: string, body: string): Promise<void> {
  await person.query(
    `mutation ($input: CommentOnChangeInput!) { commentOnChange(input: $input) { userErrors { code } } }`,
    { input: { change, body } },
  );
}

/** Puts the marker into every column of accounts that nobody else sees. */
async function leavePrivate({ db }: TestService, { userId }: Person, token: string): Promise<void> {
  const secret = Buffer.from(PRIVATE);
  const put = (sql: string, ...values: unknown[]) => db.query(sql, [userId, ...values]);
  await put(`UPDATE users SET suspended_until = '2001-01-01', suspension_reason = $2 WHERE id = $1`, PRIVATE);
  await put(
    `INSERT INTO identities (user_id, provider, subject, display_name) VALUES ($1, 'GITHUB', $2, $2)`,
    `${PRIVATE}@mail.example`,
  );
  await put(`UPDATE sessions SET device = $2 WHERE user_id = $1`, PRIVATE);
  await put(`UPDATE api_tokens SET name = $2 WHERE user_id = $1`, PRIVATE);
  await put(`UPDATE role_grants SET reason = $2 WHERE user_id = $1`, PRIVATE);
  await put(`INSERT INTO totp (user_id, key) VALUES ($1, $2)`, secret);
  await put(`INSERT INTO recovery_codes (user_id, hash) VALUES ($1, $2)`, secret);
  await put(
    `INSERT INTO passkeys (user_id, credential_id, public_key, counter, name) VALUES ($1, $2, $3, 0, $2)`,
    PRIVATE,
    secret,
  );
  await put(
    `INSERT INTO one_time_secrets (hash, purpose, user_id, data, expires_at)
     VALUES ($2, 'TEST', $1, json_build_object('a', $3::text), now())`,
    secret,
    PRIVATE,
  );
  await put(`INSERT INTO audit_events (actor_id, action, detail, address) VALUES ($1, 'test', $2, $2)`, PRIVATE);
  await put(
    `INSERT INTO webhooks (user_id, url, events, kinds, signing_key, created_at, change_cursor, decision_cursor, due_at)
     VALUES ($1, $2, '{}', '{}', $3, now(), 0, 0, now() + interval '1 day')`,
    `https://${PRIVATE}.example/${token.slice(-8)}`,
    secret,
  );
  await put(
    `INSERT INTO release_requests (version_id, requested_by_id, requested_at, notes, digest)
     SELECT id, $1, now(), $2, $3 FROM game_versions WHERE name = '1.1'`,
    PRIVATE,
    secret,
  );
  await put(`INSERT INTO rate_limits (key, points) SELECT $2, id FROM users WHERE id = $1`, PRIVATE);
}

/** Writes bytes where a command finds them. @returns the file, and how to remove it */
export async function inFile(bytes: Buffer, name = 'dump.jsonl.gz') {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-test-dump-'));
  const file = join(folder, name);
  await writeFile(file, bytes);
  return { folder, file, remove: () => rm(folder, { recursive: true, force: true }) };
}
