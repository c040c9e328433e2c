import { statement, type Sql, type Statement } from '../../db/database.js';
import type { Namespace } from '../formats/index.js';

export interface Translation {
  from: string;
  /** The answer, where there is exactly one. */
  to: string | null;
  /** Every answer. */
  candidates: string[];
}

export interface Translated {
  /** In the order of the names. */
  translations: Translation[];
  /** Ids of the entries whose community name was asked for and is not there. */
  unnamed: number[];
}

/** One meaning of one of the names, in every namespace; `position` is the place of the name in the question. */
export interface TranslatedEntry {
  position: number;
  id: number;
  srg: string;
  mcp: string | null;
  /** Classes: one; members, if asked for: as their classes carry them, each once; parameters: none. */
  obf: string[];
}

const ENTRY = `m.id, m.srg, m.name AS mcp,
  CASE WHEN m.kind = 'CLASS' THEN ARRAY[m.obf] WHEN m.kind = 'PARAMETER' OR NOT $4 THEN '{}'
    ELSE ARRAY(SELECT DISTINCT d.obf FROM declarations d WHERE d.member_id = m.id ORDER BY 1) END AS obf`;

const asked = `unnest($2::text[], $3::text[]) WITH ORDINALITY AS asked(name, class, position)`;

// A class is asked for with slashes, whatever the question had; members never have any.
const BARE: Record<Namespace, Statement> = {
  OBF: statement(
    'translate_obf',
    `SELECT position::int, ${ENTRY} FROM ${asked}
       JOIN mappings m ON m.version_id = $1 AND m.kind = 'CLASS' AND m.obf = asked.class ORDER BY position, m.srg`,
  ),
  SRG: statement(
    'translate_srg',
    `SELECT position::int, ${ENTRY} FROM ${asked}
       JOIN mappings m ON m.version_id = $1 AND m.srg = asked.class ORDER BY position, m.srg, m.kind`,
  ),
  MCP: statement(
    'translate_mcp',
    `SELECT position::int, ${ENTRY} FROM (
       SELECT position, m.id FROM ${asked} JOIN mappings m ON m.version_id = $1 AND m.short_name = asked.name
       UNION SELECT position, m.id FROM ${asked} JOIN mappings m ON m.version_id = $1 AND m.name = asked.class
       UNION SELECT position, m.id FROM ${asked} JOIN mappings m ON m.version_id = $1 AND m.server_name = asked.name
     ) AS found JOIN mappings m USING (id) ORDER BY position, m.srg, m.kind`,
  ),
};

/** What names without an owner mean: nulls are passed over. One statement for all. */
export const translateBare = (
  db: Sql,
  [from, to]: readonly [Namespace, Namespace],
  versionId: number,
  names: readonly (string | null)[],
  classes: readonly (string | null)[],
): Promise<TranslatedEntry[]> => db.query(BARE[from], [versionId, names, classes, to === 'OBF']);

/** One meaning of a name with an owner. */
export interface TranslatedMember {
  position: number;
  id: number;
  srgOwner: string;
  mcpOwner: string | null;
  obfOwner: string;
  srg: string;
  mcp: string | null;
  obf: string;
  obfDescriptor: string | null;
  srgDescriptor: string | null;
}

const OWNED_COLUMNS = `asked.position::int, m.id, o.srg AS "srgOwner", o.name AS "mcpOwner", o.obf AS "obfOwner", m.srg,
  m.name AS mcp, d.obf, d.obf_descriptor AS "obfDescriptor", d.srg_descriptor AS "srgDescriptor"`;

const owned = (owner: string, member: string, descriptor: string) => `
  SELECT ${OWNED_COLUMNS}
    FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS asked(owner, member, descriptor, position)
    JOIN LATERAL (${owner}) AS o ON true
    JOIN declarations d ON d.owner_id = o.id
    JOIN mappings m ON m.id = d.member_id
   WHERE ${member} AND (asked.descriptor IS NULL OR ${descriptor})
   ORDER BY asked.position, o.srg, d.id`;

const ownerBy = (condition: string) =>
  `SELECT * FROM mappings WHERE version_id = $1 AND kind = 'CLASS' AND ${condition}`;

const OWNED: Record<Namespace, Statement> = {
  OBF: statement(
    'translate_owned_obf',
    owned(ownerBy('obf = asked.owner'), 'd.obf = asked.member', 'd.obf_descriptor = asked.descriptor'),
  ),
  SRG: statement(
    'translate_owned_srg',
    owned(
      `${ownerBy('srg = asked.owner')} UNION ${ownerBy('short_name = asked.owner')}`,
      'm.srg = asked.member',
      'd.srg_descriptor = asked.descriptor',
    ),
  ),
  MCP: statement(
    'translate_owned_mcp',
    owned(
      `${ownerBy('name = asked.owner')} UNION ${ownerBy('short_name = asked.owner')}`,
      'm.name = asked.member',
      'd.srg_descriptor = asked.descriptor',
    ),
  ),
};

/** What names with an owner mean: null owners are passed over. One statement for all. */
export const translateOwned = (
  db: Sql,
  from: Namespace,
  versionId: number,
  asked: readonly { owner: string | null; member: string | null; descriptor: string | null }[],
): Promise<TranslatedMember[]> =>
  db.query(OWNED[from], [
    versionId,
    asked.map(({ owner }) => owner),
    asked.map(({ member }) => member),
    asked.map(({ descriptor }) => descriptor),
  ]);

/** One meaning of a method's name with a descriptor and no owner. */
export type TranslatedMethod = Omit<TranslatedMember, 'srgOwner' | 'mcpOwner' | 'obfOwner'>;

const described = (name: string) => `
  SELECT DISTINCT asked.position::int, m.srg, m.name AS mcp, d.obf, d.obf_descriptor AS "obfDescriptor",
         d.srg_descriptor AS "srgDescriptor", m.id
    FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS asked(name, descriptor, position)
    JOIN mappings m ON m.version_id = $1 AND m.kind = 'METHOD' AND ${name} = asked.name
    JOIN declarations d ON d.member_id = m.id AND d.srg_descriptor = asked.descriptor
   ORDER BY 1, 2, 4, 5`;

const DESCRIBED: Record<Exclude<Namespace, 'OBF'>, Statement> = {
  SRG: statement('translate_described_srg', described('m.srg')),
  MCP: statement('translate_described_mcp', described('m.short_name')),
};

/** What methods with a descriptor and no owner mean: null names are passed over. An obfuscated one means too much. */
export const translateDescribed = (
  db: Sql,
  from: Exclude<Namespace, 'OBF'>,
  versionId: number,
  asked: readonly { name: string | null; descriptor: string | null }[],
): Promise<TranslatedMethod[]> =>
  db.query(DESCRIBED[from], [versionId, asked.map(({ name }) => name), asked.map(({ descriptor }) => descriptor)]);

const NAMES_OF = statement(
  'names_of',
  `SELECT id, srg, short_name AS name FROM mappings WHERE version_id = $1 AND srg = ANY($2::text[]) ORDER BY kind DESC`,
);

/** An SRG id with the community name of its entry, null for an unnamed one. */
export interface NamedEntry {
  id: number;
  srg: string;
  name: string | null;
}

/** The community names of SRG ids; ids that the version lacks are left out. Of two kinds with one id the first comes last. */
export const namesOf = (db: Sql, versionId: number, srgs: readonly string[]): Promise<NamedEntry[]> =>
  db.query(NAMES_OF, [versionId, srgs]);
