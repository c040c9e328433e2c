import { formatOfFile, formatSpecs, type ExportFormat, type FormatSpec } from '../formats/index.js';

/** The canonical form of a name set: of a release, what its digest is of. */
export const CANONICAL = {
  shape: 'CANONICAL',
  format: null,
  fileName: 'names.jsonl',
  contentType: 'application/jsonl; charset=utf-8',
  description:
    'The names in their canonical form, one JSON object a line: what the digest of a release is the SHA-256 of.',
} as const;

/** What is exported of a target: a format, or the canonical form. */
export type ExportedFile = FormatSpec | typeof CANONICAL;

/** Every file that is exported, in the order in which lists have them. */
export const exportedFiles: readonly ExportedFile[] = [...formatSpecs, CANONICAL];

/** The file that is called so in addresses; undefined for none. */
export const exportedFile = (fileName: string): ExportedFile | undefined =>
  fileName === CANONICAL.fileName ? CANONICAL : formatOfFile(fileName);

/** Where files of targets are, below the public address. */
export const EXPORTS_PATH = '/exports';

/** The address of a file of a target, or of the list of a target's files. @param publicUrl the base, without a slash at its end */
export const exportUrl = (publicUrl: string, target: string, fileName = ''): string =>
  `${publicUrl}${EXPORTS_PATH}/${encodeURIComponent(target).replaceAll('%2B', '+')}/${fileName}`;

/** An exported file as it is told of. */
export interface ToldExport<Format> {
  format: Format;
  fileName: string;
  contentType: string;
  description: string;
  url: string;
}

/** Files of a target with their addresses: every format where none are given. */
export function exportsOf(publicUrl: string, target: string): ToldExport<ExportFormat>[];
export function exportsOf(
  publicUrl: string,
  target: string,
  files: readonly ExportedFile[],
): ToldExport<ExportFormat | null>[];
export function exportsOf(publicUrl: string, target: string, files: readonly ExportedFile[] = formatSpecs) {
  return files.map(({ format, fileName, contentType, description }) => ({
    ...{ format, fileName, contentType, description },
    url: exportUrl(publicUrl, target, fileName),
  }));
}
