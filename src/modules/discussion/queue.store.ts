import { statement, type Sql } from '../../db/index.js';
import { changeColumns, DECISION, type ChangeRow } from '../changes/change.js';
import type { MappingKind } from '../mappings/mapping.js';
import { CLASSES_OF_CHANGE } from './weight.store.js';

/** What the queue is ordered by, greatest first; among equals the oldest change comes first. */
const RANKS = {
  VOTES: 'c.votes_for - c.votes_against',
  AGE: '0',
  WEIGHT: CLASSES_OF_CHANGE,
} as const;

export type ReviewOrder = keyof typeof RANKS;

/** A staged change at its place. */
export interface QueuedChange extends ChangeRow {
  rank: number;
}

export interface QueuePage {
  versionId: number;
  /** Null for all. */
  kinds: readonly MappingKind[] | null;
  /** The place behind which the page begins; null for the start. */
  after: { rank: number; id: number } | null;
  limit: number;
}

// The rank of each is found once, and only the page is read in full.
const page = (order: ReviewOrder) =>
  statement(
    `review_queue_${order.toLowerCase()}`,
    `WITH ranked AS MATERIALIZED (
       SELECT c.sequence, ${RANKS[order]} AS rank FROM changes c
        WHERE c.version_id = $1 AND c.state = 'STAGED' AND ($2::text[] IS NULL OR c.kind::text = ANY($2::text[]))
     ), page AS (
       SELECT sequence, rank FROM ranked WHERE $3::int IS NULL OR rank < $3 OR (rank = $3 AND sequence > $4::int)
        ORDER BY rank DESC, sequence LIMIT $5
     )
     SELECT ${changeColumns()}, page.rank FROM page JOIN changes c ON c.sequence = page.sequence ${DECISION}
      ORDER BY page.rank DESC, c.sequence`,
  );

const PAGES = { VOTES: page('VOTES'), AGE: page('AGE'), WEIGHT: page('WEIGHT') };

/** What is staged in a version, in an order. */
export const queuePage = (
  db: Sql,
  order: ReviewOrder,
  { versionId, kinds, after, limit }: QueuePage,
): Promise<QueuedChange[]> => db.query(PAGES[order], [versionId, kinds, after?.rank ?? null, after?.id ?? null, limit]);
