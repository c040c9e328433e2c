import { statement, type Sql } from '../../db/index.js';
import type { MappingRow } from '../mappings/mapping.js';
import { mappingColumns } from '../mappings/mappings.rows.js';
import { joinStaged } from './change.js';

/** A name that an entry is to have. */
export interface WantedName {
  mappingId: number;
  /** Null gives up the name that it has. */
  name: string | null;
}

/** Which names count as taken: those that the next snapshot would carry, or the committed ones alone. */
export type NameView = 'EFFECTIVE' | 'COMMITTED';

/** Another use of a name where an entry that wants it would be seen. */
export interface NameUse {
  /** The entry that wants the name. */
  mappingId: number;
  use: 'SAME_SCOPE' | 'FIELD' | 'CLASS';
  other: MappingRow;
  /** The class in which both stand; null between classes and between parameters. */
  owner: string | null;
}

/** At most so many other entries are told for each name. */
const MAX_TOLD = 10;

// $1 version; `wanted` selects entries as `id` and the names that they are to have as `name`, null for none; `effective` is whether
// staged names count.
// Names lead to their holders through an index, holders to the places where they are seen, and places are compared as groups, so
// that the work grows with the number of names and of their holders, not with its square. Of a group it tells the first few. OFFSET 0
// keeps the planner to the index of names: statistics do not know how many changes are staged by now.
export const uses = (wanted: string, effective: string) =>
  `WITH wanted AS MATERIALIZED (${wanted}),
   batch AS MATERIALIZED (
     SELECT m.id, m.kind, m.method_id, w.name FROM wanted w JOIN mappings m ON m.id = w.id WHERE w.name IS NOT NULL
   ), names AS MATERIALIZED (SELECT DISTINCT kind, name FROM batch),
   spellings AS MATERIALIZED (SELECT DISTINCT name FROM names),
   holders AS MATERIALIZED (
     SELECT m.id, m.kind, m.method_id, s.name FROM spellings s JOIN mappings m ON m.version_id = $1 AND m.name = s.name
       ${joinStaged('m', 'c')}
      WHERE m.id NOT IN (SELECT id FROM wanted) AND NOT (${effective} AND c.sequence IS NOT NULL AND c.new_name IS DISTINCT FROM m.name)
     UNION ALL
     SELECT m.id, m.kind, m.method_id, s.name
       FROM spellings s CROSS JOIN LATERAL (
         SELECT * FROM changes WHERE new_name = s.name OFFSET 0
       ) c
       JOIN mappings m ON m.version_id = c.version_id AND m.srg = c.srg AND m.kind = c.kind
      WHERE ${effective} AND c.version_id = $1 AND c.state = 'STAGED' AND m.name IS DISTINCT FROM c.new_name AND m.id NOT IN (SELECT id FROM wanted)
   ), everyone AS (
     SELECT id, kind, method_id, name, true AS wants FROM batch
     UNION ALL SELECT h.id, h.kind, h.method_id, h.name, false FROM holders h
      WHERE EXISTS (SELECT FROM names n WHERE n.name = h.name AND n.kind = h.kind)
   ), places AS (
     SELECT e.id, e.wants, e.kind, e.name, d.owner_id AS place,
            CASE e.kind WHEN 'METHOD' THEN split_part(coalesce(d.srg_descriptor, d.obf_descriptor, ''), ')', 1) ELSE '' END AS signature
       FROM everyone e JOIN declarations d ON d.member_id = e.id WHERE e.kind IN ('METHOD', 'FIELD')
     UNION ALL
     SELECT id, wants, kind, name, CASE kind WHEN 'PARAMETER' THEN method_id ELSE 0 END, '' FROM everyone
      WHERE kind IN ('PARAMETER', 'CLASS')
   ), groups AS (
     SELECT kind, place, array_agg(DISTINCT id) AS members, array_agg(DISTINCT id) FILTER (WHERE wants) AS wanting
       FROM places WHERE place IS NOT NULL GROUP BY kind, place, name, signature
     HAVING bool_or(wants) AND count(DISTINCT id) > 1
   ), parameters AS MATERIALIZED (
     SELECT b.id, b.name, d.owner_id FROM batch b JOIN declarations d ON d.member_id = b.method_id WHERE b.kind = 'PARAMETER'
   ), fields AS MATERIALIZED (
     SELECT f.id, f.name, d.owner_id FROM (SELECT id, kind, name FROM holders UNION ALL SELECT id, kind, name FROM batch) f
       JOIN declarations d ON d.member_id = f.id
      WHERE f.kind = 'FIELD' AND EXISTS (SELECT FROM names n WHERE n.name = f.name AND n.kind = 'PARAMETER')
   ), uses AS (
     SELECT wanting.id AS wanting, 'SAME_SCOPE' AS use, other.id AS other,
            CASE WHEN g.kind IN ('METHOD', 'FIELD') THEN g.place END AS owner
       FROM groups g CROSS JOIN unnest(g.wanting) AS wanting(id) CROSS JOIN unnest(g.members[1:${MAX_TOLD + 1}]) AS other(id)
      WHERE other.id <> wanting.id
     UNION ALL
     SELECT p.id, 'FIELD', f.id, f.owner_id FROM parameters p JOIN fields f ON f.owner_id = p.owner_id AND f.name = p.name
     UNION ALL
     SELECT b.id, 'CLASS', c.id, NULL
       FROM batch b JOIN mappings c ON c.version_id = $1 AND c.kind = 'CLASS' AND c.short_name = b.name
      WHERE b.kind = 'PARAMETER'
   ), told AS (
     SELECT DISTINCT ON (wanting, use, other) wanting, use, other, owner FROM uses ORDER BY wanting, use, other, owner
   ), numbered AS (SELECT *, row_number() OVER (PARTITION BY wanting, use ORDER BY other) AS number FROM told)
   SELECT t.wanting AS "mappingId", t.use, o.name AS owner, ${mappingColumns('m', 'other_')}
     FROM numbered t JOIN mappings m ON m.id = t.other LEFT JOIN mappings o ON o.id = t.owner
    WHERE t.number <= ${MAX_TOLD}`;

