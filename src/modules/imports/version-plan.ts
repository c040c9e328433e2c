import {
  constructorParameterId,
  parameterId,
  parameterSlots,
  parseSrgId,
  remapDescriptor,
  type ConstructorEntry,
  type ExceptionEntry,
  type ExcFile,
  type MappedMethod,
  type MappedParameter,
  type MappingSet,
  type ParameterSlot,
} from '../formats/index.js';
import type { MappingKind } from '../mappings/mapping.js';

/** What a game version's files say, parsed. */
export interface VersionFiles {
  mappings: MappingSet;
  constructors: ConstructorEntry[];
  exc: ExcFile | null;
  /** static_methods.txt; null where there is none. */
  statics: ReadonlySet<string> | null;
  exceptions: ExceptionEntry[];
}

export interface PlannedEntry {
  kind: MappingKind;
  srg: string;
  srgIndex: number | null;
  /** What is readable by itself carries its own name. */
  name: string | null;
  fixed: boolean;
  isStatic: boolean | null;
  isConstructor: boolean;
  obf: string | null;
  method: string | null;
  slot: number | null;
}

export interface PlannedDeclaration {
  owner: string;
  kind: 'METHOD' | 'FIELD';
  member: string;
  obf: string;
  obfDescriptor: string | null;
  srgDescriptor: string | null;
  exceptions: string[];
}

/** The rows that a version's files come to. */
export interface VersionPlan {
  entries: PlannedEntry[];
  declarations: PlannedDeclaration[];
  /** Methods with an SRG id of which no source said whether they are static; their parameters are taken as an instance's. */
  unknownStaticness: string[];
  /** Constructors of classes that the mapping file does not have. */
  strayConstructors: string[];
}

/** A constructor that has an id. */
type NumberedConstructor = Omit<ConstructorEntry, 'line'>;

const key = (owner: string, name: string, descriptor: string) => `${owner}.${name}${descriptor}`;

/** The id of a constructor of a mapping file, which it says or the ids of its parameters tell; null where neither does. */
function constructorIdOf({ constructorId, parameters }: MappedMethod): number | null {
  if (constructorId !== undefined) return constructorId;
  const ids = parameters.map(({ srg }) => parseSrgId(srg)).filter((id) => id?.constructorParameter === true);
  return ids[0]?.index ?? null;
}

class Planner {
  private readonly entries = new Map<string, PlannedEntry>();
  private readonly declarations: PlannedDeclaration[] = [];
  private readonly toSrg = new Map<string, string>();
  private readonly toObf = new Map<string, string>();
  private readonly exceptions = new Map<string, string[]>();
  /** The constructors that have an id, by class and descriptor. */
  private readonly constructors = new Map<string, NumberedConstructor>();
  private readonly constructorIds = new Set<number>();
  /** Parameters that a TSRG2 lists for constructors, by class and descriptor. */
  private readonly constructorParameters = new Map<string, MappedParameter[]>();
  private readonly unknown = new Set<string>();
  private readonly strayConstructors: string[] = [];

  constructor(
    private readonly files: VersionFiles,
    private readonly knownStatics: ReadonlyMap<string, boolean>,
  ) {}

