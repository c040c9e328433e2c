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
  /** In hex. */
  hash: string;
  state: ChangeState;
  /** Null for one out of memory, which knows no votes. */
  votesFor: number | null;
  votesAgainst: number | null;
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
  ['state', 'state'],
  ['votes_for', 'votesFor'],
  ['votes_against', 'votesAgainst'],
];

/** The columns of a {@link ChangeRow} under the aliases of `changes` and, left-joined by {@link DECISION}, its decision. */
export const changeColumns = (change = 'c', decision = 'd'): string =>
  `${COLUMNS.map(([column, property]) => `${change}.${column} AS "${property}"`).join(', ')},
   encode(${change}.hash, 'hex') AS hash,
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

/** A change that was just written, as a row. Written out: a batch has thousands, and spreading costs several times as much. */
export const writtenRow = (written: WrittenChange): ChangeRow => ({
  id: written.sequence,
  versionId: written.versionId,
  kind: written.kind,
  srg: written.srg,
  oldName: written.oldName,
  newName: written.newName,
  oldDocumentation: written.oldDocumentation,
  newDocumentation: written.newDocumentation,
  reason: written.reason,
  forced: written.forced,
  authorId: written.authorId,
  via: written.via,
  batch: written.batch,
  supersedes: written.supersedes,
  createdAt: written.createdAt,
  hash: written.hash.toString('hex'),
  state: written.state,
  votesFor: 0,
  votesAgainst: 0,
  decidedAt: null,
  decidedById: null,
  decisionReason: null,
});
