/** What a field of a row is. With a `?` it may be null. docs/DUMP.md tells how each is written. */
type Plain = 'int' | 'text' | 'boolean' | 'time' | 'hash' | 'bytes' | 'texts' | 'ints' | EnumName;
export type FieldType = Plain | `${Plain}?`;

/** Values of the database's enums. */
export const ENUMS = {
  kind: ['CLASS', 'METHOD', 'FIELD', 'PARAMETER'],
  side: ['CLIENT', 'SERVER', 'BOTH'],
  state: ['STAGED', 'COMMITTED', 'UNDONE', 'REJECTED', 'SUPERSEDED'],
  channel: ['SNAPSHOT', 'STABLE'],
} as const;
type EnumName = keyof typeof ENUMS;

/** One kind of rows of a dump: those of one table, as far as anyone may see them. */
export interface Section {
  name: string;
  table: string;
  /** Names in the file, in the order of the file. Each is the column of its name in snake case, unless `made` has it. */
  fields: Readonly<Record<string, FieldType>>;
  /** Fields that are no columns, in SQL; a restore makes the columns behind them. */
  made?: Readonly<Record<string, string>>;
  /** The order of the rows: such that a row stands behind all those that it points at. */
  order: string;
  /** Whether a row is a file, so that one is held at a time. */
  large?: boolean;
  /** Whether ids are given out by a sequence. */
  numbered?: boolean;
}

/**
 * Everything that a dump holds, in the order in which it stands there: what is pointed at comes first. Whoever adds a table of public
 * data adds it here; what is not here is not dumped.
 */
export const SECTIONS: readonly Section[] = [
  {
    name: 'users',
    table: 'users',
    fields: { id: 'int', handle: 'text', isBot: 'boolean', createdAt: 'time', erased: 'boolean', mergedIntoId: 'int?' },
    made: { erased: 'erased_at IS NOT NULL' },
    order: 'merged_into_id IS NOT NULL, id',
    numbered: true,
  },
  {
    name: 'gameVersions',
    table: 'game_versions',
    fields: {
      id: 'int',
      name: 'text',
      isCurrent: 'boolean',
      frozen: 'boolean',
      isSample: 'boolean',
      importedAt: 'time',
      head: 'int',
      changedAt: 'time',
    },
    order: 'id',
    numbered: true,
  },
  {
    name: 'versionFiles',
    table: 'version_files',
    fields: { versionId: 'int', fileName: 'text', content: 'bytes' },
    order: 'version_id, file_name COLLATE "C"',
    large: true,
  },
  {
    name: 'mappings',
    table: 'mappings',
    fields: {
      id: 'int',
      versionId: 'int',
      kind: 'kind',
      srg: 'text',
      srgIndex: 'int?',
      name: 'text?',
      serverName: 'text?',
      documentation: 'text?',
      side: 'side',
      fixed: 'boolean',
      isStatic: 'boolean?',
      isConstructor: 'boolean',
      obf: 'text?',
      methodId: 'int?',
      slot: 'int?',
    },
    order: 'method_id IS NOT NULL, id',
    numbered: true,
  },
  {
    name: 'declarations',
    table: 'declarations',
    fields: {
      id: 'int',
      versionId: 'int',
      ownerId: 'int',
      memberId: 'int',
      obf: 'text',
      obfDescriptor: 'text?',
      srgDescriptor: 'text?',
      exceptions: 'texts?',
    },
    order: 'id',
    numbered: true,
  },
  {
    name: 'locks',
    table: 'mapping_locks',
    fields: { mappingId: 'int', reason: 'text?', byId: 'int?', at: 'time', until: 'time?' },
    order: 'mapping_id',
  },
  {
    name: 'demand',
    table: 'mapping_demand',
    fields: { mappingId: 'int', versionId: 'int', count: 'int' },
    order: 'mapping_id',
  },
  {
    name: 'changes',
    table: 'changes',
    fields: {
      sequence: 'int',
      versionId: 'int',
      kind: 'kind',
      srg: 'text',
      oldName: 'text?',
      newName: 'text?',
      oldDocumentation: 'text?',
      newDocumentation: 'text?',
      reason: 'text?',
      forced: 'boolean',
      authorId: 'int?',
      via: 'text?',
      batch: 'int',
      supersedes: 'int?',
      createdAt: 'time',
      hash: 'hash',
      state: 'state',
      decision: 'int?',
      votesFor: 'int',
      votesAgainst: 'int',
    },
    order: 'sequence',
  },
  {
    name: 'decisions',
    table: 'change_decisions',
    fields: {
      sequence: 'int',
      state: 'state',
      changes: 'ints',
      byId: 'int?',
      via: 'text?',
      reason: 'text?',
      decidedAt: 'time',
      hash: 'hash',
    },
    order: 'sequence',
  },
  {
    name: 'comments',
    table: 'change_comments',
    fields: { id: 'int', change: 'int', authorId: 'int', body: 'text', createdAt: 'time', editedAt: 'time?' },
    order: 'id',
    numbered: true,
  },
  {
    name: 'releases',
    table: 'releases',
    fields: {
      id: 'int',
      name: 'text',
      versionId: 'int',
      channel: 'channel',
      number: 'int',
      publishedAt: 'time',
      publishedById: 'int?',
      confirmedById: 'int?',
      via: 'text?',
      notes: 'text?',
      previousId: 'int?',
      digest: 'hash',
      changeSequence: 'int',
      decisionSequence: 'int',
      entryCount: 'int',
      changeCount: 'int',
    },
    order: 'id',
    numbered: true,
  },
  {
    name: 'releaseFiles',
    table: 'release_files',
    fields: { releaseId: 'int', fileName: 'text', sha256: 'hash', content: 'bytes' },
    order: 'release_id, file_name COLLATE "C"',
    large: true,
  },
  {
    name: 'releaseChanges',
    table: 'release_changes',
    fields: { releaseId: 'int', change: 'int' },
    order: 'release_id, change',
  },
  {
    name: 'releaseYanks',
    table: 'release_yanks',
    fields: { releaseId: 'int', reason: 'text', byId: 'int?', at: 'time' },
    order: 'release_id',
  },
];

/** srgIndex -> srg_index */
export const columnOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
