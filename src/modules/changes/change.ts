import type { ChangeState } from '../history/seal.js';
import type { WrittenChange } from '../history/history.store.js';
import type { MappingKind } from '../mappings/mapping.js';

/** One edit of one entry, as the stores read it. */
export interface ChangeRow {
  /** The sequence. */
  id: number;
  versionId: number;
  kind: MappingKind;
  srg: string;
  oldName: string | null;
  newName: string | null;
  oldDocumentation: string | null;
  newDocumentation: string | null;
  reason: string | null;
  forced: boolean;
  authorId: number | null;
  via: string | null;
  batch: number;
  supersedes: number | null;
  createdAt: Date;
  hash: Uint8Array;
  state: ChangeState;
  votesFor: number;
  votesAgainst: number;
  decidedAt: Date | null;
  decidedById: number | null;
  decisionReason: string | null;
}

const COLUMNS: readonly (readonly [column: string, property: keyof ChangeRow])[] = [
  ['sequence', 'id'],
  ['version_id', 'versionId'],
  ['kind', 'kind'],
  ['srg', 'srg'],
  ['old_name', 'oldName'],
  ['new_name', 'newName'],
  ['old_documentation', 'oldDocumentation'],
  ['new_documentation', 'newDocumentation'],
  ['reason', 'reason'],
  ['forced', 'forced'],
  ['author_id', 'authorId'],
  ['via', 'via'],
  ['batch', 'batch'],
  ['supersedes', 'supersedes'],
  ['created_at', 'createdAt'],
  ['hash', 'hash'],
  ['state', 'state'],
  ['votes_for', 'votesFor'],
  ['votes_against', 'votesAgainst'],
];

/** The columns of a {@link ChangeRow} under the aliases of `changes` and, left-joined by {@link DECISION}, its decision. */
export const changeColumns = (change = 'c', decision = 'd'): string =>
  `${COLUMNS.map(([column, property]) => `${change}.${column} AS "${property}"`).join(', ')},
   ${decision}.decided_at AS "decidedAt", ${decision}.by_id AS "decidedById", ${decision}.reason AS "decisionReason"`;

/** Joins the last decision on a change `c` as `d`. */
export const DECISION = `LEFT JOIN change_decisions d ON d.sequence = c.decision`;

/**
 * Joins the staged change of an entry: one look into an index for each, in whatever order the rest is joined, as statistics do not know
 * how many are staged by now.
 * @param entry the alias of what has `srg` and `kind`
 */
export const joinStaged = (entry: string, alias: string, versionId = `${entry}.version_id`): string =>
  `LEFT JOIN LATERAL (
     SELECT * FROM changes st
      WHERE st.version_id = ${versionId} AND st.srg = ${entry}.srg AND st.kind = ${entry}.kind AND st.state = 'STAGED' LIMIT 1
   ) ${alias} ON true`;

/** A change that was just written, as a row. */
export const writtenRow = ({ sequence, ...written }: WrittenChange): ChangeRow => ({
  ...written,
  id: sequence,
  votesFor: 0,
  votesAgainst: 0,
  decidedAt: null,
  decidedById: null,
  decisionReason: null,
});
