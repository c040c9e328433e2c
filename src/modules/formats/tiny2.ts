import { parameterSlots } from './descriptor.js';
import type {
  DocumentHead,
  MappingsFormat,
  MappingWriter,
  WrittenClass,
  WrittenMember,
  WrittenMethod,
  WrittenParameter,
} from './export-format.js';
import { counted, quoted } from './format-error.js';
import { MappingBuilder } from './mapping-builder.js';
import { communityColumn, namespaceLabels, TWO_SIDES, UNKNOWN_DESCRIPTOR } from './mapping-text.js';
import type { MappedMethod, MappingSet, Told } from './model.js';
import { isFieldName } from './names.js';
import { textLines, type TextLine } from './text-lines.js';
import { tinyFieldDescriptor, tinyNames, tinyNamespaces } from './tiny1.js';

/** Characters that Tiny escapes, and the letters that stand for them behind a backslash. */
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\', '\n': 'n', '\r': 'r', '\0': '0', '\t': 't' };
const ESCAPED = new Map(Object.entries(ESCAPES).map(([character, letter]) => [letter, character]));

/** A text as a Tiny v2 comment has it. */
export const escapeTiny = (text: string): string => text.replace(/[\\\n\r\0\t]/g, (found) => `\\${ESCAPES[found]}`);

/** The other way; null where a backslash stands before nothing that it escapes. */
export function unescapeTiny(text: string): string | null {
  let isBroken = false;
  const plain = text.replace(/\\([^]?)/g, (_all, letter: string) => {
    const character = ESCAPED.get(letter);
    isBroken ||= character === undefined;
    return character ?? '';
  });
  return isBroken ? null : plain;
}

/**
 * Reads Tiny v2: a header `tiny 2 0 a b…`, then `c a b…`, below it `f descriptor a b…` and `m descriptor a b…`, below these `p slot a b…`,
 * and `c text` one level below what it documents; tabs between and before. The first namespace is taken as OBF, the second as SRG; of
 * others only `mcp` is kept. `p` stands by JVM slot: one that only a static method has tells that the method is static; nothing tells
 * that one is not, as the slots of methods of which nobody knows are those of instances. Local variables (`v`) are read past.
 * @throws FormatError
 */
export const parseTiny2 = (file: string, text: string): MappingSet => new Tiny2Reader(file).read(text);

/** A parameter whose slot is not yet a position. */
interface SlottedParameter extends Told {
  line: TextLine;
  slot: number;
  srg: string;
}

class Tiny2Reader {
  private readonly builder: MappingBuilder;
  private count = 0;
  private community = -1;
  private escapedNames = false;
  private owner: string | null = null;
  private method: MappedMethod | null = null;
  private parameters: SlottedParameter[] = [];
  /** What a comment at a depth documents: class, member, parameter; null for what is read past. */
  private readonly open: (Told | null)[] = [];

  constructor(file: string) {
    this.builder = new MappingBuilder(file, 'TINY2');
  }

  read(text: string): MappingSet {
    for (const line of textLines(text)) {
      if (line.text.trim() === '') continue;
      if (this.count === 0) this.header(line);
      else this.line(line);
    }
    this.settle();
    return this.builder.finish();
  }

  private header(line: TextLine): void {
    const [magic, major, minor, ...namespaces] = line.text.split('\t');
    if (magic !== 'tiny') this.builder.fail(line, 'the first line is not a "tiny" header');
    if (major !== '2' || !/^\d{1,3}$/.test(minor ?? '')) {
      this.builder.fail(line, 'the header is not that of version 2 of Tiny');
    }
    const labels = tinyNamespaces(this.builder, line, namespaces);
    this.count = labels.length;
    this.community = communityColumn(labels);
  }

  private line(line: TextLine): void {
    let depth = 0;
    while (line.text.charAt(depth) === '\t') depth++;
    const [tag = '', ...columns] = line.text.slice(depth).split('\t');
    if (this.owner === null && depth === 1) {
      // Before the first class, the lines below the header are properties of the file.
      this.escapedNames ||= tag === 'escaped-names';
      return;
    }
    if (depth > this.open.length) this.builder.fail(line, 'the line is indented deeper than what stands above it');
    if (depth > 0 && tag === 'c') return this.comment(line, depth, columns);
    this.open.length = depth;
    if (depth === 0 && tag === 'c') this.class(line, columns);
    else if (depth === 1 && (tag === 'f' || tag === 'm')) this.member(line, tag, columns);
    else if (depth === 2 && tag === 'p' && this.method !== null) this.parameter(line, columns);
    else if (depth === 2 && tag === 'v' && this.method !== null) this.open.push(null);
    else this.builder.fail(line, `${quoted(tag)} is no line of Tiny v2 in this place`);
  }

  private class(line: TextLine, columns: string[]): void {
    this.settle();
    const { obf, srg, ...told } = this.names(line, columns, 0, 'class');
    this.owner = obf;
    this.open.push(Object.assign(this.builder.addClass(line, obf, srg), told));
  }

  private member(line: TextLine, tag: 'f' | 'm', columns: string[]): void {
    this.settle();
    const names = this.names(line, columns, 1, tag === 'f' ? 'field' : 'method');
    const descriptor = this.unescaped(line, columns[0] ?? '');
    const member = { owner: this.owner!, ...names, srgDescriptor: null };
    if (tag === 'f') {
      const field = { ...member, obfDescriptor: tinyFieldDescriptor(descriptor) };
      this.builder.addField(line, field);
      this.open.push(field);
    } else {
      this.method = { ...member, obfDescriptor: descriptor, isStatic: null, parameters: [] };
      this.builder.addMethod(line, this.method);
      this.open.push(this.method);
    }
  }

