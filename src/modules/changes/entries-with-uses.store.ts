import { statement, type Sql } from '../../db/index.js';
import type { AsOf, HistoryHead } from '../history/history.store.js';
import {
  entryState,
  FOUND,
  STATE,
  STATE_COLUMNS,
  VERSION_STATE,
  versionState,
  type EntryState,
  type EntryStateRow,
  type VersionState,
} from './entries.store.js';
import { nameUse, uses, type FlatUse, type NameUse, type WantedName } from './name-uses.store.js';

/** One edit, as far as it can be told before its entry is known. */
export interface AskedEdit {
  /** An SRG id, with the number that it may be instead. */
  srg: string;
  number: number | null;
  /** The name that it seems to want; empty gives it up, null leaves it alone. */
  name: string | null;
}

/** The entries that edits may mean, with the uses of the names that they seem to want. */
export interface EntriesWithUses {
  version: VersionState | null;
  found: EntryState[][];
  /** The names whose uses were asked for: a class says only with its entry what it is to be called. */
  wanted: WantedName[];
  uses: NameUse[];
  /** Null where the version is gone. */
  asOf: AsOf | null;
}

type Row = HistoryHead &
  EntryStateRow &
  VersionState & { versionHead: number; position: number | null } & (FlatUse | { use: null });

const isNameable = ({ kind, fixed }: { kind: string; fixed: boolean }) => kind !== 'CLASS' && !fixed;

// Beside what `FOUND` takes, $4 is the instant and $5 the names, by position.
const WANTED = `
  SELECT m.id, nullif(n.name, '') AS name
    FROM found f JOIN mappings m ON m.id = f.id
    JOIN unnest((SELECT $5::text[])) WITH ORDINALITY AS n(name, position) ON n.position = f.position
   WHERE n.name IS NOT NULL AND m.kind <> 'CLASS' AND NOT m.fixed`;

const READ = statement(
  'entries_with_uses',
  `${FOUND}
   SELECT ${VERSION_STATE}, v.head AS "versionHead", h.change_sequence AS "changeSequence", h.change_hash AS "changeHash",
          h.decision_sequence AS "decisionSequence", h.decision_hash AS "decisionHash", e.*, u.*
     FROM game_versions v CROSS JOIN history_head h
     LEFT JOIN (
       SELECT (f.position - 1)::int AS position, ${STATE_COLUMNS}
         FROM found f JOIN mappings m ON m.id = f.id ${STATE('$4::timestamptz')}
     ) e ON true
     LEFT JOIN (${uses(WANTED, 'true')}) u ON u."mappingId" = e.id
    WHERE v.id = $1 ORDER BY e.position, e.kind, e.srg, u.use, u.other_id`,
);

/**
 * The entries that a few edits may mean, in their order, with what stands in the way of their names: one statement, and so as of one
 * instant.
 * @param now locks that have ended by then do not count
 */
export async function entriesWithUses(
  sql: Sql,
  versionId: number,
  edits: readonly AskedEdit[],
  now: Date,
): Promise<EntriesWithUses> {
  const rows = await sql.query<Row>(READ, [
    versionId,
    edits.map(({ srg }) => srg),
    edits.map(({ number }) => number),
    now,
    edits.map(({ name }) => name),
  ]);
  const found: EntryState[][] = edits.map(() => []);
  const wanted: WantedName[] = [];
  const told: NameUse[] = [];
  for (const row of rows) {
    const { position } = row;
    if (position === null) continue;
    const entries = found[position]!;
    if (entries.at(-1)?.mapping.id !== row.id) {
      const entry = entryState(row);
      entries.push(entry);
      const { name } = edits[position]!;
      if (name !== null && isNameable(entry.mapping)) wanted.push({ mappingId: row.id, name: name || null });
    }
    if (row.use !== null) told.push(nameUse(row));
  }
  const [first] = rows;
  if (first === undefined) return { version: null, found, wanted, uses: told, asOf: null };
  const { changeSequence, changeHash, decisionSequence, decisionHash, versionHead } = first;
  const history = { changeSequence, changeHash, decisionSequence, decisionHash };
  return { version: versionState(first), found, wanted, uses: told, asOf: { versionHead, history } };
}
