import type {
  DocumentHead,
  MappingsFormat,
  MappingWriter,
  WrittenClass,
  WrittenMember,
  WrittenMethod,
} from './export-format.js';

/** Writes TSRG v1: `obf srg`, then `\tobf srg` for fields and `\tobf (desc)ret srg` for methods. */
class TsrgWriter implements MappingWriter {
  begin = (): string => '';
  class = ({ names }: WrittenClass): string => `${names[0]} ${names[1]}\n`;
  field = ({ names }: WrittenMember): string => `\t${names[0]} ${names[1]}\n`;
  method = ({ names, descriptors }: WrittenMethod): string => `\t${names[0]} ${descriptors[0]} ${names[1]}\n`;
  end = (): string => '';
}

export const TSRG: MappingsFormat = {
  format: 'TSRG',
  shape: 'MAPPINGS',
  fileName: 'joined.tsrg',
  contentType: 'text/plain; charset=utf-8',
  description: "TSRG, the format of MCPConfig's joined.tsrg.",
  namespaces: ['OBF', 'SRG'],
  maxNamespaces: 2,
  order: 'CLASSES',
  constructors: false,
  parameters: false,
  descriptors: 'FIRST',
  writer: (_head: DocumentHead) => new TsrgWriter(),
};
