import { inBatches, statement, type Tx } from '../../db/index.js';
import type { WrittenSide } from '../formats/index.js';

/** A class of a version as exports read it. */
export interface ExportedClass {
  id: number;
  obf: string;
  srg: string;
  name: string | null;
  side: WrittenSide;
  documentation: string | null;
}

const CLASSES = statement(
  'export_classes',
  `SELECT id, coalesce(obf, srg) AS obf, srg, name, side, documentation FROM mappings WHERE version_id = $1 AND kind = 'CLASS'`,
);

export const exportedClasses = (tx: Tx, versionId: number): Promise<ExportedClass[]> =>
  tx.query<ExportedClass>(CLASSES, [versionId]);

/** A parameter of a method, with its committed name and documentation. */
export type ExportedParameter = [
  srg: string,
  slot: number | null,
  side: WrittenSide,
  name: string | null,
  documentation: string | null,
];

/** A member as one class carries it, as exports read it. */
export interface ExportedMember {
  ownerId: number;
  kind: 'METHOD' | 'FIELD';
  srg: string;
  srgIndex: number | null;
  name: string | null;
  side: WrittenSide;
  documentation: string | null;
  fixed: boolean;
  isStatic: boolean | null;
  isConstructor: boolean;
  obf: string;
  obfDescriptor: string | null;
  srgDescriptor: string | null;
  parameters: ExportedParameter[] | null;
}

export interface MemberSelection {
  /** The classes in the order in which their members come. */
  classIds: readonly number[];
  /** All fields before all methods, or those of each class. */
  fieldsFirst: boolean;
  constructors: boolean;
  parameters: boolean;
}

/** What classes and members of a version are read from: the database, or memory. */
export interface Structure {
  classes(): ExportedClass[] | Promise<ExportedClass[]>;
  /** In the order that {@link exportedMembers} tells, some at a time. */
  members(selection: MemberSelection): Iterable<ExportedMember[]> | AsyncIterable<ExportedMember[]>;
}

const PARAMETERS = `LEFT JOIN (
  SELECT method_id, json_agg(json_build_array(srg, slot, side, name, documentation) ORDER BY slot, srg COLLATE "C") AS parameters
    FROM mappings WHERE version_id = $1 AND kind = 'PARAMETER' AND method_id IS NOT NULL GROUP BY 1
) p ON p.method_id = m.id`;

// FIELD stands behind METHOD in the enum.
const BY_CLASS = 'c.rank, m.kind DESC';
const BY_KIND = 'm.kind DESC, c.rank';

/** The obfuscator counts a to z before A to Z. */
const COUNTED = `translate(d.obf, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')`;

/**
 * The members of classes, class by class, fields before methods, by length of the obfuscated name, then by its letters as the
 * obfuscator counts, then by descriptor: the order of MCPConfig's files, which depends on nothing but the data.
 */
export function exportedMembers(
  tx: Tx,
  versionId: number,
  { classIds, fieldsFirst, constructors, parameters }: MemberSelection,
): AsyncGenerator<ExportedMember[]> {
  return inBatches(
    tx,
    `SELECT d.owner_id AS "ownerId", m.kind, m.srg, m.srg_index AS "srgIndex", m.name, m.side, m.documentation, m.fixed,
            m.is_static AS "isStatic", m.is_constructor AS "isConstructor", d.obf, d.obf_descriptor AS "obfDescriptor", d.srg_descriptor AS "srgDescriptor",
            ${parameters ? 'p.parameters' : 'NULL AS parameters'}
       FROM declarations d
       JOIN mappings m ON m.id = d.member_id
       JOIN unnest($2::int[]) WITH ORDINALITY AS c(id, rank) ON c.id = d.owner_id
       ${parameters ? PARAMETERS : ''}
      WHERE d.version_id = $1 ${constructors ? '' : 'AND NOT m.is_constructor'}
      ORDER BY ${fieldsFirst ? BY_KIND : BY_CLASS}, length(d.obf), ${COUNTED} COLLATE "C",
               d.obf_descriptor COLLATE "C", m.srg COLLATE "C"`,
    [versionId, classIds],
  );
}

/** A version as its tables have it. */
export const storedStructure = (tx: Tx, versionId: number): Structure => ({
  classes: () => exportedClasses(tx, versionId),
  members: (selection) => exportedMembers(tx, versionId, selection),
});

/** A documented parameter of a method, as far as committed. */
export interface DocumentedRow {
  srg: string;
  slot: number | null;
  method: string;
}

const SLOTS = statement(
  'export_parameter_slots',
  `SELECT p.srg, p.slot, m.srg AS method FROM mappings p JOIN mappings m ON m.id = p.method_id
    WHERE p.version_id = $1 AND p.kind = 'PARAMETER' AND p.srg = ANY($2::text[])`,
);

/** The slots of parameters. */
export const parameterSlotsOf = (tx: Tx, versionId: number, srgs: readonly string[]): Promise<DocumentedRow[]> =>
  tx.query<DocumentedRow>(SLOTS, [versionId, srgs]);
