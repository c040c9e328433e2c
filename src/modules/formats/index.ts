export { FormatError } from './format-error.js';
export * from './model.js';
export {
  isFieldDescriptor,
  isMethodDescriptor,
  parameterSlots,
  parseMethodDescriptor,
  remapDescriptor,
  type MethodDescriptor,
  type ParameterSlot,
} from './descriptor.js';
export {
  SRG_ID_PATTERN,
  constructorParameterId,
  findSrgIds,
  isSrgId,
  parameterId,
  parseSrgId,
  type FoundSrgId,
  type SrgId,
  type SrgIdKind,
} from './srg-id.js';
export { parseMappings } from './detect.js';
export { parseTsrg, parseTsrg2 } from './tsrg.js';
export { parseSrg } from './srg.js';
export { parseCsrg } from './csrg.js';
export { parseTiny1 } from './tiny1.js';
export { parseTiny2 } from './tiny2.js';
export { parseProguard } from './proguard.js';
export { parseJson } from './json.js';
export { decodeDocumentation, encodeDocumentation } from './documentation.js';
export { compareMemberIds, compareParamIds, csvCell, parseNames, writeNames, type NamesLayout } from './names-csv.js';
export { parseConstructors, parseExc, parseExceptions, parseStaticMethods } from './side-files.js';
export { excHead, excLine, staticMethodsText, type DeclaredMethod } from './side-files-writer.js';
export * from './export-format.js';
export * from './named-entry.js';
export { withParameters, type DocumentedParameter } from './names-csv-formats.js';
export { CSV_ZIP, formatOfFile, formatSpec, formatSpecs } from './registry.js';
