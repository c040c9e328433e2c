import {
  parseConstructors,
  parseExc,
  parseExceptions,
  parseMappings,
  parseNames,
  parseStaticMethods,
  type MappingFormat,
  type NamesFile,
} from '../formats/index.js';
import { locateNameFiles, locateVersionFiles, type ImportSource } from './sources/index.js';
import type { SourceFile } from './version-files.store.js';
import type { VersionFiles } from './version-plan.js';

/** What a game version's files say, what they are called, and the files themselves. */
export interface ReadVersion {
  files: VersionFiles;
  fileNames: string[];
  sources: SourceFile[];
}

/** What a mapping file of each format is called, so that the format is known by the name too. */
const JOINED = {
  TSRG: 'joined.tsrg',
  TSRG2: 'joined.tsrg',
  SRG: 'joined.srg',
  XSRG: 'joined.srg',
  CSRG: 'joined.csrg',
  TINY1: 'joined.tiny',
  TINY2: 'joined.tiny',
  PROGUARD: 'joined.pg',
  JSON: 'joined.json',
} as const satisfies Record<MappingFormat, string>;

/** Reads and parses a game version's files. @throws FormatError with file, line and reason */
export async function readVersion(source: ImportSource): Promise<ReadVersion> {
  const located = await locateVersionFiles(source);
  const content = await source.read(located.mappings);
  const mappings = parseMappings(located.mappings, content);
  const sources: SourceFile[] = [{ fileName: JOINED[mappings.format], content }];
  /** Parses what one file of the source says; null where there is no such file. */
  const parsed = async <T>(path: string | null, fileName: string, parse: (file: string, bytes: Buffer) => T) => {
    if (path === null) return null;
    const bytes = await source.read(path);
    sources.push({ fileName, content: bytes });
    return parse(path, bytes);
  };
  const statics = await parsed(located.staticMethods, 'static_methods.txt', parseStaticMethods);
  return {
    files: {
      mappings,
      constructors: (await parsed(located.constructors, 'constructors.txt', parseConstructors)) ?? [],
      exc: await parsed(located.exc, 'joined.exc', parseExc),
      statics: statics && new Set(statics),
      exceptions: (await parsed(located.exceptions, 'exceptions.txt', parseExceptions)) ?? [],
    },
    fileNames: Object.values(located).filter((path): path is string => path !== null),
    sources,
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
