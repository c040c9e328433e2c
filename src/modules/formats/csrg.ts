import type { MappingsFormat, MappingWriter, WrittenClass, WrittenMember, WrittenMethod } from './export-format.js';
import { counted } from './format-error.js';
import { MappingBuilder } from './mapping-builder.js';
import { TWO_SIDES } from './mapping-text.js';
import type { MappingSet } from './model.js';
import { contentLines } from './text-lines.js';

/**
 * Reads CSRG (SpecialSource's compact SRG): `pkg/ pkg2/`, `obf srg`, `cls f name`, `cls m (I)V name`; members name their class
 * by its OBF name. A class that only members name keeps that name. @throws FormatError
 */
export function parseCsrg(file: string, text: string): MappingSet {
  const builder = new MappingBuilder(file, 'CSRG');
  for (const line of contentLines(text)) {
    const columns = line.text.split(' ');
    const [first = '', second = '', third = '', fourth = ''] = columns;
    if (columns.length === 2) {
      if (first.endsWith('/')) builder.addPackage(line, first, second);
      else builder.addClass(line, first, second);
    } else if (columns.length === 3) {
      builder.impliedClass(line, first, null);
      const field = { owner: first, obf: second, obfDescriptor: null, srg: third, srgDescriptor: null };
      builder.addField(line, field);
    } else if (columns.length === 4) {
      builder.impliedClass(line, first, null);
      builder.addMethod(line, {
        owner: first,
        obf: second,
        obfDescriptor: third,
        srg: fourth,
        srgDescriptor: null,
        isStatic: null,
        parameters: [],
      });
    } else {
      const found = counted(columns.length, 'column');
      builder.fail(line, `${found} where CSRG has 2 for a class, 3 for a field and 4 for a method`);
    }
  }
  return builder.finish();
}

/** Writes CSRG; see {@link parseCsrg}. Each class stands before its members, which spares readers to look for it. */
class CsrgWriter implements MappingWriter {
  begin = (): string => '';
  class = ({ names }: WrittenClass): string => `${names[0]} ${names[1]}\n`;
  field = ({ owner, names }: WrittenMember): string => `${owner.names[0]} ${names[0]} ${names[1]}\n`;
  method = ({ owner, names, descriptors }: WrittenMethod): string =>
    `${owner.names[0]} ${names[0]} ${descriptors[0]} ${names[1]}\n`;
  end = (): string => '';
}

export const CSRG: MappingsFormat = {
  ...TWO_SIDES,
  format: 'CSRG',
  fileName: 'joined.csrg',
  description: "CSRG, SpecialSource's compact SRG: one line an entry, by the name of its class on the first side.",
  writer: () => new CsrgWriter(),
};
