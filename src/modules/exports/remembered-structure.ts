import { byBytes } from '../../shared/byte-order.js';
import type { VersionModel } from '../read-model/version-model.js';
import type {
  ExportedClass,
  ExportedMember,
  ExportedParameter,
  MemberSelection,
  Structure,
} from './structure.store.js';

/** Members that are handed on at once. */
const BATCH = 500;

/** The names changed while they were being read. */
export class NamesMoved extends Error {
  override readonly name = 'NamesMoved';
}

/** A version as memory has it at one head. @throws NamesMoved from what is read after it has got another one */
export function rememberedStructure(model: VersionModel): Structure {
  const { head } = model.marks;
  return {
    classes: () => classesOf(model),
    *members(selection) {
      for (const rows of membersOf(model, selection)) {
        yield rows;
        if (model.marks.head !== head) throw new NamesMoved();
      }
    },
  };
}

function classesOf({ entries }: VersionModel): ExportedClass[] {
  return Array.from({ length: entries.classes }, (_, place) => {
    const { id, obf, srg, name, side, documentation } = entries.row(place);
    return { id, obf: obf ?? srg, srg, name, side, documentation };
  });
}

function* membersOf(model: VersionModel, selection: MemberSelection): Generator<ExportedMember[]> {
  const { entries, declarations } = model;
  const { starts } = declarations.ofOwner;
  const order = orderOf(model);
  const owners = selection.classIds.map((id) => entries.placeOf(id));
  let rows: ExportedMember[] = [];
  // Fields stand before methods in each class.
  for (const kinds of selection.fieldsFirst ? [['FIELD'], ['METHOD']] : [['FIELD', 'METHOD']]) {
    for (const owner of owners) {
      for (let i = starts[owner]!; i < starts[owner + 1]!; i++) {
        const at = order[i]!;
        const member = declarations.members[at]!;
        if (!kinds.includes(entries.kindOf(member))) continue;
        if (!selection.constructors && entries.isConstructor(member)) continue;
        rows.push(memberOf(model, at, selection.parameters));
        if (rows.length < BATCH) continue;
        yield rows;
        rows = [];
      }
    }
  }
  yield rows;
}

function memberOf(model: VersionModel, at: number, withParameters: boolean): ExportedMember {
  const { entries, declarations } = model;
  const member = declarations.members[at]!;
  const row = entries.row(member);
  const srgIndex = entries.srgIndexes[member]!;
  return {
    ownerId: entries.ids[declarations.owners[at]!]!,
    kind: row.kind as ExportedMember['kind'],
    srg: row.srg,
    srgIndex: srgIndex === -1 ? null : srgIndex,
    name: row.name,
    side: row.side,
    documentation: row.documentation,
    fixed: row.fixed,
    isStatic: row.isStatic,
    isConstructor: row.isConstructor,
    obf: declarations.obfs[at]!,
    obfDescriptor: declarations.obfDescriptors[at]!,
    srgDescriptor: declarations.srgDescriptors[at]!,
    parameters: withParameters ? parametersOf(model, member) : null,
  };
}

/** By slot, those without one last, and by id. */
function parametersOf({ entries }: VersionModel, method: number): ExportedParameter[] | null {
  const { starts, items } = entries.parameters;
  const [start, end] = [starts[method]!, starts[method + 1]!];
  if (start === end) return null;
  const rows = Array.from(items.subarray(start, end), (place): ExportedParameter => {
    const { srg, slot, side, name, documentation } = entries.row(place);
    return [srg, slot, side, name, documentation];
  });
  return rows.length < 2 ? rows : rows.sort((a, b) => (a[1] ?? Infinity) - (b[1] ?? Infinity) || byBytes(a[0], b[0]));
}

/** What only imports change, by the declarations that it is of. */
const orders = new WeakMap<VersionModel['declarations'], Uint32Array>();

/** The declarations class by class, in the order that `exportedMembers` tells. */
function orderOf({ entries, declarations }: VersionModel): Uint32Array {
  const known = orders.get(declarations);
  if (known) return known;
  const { starts, items } = declarations.ofOwner;
  const { members, obfs, obfDescriptors } = declarations;
  const counted = obfs.map(asCounted);
  const lengths = Uint16Array.from(obfs, (obf) => [...obf].length);
  const order = items.slice();
  const compare = (a: number, b: number): number => {
    const [x, y] = [members[a]!, members[b]!];
    // Methods stand before fields in memory.
    const byKind = Number(entries.kindOf(x) === 'METHOD') - Number(entries.kindOf(y) === 'METHOD');
    if (byKind !== 0) return byKind;
    if (lengths[a] !== lengths[b]) return lengths[a]! - lengths[b]!;
    return (
      byBytes(counted[a]!, counted[b]!) ||
      compareDescriptors(obfDescriptors[a]!, obfDescriptors[b]!) ||
      byBytes(entries.srgs[x]!, entries.srgs[y]!)
    );
  };
  for (let owner = 0; owner < entries.classes; owner++) order.subarray(starts[owner], starts[owner + 1]).sort(compare);
  orders.set(declarations, order);
  return order;
}

/** What is not known stands last. */
function compareDescriptors(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return byBytes(a, b);
}

/** The obfuscator counts a to z before A to Z. */
const asCounted = (obf: string): string =>
  obf.replace(/[A-Za-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) ^ 0x20));