  private parameter(line: TextLine, columns: string[]): void {
    const [place = ''] = columns;
    const { srg, ...names } = this.names(line, columns, 1, 'parameter');
    const slot = /^\d{1,3}$/.test(place) ? Number(place) : -1;
    if (slot === -1) this.builder.fail(line, `${quoted(place)} is not a parameter's slot`);
    if (this.parameters.some((other) => other.slot === slot)) this.builder.fail(line, `slot ${slot} is mapped twice`);
    if (srg !== '' && !isFieldName(srg)) this.builder.fail(line, `${quoted(srg)} is not a parameter name`);
    const parameter = { line, slot, srg, ...(names.name === undefined ? {} : { name: names.name }) };
    this.parameters.push(parameter);
    this.open.push(parameter);
  }

  private comment(line: TextLine, depth: number, columns: string[]): void {
    this.open.length = depth;
    if (columns.length !== 1) {
      this.builder.fail(line, `${counted(columns.length, 'column')} after c where a comment has 1`);
    }
    const text = unescapeTiny(columns[0] ?? '');
    if (text === null) return this.builder.fail(line, 'a backslash in the comment escapes nothing');
    const told = this.open[depth - 1];
    if (told == null || text === '') return;
    told.documentation = told.documentation === undefined ? text : `${told.documentation}\n${text}`;
  }

  /** The names behind the first `before` columns. */
  private names(line: TextLine, columns: string[], before: number, kind: string): ReturnType<typeof tinyNames> {
    const expected = this.count + before;
    if (columns.length !== expected) {
      this.builder.fail(line, `${counted(columns.length, 'column')} where a ${kind} has ${expected}`);
    }
    const names = columns.slice(before).map((name) => this.unescaped(line, name));
    return tinyNames(names, this.community);
  }

  private unescaped(line: TextLine, text: string): string {
    if (!this.escapedNames) return text;
    return unescapeTiny(text) ?? this.builder.fail(line, `a backslash in ${quoted(text)} escapes nothing`);
  }

  /** Gives the parameters of the method that ends here their positions. */
  private settle(): void {
    const { method, parameters } = this;
    this.method = null;
    this.parameters = [];
    const [first] = parameters;
    if (method === null || first === undefined) return;
    const [asInstance, asStatic] = [false, true].map((isStatic) => {
      const slots = parameterSlots(method.obfDescriptor, isStatic);
      return new Map(slots.map(({ slot }, index) => [slot, index]));
    });
    const fits = (positions: Map<number, number>) => parameters.every(({ slot }) => positions.has(slot));
    const isStatic = !fits(asInstance!);
    if (isStatic && (!fits(asStatic!) || method.srg === '<init>')) {
      const slots = parameters.map(({ slot }) => slot).join(', ');
      this.builder.fail(first.line, `the parameters of ${quoted(method.obfDescriptor)} are not at the slots ${slots}`);
    }
    if (isStatic) method.isStatic = true;
    for (const { line: _line, slot, srg, ...told } of parameters) {
      if (srg !== '') method.parameters.push({ index: (isStatic ? asStatic! : asInstance!).get(slot)!, srg, ...told });
    }
  }
}

/**
 * Writes Tiny v2; see {@link parseTiny2}. A field without a known type has a place holder, which its readers ask for. Parameters have no
 * OBF names: the column is empty, but `o` where it is the last, as SrgUtils takes an empty last column for none at all.
 */
class Tiny2Writer implements MappingWriter {
  constructor(private readonly head: DocumentHead) {}

  begin = (): string => `tiny\t2\t0\t${namespaceLabels(this.head.namespaces).join('\t')}\n`;
  class = ({ names, documentation }: WrittenClass): string =>
    `c\t${names.join('\t')}\n${commentLine('\t', documentation)}`;

  field = ({ names, descriptors: [descriptor], documentation }: WrittenMember): string =>
    `\tf\t${descriptor ?? UNKNOWN_DESCRIPTOR}\t${names.join('\t')}\n${commentLine('\t\t', documentation)}`;

  method({ names, descriptors: [descriptor], documentation, parameters }: WrittenMethod): string {
    let text = `\tm\t${descriptor}\t${names.join('\t')}\n${commentLine('\t\t', documentation)}`;
    for (const parameter of parameters) text += this.parameter(parameter);
    return text;
  }

  private parameter({ slot, names, documentation }: WrittenParameter): string {
    const last = names.length - 1;
    const columns = names.map((name, index) => name ?? (index === last ? 'o' : ''));
    return `\t\tp\t${slot}\t${columns.join('\t')}\n${commentLine('\t\t\t', documentation)}`;
  }

  end = (): string => '';
}

const commentLine = (indent: string, documentation: string | null): string =>
  documentation === null || documentation === '' ? '' : `${indent}c\t${escapeTiny(documentation)}\n`;

export const TINY2: MappingsFormat = {
  ...TWO_SIDES,
  format: 'TINY2',
  fileName: 'joined.tiny',
  description: 'Tiny v2, the format of Fabric: with documentation and parameters, in two namespaces or three.',
  namespaces: ['OBF', 'SRG', 'MCP'],
  maxNamespaces: 3,
  constructors: true,
  parameters: true,
  writer: (head) => new Tiny2Writer(head),
};
