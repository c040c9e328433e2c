import { counted } from './format-error.js';
import { MappingBuilder } from './mapping-builder.js';
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
