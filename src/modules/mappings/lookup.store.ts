import { statement, type Sql } from '../../db/database.js';
import { mappingColumns } from './mappings.rows.js';
import type { MappingKind, MappingRow } from './mapping.js';
import { numbersOf, type Spelling } from './spelling.js';

/** The most entries that one spelling is answered with. */
export const MAX_LOOKUP = 200;

// $1 version, $2 spelling, $3 class spellings, $4 kinds or null, $5 number, $6 constructor number, $7 parameter id.
// One index scan a branch; rank puts ids before names before obfuscated names.
const BARE_BRANCHES = `
  SELECT id, 0 AS rank FROM mappings WHERE version_id = $1 AND srg = $2
  UNION ALL SELECT id, 0 FROM mappings WHERE version_id = $1 AND srg = $7 AND kind = 'PARAMETER'
  UNION ALL SELECT id, CASE WHEN is_constructor THEN 0 ELSE 1 END FROM mappings
   WHERE version_id = $1 AND srg_index = $5 AND (NOT is_constructor OR srg_index = $6)
  UNION ALL SELECT id, 2 FROM mappings WHERE version_id = $1 AND short_name(name) = $2
  UNION ALL SELECT id, 2 FROM mappings WHERE version_id = $1 AND server_name = $2
  UNION ALL SELECT id, 1 FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND srg = ANY($3::text[])
  UNION ALL SELECT id, 1 FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND name = ANY($3::text[])
  UNION ALL SELECT id, 2 FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND short_name(name) = ANY($3::text[])
  UNION ALL SELECT id, 3 FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND obf = ANY($3::text[])`;

const answer = (branches: string) => `
  WITH found AS (SELECT id, min(rank) AS rank FROM (${branches}) AS branches GROUP BY id)
  SELECT ${mappingColumns('m')} FROM found JOIN mappings m USING (id)
   WHERE ($4::text[] IS NULL OR m.kind::text = ANY($4::text[]))
   ORDER BY found.rank, m.kind, m.srg LIMIT ${MAX_LOOKUP}`;

const LOOKUP_BARE = statement(
  'lookup_bare',
  answer(`${BARE_BRANCHES}
  UNION ALL SELECT member_id, 4 FROM declarations WHERE version_id = $1 AND obf = $2`),
);

/** Classes under any of the spellings of the parameter. */
const owners = (parameter: string) => `
  SELECT id FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND srg = ANY(${parameter}::text[])
  UNION SELECT id FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND name = ANY(${parameter}::text[])
  UNION SELECT id FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND short_name(name) = ANY(${parameter}::text[])
  UNION SELECT id FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND obf = ANY(${parameter}::text[])`;

// $8 owner spellings, $9 member, $10 descriptor or null, $11 owner as a method's name, $12 number in the member.
// A parameter's owner is a method, by any of its names.
const LOOKUP_OWNED = statement(
  'lookup_owned',
  answer(`${BARE_BRANCHES}
  UNION ALL
  SELECT m.id, CASE WHEN m.srg = $9 OR m.srg_index = $12 THEN 0 WHEN d.obf = $9 THEN 4 ELSE 2 END
    FROM (${owners('$8')}) AS o JOIN declarations d ON d.owner_id = o.id JOIN mappings m ON m.id = d.member_id
   WHERE (m.srg = $9 OR m.name = $9 OR m.server_name = $9 OR d.obf = $9 OR m.srg_index = $12)
     AND ($10::text IS NULL OR d.obf_descriptor = $10 OR d.srg_descriptor = $10)
  UNION ALL
  SELECT p.id, 3
    FROM (SELECT id FROM mappings WHERE version_id = $1 AND srg = $11
          UNION SELECT id FROM mappings WHERE version_id = $1 AND short_name(name) = $11) AS method
    JOIN mappings p ON p.method_id = method.id
   WHERE p.srg = $9 OR p.name = $9 OR p.server_name = $9`),
);

/** Everything that a spelling can mean in a version, best first. One statement. */
export function findBySpelling(
  db: Sql,
  versionId: number,
  spelling: Spelling,
  kinds: readonly MappingKind[] | null,
): Promise<MappingRow[]> {
  const { index, constructorIndex, parameter } = numbersOf(spelling.bare);
  const common = [versionId, spelling.bare, spelling.classes, kinds, index, constructorIndex, parameter];
  const { owned } = spelling;
  if (owned === null) return db.query<MappingRow>(LOOKUP_BARE, common);
  const method = owned.owner.slice(Math.max(owned.owner.lastIndexOf('.'), owned.owner.lastIndexOf('/')) + 1);
  return db.query<MappingRow>(LOOKUP_OWNED, [
    ...common,
    owned.owners,
    owned.member,
    spelling.descriptor,
    method,
    numbersOf(owned.member).index,
  ]);
}

const CLASS_BY_NAME = statement(
  'class_by_name',
  `SELECT DISTINCT ON (m.id) ${mappingColumns('m')}, found.rank FROM (
     SELECT id, 0 AS rank FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND srg = ANY($2::text[])
     UNION ALL SELECT id, 0 FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND name = ANY($2::text[])
     UNION ALL SELECT id, 1 FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND obf = ANY($2::text[])
     UNION ALL SELECT id, 2 FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND short_name(name) = ANY($2::text[])
   ) AS found JOIN mappings m USING (id) ORDER BY m.id, found.rank`,
);

/** The classes of a spelling with the rank of the match: 0 full name, 1 obfuscated, 2 short name. */
export const classesByName = (
  db: Sql,
  versionId: number,
  spellings: string[],
): Promise<(MappingRow & { rank: number })[]> => db.query(CLASS_BY_NAME, [versionId, spellings]);
