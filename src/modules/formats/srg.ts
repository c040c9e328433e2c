import type { MappingsFormat, MappingWriter, WrittenClass, WrittenMember, WrittenMethod } from './export-format.js';
import { counted, quoted } from './format-error.js';
import { MappingBuilder } from './mapping-builder.js';
import { TWO_SIDES } from './mapping-text.js';
import type { MappingSet } from './model.js';
import { contentLines, type TextLine } from './text-lines.js';

/**
 * Reads SRG and XSRG, the format of MCP's joined.srg: `PK: a b`, `CL: obf srg`, `FD: o/f s/field_1_a` (XSRG:
 * `FD: o/f I s/field_1_a I`), `MD: o/m (I)V s/func_2_a (I)V`. XSRG is told by its fields, line by line. @throws FormatError
 */
export function parseSrg(file: string, text: string): MappingSet {
  const builder = new MappingBuilder(file, 'SRG');
  for (const line of contentLines(text)) {
    const [tag = '', ...columns] = line.text.split(' ');
    const [first = '', second = '', third = '', fourth = ''] = columns;
    switch (tag) {
      case 'PK:':
        need(builder, line, columns, 2);
        builder.addPackage(line, first, second);
        break;
      case 'CL:':
        need(builder, line, columns, 2);
        builder.addClass(line, first, second);
        break;
      case 'FD:':
        if (columns.length === 4) {
          builder.setFormat('XSRG');
          const { owner, obf, srg } = members(builder, line, first, third);
          builder.addField(line, { owner, obf, obfDescriptor: second, srg, srgDescriptor: fourth });
        } else {
          need(builder, line, columns, 2, ' or 4');
          const { owner, obf, srg } = members(builder, line, first, second);
          builder.addField(line, { owner, obf, obfDescriptor: null, srg, srgDescriptor: null });
        }
        break;
      case 'MD:': {
        need(builder, line, columns, 4);
        const { owner, obf, srg } = members(builder, line, first, third);
        builder.addMethod(line, {
          owner,
          obf,
          obfDescriptor: second,
          srg,
          srgDescriptor: fourth,
          isStatic: null,
          parameters: [],
        });
        break;
      }
      default:
        builder.fail(line, `${quoted(tag)} is none of PK: CL: FD: MD:`);
    }
  }
  return builder.finish();
}

function need(builder: MappingBuilder, line: TextLine, columns: string[], count: number, or = ''): void {
  if (columns.length !== count) {
    const tag = line.text.slice(0, 3);
    builder.fail(line, `${counted(columns.length, 'column')} after ${tag} where the format has ${count}${or}`);
  }
}

/** Splits `owner/member` of both sides and makes the class known. */
function members(
  builder: MappingBuilder,
  line: TextLine,
  obfPath: string,
  srgPath: string,
): { owner: string; obf: string; srg: string } {
  const [owner, obf] = split(builder, line, obfPath);
  const [srgOwner, srg] = split(builder, line, srgPath);
  builder.impliedClass(line, owner, srgOwner);
  return { owner, obf, srg };
}

function split(builder: MappingBuilder, line: TextLine, path: string): [owner: string, member: string] {
  const slash = path.lastIndexOf('/');
  if (slash < 1) builder.fail(line, `${quoted(path)} is not a class and a member with "/" between`);
  return [path.slice(0, slash), path.slice(slash + 1)];
}

/**
 * Writes SRG, or XSRG where `extended`: all classes, all fields, all methods. Packages are not written. An XSRG field whose source did
 * not say its type has the two columns of SRG: SrgUtils tells the two line by line, mapping-io by the first field.
 */
class SrgWriter implements MappingWriter {
  constructor(private readonly extended: boolean) {}

  begin = (): string => '';
  class = ({ names }: WrittenClass): string => `CL: ${names[0]} ${names[1]}\n`;

  field({ owner, names, descriptors: [left = null, right = null] }: WrittenMember): string {
    const [from, to] = [`${owner.names[0]}/${names[0]}`, `${owner.names[1]}/${names[1]}`];
    const described = this.extended && left !== null && right !== null;
    return described ? `FD: ${from} ${left} ${to} ${right}\n` : `FD: ${from} ${to}\n`;
  }

  method = ({ owner, names, descriptors }: WrittenMethod): string =>
    `MD: ${owner.names[0]}/${names[0]} ${descriptors[0]} ${owner.names[1]}/${names[1]} ${descriptors[1]}\n`;

  end = (): string => '';
}

export const SRG: MappingsFormat = {
  ...TWO_SIDES,
  format: 'SRG',
  fileName: 'joined.srg',
  description: "SRG, the format of MCP's joined.srg.",
  order: 'SECTIONS',
  descriptors: 'ALL',
  writer: () => new SrgWriter(false),
};

export const XSRG: MappingsFormat = {
  ...SRG,
  format: 'XSRG',
  fileName: 'joined.xsrg',
  description: 'SRG with the descriptors of fields, as far as they are known.',
  writer: () => new SrgWriter(true),
};
