import { statement, type Sql } from '../../db/database.js';
import type { ListPage, ParentCount } from '../../shared/page.js';
import type { CoverageRow } from '../versions/versions.store.js';
import type { MappingKind, MappingRow } from './mapping.js';
import {
  declarationColumns,
  halfDeclaration,
  mappingColumns,
  type FlatDeclaration,
  type HalfDeclaration,
} from './mappings.rows.js';

// Whatever a list of parents asks for is read in one statement: the parents come as an array, each with its own page.

const BY_ID = statement('mappings_by_id', `SELECT ${mappingColumns('m')} FROM mappings m WHERE m.id = ANY($1::int[])`);

export const mappingsById = (db: Sql, ids: readonly number[]): Promise<MappingRow[]> => db.query(BY_ID, [ids]);

const BY_SRG = statement(
  'mappings_by_srg',
  `SELECT ${mappingColumns('m')} FROM mappings m WHERE m.version_id = $1 AND m.srg = $2 ORDER BY m.kind LIMIT 1`,
);

/** The entry of an SRG id; where a method and a field are readable under one name, the method. */
export async function mappingBySrg(db: Sql, versionId: number, srg: string): Promise<MappingRow | null> {
  const rows = await db.query<MappingRow>(BY_SRG, [versionId, srg]);
  return rows[0] ?? null;
}

const TIMELINE = statement(
  'mappings_timeline',
  `SELECT ${mappingColumns('m')} FROM game_versions v JOIN mappings m ON m.version_id = v.id AND m.srg = $1
    ORDER BY v.sort_key, m.kind`,
);

/** An SRG id through every version, oldest first. */
export const timeline = (db: Sql, srg: string): Promise<MappingRow[]> => db.query(TIMELINE, [srg]);

/** Which members of a class, or which entries of a version, a list takes. */
export interface ListFilter {
  /** Part of any spelling, in any case; null for all. */
  query: string | null;
  /** True for entries without a community name, false for those with one, null for both. */
  unnamed: boolean | null;
}

const contains = (columns: string[], parameter: string) =>
  `(${parameter}::text IS NULL OR ${columns.map((column) => `strpos(lower(${column}), lower(${parameter})) > 0`).join(' OR ')})`;

// $1 classes, $2 kind, $3 query, $4 unnamed
const OF_CLASS = `m.kind::text = $2 AND ${contains(['m.name', 'm.srg', 'd.obf'], '$3')}
  AND ($4::bool IS NULL OR (m.name IS NULL) = $4)`;

const MEMBERS = statement(
  'class_members',
  `SELECT page.* FROM unnest($1::int[]) AS parent(id) CROSS JOIN LATERAL (
     SELECT ${declarationColumns('owner_id', 'm')}
       FROM declarations d JOIN mappings m ON m.id = d.member_id
      WHERE d.owner_id = parent.id AND ${OF_CLASS} AND ($5::int IS NULL OR d.id > $5) AND NOT m.is_constructor
      ORDER BY d.id LIMIT $6
   ) AS page`,
);

const MEMBERS_COUNT = statement(
  'class_members_count',
  `SELECT d.owner_id AS parent, count(*)::int AS count FROM declarations d JOIN mappings m ON m.id = d.member_id
    WHERE d.owner_id = ANY($1::int[]) AND ${OF_CLASS} AND NOT m.is_constructor GROUP BY 1`,
);

/** The methods or fields of classes as these carry them, in the order of the source. */
export async function membersOf(
  db: Sql,
  kind: 'METHOD' | 'FIELD',
  { query, unnamed }: ListFilter,
  { parents, after, limit }: ListPage<number>,
): Promise<HalfDeclaration[]> {
  const rows = await db.query<FlatDeclaration>(MEMBERS, [parents, kind, query, unnamed, after, limit]);
  return rows.map(halfDeclaration);
}

export const countMembersOf = (
  db: Sql,
  kind: 'METHOD' | 'FIELD',
  { query, unnamed }: ListFilter,
  parents: readonly number[],
): Promise<ParentCount[]> => db.query(MEMBERS_COUNT, [parents, kind, query, unnamed]);

const DECLARATIONS = statement(
  'declarations_of',
  `SELECT page.* FROM unnest($1::int[]) AS parent(id) CROSS JOIN LATERAL (
     SELECT ${declarationColumns('member_id', 'o')}
       FROM declarations d JOIN mappings o ON o.id = d.owner_id
      WHERE d.member_id = parent.id AND ($2::int IS NULL OR d.id > $2) ORDER BY d.id LIMIT $3
   ) AS page`,
);

const DECLARATIONS_COUNT = statement(
  'declarations_count',
  `SELECT member_id AS parent, count(*)::int AS count FROM declarations WHERE member_id = ANY($1::int[]) GROUP BY 1`,
);

/** Where members are declared: every class that carries the id. */
export async function declarationsOf(db: Sql, { parents, after, limit }: ListPage<number>): Promise<HalfDeclaration[]> {
  const rows = await db.query<FlatDeclaration>(DECLARATIONS, [parents, after, limit]);
  return rows.map(halfDeclaration);
}

export const countDeclarationsOf = (db: Sql, parents: readonly number[]): Promise<ParentCount[]> =>
  db.query(DECLARATIONS_COUNT, [parents]);