  plan(): VersionPlan {
    const { mappings, constructors, exc, exceptions } = this.files;
    for (const entry of [...exceptions, ...(exc?.methods ?? [])]) {
      const method = key(entry.owner, entry.method, entry.descriptor);
      this.exceptions.set(method, [...new Set([...(this.exceptions.get(method) ?? []), ...entry.exceptions])]);
    }
    for (const constructor of [...constructors, ...(exc?.constructors ?? [])]) this.noteConstructor(constructor);
    for (const { obf, srg } of mappings.classes) {
      this.toSrg.set(obf, srg);
      this.toObf.set(srg, obf);
      const id = parseSrgId(srg);
      this.add({ kind: 'CLASS', srg, srgIndex: id?.index ?? null, name: id === null ? srg : null, obf });
    }
    for (const field of mappings.fields) {
      this.addMember('FIELD', field.srg);
      this.declare({
        owner: this.srgClass(field.owner),
        kind: 'FIELD',
        member: field.srg,
        obf: field.obf,
        obfDescriptor: field.obfDescriptor,
        srgDescriptor: field.srgDescriptor ?? this.srgDescriptor(field.obfDescriptor),
      });
    }
    for (const method of mappings.methods) {
      const id = method.srg === '<init>' ? constructorIdOf(method) : null;
      if (id !== null) this.noteConstructor({ id, owner: this.srgClass(method.owner), descriptor: this.srgOf(method) });
    }
    this.planMethods();
    for (const constructor of this.constructors.values()) this.addConstructor(constructor);
    return {
      entries: [...this.entries.values()],
      declarations: this.declarations,
      unknownStaticness: [...this.unknown],
      strayConstructors: this.strayConstructors,
    };
  }

  private planMethods(): void {
    const statics = this.staticness();
    for (const method of this.files.mappings.methods) {
      if (method.srg === '<clinit>') continue;
      const owner = this.srgClass(method.owner);
      const srgDescriptor = this.srgOf(method);
      const isConstructor = method.srg === '<init>';
      // TSRG2 lists constructors like methods; they have no id of their own there, but another file may say it.
      if (isConstructor && this.constructors.has(key(owner, '<init>', srgDescriptor))) {
        this.constructorParameters.set(key(owner, '<init>', srgDescriptor), method.parameters);
        continue;
      }
      const srg = isConstructor ? `${owner}.<init>${srgDescriptor}` : method.srg;
      const isStatic = isConstructor ? false : (statics.get(method.srg) ?? null);
      const index = this.addMember('METHOD', srg, { isStatic, isConstructor });
      this.declare({
        owner,
        kind: 'METHOD',
        member: srg,
        obf: method.obf,
        obfDescriptor: method.obfDescriptor,
        srgDescriptor,
        exceptions: this.exceptions.get(key(owner, method.srg, srgDescriptor)),
      });
      if (index !== null && isStatic === null) this.unknown.add(srg);
      const slots = parameterSlots(method.obfDescriptor, isStatic ?? false);
      if (method.parameters.length > 0) {
        this.addListedParameters(method.parameters, srg, slots);
      } else if (index !== null && srg.startsWith('func_')) {
        for (const { slot } of slots) this.addParameter(parameterId(index, slot), srg, slot);
      }
    }
  }

  /**
   * What is known of methods by SRG id; what says it first-hand wins: the marks of a TSRG2, the list of statics, the first slot
   * in an .exc, what an earlier import knew.
   */
  private staticness(): Map<string, boolean> {
    const known = new Map(this.knownStatics);
    for (const { method, parameters } of this.files.exc?.methods ?? []) {
      const first = parameters[0] === undefined ? null : parseSrgId(parameters[0]);
      if (first?.slot == null || first.constructorParameter || first.index !== parseSrgId(method)?.index) continue;
      known.set(method, first.slot === 0);
    }
    if (this.files.statics !== null) {
      for (const { srg } of this.files.mappings.methods) known.set(srg, this.files.statics.has(srg));
    }
    const marked = new Set<string>();
    for (const { srg, isStatic } of this.files.mappings.methods) {
      if (isStatic === true) marked.add(srg);
      if (isStatic !== null) known.set(srg, marked.has(srg));
    }
    return known;
  }

  /**
   * constructors.txt, an .exc and the mapping file may name one; where they disagree on its id or place, the first of them is believed.
   */
  private noteConstructor(constructor: NumberedConstructor): void {
    const place = key(constructor.owner, '<init>', constructor.descriptor);
    if (this.constructors.has(place) || this.constructorIds.has(constructor.id)) return;
    this.constructors.set(place, constructor);
    this.constructorIds.add(constructor.id);
  }

