import type { NamedEntry } from './named-entry.js';

/** Obfuscated names, SRG ids, and community names (the SRG id where there is none). */
export const NAMESPACES = ['OBF', 'SRG', 'MCP'] as const;
export type Namespace = (typeof NAMESPACES)[number];

/** Every format that is written, in the order in which lists have them. */
export const EXPORT_FORMATS = [
  'CSV_ZIP',
  'METHODS_CSV',
  'FIELDS_CSV',
  'PARAMS_CSV',
  'SRG',
  'XSRG',
  'CSRG',
  'TSRG',
  'TSRG2',
  'TINY1',
  'TINY2',
  'PROGUARD',
  'JSON',
] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What stands at the head of a file. */
export interface DocumentHead {
  /** "1.12.2" */
  gameVersion: string;
  /** The namespaces, in order: names and descriptors of what is written are arrays beside it. */
  namespaces: readonly Namespace[];
}

/** On which side of the game something is. */
export type WrittenSide = 'CLIENT' | 'SERVER' | 'BOTH';

/** A class to be written. Arrays are beside `DocumentHead.namespaces`. */
export interface WrittenClass {
  names: readonly string[];
  side: WrittenSide;
  documentation: string | null;
}

/** A field or method to be written, as one class carries it. */
export interface WrittenMember {
  owner: WrittenClass;
  names: readonly string[];
  /** Null for a field whose source did not say. */
  descriptors: readonly (string | null)[];
  side: WrittenSide;
  documentation: string | null;
}

export interface WrittenMethod extends WrittenMember {
  descriptors: readonly string[];
  /** Null where no source said. */
  isStatic: boolean | null;
  /** Of constructors that have one: 1005 of `p_i1005_1_`. */
  constructorId: number | null;
  /** Of formats that ask for them, by position; empty for all others. */
  parameters: readonly WrittenParameter[];
}

export interface WrittenParameter {
  /** 0-based position in the descriptor. */
  index: number;
  /** The JVM slot. */
  slot: number;
  /** Null in OBF, where parameters have no names. */
  names: readonly (string | null)[];
  side: WrittenSide;
  documentation: string | null;
}

/**
 * Writes one file, piece by piece: each method gives the text of what it is handed, its line ends included. What it is handed comes in
 * the order of the format's `order`, so that memory does not grow with the file.
 */
export interface MappingWriter {
  begin(): string;
  class(written: WrittenClass): string;
  field(written: WrittenMember): string;
  method(written: WrittenMethod): string;
  end(): string;
}

interface Described {
  format: ExportFormat;
  /** What its file is called in an address: `joined.tsrg`. */
  fileName: string;
  contentType: string;
  /** In one sentence, for people. */
  description: string;
}

/** A format of names by SRG id. */
export interface NamesFormat extends Described {
  shape: 'NAMES';
  kind: 'METHOD' | 'FIELD' | 'PARAMETER';
  /** The order of its rows. */
  compare: (a: string, b: string) => number;
  header: string;
  /** One entry's row or rows. @param documentation what its documentation column says; null for nothing */
  row: (entry: NamedEntry, documentation: string | null) => string;
}

/** A format of classes and members in several namespaces. */
export interface MappingsFormat extends Described {
  shape: 'MAPPINGS';
  /** The namespaces that are written where a query picks none. */
  namespaces: readonly Namespace[];
  /** How many it needs, and how many it can hold. */
  minNamespaces: 2 | 3;
  maxNamespaces: 2 | 3;
  /** CLASSES: each class before its fields, and these before its methods. SECTIONS: all classes, all fields, all methods. */
  order: 'CLASSES' | 'SECTIONS';
  /** Whether it has room for constructors (`<init>`), and for parameters. */
  constructors: boolean;
  parameters: boolean;
  /** Which descriptors are written: those of the first namespace, or of all. */
  descriptors: 'FIRST' | 'ALL';
  writer: (head: DocumentHead) => MappingWriter;
}

/** Several formats in one zip. */
export interface ArchiveFormat extends Described {
  shape: 'ARCHIVE';
  files: readonly NamesFormat[];
}

export type FormatSpec = NamesFormat | MappingsFormat | ArchiveFormat;
