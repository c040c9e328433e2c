import { statement, type Sql, type Statement } from '../../db/database.js';
import type { MappingKind, MappingRow } from './mapping.js';
import { mappingColumns } from './mappings.rows.js';

export interface SearchHit extends MappingRow {
  /** 1 for the exact spelling, less for looser matches. */
  score: number;
}

/** What a search is made of besides its text; null leaves a branch out. */
export interface SearchTerms {
  text: string;
  /** The first text behind all that start with `text`. */
  textEnd: string;
  kinds: readonly MappingKind[] | null;
  /** `gbs` of `gBS`, its end, and the pattern of the parts. */
  parts: { initials: string; end: string; pattern: string } | null;
}

interface TermsInVersion extends SearchTerms {
  versionId: number;
}

/** Where a page goes on: behind this score and id. */
export interface SearchCursor {
  score: number;
  srg: string;
  id: number;
}

const ratio = (column: string) => `length($2)::float8 / greatest(length(${column}), 1)`;
const short = 'short_name';
const inVersion = 'FROM mappings WHERE version_id = $1';

// The number that the text is, as in 70001 and i70001.
const NUMBER = `CASE WHEN $2 ~ '^i?[0-9]{1,9}$' THEN ltrim($2, 'i')::int END`;

// $1 version, $2 text, $3 its end, $4 kinds.
const PREFIX = `
  SELECT id, 1::float8 AS score ${inVersion} AND srg = $2
  UNION ALL SELECT id, 1 ${inVersion} AND ${short} = $2
  UNION ALL SELECT id, 1 ${inVersion} AND name = $2
  UNION ALL SELECT id, 1 ${inVersion} AND server_name = $2
  UNION ALL SELECT id, 1 ${inVersion} AND srg_index = ${NUMBER}
  UNION ALL SELECT id, 0.95 ${inVersion} AND kind = 'CLASS' AND obf = $2
  UNION ALL SELECT id, 0.7 + 0.2 * ${ratio(short)} ${inVersion} AND ${short} >= $2 AND ${short} < $3
  UNION ALL SELECT id, 0.7 + 0.2 * ${ratio('srg')} ${inVersion} AND srg >= $2 AND srg < $3`;

// What entries were called once, or are to be called. OFFSET 0 keeps the planner to the index of names.
const called = (column: string, state: string, score: number) => `
  SELECT m.id, ${score} FROM (SELECT * FROM changes WHERE ${column} = $2 OFFSET 0) AS c
    JOIN mappings m ON m.version_id = c.version_id AND m.srg = c.srg AND m.kind = c.kind
   WHERE c.version_id = $1 AND c.state = '${state}'`;

// $5 initials, $6 their end, $7 pattern of the parts. Ids are spelled alike: similarity would only find their neighbours.
const FUZZY = `${PREFIX}
  UNION ALL SELECT id, 0.5 + 0.2 * ${ratio(short)} ${inVersion}
     AND initials(${short}) >= $5 AND initials(${short}) < $6 AND ${short} ~ $7
  UNION ALL SELECT id, CASE WHEN lower(${short}) = lower($2) THEN 0.9 ELSE 0.5 * similarity(${short}, $2) END
     ${inVersion} AND ${short} % $2
  UNION ALL ${called('old_name', 'COMMITTED', 0.45)}
  UNION ALL ${called('new_name', 'STAGED', 0.48)}`;

const REGEX = `SELECT id, 1::float8 AS score ${inVersion} AND (${short} ~ $2 OR srg ~ $2)`;

const hits = (branches: string) => `
  SELECT m.*, best.score FROM (
    SELECT id, round(max(score)::numeric, 6)::float8 AS score FROM (${branches}) AS branches GROUP BY id
  ) AS best JOIN mappings m USING (id)
   WHERE ($4::text[] IS NULL OR m.kind::text = ANY($4::text[]))`;

const page = (branches: string, at: number) => `
  SELECT ${mappingColumns('hit')}, hit.score FROM (${hits(branches)}) AS hit
   WHERE $${at}::float8 IS NULL OR (-hit.score, hit.srg, hit.id) > (-$${at}::float8, $${at + 1}::text, $${at + 2}::int)
   ORDER BY -hit.score, hit.srg, hit.id LIMIT $${at + 3}`;

const count = (branches: string) => `SELECT count(*)::int AS count FROM (${hits(branches)}) AS hit`;

type SearchKind = 'PREFIX' | 'FUZZY' | 'REGEX';

const STATEMENTS: Record<SearchKind, { page: Statement; count: Statement }> = {
  PREFIX: { page: statement('search_prefix', page(PREFIX, 5)), count: statement('search_prefix_count', count(PREFIX)) },
  FUZZY: { page: statement('search_fuzzy', page(FUZZY, 8)), count: statement('search_fuzzy_count', count(FUZZY)) },
  // $3 is unused there, but keeps the numbering one.
  REGEX: {
    page: statement('search_regex', page(`${REGEX} AND $3::text IS NOT NULL`, 5)),
    count: statement('search_regex_count', count(`${REGEX} AND $3::text IS NOT NULL`)),
  },
};

function values(match: SearchKind, { versionId, text, textEnd, kinds, parts }: TermsInVersion): unknown[] {
  const common = [versionId, text, textEnd, kinds];
  return match === 'FUZZY' ? [...common, parts?.initials ?? null, parts?.end ?? null, parts?.pattern ?? null] : common;
}

/** One page of hits, best first, one more than `limit - 1` tells whether more follow. */
export const searchPage = (
  db: Sql,
  match: SearchKind,
  terms: TermsInVersion,
  after: SearchCursor | null,
  limit: number,
): Promise<SearchHit[]> =>
  db.query<SearchHit>(STATEMENTS[match].page, [
    ...values(match, terms),
    after?.score ?? null,
    after?.srg ?? null,
    after?.id ?? null,
    limit,
  ]);

export async function searchCount(db: Sql, match: SearchKind, terms: TermsInVersion): Promise<number> {
  const rows = await db.query<{ count: number }>(STATEMENTS[match].count, values(match, terms));
  return rows[0]!.count;
}
