import { statement, type Sql } from '../../db/index.js';
import type { ChangeState } from '../history/seal.js';
import type { MappingKind, MappingRow } from '../mappings/mapping.js';
import type { ListPage, ParentCount } from '../../shared/page.js';
import { mappingColumns } from '../mappings/mappings.rows.js';
import { changeColumns, DECISION, joinStaged, type ChangeRow } from './change.js';

const BY_ID = statement(
  'changes_by_id',
  `SELECT ${changeColumns()} FROM changes c ${DECISION} WHERE c.sequence = ANY($1::int[]) ORDER BY c.sequence`,
);

/** Changes by sequence, in their order. */
export const changesById = (db: Sql, ids: readonly number[]): Promise<ChangeRow[]> => db.query(BY_ID, [ids]);

/** Which changes a list takes; null for any. */
export interface ChangeFilter {
  versionId: number | null;
  kinds: readonly MappingKind[] | null;
  srg: string | null;
  /** A name that an entry had or was to have. */
  name: string | null;
  /** A user's own and those of accounts that were merged into it. */
  authorId: number | null;
  /** What acted for the author, or the handle of the bot that is the author. */
  via: string | null;
  batch: number | null;
  states: readonly ChangeState[] | null;
  since: Date | null;
  until: Date | null;
}

export const ANY_CHANGE: ChangeFilter = {
  versionId: null,
  kinds: null,
  srg: null,
  name: null,
  authorId: null,
  via: null,
  batch: null,
  states: null,
  since: null,
  until: null,
};

/** The accounts whose changes count as those of the user `$n`. */
const accountsOf = (user: string) => `(SELECT id FROM users WHERE id = ${user} OR merged_into_id = ${user})`;

// A plan is made for the values of each call: which index serves depends on what is asked for.
const CONDITIONS: Record<keyof ChangeFilter, (parameter: string) => string> = {
  versionId: (p) => `c.version_id = ${p}::int`,
  kinds: (p) => `c.kind::text = ANY(${p}::text[])`,
  srg: (p) => `c.srg = ${p}::text`,
  name: (p) => `(c.old_name = ${p}::text OR c.new_name = ${p}::text)`,
  authorId: (p) => `c.author_id IN ${accountsOf(`${p}::int`)}`,
  via: (p) => `(c.via = ${p}::text OR c.author_id IN (SELECT id FROM users WHERE is_bot AND handle = ${p}::text))`,
  batch: (p) => `c.batch = ${p}::int`,
  states: (p) => `c.state::text = ANY(${p}::text[])`,
  since: (p) => `c.created_at >= ${p}::timestamptz`,
  until: (p) => `c.created_at < ${p}::timestamptz`,
};

/** The condition of a filter on a change `c`, and its values from `$1`. */
export function changeConditions(filter: ChangeFilter): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const parts = (Object.keys(CONDITIONS) as (keyof ChangeFilter)[]).flatMap((key) => {
    if (filter[key] === null) return [];
    values.push(filter[key]);
    return [CONDITIONS[key](`$${values.length}`)];
  });
  return { where: parts.length === 0 ? 'true' : parts.join(' AND '), values };
}

/** Changes, newest first, behind a sequence. */
export function changesPage(db: Sql, filter: ChangeFilter, before: number | null, limit: number): Promise<ChangeRow[]> {
  const { where, values } = changeConditions(filter);
  const behind = before === null ? '' : `AND c.sequence < $${values.push(before)}::int`;
  return db.query(
    `SELECT ${changeColumns()} FROM changes c ${DECISION} WHERE ${where} ${behind}
      ORDER BY c.sequence DESC LIMIT $${values.push(limit)}`,
    values,
  );
}

export async function countChanges(db: Sql, filter: ChangeFilter): Promise<number> {
  const { where, values } = changeConditions(filter);
  const rows = await db.query<{ count: number }>(`SELECT count(*)::int AS count FROM changes c WHERE ${where}`, values);
  return rows[0]!.count;
}

const OF_ENTRIES = statement(
  'changes_of_entries',
  `SELECT page.* FROM unnest($1::int[]) AS parent(id) JOIN mappings m ON m.id = parent.id CROSS JOIN LATERAL (
     SELECT m.id AS parent, ${changeColumns()} FROM changes c ${DECISION}
      WHERE c.srg = m.srg AND c.version_id = m.version_id AND c.kind = m.kind AND ($2::int IS NULL OR c.sequence < $2)
      ORDER BY c.sequence DESC LIMIT $3
   ) AS page`,
);

const OF_ENTRIES_COUNT = statement(
  'changes_of_entries_count',
  `SELECT m.id AS parent, count(*)::int AS count FROM mappings m
     JOIN changes c ON c.srg = m.srg AND c.version_id = m.version_id AND c.kind = m.kind
    WHERE m.id = ANY($1::int[]) GROUP BY 1`,
);

/** The changes of entries, newest first. */
export const changesOfEntries = (
  db: Sql,
  { parents, after, limit }: ListPage<number>,
): Promise<(ChangeRow & { parent: number })[]> => db.query(OF_ENTRIES, [parents, after, limit]);

export const countChangesOfEntries = (db: Sql, parents: readonly number[]): Promise<ParentCount[]> =>
  db.query(OF_ENTRIES_COUNT, [parents]);

const OF_USERS = statement(
  'changes_of_users',
  `SELECT page.* FROM unnest($1::int[]) AS parent(id) CROSS JOIN LATERAL (
     SELECT parent.id AS parent, ${changeColumns()} FROM changes c ${DECISION}
      WHERE c.author_id IN ${accountsOf('parent.id')} AND ($2::int IS NULL OR c.sequence < $2)
      ORDER BY c.sequence DESC LIMIT $3
   ) AS page`,
);

const OF_USERS_COUNT = statement(
  'changes_of_users_count',
  `SELECT parent.id AS parent, count(*)::int AS count FROM unnest($1::int[]) AS parent(id)
     JOIN changes c ON c.author_id IN ${accountsOf('parent.id')} GROUP BY 1`,
);

/** The changes of users, those of accounts that were merged into theirs among them, newest first. */
export const changesOfUsers = (
  db: Sql,
  { parents, after, limit }: ListPage<number>,
): Promise<(ChangeRow & { parent: number })[]> => db.query(OF_USERS, [parents, after, limit]);

export const countChangesOfUsers = (db: Sql, parents: readonly number[]): Promise<ParentCount[]> =>
  db.query(OF_USERS_COUNT, [parents]);

const STAGED = statement(
  'changes_staged',
  `SELECT m.id AS parent, ${changeColumns()} FROM mappings m ${joinStaged('m', 'c')} ${DECISION}
    WHERE m.id = ANY($1::int[]) AND c.sequence IS NOT NULL`,
);

/** The staged changes of entries. */
export const stagedOf = (db: Sql, mappings: readonly number[]): Promise<(ChangeRow & { parent: number })[]> =>
  db.query(STAGED, [mappings]);

const MAPPINGS = statement(
  'changes_mappings',
  `SELECT c.sequence AS change, ${mappingColumns('m')} FROM changes c
     JOIN mappings m ON m.version_id = c.version_id AND m.srg = c.srg AND m.kind = c.kind WHERE c.sequence = ANY($1::int[])`,
);

/** The entries of changes, as far as they are still there. */
export const mappingsOf = (db: Sql, changes: readonly number[]): Promise<(MappingRow & { change: number })[]> =>
  db.query(MAPPINGS, [changes]);
