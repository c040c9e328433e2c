import { parseMethodDescriptor, remapDescriptor } from './descriptor.js';
import type { MappingsFormat, MappingWriter, WrittenClass, WrittenMember, WrittenMethod } from './export-format.js';
import { counted, quoted } from './format-error.js';
import { MappingBuilder } from './mapping-builder.js';
import { TWO_SIDES, UNKNOWN_TYPE } from './mapping-text.js';
import type { MappingSet } from './model.js';
import { contentLines, type TextLine } from './text-lines.js';

const PRIMITIVES: Readonly<Record<string, string>> = {
  boolean: 'Z',
  byte: 'B',
  char: 'C',
  double: 'D',
  float: 'F',
  int: 'I',
  long: 'J',
  short: 'S',
  void: 'V',
};
const PRIMITIVE_NAMES = new Map(Object.entries(PRIMITIVES).map(([name, letter]) => [letter, name]));

/** `java.lang.String[]` as `[Ljava/lang/String;`. What is no type makes a descriptor that is refused later. */
function descriptorOf(type: string): string {
  const bracket = type.indexOf('[');
  const element = bracket === -1 ? type : type.slice(0, bracket);
  const brackets = bracket === -1 ? '' : type.slice(bracket);
  if (brackets.replaceAll('[]', '') !== '') return type;
  const dimensions = '['.repeat(brackets.length / 2);
  return dimensions + (PRIMITIVES[element] ?? `L${element.replaceAll('.', '/')};`);
}

/** The other way: a type's descriptor as Java writes it. */
function typeOf(descriptor: string): string {
  const dimensions = descriptor.lastIndexOf('[') + 1;
  const element = descriptor.slice(dimensions);
  const name = PRIMITIVE_NAMES.get(element) ?? element.slice(1, -1).replaceAll('/', '.');
  return name + '[]'.repeat(dimensions);
}

/**
 * Reads a ProGuard map: `a.B -> c:`, then, indented, `type field -> d` and `type method(type,type) -> e`, with or without the numbers of
 * lines. The left side is the readable one and becomes SRG, the right side OBF; the descriptors of the right side follow from the
 * classes. Methods that were inlined (`a.B.method`) are read past. @throws FormatError
 */
export const parseProguard = (file: string, text: string): MappingSet => new ProguardReader(file).read(text);

/** A member that waits until all classes are known. */
interface ReadMember {
  line: TextLine;
  owner: string;
  obf: string;
  srg: string;
  /** Null for a field of unknown type. */
  descriptor: string | null;
  isMethod: boolean;
}

class ProguardReader {
  private readonly builder: MappingBuilder;
  private readonly toObf = new Map<string, string>();
  /** By what they say: a method comes once for each of its ranges of lines. */
  private readonly members = new Map<string, ReadMember>();
  private owner: string | null = null;

  constructor(file: string) {
    this.builder = new MappingBuilder(file, 'PROGUARD');
  }

  read(text: string): MappingSet {
    for (const line of contentLines(text)) {
      if (/^\s/.test(line.text)) this.member(line);
      else this.class(line);
    }
    for (const member of this.members.values()) this.add(member);
    return this.builder.finish();
  }

  private class(line: TextLine): void {
    const [left = '', arrow, right = '', ...rest] = line.text.trimEnd().split(' ');
    if (arrow !== '->' || !right.endsWith(':') || rest.length > 0) {
      this.builder.fail(line, `${quoted(line.text)} is not a class ("a.B -> c:")`);
    }
    const srg = left.replaceAll('.', '/');
    const obf = right.slice(0, -1).replaceAll('.', '/');
    this.builder.addClass(line, obf, srg);
    this.toObf.set(srg, obf);
    this.owner = obf;
  }

  private member(line: TextLine): void {
    const columns = line.text.trim().split(' ');
    const [type = '', left = '', arrow, obf = ''] = columns;
    if (this.owner === null) return this.builder.fail(line, 'a member stands before any class');
    if (columns.length !== 4 || arrow !== '->') {
      const found = columns.length === 4 ? quoted(arrow ?? '') : counted(columns.length, 'column');
      this.builder.fail(line, `${found} where a member has "type name -> name"`);
    }
    const plainType = type.replace(/^\d{1,9}:(?:\d{1,9}:)?/, '');
    const open = left.indexOf('(');
    const close = left.indexOf(')', open);
    const isMethod = open !== -1;
    if (isMethod && close === -1) this.builder.fail(line, `${quoted(left)} has no ")"`);
    const srg = isMethod ? left.slice(0, open) : left;
    // With numbers behind it, or with another class before it, it is a method that was inlined here.
    if (isMethod && (close !== left.length - 1 || srg.includes('.'))) return;
    const types = left.slice(open + 1, close);
    const parameters = !isMethod || types === '' ? [] : types.split(',').map(descriptorOf);
    const returned = descriptorOf(plainType);
    const known = plainType === UNKNOWN_TYPE ? null : returned;
    const descriptor = isMethod ? `(${parameters.join('')})${returned}` : known;
    const member = { line, owner: this.owner, obf, srg, descriptor, isMethod };
    const said = [this.owner, obf, srg, descriptor].join(' ');
    if (!isMethod || !this.members.has(said)) this.members.set(isMethod ? said : `${said} ${line.number}`, member);
  }

  private add({ line, owner, obf, srg, descriptor, isMethod }: ReadMember): void {
    const member = { owner, obf, srg };
    const toObf = (name: string) => this.toObf.get(name) ?? name;
    const obfDescriptor = descriptor === null ? null : remapDescriptor(descriptor, toObf);
    if (isMethod) {
      this.builder.addMethod(line, {
        ...member,
        obfDescriptor: obfDescriptor!,
        srgDescriptor: descriptor,
        isStatic: null,
        parameters: [],
      });
    } else {
      this.builder.addField(line, { ...member, obfDescriptor, srgDescriptor: descriptor });
    }
  }
}

/** Writes a ProGuard map without numbers of lines; see {@link parseProguard}. A field without a known type is `unknown`. */
class ProguardWriter implements MappingWriter {
  begin = (): string => '';

  class = ({ names: [left = '', right = ''] }: WrittenClass): string =>
    `${left.replaceAll('/', '.')} -> ${right.replaceAll('/', '.')}:\n`;

  field = ({ names, descriptors: [descriptor] }: WrittenMember): string =>
    `    ${descriptor == null ? UNKNOWN_TYPE : typeOf(descriptor)} ${names[0]} -> ${names[1]}\n`;

  method({ names, descriptors: [descriptor = ''] }: WrittenMethod): string {
    const { parameters, returnType } = parseMethodDescriptor(descriptor)!;
    return `    ${typeOf(returnType)} ${names[0]}(${parameters.map(typeOf).join(',')}) -> ${names[1]}\n`;
  }

  end = (): string => '';
}

export const PROGUARD: MappingsFormat = {
  ...TWO_SIDES,
  format: 'PROGUARD',
  fileName: 'joined.pg',
  description:
    'A ProGuard map, from readable names to obfuscated ones, as the game itself publishes them from 1.14 on.',
  namespaces: ['MCP', 'OBF'],
  writer: () => new ProguardWriter(),
};
