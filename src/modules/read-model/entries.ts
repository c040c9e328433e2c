import { MAPPING_KINDS, type MappingKind, type MappingRow, type Side } from '../mappings/mapping.js';
import { grouped, groupsBytes, type Groups } from './groups.js';
import { NumberIndex } from './number-index.js';
import { TextTable } from './text-table.js';

/** An entry as it is loaded: with the number of its id. */
export interface LoadedEntry extends MappingRow {
  srgIndex: number | null;
}

const SIDES: readonly Side[] = ['CLIENT', 'SERVER', 'BOTH'];
const [CLASS, PARAMETER] = [MAPPING_KINDS.indexOf('CLASS'), MAPPING_KINDS.indexOf('PARAMETER')];

// What an entry's flags say.
const FIXED = 1;
const CONSTRUCTOR = 2;
const STATIC = 4;
const NOT_STATIC = 8;

const NO_SLOT = -32_768;

/** What an entry is named by; the rest of it changes with imports alone. */
export interface Naming {
  name: string | null;
  serverName: string | null;
  documentation: string | null;
}

/** About how much memory a text takes, in bytes. */
export const textBytes = (text: string | null | undefined): number =>
  text == null ? 0 : 16 + (Math.ceil(text.length / 8) << 3);

/**
 * The entries of a version in columns, ordered by kind and SRG id: an entry is the place at which it stands. Rows are made when they
 * are asked for.
 */
export class Entries {
  readonly count: number;
  /** Classes stand first: there are so many. */
  readonly classes: number;
  /** Where each kind begins, and the end. */
  readonly kindStarts: readonly number[];
  readonly ids: Int32Array;
  readonly srgs: string[];
  readonly names: (string | null)[];
  readonly serverNames = new Map<number, string>();
  /** The obfuscated names of classes. */
  readonly obfs: string[];
  /** The numbers of ids; -1 for none. */
  readonly srgIndexes: Int32Array;
  /** The methods of parameters; -1 for none. */
  readonly methods: Int32Array;
  /** The parameters of each method, in their order. */
  readonly parameters: Groups;
  private readonly documentations: (string | null)[];
  private readonly kinds: Uint8Array;
  private readonly sides: Uint8Array;
  private readonly flags: Uint8Array;
  private readonly slots: Int16Array;
  private readonly places: NumberIndex;
  private readonly bySrg: TextTable;

  /** @param rows by SRG id */
  constructor(
    readonly versionId: number,
    rows: readonly LoadedEntry[],
  ) {
    const byKind = grouped(
      rows.map(({ kind }) => MAPPING_KINDS.indexOf(kind)),
      MAPPING_KINDS.length,
    );
    const ordered = Array.from(byKind.items, (at) => rows[at]!);
    const column = <T>(read: (row: LoadedEntry) => T): T[] => ordered.map(read);
    this.count = rows.length;
    this.kindStarts = [...byKind.starts];
    this.classes = this.kindStarts[CLASS + 1]!;
    this.ids = Int32Array.from(ordered, ({ id }) => id);
    this.places = new NumberIndex(this.ids);
    this.srgs = column(({ srg }) => srg);
    this.bySrg = new TextTable(this.srgs);
    for (let place = 0; place < this.count; place++) this.bySrg.add();
    this.names = column(({ name }) => name);
    this.documentations = column(({ documentation }) => documentation);
    this.obfs = ordered.slice(0, this.classes).map(({ obf }) => obf!);
    ordered.forEach(({ serverName }, place) => serverName !== null && this.serverNames.set(place, serverName));
    this.kinds = Uint8Array.from(ordered, ({ kind }) => MAPPING_KINDS.indexOf(kind));
    this.sides = Uint8Array.from(ordered, ({ side }) => SIDES.indexOf(side));
    this.flags = Uint8Array.from(ordered, flagsOf);
    this.slots = Int16Array.from(ordered, ({ slot }) => slot ?? NO_SLOT);
    this.srgIndexes = Int32Array.from(ordered, ({ srgIndex }) => srgIndex ?? -1);
    this.methods = Int32Array.from(ordered, ({ methodId }) => (methodId === null ? -1 : this.places.get(methodId)));
    this.parameters = this.parametersInOrder();
  }

