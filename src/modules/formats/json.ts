import type {
  DocumentHead,
  MappingsFormat,
  MappingWriter,
  Namespace,
  WrittenClass,
  WrittenMember,
  WrittenMethod,
  WrittenParameter,
  WrittenSide,
} from './export-format.js';
import { parseMethodDescriptor } from './descriptor.js';
import { quoted } from './format-error.js';
import { MappingBuilder } from './mapping-builder.js';
import { TWO_SIDES } from './mapping-text.js';
import type { MappedMethod, MappedParameter, MappingSet, Told } from './model.js';
import { isFieldName } from './names.js';
import { textLines, type TextLine } from './text-lines.js';

/** What a file of this format starts with. */
export const JSON_MAGIC = '{"format":"mcp-mappings",';
const FORMAT_VERSION = 1;

/** An object of the file as it was read; what it holds is not looked at yet. */
type Part = Readonly<Record<string, unknown>>;

/**
 * Reads the service's own JSON (docs/FORMATS.md): a head line that opens the list of classes, one class a line, and a line that closes
 * both. Keys that are not known are read past. @throws FormatError
 */
export const parseJson = (file: string, text: string): MappingSet => new JsonReader(file).read(text);

class JsonReader {
  private readonly builder: MappingBuilder;
  private line: TextLine = { number: 1, text: '', ended: true };

  constructor(file: string) {
    this.builder = new MappingBuilder(file, 'JSON');
  }

  read(text: string): MappingSet {
    let state: 'HEAD' | 'CLASSES' | 'COMMA' | 'END' = 'HEAD';
    for (const line of textLines(text)) {
      const content = line.text.trim();
      this.line = line;
      if (content === '') continue;
      if (state === 'HEAD') {
        this.head(content);
        state = 'CLASSES';
      } else if (state === 'END') {
        this.fail('the file goes on after its end');
      } else if (content === ']}') {
        state = 'END';
      } else if (state === 'COMMA') {
        this.fail('a line is missing its comma before this one');
      } else {
        state = content.endsWith(',') ? 'CLASSES' : 'COMMA';
        this.class(this.parsed(state === 'CLASSES' ? content.slice(0, -1) : content));
      }
    }
    if (state !== 'END') this.fail('the file ends without "]}": it may be cut');
    return this.builder.finish();
  }

  private head(content: string): void {
    if (!content.startsWith(JSON_MAGIC)) this.fail(`the first line does not start with ${JSON_MAGIC}`);
    if (!content.endsWith('"classes":[')) this.fail('the first line does not end with "classes":[');
    const { formatVersion } = this.parsed(`${content}]}`);
    if (formatVersion !== FORMAT_VERSION) {
      this.fail(`formatVersion ${quoted(String(formatVersion))} is not known; this service reads ${FORMAT_VERSION}`);
    }
  }

  private class(part: Part): void {
    const obf = this.text(part, 'obf');
    Object.assign(this.builder.addClass(this.line, obf, this.text(part, 'srg')), this.told(part));
    for (const field of this.parts(part, 'fields')) {
      this.builder.addField(this.line, {
        owner: obf,
        obf: this.text(field, 'obf'),
        srg: this.text(field, 'srg'),
        obfDescriptor: this.optionalText(field, 'obfDescriptor') ?? null,
        srgDescriptor: this.optionalText(field, 'srgDescriptor') ?? null,
        ...this.told(field),
      });
    }
    for (const method of this.parts(part, 'methods')) this.method(obf, method);
  }

  private method(owner: string, part: Part): void {
    const { static: isStatic = null, id } = part;
    if (isStatic !== null && typeof isStatic !== 'boolean') this.fail('"static" is neither true nor false');
    const method: MappedMethod = {
      owner,
      obf: this.text(part, 'obf'),
      srg: this.text(part, 'srg'),
      obfDescriptor: this.text(part, 'obfDescriptor'),
      srgDescriptor: this.optionalText(part, 'srgDescriptor') ?? null,
      isStatic: isStatic,
      parameters: [],
      ...this.told(part),
    };
    if (id !== undefined) method.constructorId = this.number(part, 'id');
    this.builder.addMethod(this.line, method);
    const count = parseMethodDescriptor(method.obfDescriptor)?.parameters.length ?? 0;
    for (const parameter of this.parts(part, 'parameters')) {
      method.parameters.push(this.parameter(parameter, method, count));
    }
  }

  private parameter(part: Part, { parameters }: MappedMethod, count: number): MappedParameter {
    const index = this.number(part, 'index');
    const srg = this.text(part, 'srg');
    if (index >= count) this.fail(`parameter ${index} of a method with ${count} (positions start at 0)`);
    if (parameters.some((other) => other.index === index)) this.fail(`parameter ${index} is mapped twice`);
    if (!isFieldName(srg)) this.fail(`${quoted(srg)} is not a parameter name`);
    return { index, srg, ...this.told(part) };
  }

