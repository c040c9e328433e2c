import type { MappingKind } from '../mappings/mapping.js';
import type { CoverageRow } from '../versions/versions.store.js';
import type { CarriedCount, EntryComparison } from './version-import.store.js';

/** What an import of a game version did. */
export interface VersionImportReport {
  version: string;
  /** Whether the version was there before and was brought up to date in place. */
  updated: boolean;
  isCurrent: boolean;
  /** The files that were read. */
  files: string[];
  coverage: CoverageRow[];
  declarations: { methods: number; fields: number };
  /** Methods of which no source said whether they are static; their parameters are numbered as an instance method's. */
  unknownStaticness: { methods: number; withParameters: number };
  strayConstructors: string[];
  /** Against what the version held before; null for a new one. */
  before: EntryComparison | null;
  /** Against the version that names were carried from; null where none was chosen. */
  carried: (EntryComparison & { from: string; taken: CarriedCount[] }) | null;
  /** The sample version that a real one replaced. */
  removedSample: string | null;
}

/** A row of a name set that names nothing in the version. */
export interface UnknownName {
  file: string;
  line: number;
  id: string;
  name: string;
}

export interface NamesCount {
  kind: MappingKind;
  /** Rows that met an entry. */
  matched: number;
  renamed: number;
  redocumented: number;
}

/** What an import of names did. */
export interface NamesImportReport {
  version: string;
  files: { file: string; rows: number }[];
  /** Whether the names were proposed instead of committed. */
  staged: boolean;
  /** Changes in the history; none for the sample version. */
  changes: number;
  counts: NamesCount[];
  /** Rows whose name is empty or repeats the id: they name nothing. */
  unnamedRows: number;
  /** Rows of ids that the version does not have. */
  unknown: UnknownName[];
  /** Ids with several rows of which the last was taken. */
  repeated: number;
  /** Entries that the client and the server name apart. */
  namedApart: number;
  /** Methods that the names proved to be static. */
  provedStatic: number;
  coverage: CoverageRow[];
}