const PARAMETERS = statement(
  'parameters_of',
  `SELECT ${mappingColumns('m')} FROM mappings m WHERE m.method_id = ANY($1::int[]) ORDER BY m.method_id, m.slot, m.id`,
);

export const parametersOf = (db: Sql, methods: readonly number[]): Promise<MappingRow[]> =>
  db.query(PARAMETERS, [methods]);

const CLASS_COVERAGE = statement(
  'class_coverage',
  `SELECT of_class.parent, of_class.kind, count(*)::int AS total, count(of_class.name)::int AS named FROM (
     SELECT DISTINCT d.owner_id AS parent, m.kind, m.id, m.name
       FROM declarations d JOIN mappings m ON m.id = d.member_id WHERE d.owner_id = ANY($1::int[]) AND NOT m.fixed
     UNION
     SELECT d.owner_id, p.kind, p.id, p.name
       FROM declarations d JOIN mappings p ON p.method_id = d.member_id WHERE d.owner_id = ANY($1::int[])
   ) AS of_class GROUP BY 1, 2 ORDER BY 1, 2`,
);

/** How many methods, fields and parameters of classes take a community name, and how many have one. */
export const classCoverage = (db: Sql, classes: readonly number[]): Promise<(CoverageRow & { parent: number })[]> =>
  db.query(CLASS_COVERAGE, [classes]);

const MATCHING_CLASS = `c.kind = 'CLASS' AND ${contains(['c.name', 'c.srg', 'c.obf'], '$2')}`;

const CLASSES = statement(
  'version_classes',
  `SELECT page.* FROM unnest($1::int[]) AS parent(id) CROSS JOIN LATERAL (
     SELECT ${mappingColumns('c')} FROM mappings c
      WHERE c.version_id = parent.id AND ${MATCHING_CLASS} AND ($3::text IS NULL OR c.srg > $3)
      ORDER BY c.srg LIMIT $4
   ) AS page`,
);

const CLASSES_COUNT = statement(
  'version_classes_count',
  `SELECT c.version_id AS parent, count(*)::int AS count FROM mappings c
    WHERE c.version_id = ANY($1::int[]) AND ${MATCHING_CLASS} GROUP BY 1`,
);

/** The classes of versions by SRG name; `query` is part of any spelling, in any case. */
export const classesOf = (
  db: Sql,
  query: string | null,
  { parents, after, limit }: ListPage<string>,
): Promise<MappingRow[]> => db.query(CLASSES, [parents, query, after, limit]);

export const countClassesOf = (db: Sql, query: string | null, parents: readonly number[]): Promise<ParentCount[]> =>
  db.query(CLASSES_COUNT, [parents, query]);

const IS_UNNAMED = `u.name IS NULL AND ($2::text[] IS NULL OR u.kind = ANY($2::text[]::mapping_kind[]))`;

// $3 and $4 how often the last one was asked for and its id, $5 the id of the last one that nobody asked for. Both halves read their
// index in order, no further than the page needs: the second one only what the first does not fill.
const UNNAMED = statement(
  'version_unnamed',
  `SELECT page.* FROM unnest($1::int[]) AS parent(id) CROSS JOIN LATERAL (
     WITH asked AS MATERIALIZED (
       SELECT ${mappingColumns('u')}, d.count AS demand FROM mapping_demand d JOIN mappings u ON u.id = d.mapping_id
        WHERE d.version_id = parent.id AND d.count <= $3 AND (d.count < $3 OR d.mapping_id > $4) AND ${IS_UNNAMED}
        ORDER BY d.count DESC, d.mapping_id LIMIT $6
     )
     SELECT * FROM asked
     UNION ALL
     (SELECT ${mappingColumns('u')}, 0 FROM mappings u
       WHERE u.version_id = parent.id AND u.id > $5 AND ${IS_UNNAMED}
         AND NOT EXISTS (SELECT FROM mapping_demand d WHERE d.mapping_id = u.id)
       ORDER BY u.id LIMIT $6 - (SELECT count(*) FROM asked))
     ORDER BY demand DESC, id
   ) AS page`,
);

const UNNAMED_COUNT = statement(
  'version_unnamed_count',
  `SELECT u.version_id AS parent, count(*)::int AS count FROM mappings u
    WHERE u.version_id = ANY($1::int[]) AND ${IS_UNNAMED} GROUP BY 1`,
);

/** An entry with how often it was asked for. */
export interface WantedRow extends MappingRow {
  demand: number;
}

/** More than anything was asked for. */
const MOST = 0x7fffffff;

/** Entries of versions that have no community name, most asked for first. @param page goes on behind demand and id */
export function unnamedOf(
  db: Sql,
  kinds: readonly MappingKind[] | null,
  { parents, after, limit }: ListPage<readonly [demand: number, id: number]>,
): Promise<WantedRow[]> {
  const [demand, id] = after ?? [MOST, 0];
  return db.query(UNNAMED, [parents, kinds, demand, id, demand === 0 ? id : 0, limit]);
}

export const countUnnamedOf = (
  db: Sql,
  kinds: readonly MappingKind[] | null,
  parents: readonly number[],
): Promise<ParentCount[]> => db.query(UNNAMED_COUNT, [parents, kinds]);
