import type { DeclarationRow, MappingRow } from '../mappings/mapping.js';
import { textBytes, type Entries } from './entries.js';
import { grouped, groupsBytes, type Groups } from './groups.js';

/** A declaration as it is loaded, by the ids of its ends. */
export interface LoadedDeclaration {
  id: number;
  ownerId: number;
  memberId: number;
  obf: string;
  obfDescriptor: string | null;
  srgDescriptor: string | null;
  exceptions: string[];
}

const NO_EXCEPTIONS: string[] = [];

/** The members of a version as classes carry them, in columns: a declaration is the place at which it stands. */
export class Declarations {
  readonly ids: Int32Array;
  readonly owners: Uint32Array;
  readonly members: Uint32Array;
  readonly obfs: string[];
  readonly obfDescriptors: (string | null)[];
  readonly srgDescriptors: (string | null)[];
  /** The declarations of each class, in the order of the source. */
  readonly ofOwner: Groups;
  /** The declarations of each entry, in the order of the source. */
  readonly ofMember: Groups;
  private readonly exceptions = new Map<number, string[]>();
  /** The number of each one's obfuscated name. */
  readonly obfNumbers: Uint32Array;
  private readonly numbers = new Map<string, number>();
  /** The members that are called so somewhere, each once, in the order of entries. */
  private readonly ofObf: Uint32Array[] = [];

  /** @param rows those of a class in the order of their ids */
  constructor(
    private readonly entries: Entries,
    rows: readonly LoadedDeclaration[],
  ) {
    this.ids = Int32Array.from(rows, ({ id }) => id);
    this.owners = Uint32Array.from(rows, ({ ownerId }) => entries.placeOf(ownerId));
    this.members = Uint32Array.from(rows, ({ memberId }) => entries.placeOf(memberId));
    this.obfs = rows.map(({ obf }) => obf);
    this.obfDescriptors = rows.map(({ obfDescriptor }) => obfDescriptor);
    this.srgDescriptors = rows.map(({ srgDescriptor }) => srgDescriptor);
    rows.forEach(({ exceptions }, at) => exceptions.length > 0 && this.exceptions.set(at, exceptions));
    this.ofOwner = grouped(this.owners, entries.count);
    this.ofMember = grouped(this.members, entries.count);
    const { starts, items } = this.ofMember;
    for (let member = 0; member < entries.count; member++) {
      const own = items.subarray(starts[member], starts[member + 1]);
      if (own.length > 1) own.sort((a, b) => this.ids[a]! - this.ids[b]!);
    }
    this.obfNumbers = Uint32Array.from(this.obfs, (obf) => {
      const number = this.numbers.get(obf) ?? this.numbers.size;
      if (number === this.numbers.size) this.numbers.set(obf, number);
      return number;
    });
    this.indexObfs();
  }

  private indexObfs(): void {
    const { starts, items } = grouped(this.obfNumbers, this.numbers.size);
    const places = Uint32Array.from(items, (at) => this.members[at]!);
    for (let number = 0; number < this.numbers.size; number++) {
      const own = places.subarray(starts[number], starts[number + 1]).sort();
      let count = 0;
      for (const place of own) if (count === 0 || own[count - 1] !== place) own[count++] = place;
      this.ofObf.push(own.subarray(0, count));
    }
  }

  /** The number of an obfuscated name; -1 where nothing is called so. */
  numberOfObf(obf: string): number {
    return this.numbers.get(obf) ?? -1;
  }

  /** The members that are called so in some class, in the order of entries. */
  membersCalled(obf: string): Uint32Array | undefined {
    return this.ofObf[this.numberOfObf(obf)];
  }

  /** Whether a declaration has a descriptor, in either spelling. */
  isDescribed(at: number, descriptor: string): boolean {
    return this.obfDescriptors[at] === descriptor || this.srgDescriptors[at] === descriptor;
  }

  /** Whether a declaration of a member passes. */
  someOfMember(member: number, passes: (at: number) => boolean): boolean {
    const { starts, items } = this.ofMember;
    for (let i = starts[member]!; i < starts[member + 1]!; i++) if (passes(items[i]!)) return true;
    return false;
  }

  /** Calls back with the declarations of a class, in the order of the source. */
  eachOfOwner(owner: number, call: (at: number) => void): void {
    const { starts, items } = this.ofOwner;
    for (let i = starts[owner]!; i < starts[owner + 1]!; i++) call(items[i]!);
  }

  /** @param owner the row of its class, @param member and of its member, where they are at hand */
  row(at: number, owner?: MappingRow, member?: MappingRow): DeclarationRow {
    return {
      id: this.ids[at]!,
      obf: this.obfs[at]!,
      obfDescriptor: this.obfDescriptors[at]!,
      srgDescriptor: this.srgDescriptors[at]!,
      exceptions: this.exceptions.get(at) ?? NO_EXCEPTIONS,
      owner: owner ?? this.entries.row(this.owners[at]!),
      member: member ?? this.entries.row(this.members[at]!),
    };
  }

  /** About how much memory it takes, in bytes. */
  get bytes(): number {
    const texts = new Set([...this.obfs, ...this.obfDescriptors, ...this.srgDescriptors]);
    let bytes =
      this.ids.length * (4 + 4 + 4 + 8 + 8 + 8 + 4 + 4) + groupsBytes(this.ofOwner) + groupsBytes(this.ofMember);
    for (const text of texts) bytes += textBytes(text);
    for (const own of this.exceptions.values()) bytes += 80 + own.length * 8;
    return bytes + this.ofObf.length * 220;
  }
}
