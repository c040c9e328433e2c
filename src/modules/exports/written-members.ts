import {
  parameterSlots,
  remapDescriptor,
  type MappingsFormat,
  type Namespace,
  type WrittenClass,
  type WrittenMember,
  type WrittenMethod,
  type WrittenParameter,
} from '../formats/index.js';
import type { NameSet } from '../name-sets/name-set.js';
import type { ExportedClass, ExportedMember } from './structure.store.js';

interface PlannedClass {
  id: number;
  written: WrittenClass;
}

interface WritingChoice {
  format: MappingsFormat;
  namespaces: readonly Namespace[];
  documentation: boolean;
}

/**
 * Classes by their obfuscated names, as MCPConfig's files have them: those of the default package first, part by part at `$`, shorter
 * parts before longer ones, then by bytes; others by bytes alone.
 */
export function compareClassNames(a: string, b: string): number {
  const packaged = Number(a.includes('/')) - Number(b.includes('/'));
  if (packaged !== 0) return packaged;
  if (a.includes('/')) return a < b ? -1 : Number(a > b);
  const [as, bs] = [a.split('$'), b.split('$')];
  for (let i = 0; i < as.length && i < bs.length; i++) {
    const [x, y] = [as[i]!, bs[i]!];
    if (x !== y) return x.length - y.length || (x < y ? -1 : 1);
  }
  return as.length - bs.length;
}

/** Turns rows of the tables into what format writers are handed. */
export class MemberPlanner {
  /** In the order in which they are written. */
  readonly classes: readonly PlannedClass[];
  private readonly byId: ReadonlyMap<number, WrittenClass>;
  private readonly toMcp: ReadonlyMap<string, string>;
  private readonly described: readonly Namespace[];

  constructor(
    rows: readonly ExportedClass[],
    private readonly names: Pick<NameSet, 'namesOf'>,
    private readonly choice: WritingChoice,
  ) {
    const { namespaces, format } = choice;
    const toMcp = new Map<string, string>();
    const planned = rows.map((row) => {
      const committed = { name: row.name, documentation: row.documentation, fixed: false };
      const { name, documentation } = names.namesOf('CLASS', row.srg, committed);
      const mcp = name ?? row.srg;
      if (mcp !== row.srg) toMcp.set(row.srg, mcp);
      const all = { OBF: row.obf, SRG: row.srg, MCP: mcp };
      const written = {
        names: namespaces.map((each) => all[each]),
        side: row.side,
        documentation: this.told(documentation),
      };
      return { id: row.id, obf: row.obf, written };
    });
    this.classes = planned.sort((a, b) => compareClassNames(a.obf, b.obf));
    this.byId = new Map(planned.map(({ id, written }) => [id, written]));
    this.toMcp = toMcp;
    this.described = format.descriptors === 'FIRST' ? namespaces.slice(0, 1) : namespaces;
  }

  field(row: ExportedMember): WrittenMember {
    return this.member(row);
  }

  method(row: ExportedMember): WrittenMethod {
    const { owner, names, descriptors, side, documentation } = this.member(row);
    // Not spread: such copies are made among the objects that live long, where tens of megabytes of them lie about.
    return {
      owner,
      names,
      side,
      documentation,
      descriptors: descriptors as string[],
      isStatic: row.isStatic,
      constructorId: row.isConstructor ? row.srgIndex : null,
      parameters: row.parameters === null ? [] : this.parameters(row),
    };
  }

  private member(row: ExportedMember): WrittenMember {
    const { name, documentation } = this.names.namesOf(row.kind, row.srg, row);
    const srg = row.isConstructor ? '<init>' : row.srg;
    const mcp = row.isConstructor ? '<init>' : (name ?? row.srg);
    return {
      owner: this.byId.get(row.ownerId)!,
      names: this.choice.namespaces.map((each) => (each === 'OBF' ? row.obf : each === 'SRG' ? srg : mcp)),
      descriptors: this.described.map((each) => this.descriptor(row, each)),
      side: row.side,
      documentation: this.told(documentation),
    };
  }

  /** Documentation as far as it is wanted. */
  private told(documentation: string | null): string | null {
    return this.choice.documentation ? documentation : null;
  }

  private descriptor({ obfDescriptor, srgDescriptor }: ExportedMember, namespace: Namespace): string | null {
    if (namespace === 'OBF') return obfDescriptor;
    if (namespace === 'SRG' || srgDescriptor === null || this.toMcp.size === 0) return srgDescriptor;
    return remapDescriptor(srgDescriptor, (name) => this.toMcp.get(name) ?? name);
  }

  /** Parameters of which the descriptor has a place: a slot tells it, from 1 where nobody said that the method is static. */
  private parameters(row: ExportedMember): WrittenParameter[] {
    const positions = new Map(
      parameterSlots(row.obfDescriptor!, row.isStatic ?? false).map(({ slot }, index) => [slot, index]),
    );
    return row.parameters!.flatMap(([srg, slot, side, committedName, committedDocumentation]) => {
      const index = slot === null ? undefined : positions.get(slot);
      if (slot === null || index === undefined) return [];
      const committed = { name: committedName, documentation: committedDocumentation, fixed: false };
      const { name, documentation } = this.names.namesOf('PARAMETER', srg, committed);
      const names = this.choice.namespaces.map((each) =>
        each === 'OBF' ? null : each === 'SRG' ? srg : (name ?? srg),
      );
      return [{ index, slot, names, side, documentation: this.told(documentation) }];
    });
  }
}
