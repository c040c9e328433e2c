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
import { communityColumn, namespaceLabels, TWO_SIDES, UNKNOWN_DESCRIPTOR } from './mapping-text.js';
import type { MappingSet } from './model.js';
import { isFieldName } from './names.js';
import { textLines, type TextLine } from './text-lines.js';

/** The descriptor of a Tiny field; null where it only holds a place: SrgUtils writes `null`. */
export const tinyFieldDescriptor = (text: string): string | null =>
  text === '' || text === 'null' || text === UNKNOWN_DESCRIPTOR ? null : text;

/** The namespaces of a Tiny header. @throws FormatError */
export function tinyNamespaces(builder: MappingBuilder, line: TextLine, namespaces: string[]): string[] {
  if (namespaces.length < 2) {
    builder.fail(line, `the header names ${counted(namespaces.length, 'namespace')} where a mapping needs 2`);
  }
  if (!namespaces.every(isFieldName)) builder.fail(line, 'the header has an empty or unreadable namespace');
  return namespaces;
}

/** The names of a Tiny line: an empty second one is that of the first namespace. */
export function tinyNames(columns: string[], community: number): { obf: string; srg: string; name?: string } {
  const [obf = '', srg = ''] = columns;
  const name = community === -1 ? '' : (columns[community] ?? '');
  return { obf, srg: srg === '' ? obf : srg, ...(name === '' ? {} : { name }) };
}

/**
 * Reads Tiny v1: a header `v1 a b…`, then `CLASS a b…`, `FIELD owner descriptor a b…` and `METHOD owner descriptor a b…`, tabs between;
 * members name their class by its first name. Lines that start with `#` are read past. The first namespace is taken as OBF, the second as
 * SRG; of others only `mcp` is kept. @throws FormatError
 */
export function parseTiny1(file: string, text: string): MappingSet {
  const builder = new MappingBuilder(file, 'TINY1');
  let count = 0;
  let community = -1;
  for (const line of textLines(text)) {
    if (line.text.trim() === '' || line.text.startsWith('#')) continue;
    const [tag = '', ...columns] = line.text.split('\t');
    if (count === 0) {
      if (tag !== 'v1') builder.fail(line, 'the first line is not a "v1" header');
      const labels = tinyNamespaces(builder, line, columns);
      count = labels.length;
      community = communityColumn(labels);
      continue;
    }
    const isClass = tag === 'CLASS';
    if (!isClass && tag !== 'FIELD' && tag !== 'METHOD') {
      builder.fail(line, `${quoted(tag)} is none of CLASS, FIELD, METHOD`);
    }
    const expected = isClass ? count : count + 2;
    if (columns.length !== expected) {
      builder.fail(line, `${counted(columns.length, 'column')} after ${tag} where the header asks for ${expected}`);
    }
    if (isClass) {
      const { obf, srg, ...told } = tinyNames(columns, community);
      Object.assign(builder.addClass(line, obf, srg), told);
      continue;
    }
    const [owner = '', descriptor = '', ...names] = columns;
    builder.impliedClass(line, owner, null);
    const member = { owner, ...tinyNames(names, community), srgDescriptor: null };
    if (tag === 'FIELD') builder.addField(line, { ...member, obfDescriptor: tinyFieldDescriptor(descriptor) });
    else builder.addMethod(line, { ...member, obfDescriptor: descriptor, isStatic: null, parameters: [] });
  }
  return builder.finish();
}

/** Writes Tiny v1; see {@link parseTiny1}. A field without a known type has a place holder, which its readers ask for. */
class Tiny1Writer implements MappingWriter {
  constructor(private readonly head: DocumentHead) {}

  begin = (): string => `v1\t${namespaceLabels(this.head.namespaces).join('\t')}\n`;
  class = ({ names }: WrittenClass): string => `CLASS\t${names.join('\t')}\n`;
  field = ({ owner, names, descriptors: [descriptor] }: WrittenMember): string =>
    `FIELD\t${owner.names[0]}\t${descriptor ?? UNKNOWN_DESCRIPTOR}\t${names.join('\t')}\n`;
  method = ({ owner, names, descriptors: [descriptor] }: WrittenMethod): string =>
    `METHOD\t${owner.names[0]}\t${descriptor}\t${names.join('\t')}\n`;
  end = (): string => '';
}

export const TINY1: MappingsFormat = {
  ...TWO_SIDES,
  format: 'TINY1',
  fileName: 'joined-v1.tiny',
  description: 'Tiny v1, the first format of Fabric: one line an entry, in two namespaces or three.',
  namespaces: ['OBF', 'SRG', 'MCP'],
  maxNamespaces: 3,
  writer: (head) => new Tiny1Writer(head),
};