const ORDER = `ORDER BY "mappingId", use, other_id`;

/** More names than these are worth a plan of their own. */
export const FEW = 100;
// What comes out of a SELECT is planned alike however long it is, so that the plan is kept: making one takes longer than few names do.
const USES_OF_FEW = statement(
  'name_uses_of_few',
  `${uses('SELECT * FROM unnest((SELECT $2::int[]), (SELECT $3::text[])) AS w(id, name)', '$4')} ${ORDER}`,
);
const USES = statement(
  'name_uses',
  `${uses('SELECT * FROM unnest($2::int[], $3::text[]) AS w(id, name)', '$4')} ${ORDER}`,
);

export type FlatUse = Omit<NameUse, 'other'> & { [K in keyof MappingRow as `other_${K}`]: MappingRow[K] };

const OTHER = 'other_';

export function nameUse(row: FlatUse): NameUse {
  const { mappingId, use, owner } = row;
  const other = Object.fromEntries(
    Object.entries(row).flatMap(([key, value]) => (key.startsWith(OTHER) ? [[key.slice(OTHER.length), value]] : [])),
  );
  return { mappingId, use, owner, other: other as unknown as MappingRow };
}

/**
 * Where names that entries are to have are used already, or would be by each other: methods of one name and parameter types in a
 * class that carries both ids, fields of a class, parameters of a method, classes of a version; and, for parameters, fields of the
 * method's classes and classes. Two methods that differ in what they return alone collide, as they would not compile.
 */
export async function nameUses(
  db: Sql,
  versionId: number,
  wanted: readonly WantedName[],
  view: NameView,
): Promise<NameUse[]> {
  if (wanted.length === 0) return [];
  const rows = await db.query<FlatUse>(wanted.length > FEW ? USES : USES_OF_FEW, [
    versionId,
    wanted.map(({ mappingId }) => mappingId),
    wanted.map(({ name }) => name),
    view === 'EFFECTIVE',
  ]);
  return rows.map(nameUse);
}
