import { inBatches, statement, type Sql, type Tx } from '../../db/index.js';
import type { NamedEntry } from '../formats/index.js';
import type { MappingKind } from '../mappings/mapping.js';
import type { StagedOf } from './target.js';

/** A user whose proposals are asked for. */
export interface Proposer {
  userId: number;
  /** Accounts that were merged into theirs, and brought their proposals. */
  merged: number;
}

const PROPOSER = statement(
  'name_sets_proposer',
  `SELECT id AS "userId", (SELECT count(*)::int FROM users m WHERE m.merged_into_id = u.id) AS merged FROM users u
    WHERE erased_at IS NULL
      AND id = (SELECT coalesce(merged_into_id, id) FROM users WHERE handle_key = lower($1) AND erased_at IS NULL)`,
);

/** The user behind a handle, however it is written; null for none. */
export async function proposerByHandle(db: Sql, handle: string): Promise<Proposer | null> {
  const rows = await db.query<Proposer>(PROPOSER, [handle]);
  return rows[0] ?? null;
}

/** A staged change with what of its entry is not in it. */
export interface StagedEntry extends NamedEntry {
  fixed: boolean;
}

const STAGED = `
  SELECT c.kind, c.srg, c.new_name AS name, NULL AS "serverName", m.side, c.new_documentation AS documentation,
         o.srg AS method, m.fixed
    FROM changes c
    JOIN mappings m ON m.version_id = c.version_id AND m.srg = c.srg AND m.kind = c.kind
    LEFT JOIN mappings o ON o.id = m.method_id
   WHERE c.version_id = $1 AND c.state = 'STAGED'`;

const STAGED_ALL = statement('name_sets_staged', STAGED);
const STAGED_OF_USER = statement(
  'name_sets_staged_of_user',
  `${STAGED} AND c.author_id IN (SELECT id FROM users WHERE id = $2 OR merged_into_id = $2)`,
);

/** The staged changes of a version, of everybody or of one user. */
export async function stagedEntries(db: Sql, versionId: number, of: StagedOf): Promise<StagedEntry[]> {
  if (of === 'NONE') return [];
  if (of === 'ALL') return db.query<StagedEntry>(STAGED_ALL, [versionId]);
  return db.query<StagedEntry>(STAGED_OF_USER, [versionId, of.userId]);
}

/** A committed entry as the tables have it. */
export interface CommittedEntry extends NamedEntry {
  /** Its name is its own: a name set does not say it. */
  fixed: boolean;
}

/** PostgreSQL's order of the ids of params.csv, which reads past underscores; else by bytes. */
const ORDER = { BYTES: `m.srg COLLATE "C"`, PARAMS: `lower(replace(m.srg, '_', '')) COLLATE "C", m.srg COLLATE "C"` };

/**
 * The entries of one kind that have a committed name or documentation, and those of `also`, in order.
 * @param also ids of entries that may have neither
 */
export const committedEntries = (
  tx: Tx,
  versionId: number,
  kind: MappingKind,
  { also, order }: { also: readonly string[]; order: keyof typeof ORDER },
): AsyncGenerator<CommittedEntry[]> =>
  inBatches(
    tx,
    `SELECT m.kind, m.srg, m.name, m.server_name AS "serverName", m.side, m.documentation, m.fixed, o.srg AS method
       FROM mappings m LEFT JOIN mappings o ON o.id = m.method_id
      WHERE m.version_id = $1 AND m.kind = $2::text::mapping_kind
        AND (m.documentation IS NOT NULL OR (m.name IS NOT NULL AND NOT m.fixed) OR m.srg = ANY($3::text[]))
      ORDER BY ${ORDER[order]}`,
    [versionId, kind, also],
  );