  private parametersInOrder(): Groups {
    const found = grouped(this.methods, this.count);
    const { starts, items } = found;
    const slotOf = (place: number) => (this.slots[place] === NO_SLOT ? Infinity : this.slots[place]!);
    for (let method = 0; method < this.count; method++) {
      const own = items.subarray(starts[method], starts[method + 1]);
      if (own.length < 2) continue;
      own.sort((a, b) => (slotOf(a) === slotOf(b) ? this.ids[a]! - this.ids[b]! : slotOf(a) - slotOf(b)));
    }
    return found;
  }

  /** Where the entry of an id of the database stands; -1 for none. */
  placeOf(id: number): number {
    return this.places.get(id);
  }

  kindOf(place: number): MappingKind {
    return MAPPING_KINDS[this.kinds[place]!]!;
  }

  /** Where the kind of an entry ends. */
  kindEnd(place: number): number {
    return this.kindStarts[this.kinds[place]! + 1]!;
  }

  isParameter(place: number): boolean {
    return this.kinds[place] === PARAMETER;
  }

  isConstructor(place: number): boolean {
    return (this.flags[place]! & CONSTRUCTOR) !== 0;
  }

  /** Calls back with the entries of an SRG id: at most one of each kind. */
  eachOfSrg(srg: string, call: (place: number) => void): void {
    this.bySrg.each(srg, call);
  }

  /** The entry of each of many SRG ids, NONE, or SEVERAL where {@link eachOfSrg} has to tell. */
  placesOfSrgs(srgs: readonly string[]): Int32Array {
    return this.bySrg.findAll(srgs);
  }

  /** The first entry of an SRG id; -1 for none. */
  firstOfSrg(srg: string): number {
    return this.bySrg.first(srg);
  }

  /** Where the first entry of a kind stands whose ASCII SRG id does not come before `srg`. */
  lowerBound(kind: number, srg: string): number {
    let [low, high] = [this.kindStarts[kind]!, this.kindStarts[kind + 1]!];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.srgs[middle]! < srg) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  row(place: number): MappingRow {
    const flags = this.flags[place]!;
    const method = this.methods[place]!;
    const slot = this.slots[place]!;
    return {
      id: this.ids[place]!,
      versionId: this.versionId,
      kind: MAPPING_KINDS[this.kinds[place]!]!,
      srg: this.srgs[place]!,
      name: this.names[place]!,
      serverName: this.serverNames.size === 0 ? null : (this.serverNames.get(place) ?? null),
      documentation: this.documentations[place]!,
      side: SIDES[this.sides[place]!]!,
      fixed: (flags & FIXED) !== 0,
      isStatic: (flags & (STATIC | NOT_STATIC)) === 0 ? null : (flags & STATIC) !== 0,
      isConstructor: (flags & CONSTRUCTOR) !== 0,
      obf: place < this.classes ? this.obfs[place]! : null,
      methodId: method === -1 ? null : this.ids[method]!,
      slot: slot === NO_SLOT ? null : slot,
    };
  }

  /** Gives an entry other names. */
  rename(place: number, { name, serverName, documentation }: Naming): void {
    this.names[place] = name;
    this.documentations[place] = documentation;
    if (serverName === null) this.serverNames.delete(place);
    else this.serverNames.set(place, serverName);
  }

  /** About how much memory it takes, in bytes. */
  get bytes(): number {
    const columns = this.count * (4 + 8 + 8 + 4 + 4 + 8 + 1 + 1 + 1 + 2) + this.classes * 8;
    const texts = new Set<string | null>([...this.srgs, ...this.names, ...this.obfs, ...this.documentations]);
    let bytes =
      columns + groupsBytes(this.parameters) + this.places.bytes + this.bySrg.bytes + this.serverNames.size * 36;
    for (const text of texts) bytes += textBytes(text);
    return bytes;
  }
}

const flagsOf = ({ fixed, isConstructor, isStatic }: LoadedEntry): number =>
  (fixed ? FIXED : 0) | (isConstructor ? CONSTRUCTOR : 0) | (isStatic === null ? 0 : isStatic ? STATIC : NOT_STATIC);
