import { statement, type Sql } from '../../db/index.js';
import type { MappingKind } from '../mappings/mapping.js';
import type { ReleaseChannel } from '../releases/release-names.js';
import { hearsReleases, type Position, type WebhookFilter } from './webhook.js';

/** Changes in one delivery. */
export const MAX_EVENTS = 200;

/** Releases in one delivery. */
const MAX_RELEASES = 20;

/** Something that became of a change. */
export interface ChangeEvent {
  event: 'staged' | 'committed';
  sequence: number;
  version: string;
  kind: MappingKind;
  srg: string;
  oldName: string | null;
  newName: string | null;
  oldDocumentation: string | null;
  newDocumentation: string | null;
  /** The handle; null for an import. */
  author: string | null;
  via: string | null;
  at: Date;
  hash: Uint8Array;
}

/** A release that was published. */
export interface ReleaseEvent {
  id: number;
  name: string;
  version: string;
  channel: ReleaseChannel;
  publishedAt: Date;
  /** The handle; null for the service itself. */
  publishedBy: string | null;
  notes: string | null;
  digest: Uint8Array;
  /** The name of the release before it. */
  previous: string | null;
  changeCount: number;
}

/** The part of the history that a webhook is told next. */
export interface Told {
  events: ChangeEvent[];
  releases: ReleaseEvent[];
  /** Where its cursors stand after that. */
  to: Position;
}

const COLUMNS = `c.sequence, v.name AS version, c.kind, c.srg, c.old_name AS "oldName", c.new_name AS "newName",
  c.old_documentation AS "oldDocumentation", c.new_documentation AS "newDocumentation", a.handle AS author, c.via, c.hash`;

const TABLES = `JOIN game_versions v ON v.id = c.version_id LEFT JOIN users u ON u.id = c.author_id
  LEFT JOIN users a ON a.id = coalesce(u.merged_into_id, u.id)`;

const WANTED = `($1::int IS NULL OR c.version_id = $1) AND (cardinality($2::text[]) = 0 OR c.kind::text = ANY($2::text[]))`;

// What an import or a revert commits in the call that makes it was never staged.
const STAGED = statement(
  'webhooks_staged',
  `SELECT 'staged' AS event, ${COLUMNS}, c.created_at AS at
     FROM changes c ${TABLES} LEFT JOIN change_decisions d ON d.sequence = c.decision
    WHERE ${WANTED} AND c.sequence > $3 AND c.sequence <= $4
      AND NOT (c.state = 'COMMITTED' AND d.decided_at = c.created_at AND d.by_id IS NOT DISTINCT FROM c.author_id)
    ORDER BY c.sequence LIMIT $5`,
);

const COMMITTED = statement(
  'webhooks_committed',
  `SELECT 'committed' AS event, ${COLUMNS}, d.decided_at AS at, d.sequence AS decision, x.n::int AS n
     FROM change_decisions d CROSS JOIN LATERAL unnest(d.changes) WITH ORDINALITY AS x(change, n)
     JOIN changes c ON c.sequence = x.change ${TABLES}
    WHERE ${WANTED} AND d.state = 'COMMITTED' AND d.sequence > $3 AND NOT (d.sequence = $3 + 1 AND x.n <= $4::int)
      AND (d.sequence <= $5 OR (d.sequence = $5 + 1 AND x.n <= $6::int))
    ORDER BY d.sequence, x.n LIMIT $7`,
);

type Committed = ChangeEvent & { decision: number; n: number };

const RELEASED = statement(
  'webhooks_released',
  `SELECT r.id, r.name, v.name AS version, r.channel, r.published_at AS "publishedAt", p.handle AS "publishedBy", r.notes, r.digest,
          b.name AS previous, r.change_count AS "changeCount"
     FROM releases r JOIN game_versions v ON v.id = r.version_id LEFT JOIN releases b ON b.id = r.previous_id
     LEFT JOIN users u ON u.id = r.published_by_id LEFT JOIN users p ON p.id = coalesce(u.merged_into_id, u.id)
    WHERE ($1::int IS NULL OR r.version_id = $1) AND r.id > $2 AND r.id <= $3 ORDER BY r.id LIMIT $4`,
);

const HEAD = statement(
  'webhooks_head',
  `SELECT change_sequence AS change, decision_sequence AS decision, 0 AS "offset",
          (SELECT coalesce(max(id), 0) FROM releases) AS release FROM history_head`,
);

/** Where the history and the releases end now. */
export async function endOfHistory(db: Sql): Promise<Position> {
  const rows = await db.query<Position>(HEAD);
  return rows[0]!;
}

/**
 * What a webhook is to be told next, at most {@link MAX_EVENTS} in the order of the history: each chain in its own, and a change
 * before what became of it; and releases as they were published.
 * @param to where the part ends that was chosen before; null for as far as there is room
 */
export async function eventsAfter(db: Sql, filter: WebhookFilter, from: Position, to: Position | null): Promise<Told> {
  // What is behind the ends that are read first is there, as the history is written in turn.
  const end = to ?? (await endOfHistory(db));
  const wanted = [filter.versionId, filter.kinds];
  const staged = filter.events.includes('CHANGES_STAGED')
    ? await db.query<ChangeEvent>(STAGED, [...wanted, from.change, end.change, MAX_EVENTS])
    : [];
  const committed = filter.events.includes('CHANGES_COMMITTED')
    ? await db.query<Committed>(COMMITTED, [
        ...wanted,
        ...[from.decision, from.offset, end.decision, end.offset],
        MAX_EVENTS,
      ])
    : [];
  const told = inOrder(staged, committed, from, end);
  if (!hearsReleases(filter)) return { ...told, releases: [], to: { ...told.to, release: from.release } };
  const values = [filter.versionId, from.release, end.release, MAX_RELEASES];
  const releases = await db.query<ReleaseEvent>(RELEASED, values);
  const release = releases.length === MAX_RELEASES ? releases.at(-1)!.id : end.release;
  return { ...told, releases, to: { ...told.to, release } };
}

function inOrder(
  staged: readonly ChangeEvent[],
  committed: readonly Committed[],
  from: Position,
  end: Position,
): Omit<Told, 'releases'> {
  const events: ChangeEvent[] = [];
  let [i, j] = [0, 0];
  while (events.length < MAX_EVENTS && (i < staged.length || j < committed.length)) {
    const [left, right] = [staged[i], committed[j]];
    const takesStaged =
      left !== undefined && (right === undefined || left.sequence <= right.sequence || left.at <= right.at);
    if (takesStaged) i += 1;
    else j += 1;
    events.push(takesStaged ? left : right!);
  }
  const to = { ...end };
  // A chain of which there may be more ends with what was taken of it.
  if (i < staged.length || staged.length === MAX_EVENTS) to.change = staged[i - 1]?.sequence ?? from.change;
  if (j < committed.length || committed.length === MAX_EVENTS) {
    const last = committed[j - 1];
    to.decision = last === undefined ? from.decision : last.decision - 1;
    to.offset = last === undefined ? from.offset : last.n;
  }
  return { events, to };
}