  private addConstructor({ id, owner, descriptor }: NumberedConstructor): void {
    const srg = `i${id}`;
    const place = key(owner, '<init>', descriptor);
    this.add({
      kind: 'METHOD',
      srg,
      srgIndex: id,
      name: '<init>',
      fixed: true,
      isStatic: false,
      isConstructor: true,
    });
    const slots = parameterSlots(descriptor, false);
    const listed = this.constructorParameters.get(place) ?? [];
    if (listed.length > 0) this.addListedParameters(listed, srg, slots);
    else for (const { slot } of slots) this.addParameter(constructorParameterId(id, slot), srg, slot);
    if (!this.toObf.has(owner)) {
      this.strayConstructors.push(`${srg} ${owner} ${descriptor}`);
      return;
    }
    this.declare({
      owner,
      kind: 'METHOD',
      member: srg,
      obf: '<init>',
      obfDescriptor: remapDescriptor(descriptor, (name) => this.toObf.get(name) ?? name),
      srgDescriptor: descriptor,
      exceptions: this.exceptions.get(place),
    });
  }

  /** A field or method once, however many classes carry it. @returns the number in its id; null where it has none */
  private addMember(
    kind: 'FIELD' | 'METHOD',
    srg: string,
    facts: { isStatic?: boolean | null; isConstructor?: boolean } = {},
  ): number | null {
    const id = parseSrgId(srg);
    const index = id?.kind === kind ? id.index : null;
    const fixed = index === null;
    const entry = this.entries.get(`${kind} ${srg}`);
    if (entry === undefined) {
      const name = facts.isConstructor ? '<init>' : srg;
      this.add({ kind, srg, srgIndex: index, name: fixed ? name : null, fixed, ...facts });
    } else if (facts.isStatic != null) {
      entry.isStatic ??= facts.isStatic;
    }
    return index;
  }

  private addListedParameters(parameters: MappedParameter[], method: string, slots: ParameterSlot[]): void {
    for (const { index: position, srg } of parameters) {
      if (parseSrgId(srg) !== null) this.addParameter(srg, method, slots[position]?.slot ?? null);
    }
  }

  private addParameter(srg: string, method: string, slot: number | null): void {
    if (!this.entries.has(`PARAMETER ${srg}`)) this.add({ kind: 'PARAMETER', srg, method, slot });
  }

  private add(entry: Pick<PlannedEntry, 'kind' | 'srg'> & Partial<PlannedEntry>): void {
    this.entries.set(`${entry.kind} ${entry.srg}`, {
      srgIndex: null,
      name: null,
      fixed: false,
      isStatic: null,
      isConstructor: false,
      obf: null,
      method: null,
      slot: null,
      ...entry,
    });
  }

  private declare(declaration: Omit<PlannedDeclaration, 'exceptions'> & { exceptions?: string[] }): void {
    this.declarations.push({ ...declaration, exceptions: declaration.exceptions ?? [] });
  }

  private readonly srgClass = (obf: string): string => this.toSrg.get(obf) ?? obf;

  private readonly srgOf = ({ srgDescriptor, obfDescriptor }: MappedMethod): string =>
    srgDescriptor ?? this.srgDescriptor(obfDescriptor)!;

  private srgDescriptor(obf: string | null): string | null {
    return obf === null ? null : remapDescriptor(obf, this.srgClass);
  }
}

/**
 * Turns a version's files into rows. Parameter ids follow MCP's rule: `p_<n>_<slot>_` with n from `func_<n>_`, slots from 0 if
 * static and 1 if not, two for long and double; `p_i<id>_<slot>_` for constructors.
 * @param knownStatics by SRG id, what earlier imports knew
 */
export const planVersion = (files: VersionFiles, knownStatics: ReadonlyMap<string, boolean>): VersionPlan =>
  new Planner(files, knownStatics).plan();
