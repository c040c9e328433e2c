import { expect } from 'vitest';
import type { Caller } from '../../../src/auth/caller.js';
import { RoleName } from '../../../src/auth/permissions.js';
import type { Database } from '../../../src/db/index.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { publishAsService } from '../../../src/modules/releases/publish.service.js';
import type { ReleaseChannel } from '../../../src/modules/releases/release-names.js';
import { releaseFile, type ReleaseRow } from '../../../src/modules/releases/releases.store.js';
import { actorWith } from '../../support/actors.js';
import type { TestClient } from '../../support/client.js';
import type { Person } from '../../support/people.js';
import type { TestService } from '../../support/service.js';

/** A release as the tests ask for it. */
export interface ToldRelease {
  id: string;
  name: string;
  version: { name: string };
  channel: ReleaseChannel;
  publishedAt: string;
  publishedBy: { handle: string } | null;
  confirmedBy: { handle: string } | null;
  via: string | null;
  notes: string | null;
  yanked: string | null;
  yankedAt: string | null;
  yankedBy: { handle: string } | null;
  digest: string;
  entryCount: number;
  changeCount: number;
  previous: { name: string } | null;
  artifacts: { fileName: string; url: string; size: number; sha256: string; mavenCoordinate: string | null }[];
  changes: { nodes: { srg: string; newName: string | null; state: string }[]; totalCount: number };
}

export interface ToldPublished {
  release: ToldRelease | null;
  request: { id: string; notes: string | null; digest: string; requestedBy: { handle: string } } | null;
  userErrors: { code: string; message: string; path: string[] | null }[];
}

export const RELEASE = `id name version { name } channel publishedAt publishedBy { handle } confirmedBy { handle } via notes
  yanked yankedAt yankedBy { handle } digest entryCount changeCount previous { name }
  artifacts { fileName url size sha256 mavenCoordinate } changes { nodes { srg newName state } totalCount }`;
const REQUEST = `id notes digest via requestedAt version { name } requestedBy { handle }`;
const ANSWER = `{ release { ${RELEASE} } request { ${REQUEST} } userErrors { code message path } }`;

export const PUBLISH = `mutation ($input: PublishReleaseInput!) { publishRelease(input: $input) ${ANSWER} }`;
export const CONFIRM = `mutation ($input: ReleaseRequestInput!) { confirmRelease(input: $input) ${ANSWER} }`;
export const YANK = `mutation ($input: YankReleaseInput!) { yankRelease(input: $input) ${ANSWER} }`;
export const WITHDRAW = `mutation ($input: ReleaseRequestInput!) {
  withdrawReleaseRequest(input: $input) { request { ${REQUEST} } userErrors { code message path } } }`;
export const REQUESTS = `{ releaseRequests { ${REQUEST} } }`;

export const publish = async (client: TestClient, input: object): Promise<ToldPublished> =>
  (await client.query(PUBLISH, { input })).publishRelease as ToldPublished;

/** Publishes what must pass. */
export async function published(client: TestClient, version: string, channel: ReleaseChannel): Promise<ToldRelease> {
  const { release, userErrors } = await publish(client, { version, channel });
  expect(userErrors).toEqual([]);
  return release!;
}

export const confirm = async (client: TestClient, request: string): Promise<ToldPublished> =>
  (await client.query(CONFIRM, { input: { request } })).confirmRelease as ToldPublished;

export const DAY = 86_400_000;

/** Publishes as the service does, at an instant of the test's own. */
export const publishAt = (
  db: Database,
  version: string,
  now: Date,
  channel: ReleaseChannel = 'SNAPSHOT',
): Promise<ReleaseRow> => publishAsService(db, { version, channel, now, via: 'test' });

/** A file of a release as the database holds it. */
export async function fileOf(db: Database, name: string, fileName: string): Promise<Buffer> {
  const rows = await db.query<{ id: number }>(`SELECT id FROM releases WHERE name = $1`, [name]);
  return Buffer.from((await releaseFile(db, rows[0]!.id, fileName))!);
}

/** Everything that publishing writes. */
export async function releaseState({ db }: Pick<TestService, 'db'>): Promise<object> {
  const rows = await db.query(
    `SELECT (SELECT json_agg(r ORDER BY r.id) FROM releases r) AS releases,
            (SELECT json_agg(json_build_array(f.release_id, f.file_name, f.size, f.sha256, sha256(f.content)) ORDER BY f.release_id, f.file_name)
               FROM release_files f) AS files,
            (SELECT json_agg(c ORDER BY c.release_id, c.change) FROM release_changes c) AS changes,
            (SELECT json_agg(y ORDER BY y.release_id) FROM release_yanks y) AS yanks,
            (SELECT json_agg(q ORDER BY q.id) FROM release_requests q) AS requests,
            (SELECT count(*)::int FROM audit_events) AS events`,
  );
  return rows[0]!;
}

export const releaseId = (id: number): string => encodeId('Release', id);
export const requestId = (id: number): string => encodeId('ReleaseRequest', id);

/** Entries that a release changed, `field_1_a age`, by id. */
export const changed = ({ changes }: Pick<ToldRelease, 'changes'>): string[] =>
  changes.nodes.map(({ srg, newName }) => `${srg} ${newName ?? '-'}`).sort();

/** Somebody who calls services in this process, with a session and rights as they were when the call came in. */
export async function callerOf(
  { db }: Pick<TestService, 'db'>,
  { userId }: Pick<Person, 'userId'>,
  roles: readonly RoleName[],
): Promise<Caller> {
  const rows = await db.query<{ id: number }>(`SELECT id FROM sessions WHERE user_id = $1`, [userId]);
  const credential = { id: String(rows[0]!.id), provenAt: new Date() };
  const actor = actorWith([RoleName.USER, ...roles], { id: String(userId), credential });
  return { actor, now: new Date(), address: null, device: null, cookies: null };
}

/** A database on which something happens between the first transaction and the next. */
export function afterFirst(db: Database, happens: () => Promise<unknown>): Database {
  let isFirst = true;
  const transaction: Database['transaction'] = async (work) => {
    const result = await db.transaction(work);
    if (isFirst) await happens();
    isFirst = false;
    return result;
  };
  return Object.assign(Object.create(db) as Database, { transaction });
}
