import { isFieldDescriptor, isMethodDescriptor } from './descriptor.js';
import { FormatError, quoted } from './format-error.js';
import type { MappedClass, MappedField, MappedMethod, MappingFormat, MappingSet } from './model.js';
import { isClassName, isFieldName, isMethodName } from './names.js';
import { isSrgId } from './srg-id.js';
import type { TextLine } from './text-lines.js';

interface KnownClass {
  entry: MappedClass;
  line: number;
  /** Named by a member so far, by no class line. */
  implied: boolean;
  /** Whether a line said the SRG name; an implied class of a CSRG file keeps its OBF name. */
  srgKnown: boolean;
}

/** Gathers a MappingSet line by line and holds the rules that all formats share. Every method throws FormatError. */
export class MappingBuilder {
  private readonly set: MappingSet;
  private readonly classes = new Map<string, KnownClass>();
  private readonly members = new Map<string, number>();

  constructor(
    private readonly file: string,
    format: MappingFormat,
  ) {
    this.set = { format, packages: [], classes: [], fields: [], methods: [] };
  }

  fail(line: TextLine, reason: string): never {
    // Most cuts leave half a line; saying so spares a search for a fault in the format.
    const hint = line.ended ? '' : ' (the last line, without a line end: the file may be cut)';
    throw new FormatError(this.file, line.number, reason + hint);
  }

  setFormat(format: MappingFormat): void {
    this.set.format = format;
  }

  addPackage(line: TextLine, obf: string, srg: string): void {
    this.set.packages.push({ obf: this.package(line, obf), srg: this.package(line, srg) });
  }

  /** @returns the class, for what else is told of it */
  addClass(line: TextLine, obf: string, srg: string): MappedClass {
    this.className(line, obf);
    this.className(line, srg);
    const known = this.classes.get(obf);
    if (known === undefined) {
      const entry: MappedClass = { obf, srg };
      this.newClass({ entry, line: line.number, implied: false, srgKnown: true });
      return entry;
    }
    if (!known.implied) this.fail(line, `class ${quoted(obf)} is mapped twice, first in line ${known.line}`);
    this.agree(line, known, srg);
    Object.assign(known, { implied: false, line: line.number });
    return known.entry;
  }

  /** A member's class in the formats whose members name it; made if no line has named it yet. */
  impliedClass(line: TextLine, obf: string, srg: string | null): void {
    const known = this.classes.get(obf);
    if (known === undefined) {
      this.className(line, obf);
      if (srg !== null) this.className(line, srg);
      this.newClass({ entry: { obf, srg: srg ?? obf }, line: line.number, implied: true, srgKnown: srg !== null });
    } else if (srg !== null) {
      this.agree(line, known, srg);
    }
  }

  addField(line: TextLine, field: MappedField): void {
    for (const name of [field.obf, field.srg]) {
      if (!isFieldName(name))
        this.fail(line, name === '' ? 'a field name is empty' : `${quoted(name)} is not a field name`);
    }
    for (const descriptor of [field.obfDescriptor, field.srgDescriptor]) {
      if (descriptor !== null && !isFieldDescriptor(descriptor)) {
        this.fail(line, `${quoted(descriptor)} is not a field descriptor`);
      }
    }
    this.member(line, field, 'field', field.obf);
    this.set.fields.push(field);
  }

  addMethod(line: TextLine, method: MappedMethod): void {
    for (const name of [method.obf, method.srg]) {
      if (!isMethodName(name)) {
        this.fail(line, name === '' ? 'a method name is empty' : `${quoted(name)} is not a method name`);
      }
    }
    for (const descriptor of [method.obfDescriptor, method.srgDescriptor]) {
      if (descriptor !== null && !isMethodDescriptor(descriptor)) {
        this.fail(line, `${quoted(descriptor)} is not a method descriptor`);
      }
    }
    this.member(line, method, 'method', `${method.obf}${method.obfDescriptor}`);
    this.set.methods.push(method);
  }

  finish(): MappingSet {
    if (this.set.classes.length === 0) throw new FormatError(this.file, null, 'the file holds no mappings');
    const bySrg = new Map<string, KnownClass>();
    for (const known of this.classes.values()) {
      const { obf, srg } = known.entry;
      const first = bySrg.get(srg);
      if (first !== undefined) {
        const reason = `class ${quoted(obf)} is ${quoted(srg)}, and so is ${quoted(first.entry.obf)} in line ${first.line}`;
        throw new FormatError(this.file, known.line, reason);
      }
      bySrg.set(srg, known);
    }
    return this.set;
  }

  private newClass(known: KnownClass): void {
    this.classes.set(known.entry.obf, known);
    this.set.classes.push(known.entry);
  }

  private agree(line: TextLine, known: KnownClass, srg: string): void {
    if (known.srgKnown && known.entry.srg !== srg) {
      this.fail(
        line,
        `class ${quoted(known.entry.obf)} is ${quoted(srg)} here and ${quoted(known.entry.srg)} in line ${known.line}`,
      );
    }
    if (!known.srgKnown) this.className(line, srg);
    known.entry.srg = srg;
    known.srgKnown = true;
  }

  /** Refuses a member that its class already has, and one whose SRG id ends with a cut file. */
  private member(line: TextLine, member: MappedField | MappedMethod, kind: string, label: string): void {
    const key = `${member.owner} ${kind} ${member.obf} ${member.obfDescriptor ?? ''}`;
    const first = this.members.get(key);
    if (first !== undefined) {
      this.fail(
        line,
        `${kind} ${quoted(label)} of class ${quoted(member.owner)} is mapped twice, first in line ${first}`,
      );
    }
    this.members.set(key, line.number);
    if (!line.ended && /^(?:func|field)_\d*/.test(member.srg) && !isSrgId(member.srg)) {
      this.fail(line, `${quoted(member.srg)} is not a whole SRG id`);
    }
  }

  private className(line: TextLine, name: string): void {
    if (!isClassName(name))
      this.fail(line, name === '' ? 'a class name is empty' : `${quoted(name)} is not a class name`);
  }

  private package(line: TextLine, text: string): string {
    const name = text.endsWith('/') ? text.slice(0, -1) : text;
    if (name === '.') return '';
    if (!isClassName(name)) this.fail(line, `${quoted(text)} is not a package`);
    return name;
  }
}
