/** The mapping formats that an import takes. */
export type MappingFormat = 'TSRG' | 'TSRG2' | 'SRG' | 'XSRG' | 'CSRG' | 'TINY1' | 'TINY2' | 'PROGUARD' | 'JSON';

/** What some formats say of a part beside its names of both sides; missing where the file does not say. */
export interface Told {
  /** The community name, of a third namespace `mcp`. */
  name?: string;
  /** With real line breaks. Only TINY2 and JSON say. */
  documentation?: string;
}

/** A package as both sides call it, without a final slash; '' is the default package (`.` in the files). */
export interface MappedPackage {
  obf: string;
  srg: string;
}

/** A class by its internal names (`net/minecraft/block/Block$1`). */
export interface MappedClass extends Told {
  obf: string;
  srg: string;
}

export interface MappedField extends Told {
  /** The OBF name of the class. */
  owner: string;
  obf: string;
  /** Null where the file does not say: SRG, CSRG, TSRG, most TSRG2 files, and others made of these. */
  obfDescriptor: string | null;
  srg: string;
  /** Only XSRG, PROGUARD and JSON say. */
  srgDescriptor: string | null;
}

export interface MappedParameter extends Told {
  /** 0-based position in the descriptor, not the JVM slot. */
  index: number;
  srg: string;
}

export interface MappedMethod extends Told {
  /** The OBF name of the class. */
  owner: string;
  obf: string;
  obfDescriptor: string;
  srg: string;
  /** Only SRG, XSRG, PROGUARD and JSON say. */
  srgDescriptor: string | null;
  /** A TSRG2 file that marks static methods says, JSON, and TINY2 where the slots of parameters tell; null otherwise. */
  isStatic: boolean | null;
  /** Only TSRG2, TINY2 and JSON say; empty otherwise. */
  parameters: MappedParameter[];
  /** The number in the ids of a constructor's parameters, 1005 of `p_i1005_1_`; only JSON says. */
  constructorId?: number;
}

/** What one mapping file says. Arrays are in file order; classes that only members name stand where they were first named. */
export interface MappingSet {
  format: MappingFormat;
  packages: MappedPackage[];
  classes: MappedClass[];
  fields: MappedField[];
  methods: MappedMethod[];
}

/** A line of constructors.txt, or what a `<init>` line of a `.exc` file implies. Names and descriptor are SRG. */
export interface ConstructorEntry {
  line: number;
  /** The number in the ids of its parameters: 1005 of `p_i1005_1_`. */
  id: number;
  owner: string;
  descriptor: string;
}

/** A line of exceptions.txt (SRG names). */
export interface ExceptionEntry {
  line: number;
  owner: string;
  method: string;
  descriptor: string;
  exceptions: string[];
}

/** A method line of a `.exc` file (SRG names). */
export interface ExcMethod extends ExceptionEntry {
  /** Parameter ids in order (`p_70001_1_`); empty where the file lists none. */
  parameters: string[];
}

export interface ExcFile {
  /** `max_constructor_index=`, or null. */
  maxConstructorIndex: number | null;
  /** `net/minecraft/block/Block=CL_00000199`, up to 1.8. */
  classIndexes: { line: number; owner: string; id: string }[];
  /** Every method line, constructors (`<init>`) included. */
  methods: ExcMethod[];
  /** The constructors whose id their `p_i<id>_` parameters tell. */
  constructors: ConstructorEntry[];
}

/** What the rows of a name set name; by header, ids and, last, the file's name. */
export type NamesKind = 'methods' | 'fields' | 'params' | 'packages';

export interface NameRow {
  /** 1-based line at which the row starts. */
  line: number;
  /** func_70001_a, field_…, p_…, also `pkg.Class#<init>`; the class of packages.csv. */
  id: string;
  /** As the file has it; the package of packages.csv. */
  name: string;
  /** False where the name is empty or only repeats an SRG id: such a row names nothing. */
  named: boolean;
  /** 0 client, 1 server, 2 both; null where the file does not say. */
  side: 0 | 1 | 2 | null;
  /** With real line breaks (see `decodeDocumentation`); null where the cell is empty or the column missing. */
  documentation: string | null;
}

/** A name set's file. The same id may come again (old MCP: one row a side); rows are kept as they stand. */
export interface NamesFile {
  file: string;
  kind: NamesKind | null;
  header: string[];
  /** Whether the file has a documentation column: without one, null says nothing about documentation. */
  hasDocumentation: boolean;
  newline: '\r\n' | '\n';
  finalNewline: boolean;
  rows: NameRow[];
}
