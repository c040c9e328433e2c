import { CSRG } from './csrg.js';
import type { ArchiveFormat, ExportFormat, FormatSpec } from './export-format.js';
import { JSON_MAPPINGS } from './json.js';
import { FIELDS_CSV, METHODS_CSV, PARAMS_CSV } from './names-csv-formats.js';
import { PROGUARD } from './proguard.js';
import { SRG, XSRG } from './srg.js';
import { TINY1 } from './tiny1.js';
import { TINY2 } from './tiny2.js';
import { TSRG, TSRG2 } from './tsrg.js';

/** What build tools fetch of a release. */
export const CSV_ZIP: ArchiveFormat = {
  format: 'CSV_ZIP',
  shape: 'ARCHIVE',
  fileName: 'names.zip',
  contentType: 'application/zip',
  description: 'methods.csv, fields.csv and params.csv in one zip, as build tools take them.',
  files: [METHODS_CSV, FIELDS_CSV, PARAMS_CSV],
};

/** Every format that is written: adding one is its file and one line. */
const SPECS: readonly FormatSpec[] = [
  CSV_ZIP,
  METHODS_CSV,
  FIELDS_CSV,
  PARAMS_CSV,
  SRG,
  XSRG,
  CSRG,
  TSRG,
  TSRG2,
  TINY1,
  TINY2,
  PROGUARD,
  JSON_MAPPINGS,
];

export const formatSpecs: readonly FormatSpec[] = SPECS;

const byFormat = new Map(SPECS.map((spec) => [spec.format, spec]));
const byFileName = new Map(SPECS.map((spec) => [spec.fileName, spec]));

export const formatSpec = (format: ExportFormat): FormatSpec => byFormat.get(format)!;

/** The format whose file is called so in addresses; undefined for none. */
export const formatOfFile = (fileName: string): FormatSpec | undefined => byFileName.get(fileName);