  private told(part: Part): Told {
    const told: Told = {};
    const name = this.optionalText(part, 'name');
    const documentation = this.optionalText(part, 'documentation');
    if (name !== undefined) told.name = name;
    if (documentation !== undefined) told.documentation = documentation;
    return told;
  }

  private text(part: Part, key: string): string {
    return this.optionalText(part, key) ?? this.fail(`"${key}" is missing`);
  }

  private optionalText(part: Part, key: string): string | undefined {
    const value = part[key];
    if (value !== undefined && typeof value !== 'string') this.fail(`"${key}" is not a text`);
    return value;
  }

  private number(part: Part, key: string): number {
    const value = part[key];
    const isNumber = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e9;
    return isNumber ? value : this.fail(`"${key}" is not a number from 0 on`);
  }

  private parts(part: Part, key: string): Part[] {
    const value = part[key] ?? [];
    if (!Array.isArray(value) || !value.every(isPart)) return this.fail(`"${key}" is not a list of objects`);
    return value;
  }

  private parsed(text: string): Part {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      this.fail('the line is not JSON');
    }
    return isPart(value) ? value : this.fail('the line is not a JSON object');
  }

  private fail(reason: string): never {
    return this.builder.fail(this.line, reason);
  }
}

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Writes the service's own JSON; see {@link parseJson}. A class is held until the next one begins. */
class JsonWriter implements MappingWriter {
  private readonly columns: Readonly<Record<Namespace, number>>;
  private open: { fields: object[]; methods: object[]; head: object } | null = null;
  private isFirst = true;

  constructor(private readonly head: DocumentHead) {
    const { namespaces } = head;
    this.columns = { OBF: namespaces.indexOf('OBF'), SRG: namespaces.indexOf('SRG'), MCP: namespaces.indexOf('MCP') };
  }

  begin(): string {
    const { gameVersion } = this.head;
    const head = JSON.stringify({ format: 'mcp-mappings', formatVersion: FORMAT_VERSION, gameVersion, classes: [] });
    return `${head.slice(0, -2)}\n`;
  }

  class(written: WrittenClass): string {
    const text = this.close();
    this.open = { head: { ...this.names(written), ...about(written) }, fields: [], methods: [] };
    return text;
  }

  field(written: WrittenMember): string {
    const { descriptors } = written;
    this.open!.fields.push({ ...this.names(written), ...this.descriptors(descriptors), ...about(written) });
    return '';
  }

  method(written: WrittenMethod): string {
    const { descriptors, isStatic, constructorId, parameters } = written;
    this.open!.methods.push({
      ...this.names(written),
      ...this.descriptors(descriptors),
      ...(constructorId === null ? {} : { id: constructorId }),
      ...(isStatic === null ? {} : { static: isStatic }),
      ...about(written),
      ...(parameters.length === 0 ? {} : { parameters: parameters.map((each) => this.parameter(each)) }),
    });
    return '';
  }

  end(): string {
    return `${this.close()}\n]}\n`;
  }

  /** The line of the class that is open; its line end comes with the next one, or with the end. */
  private close(): string {
    if (this.open === null) return '';
    const { head, fields, methods } = this.open;
    const before = this.isFirst ? '' : ',\n';
    this.isFirst = false;
    this.open = null;
    return before + JSON.stringify({ ...head, fields, methods });
  }

  private parameter(written: WrittenParameter): object {
    const { index, slot, names } = written;
    const [srg, name] = [names[this.columns.SRG], names[this.columns.MCP]];
    return { index, slot, srg, ...(name === srg ? {} : { name }), ...about(written) };
  }

  private names({ names }: { names: readonly string[] }): object {
    const { OBF, SRG, MCP } = this.columns;
    return { obf: names[OBF], srg: names[SRG], ...(names[MCP] === names[SRG] ? {} : { name: names[MCP] }) };
  }

  private descriptors(descriptors: readonly (string | null)[]): object {
    const [obfDescriptor, srgDescriptor] = [descriptors[this.columns.OBF], descriptors[this.columns.SRG]];
    return {
      ...(obfDescriptor == null ? {} : { obfDescriptor }),
      ...(srgDescriptor == null ? {} : { srgDescriptor }),
    };
  }
}

const about = ({ side, documentation }: { side: WrittenSide; documentation: string | null }): object => ({
  ...(side === 'BOTH' ? {} : { side }),
  ...(documentation === null ? {} : { documentation }),
});

export const JSON_MAPPINGS: MappingsFormat = {
  ...TWO_SIDES,
  format: 'JSON',
  fileName: 'joined.json',
  contentType: 'application/json; charset=utf-8',
  description:
    'Everything in one JSON document, one class a line, in all three namespaces; docs/FORMATS.md says it in full.',
  namespaces: ['OBF', 'SRG', 'MCP'],
  minNamespaces: 3,
  maxNamespaces: 3,
  constructors: true,
  parameters: true,
  descriptors: 'ALL',
  writer: (head) => new JsonWriter(head),
};
