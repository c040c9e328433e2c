import { statement, type Sql } from '../../db/database.js';
import { mappingColumns } from './mappings.rows.js';
import type { MappingKind, MappingRow } from './mapping.js';
import { numbersOf, splitOwner, type Spelling } from './spelling.js';

/** The most entries that one spelling is answered with. */
export const MAX_LOOKUP = 200;

// $1 version, $2 spelling, $3 class spellings, $4 kinds or null, $5 number, $6 constructor number, $7 parameter id,
// $8 descriptor or null: with one, only methods that have it are meant.
// One index scan a branch; rank puts ids before names before obfuscated names.
const BARE_BRANCHES = `
  SELECT id, 0 AS rank FROM mappings WHERE version_id = $1 AND srg = $2
  UNION ALL SELECT id, 0 FROM mappings WHERE version_id = $1 AND srg = $7 AND kind = 'PARAMETER'
  UNION ALL SELECT id, CASE WHEN is_constructor THEN 0 ELSE 1 END FROM mappings
   WHERE version_id = $1 AND srg_index = $5 AND (NOT is_constructor OR srg_index = $6)
  UNION ALL SELECT id, 2 FROM mappings WHERE version_id = $1 AND short_name = $2
  UNION ALL SELECT id, 2 FROM mappings WHERE version_id = $1 AND server_name = $2
  UNION ALL SELECT id, 1 FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND srg = ANY($3::text[])
  UNION ALL SELECT id, 1 FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND name = ANY($3::text[])
  UNION ALL SELECT id, 2 FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND short_name = ANY($3::text[])
  UNION ALL SELECT id, 3 FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND obf = ANY($3::text[])`;

const DESCRIBED = `($8::text IS NULL OR d.obf_descriptor = $8 OR d.srg_descriptor = $8)`;

const answer = (branches: string) => `
  WITH found AS (SELECT id, min(rank) AS rank FROM (${branches}) AS branches GROUP BY id)
  SELECT ${mappingColumns('m')} FROM found JOIN mappings m USING (id)
   WHERE ($4::text[] IS NULL OR m.kind::text = ANY($4::text[]))
     AND ($8::text IS NULL OR EXISTS (SELECT FROM declarations d WHERE d.member_id = m.id AND ${DESCRIBED}))
   ORDER BY found.rank, m.kind, m.srg LIMIT ${MAX_LOOKUP}`;

const LOOKUP_BARE = statement(
  'lookup_bare',
  answer(`${BARE_BRANCHES}
  UNION ALL SELECT d.member_id, 4 FROM declarations d WHERE d.version_id = $1 AND d.obf = $2 AND ${DESCRIBED}`),
);

/** Classes under any of the spellings of the parameter. */
const owners = (parameter: string) => `
  SELECT id FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND srg = ANY(${parameter}::text[])
  UNION SELECT id FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND name = ANY(${parameter}::text[])
  UNION SELECT id FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND short_name = ANY(${parameter}::text[])
  UNION SELECT id FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND obf = ANY(${parameter}::text[])`;

// $9 owner spellings, $10 member, $11 number in the member, $12 owner as a method's name, $13 spellings of the class before it.
// A parameter's owner is a method, by any of its names, which may have its own owner.
const LOOKUP_OWNED = statement(
  'lookup_owned',
  answer(`${BARE_BRANCHES}
  UNION ALL
  SELECT m.id, CASE WHEN m.srg = $10 OR m.srg_index = $11 THEN 0 WHEN d.obf = $10 THEN 4 ELSE 2 END
    FROM (${owners('$9')}) AS o JOIN declarations d ON d.owner_id = o.id JOIN mappings m ON m.id = d.member_id
   WHERE (m.srg = $10 OR m.name = $10 OR m.server_name = $10 OR d.obf = $10 OR m.srg_index = $11) AND ${DESCRIBED}
  UNION ALL
  SELECT p.id, 3
    FROM (SELECT id FROM mappings WHERE version_id = $1 AND srg = $12
          UNION SELECT id FROM mappings WHERE version_id = $1 AND short_name = $12) AS method
    JOIN mappings p ON p.method_id = method.id
   WHERE (p.srg = $10 OR p.name = $10 OR p.server_name = $10)
     AND ($13::text[] IS NULL
          OR EXISTS (SELECT FROM declarations d WHERE d.member_id = method.id AND d.owner_id IN (${owners('$13')})))`),
);

/** Everything that a spelling can mean in a version, best first. One statement. */
export function findBySpelling(
  db: Sql,
  versionId: number,
  spelling: Spelling,
  kinds: readonly MappingKind[] | null,
): Promise<MappingRow[]> {
  const { index, constructorIndex, parameter } = numbersOf(spelling.bare);
  const { owned, descriptor } = spelling;
  const common = [versionId, spelling.bare, spelling.classes, kinds, index, constructorIndex, parameter, descriptor];
  if (owned === null) return db.query<MappingRow>(LOOKUP_BARE, common);
  const method = splitOwner(owned.owner);
  return db.query<MappingRow>(LOOKUP_OWNED, [
    ...common,
    owned.owners,
    owned.member,
    numbersOf(owned.member).index,
    method?.member ?? owned.owner,
    method?.owners ?? null,
  ]);
}

const CLASS_BY_NAME = statement(
  'class_by_name',
  `SELECT DISTINCT ON (m.id) ${mappingColumns('m')}, found.rank FROM (
     SELECT id, 0 AS rank FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND srg = ANY($2::text[])
     UNION ALL SELECT id, 0 FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND name = ANY($2::text[])
     UNION ALL SELECT id, 1 FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND obf = ANY($2::text[])
     UNION ALL SELECT id, 2 FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND short_name = ANY($2::text[])
   ) AS found JOIN mappings m USING (id) ORDER BY m.id, found.rank`,
);

/** A class with the rank of the match. */
export interface RankedClass extends MappingRow {
  rank: number;
}

/** The classes of a spelling with the rank of the match: 0 full name, 1 obfuscated, 2 short name. */
export const classesByName = (db: Sql, versionId: number, spellings: string[]): Promise<RankedClass[]> =>
  db.query(CLASS_BY_NAME, [versionId, spellings]);
