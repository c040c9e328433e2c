import {
  parseConstructors,
  parseExc,
  parseExceptions,
  parseMappings,
  parseNames,
  parseStaticMethods,
  type NamesFile,
} from '../formats/index.js';
import { locateNameFiles, locateVersionFiles, type ImportSource } from './sources/index.js';
import type { VersionFiles } from './version-plan.js';

/** Parses what one file of a source says; null where there is no such file. */
async function parsed<T>(
  source: ImportSource,
  path: string | null,
  parse: (file: string, bytes: Buffer) => T,
): Promise<T | null> {
  return path === null ? null : parse(path, await source.read(path));
}

/** Reads and parses a game version's files. @throws FormatError with file, line and reason */
export async function readVersion(source: ImportSource): Promise<{ files: VersionFiles; fileNames: string[] }> {
  const located = await locateVersionFiles(source);
  const mappings = parseMappings(located.mappings, await source.read(located.mappings));
  const statics = await parsed(source, located.staticMethods, parseStaticMethods);
  return {
    files: {
      mappings,
      constructors: (await parsed(source, located.constructors, parseConstructors)) ?? [],
      exc: await parsed(source, located.exc, parseExc),
      statics: statics && new Set(statics),
      exceptions: (await parsed(source, located.exceptions, parseExceptions)) ?? [],
    },
    fileNames: Object.values(located).filter((path): path is string => path !== null),
  };
}

/** Reads and parses the files of a name set. @throws FormatError with file, line and reason */
export async function readNames(source: ImportSource): Promise<NamesFile[]> {
  const files: NamesFile[] = [];
  for (const path of locateNameFiles(source)) files.push(parseNames(path, await source.read(path)));
  return files;
}

/** Whether a source is a name set rather than a game version. */
export const holdsNames = (source: ImportSource): boolean =>
  source.files().some((path) => /(^|\/)(methods|fields|params|packages)\.csv$/.test(path));
