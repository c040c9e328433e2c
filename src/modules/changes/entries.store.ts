import { statement, type Sql } from '../../db/index.js';
import type { MappingRow } from '../mappings/mapping.js';
import { joinStaged } from './change.js';
import { mappingColumns } from '../mappings/mappings.rows.js';

/** The staged change of an entry, as far as those need it who write the next one. */
export interface StagedOfEntry {
  sequence: number;
  name: string | null;
  documentation: string | null;
  /**
   * Who proposed its name: not who documented the entry since, which takes the name over. The account that stays where theirs was
   * merged into one.
   */
  authorId: number | null;
  /** Null for an import. */
  author: string | null;
}

/** Why and until when an entry is locked. */
export interface LockOfEntry {
  reason: string | null;
  until: Date | null;
  by: string | null;
}

/** An entry with everything that decides whether it may be changed. */
export interface EntryState {
  mapping: MappingRow;
  staged: StagedOfEntry | null;
  lock: LockOfEntry | null;
}

export interface EntryStateRow extends MappingRow {
  stagedSequence: number | null;
  stagedName: string | null;
  stagedDocumentation: string | null;
  stagedAuthorId: number | null;
  stagedAuthor: string | null;
  lockAt: Date | null;
  lockReason: string | null;
  lockUntil: Date | null;
  lockBy: string | null;
}

/** What joins its staged change as `s`, the author of that change's name as `a`, its lock at the instant `now` as `l` and who locked it as `k` to an entry `m`. */
export const STATE = (now: string) => `
  ${joinStaged('m', 's')}
  LEFT JOIN LATERAL (
    SELECT CASE WHEN s.supersedes IS NULL THEN s.author_id ELSE (
      WITH RECURSIVE named AS (
        SELECT s.sequence, s.supersedes, s.author_id
        UNION ALL
        SELECT c.sequence, c.supersedes, c.author_id
          FROM named JOIN changes c ON c.sequence = named.supersedes AND c.new_name IS NOT DISTINCT FROM s.new_name
      ) SELECT author_id FROM named ORDER BY sequence LIMIT 1
    ) END AS author_id
  ) n ON true
  LEFT JOIN users a ON a.id = n.author_id
  LEFT JOIN mapping_locks l ON l.mapping_id = m.id AND (l.until IS NULL OR l.until > ${now})
  LEFT JOIN users k ON k.id = l.by_id`;

export const STATE_COLUMNS = `${mappingColumns('m')},
  s.sequence AS "stagedSequence", s.new_name AS "stagedName", s.new_documentation AS "stagedDocumentation",
  coalesce(a.merged_into_id, a.id) AS "stagedAuthorId", a.handle AS "stagedAuthor",
  l.at AS "lockAt", l.reason AS "lockReason", l.until AS "lockUntil", k.handle AS "lockBy"`;

// Written out: a batch has thousands, and taking rows apart by name costs several times as much.
export const entryState = (row: EntryStateRow): EntryState => ({
  mapping: {
    id: row.id,
    versionId: row.versionId,
    kind: row.kind,
    srg: row.srg,
    name: row.name,
    serverName: row.serverName,
    documentation: row.documentation,
    side: row.side,
    fixed: row.fixed,
    isStatic: row.isStatic,
    isConstructor: row.isConstructor,
    obf: row.obf,
    methodId: row.methodId,
    slot: row.slot,
  },
  staged:
    row.stagedSequence === null
      ? null
      : {
          sequence: row.stagedSequence,
          name: row.stagedName,
          documentation: row.stagedDocumentation,
          authorId: row.stagedAuthorId,
          author: row.stagedAuthor,
        },
  lock: row.lockAt === null ? null : { reason: row.lockReason, until: row.lockUntil, by: row.lockBy },
});

// The entries that $2 and $3 may mean, by where they stand there. Arrays out of a SELECT are planned alike however long they are, so
// that the plan is kept: making one takes longer than looking up an entry.
export const FOUND = `
  WITH asked AS (SELECT * FROM unnest((SELECT $2::text[]), (SELECT $3::int[])) WITH ORDINALITY AS a(srg, number, position)),
       found AS (
         SELECT a.position, m.id FROM asked a JOIN mappings m ON m.version_id = $1 AND m.srg = a.srg
         UNION
         SELECT a.position, m.id FROM asked a JOIN mappings m ON m.version_id = $1 AND m.srg_index = a.number
       )`;

const BY_SPELLING = statement(
  'entries_by_spelling',
  `${FOUND}
   SELECT (f.position - 1)::int AS position, ${STATE_COLUMNS}
     FROM found f JOIN mappings m ON m.id = f.id ${STATE('$4::timestamptz')}
    ORDER BY f.position, m.kind, m.srg`,
);

/**
 * The entries that ids may mean, in the order of the ids: several where one is not enough to tell.
 * @param asked each an SRG id, with the number that it may be instead
 * @param now locks that have ended by then do not count
 */
export async function entriesBySpelling(
  db: Sql,
  versionId: number,
  asked: readonly { srg: string; number: number | null }[],
  now: Date,
): Promise<EntryState[][]> {
  const rows = await db.query<EntryStateRow & { position: number }>(BY_SPELLING, [
    versionId,
    asked.map(({ srg }) => srg),
    asked.map(({ number }) => number),
    now,
  ]);
  const found: EntryState[][] = asked.map(() => []);
  for (const row of rows) found[row.position]!.push(entryState(row));
  return found;
}

/** What decides whether a version is the one that was meant, and takes changes. */
export interface VersionState {
  versionName: string;
  isCurrent: boolean;
  frozen: boolean;
}

export const VERSION_STATE = `v.name AS "versionName", v.is_current AS "isCurrent", v.frozen`;

export const versionState = ({ versionName, isCurrent, frozen }: VersionState): VersionState => ({
  versionName,
  isCurrent,
  frozen,
});

const TO_CHANGE = statement(
  'entries_to_change',
  `${FOUND}
   SELECT ${VERSION_STATE}, e.* FROM game_versions v LEFT JOIN (
     SELECT (f.position - 1)::int AS position, ${STATE_COLUMNS}
       FROM found f JOIN mappings m ON m.id = f.id ${STATE('$4::timestamptz')}
   ) e ON true
    WHERE v.id = $1 ORDER BY e.position, e.kind, e.srg`,
);

/** {@link entriesBySpelling} with their version, null for none, in one statement. */
export async function entriesToChange(
  tx: Sql,
  versionId: number,
  asked: readonly { srg: string; number: number | null }[],
  now: Date,
): Promise<{ version: VersionState | null; found: EntryState[][] }> {
  const rows = await tx.query<EntryStateRow & VersionState & { position: number | null }>(TO_CHANGE, [
    versionId,
    asked.map(({ srg }) => srg),
    asked.map(({ number }) => number),
    now,
  ]);
  const found: EntryState[][] = asked.map(() => []);
  for (const row of rows) if (row.position !== null) found[row.position]!.push(entryState(row));
  const [first] = rows;
  return { version: first === undefined ? null : versionState(first), found };
}

const FROZEN = statement('version_frozen', `SELECT frozen FROM game_versions WHERE id = $1`);

/** Whether a version takes no more changes, as it is now: read while holding the pen of history. */
export async function isFrozen(tx: Sql, versionId: number): Promise<boolean> {
  const rows = await tx.query<{ frozen: boolean }>(FROZEN, [versionId]);
  return rows[0]?.frozen ?? true;
}
