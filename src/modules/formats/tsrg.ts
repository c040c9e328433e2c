import { parseMethodDescriptor } from './descriptor.js';
import type {
  DocumentHead,
  MappingsFormat,
  MappingWriter,
  WrittenClass,
  WrittenMember,
  WrittenMethod,
} from './export-format.js';
import { counted, quoted } from './format-error.js';
import { MappingBuilder } from './mapping-builder.js';
import { communityColumn, namespaceLabels, TWO_SIDES } from './mapping-text.js';
import type { MappedMethod, MappingSet } from './model.js';
import { isFieldName } from './names.js';
import { contentLines, type TextLine } from './text-lines.js';

/**
 * Reads TSRG v1 as MCPConfig has it: `obf srg`, then `\tobf srg` for fields and `\tobf (desc)ret srg` for methods; packages
 * end in `/`. @throws FormatError
 */
export const parseTsrg = (file: string, text: string): MappingSet => new TsrgReader(file, 1).read(text);

/**
 * Reads TSRG v2: a header `tsrg2 obf srg id…`, one name a namespace on every line, `\t\tstatic`, and parameters
 * `\t\tindex names…` by 0-based position. Of the names after the second only those of a namespace `mcp` are kept.
 * @throws FormatError
 */
export const parseTsrg2 = (file: string, text: string): MappingSet => new TsrgReader(file, 2).read(text);

class TsrgReader {
  private readonly builder: MappingBuilder;
  private readonly methods: MappedMethod[] = [];
  private namespaces = 2;
  /** The column of community names; -1 for none. */
  private community = -1;
  private owner: string | null = null;
  private method: MappedMethod | null = null;
  private parameterCount = 0;
  private marksStatic = false;

  constructor(
    file: string,
    private readonly version: 1 | 2,
  ) {
    this.builder = new MappingBuilder(file, version === 1 ? 'TSRG' : 'TSRG2');
  }

  read(text: string): MappingSet {
    let headerSeen = this.version === 1;
    for (const line of contentLines(text)) {
      if (!headerSeen) {
        this.header(line);
        headerSeen = true;
      } else {
        this.line(line);
      }
    }
    // A file that marks no method at all doesn't say which are static.
    if (!this.marksStatic) for (const method of this.methods) method.isStatic = null;
    return this.builder.finish();
  }

  private header(line: TextLine): void {
    const [magic, ...namespaces] = line.text.split(' ');
    if (magic !== 'tsrg2') this.builder.fail(line, 'the first line is not a "tsrg2" header');
    if (namespaces.length < 2) {
      this.builder.fail(line, `the header names ${counted(namespaces.length, 'namespace')} where a mapping needs 2`);
    }
    if (!namespaces.every(isFieldName)) this.builder.fail(line, 'the header has an empty or unreadable namespace');
    this.namespaces = namespaces.length;
    this.community = communityColumn(namespaces);
  }

  /** The community name among the columns of names that start at `first`. */
  private told(columns: string[], first: number): { name?: string } {
    return this.community === -1 ? {} : { name: columns[first + this.community] };
  }

  private line(line: TextLine): void {
    const depth = line.text.startsWith('\t\t') ? 2 : line.text.startsWith('\t') ? 1 : 0;
    const content = line.text.slice(depth);
    if (content.startsWith('\t')) this.builder.fail(line, 'the line is indented deeper than the format goes');
    const columns = content.split(' ');
    if (depth === 0) this.class(line, columns);
    else if (depth === 1) this.memberOf(line, columns);
    else this.detailOf(line, columns);
  }

  private class(line: TextLine, columns: string[]): void {
    this.need(line, columns, this.namespaces, 'class');
    const [obf = '', srg = ''] = columns;
    this.method = null;
    this.owner = null;
    if (obf.endsWith('/')) {
      this.builder.addPackage(line, obf, srg);
    } else {
      Object.assign(this.builder.addClass(line, obf, srg), this.told(columns, 0));
      this.owner = obf;
    }
  }

  private memberOf(line: TextLine, columns: string[]): void {
    if (this.owner === null) return this.builder.fail(line, 'a member stands before any class');
    this.method = null;
    const [obf = '', second = '', third = ''] = columns;
    if (columns.length === this.namespaces + 1 && (second.startsWith('(') || this.version === 1)) {
      this.addMethod(line, {
        owner: this.owner,
        obf,
        obfDescriptor: second,
        srg: third,
        srgDescriptor: null,
        isStatic: this.version === 1 ? null : false,
        parameters: [],
        ...this.told(columns, 1),
      });
      return;
    }
    const described = this.version === 2 && columns.length === this.namespaces + 1;
    if (!described) this.need(line, columns, this.namespaces, 'field', 'method');
    this.builder.addField(line, {
      owner: this.owner,
      obf,
      obfDescriptor: described ? second : null,
      srg: described ? third : second,
      srgDescriptor: null,
      ...this.told(columns, described ? 1 : 0),
    });
  }

  private addMethod(line: TextLine, method: MappedMethod): void {
    this.builder.addMethod(line, method);
    this.methods.push(method);
    this.method = method;
    this.parameterCount = parseMethodDescriptor(method.obfDescriptor)?.parameters.length ?? 0;
  }

  private detailOf(line: TextLine, columns: string[]): void {
    if (this.version === 1) return this.builder.fail(line, 'TSRG has one level of indentation, TSRG2 two');
    if (this.method === null) return this.builder.fail(line, 'a parameter or "static" stands under no method');
    if (columns.length === 1 && columns[0] === 'static') {
      this.method.isStatic = true;
      this.marksStatic = true;
      return;
    }
    this.need(line, columns, this.namespaces + 1, 'parameter');
    const [position = '', , srg = ''] = columns;
    const index = /^\d{1,3}$/.test(position) ? Number(position) : -1;
    if (index === -1) this.builder.fail(line, `${quoted(position)} is not a parameter's position`);
    if (index >= this.parameterCount) {
      this.builder.fail(line, `parameter ${index} of a method with ${this.parameterCount} (positions start at 0)`);
    }
    if (this.method.parameters.some((parameter) => parameter.index === index)) {
      this.builder.fail(line, `parameter ${index} is mapped twice`);
    }
    if (!isFieldName(srg)) {
      this.builder.fail(line, srg === '' ? 'a parameter name is empty' : `${quoted(srg)} is not a parameter name`);
    }
    this.method.parameters.push({ index, srg, ...this.told(columns, 1) });
  }

  private need(line: TextLine, columns: string[], count: number, kind: string, longer?: string): void {
    if (columns.length === count) return;
    const or = longer === undefined ? '' : ` and a ${longer} ${count + 1}`;
    this.builder.fail(line, `${counted(columns.length, 'column')} where a ${kind} has ${count}${or}`);
  }
}

/** Writes TSRG v1; see {@link parseTsrg}. */
class TsrgWriter implements MappingWriter {
  begin = (): string => '';
  class = ({ names }: WrittenClass): string => `${names[0]} ${names[1]}\n`;
  field = ({ names }: WrittenMember): string => `\t${names[0]} ${names[1]}\n`;
  method = ({ names, descriptors }: WrittenMethod): string => `\t${names[0]} ${descriptors[0]} ${names[1]}\n`;
  end = (): string => '';
}

export const TSRG: MappingsFormat = {
  ...TWO_SIDES,
  format: 'TSRG',
  fileName: 'joined.tsrg',
  description: "TSRG, the format of MCPConfig's joined.tsrg up to 1.16.",
  writer: () => new TsrgWriter(),
};

/**
 * Writes TSRG v2 as MCPConfig does from 1.17 on: static methods are marked, parameters stand by 0-based position, constructors are
 * `<init>`, and the obfuscated name of every parameter is `o`. Fields have a descriptor where it is known.
 */
class Tsrg2Writer implements MappingWriter {
  constructor(private readonly head: DocumentHead) {}

  begin = (): string => `tsrg2 ${namespaceLabels(this.head.namespaces).join(' ')}\n`;
  class = ({ names }: WrittenClass): string => `${names.join(' ')}\n`;

  field = ({ names: [first, ...others], descriptors: [descriptor] }: WrittenMember): string =>
    `\t${[first, ...(descriptor == null ? [] : [descriptor]), ...others].join(' ')}\n`;

  method({ names: [first, ...others], descriptors: [descriptor], isStatic, parameters }: WrittenMethod): string {
    let text = `\t${[first, descriptor, ...others].join(' ')}\n`;
    if (isStatic) text += '\t\tstatic\n';
    for (const { index, names } of parameters) {
      text += `\t\t${[index, ...names.map((name) => name ?? 'o')].join(' ')}\n`;
    }
    return text;
  }

  end = (): string => '';
}

export const TSRG2: MappingsFormat = {
  ...TWO_SIDES,
  format: 'TSRG2',
  fileName: 'joined-v2.tsrg',
  description:
    "TSRG v2, the format of MCPConfig's joined.tsrg from 1.17 on: with static methods, constructors and parameters.",
  maxNamespaces: 3,
  constructors: true,
  parameters: true,
  writer: (head) => new Tsrg2Writer(head),
};
