import { badInput } from '../../../shared/errors.js';
import { FormatError } from '../../formats/format-error.js';
import { decodeText } from '../../formats/text-lines.js';
import { pathFault, type ImportSource } from './import-source.js';

/** Paths in a source of what makes a game version; null for what is not there. */
export interface VersionFiles {
  mappings: string;
  constructors: string | null;
  exc: string | null;
  staticMethods: string | null;
  exceptions: string | null;
}

/** In this order, should one folder hold several: they say the same, TSRG is what MCPConfig keeps by hand. */
const JOINED = [
  'joined.tsrg',
  'joined.srg',
  'joined.csrg',
  // Only this service writes the others under such names.
  'joined.json',
  'joined-v2.tsrg',
  'joined.xsrg',
  'joined.tiny',
  'joined-v1.tiny',
  'joined.pg',
];
/** What tells a mapping file; .txt, as ProGuard's maps may be called, and .json are too many other things. */
const MAPPING_FILE = /\.(?:tsrg|srg|csrg|xsrg|tiny|pg)$/;
/** Where MCPConfig's zips and MCP's releases keep them, below the root. */
const FOLDERS = ['', 'config/', 'conf/'];
const MAX_LISTED = 10;

/**
 * Finds a game version's files: where a published MCPConfig zip's config.json says, else joined.tsrg, .srg, .csrg (or another
 * format) at the root (or in its one folder) and in config/ and conf/, else the only mapping file anywhere; a source of one file is that file. The other
 * files are looked for beside it and in the same folders. @throws AppError if there is no mapping file or no way to choose one.
 */
export async function locateVersionFiles(source: ImportSource): Promise<VersionFiles> {
  const files = source.files();
  const [only] = files;
  if (only !== undefined && files.length === 1) {
    return { mappings: only, constructors: null, exc: null, staticMethods: null, exceptions: null };
  }
  const root = commonFolder(files);
  const configured = await readConfig(source, root);
  const mappings = configured.mappings ?? findMappings(source, files, root);
  const folders = [...new Set([folderOf(mappings), ...FOLDERS.map((folder) => root + folder)])];
  const find = (name: string) => folders.map((folder) => folder + name).find((path) => source.has(path)) ?? null;
  return {
    mappings,
    constructors: configured.constructors ?? find('constructors.txt'),
    exc: findExc(source, files, folders, mappings),
    staticMethods: configured.statics ?? find('static_methods.txt'),
    exceptions: configured.exceptions ?? find('exceptions.txt'),
  };
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The one folder that holds everything, as archives of a repository have it; '' if there is none. */
function commonFolder(files: string[]): string {
  const first = files[0] ?? '';
  const top = first.slice(0, first.indexOf('/') + 1);
  // The folders that have a meaning of their own are no wrapping.
  if (top === '' || FOLDERS.includes(top)) return '';
  return files.every((path) => path.startsWith(top)) ? top : '';
}

function listed(paths: string[]): string {
  const more = paths.length > MAX_LISTED ? ` and ${paths.length - MAX_LISTED} more` : '';
  return paths.slice(0, MAX_LISTED).join(', ') + more;
}

function findMappings(source: ImportSource, files: string[], root: string): string {
  for (const folder of FOLDERS) {
    const joined = JOINED.map((name) => root + folder + name).find((path) => source.has(path));
    if (joined !== undefined) return joined;
  }
  const candidates = files.filter((path) => MAPPING_FILE.test(path));
  const joined = files.filter((path) => JOINED.includes(nameOf(path)));
  const [choice, ...others] = joined.length > 0 ? joined : candidates;
  if (choice === undefined) {
    throw badInput(
      `${source.description} holds no mapping file. Looked for ${JOINED.slice(0, 3).join(', ')} (also in config/ and conf/) and any ` +
        'other .tsrg, .srg, .csrg, .xsrg, .tiny or .pg file, and for joined.json.',
    );
  }
  if (others.length > 0) {
    throw badInput(
      `${source.description} holds several mapping files and none is joined.tsrg at its root: ${listed([choice, ...others])}. ` +
        'Give the one that is meant, or its folder.',
    );
  }
  return choice;
}

function findExc(source: ImportSource, files: string[], folders: string[], mappings: string): string | null {
  const stem = nameOf(mappings).replace(/\.[^.]*$/, '');
  for (const folder of folders) {
    const here = files.filter((path) => path.endsWith('.exc') && folderOf(path) === folder);
    const named = [`${folder}joined.exc`, `${folder}${stem}.exc`].find((path) => here.includes(path));
    if (named !== undefined) return named;
    if (here.length > 1) {
      throw badInput(`${source.description} holds several .exc files and none is joined.exc: ${listed(here)}.`);
    }
    if (here[0] !== undefined) return here[0];
  }
  return null;
}

type ConfigKey = 'mappings' | 'constructors' | 'exceptions' | 'statics';

/** The paths in `data` of a published zip's config.json. In MCPConfig's repository the file has no `data`: nothing then. */
async function readConfig(source: ImportSource, root: string): Promise<Partial<Record<ConfigKey, string>>> {
  const path = `${root}config.json`;
  if (!source.has(path)) return {};
  let config: unknown;
  try {
    config = JSON.parse(decodeText(path, await source.read(path)));
  } catch (error) {
    if (error instanceof SyntaxError) throw new FormatError(path, null, 'the file is not JSON', { cause: error });
    throw error;
  }
  const data = isRecord(config) && isRecord(config.data) ? config.data : {};
  const paths: Partial<Record<ConfigKey, string>> = {};
  for (const key of ['mappings', 'constructors', 'exceptions', 'statics'] as const) {
    const value = data[key];
    if (typeof value !== 'string') continue;
    const target = root + value.replace(/^\.\//, '');
    if (pathFault(value) !== null || !source.has(target)) {
      throw new FormatError(path, null, `data.${key} names ${JSON.stringify(value.slice(0, 200))}, which is not there`);
    }
    paths[key] = target;
  }
  return paths;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const NAME_FILES = ['methods.csv', 'fields.csv', 'params.csv', 'packages.csv'];

/**
 * Finds a name set's files, any of methods.csv, fields.csv, params.csv and packages.csv (in this order): at the root, else in
 * the one folder that has them; a source of one file is that file. @throws AppError if there are none, or in several folders.
 */
export function locateNameFiles(source: ImportSource): string[] {
  const files = source.files();
  if (files.length === 1) return files;
  const found = files.filter((path) => NAME_FILES.includes(nameOf(path)));
  const folders = [...new Set(found.map(folderOf))];
  if (folders.length === 0)
    throw badInput(`${source.description} holds no names. Looked for ${NAME_FILES.join(', ')}.`);
  const folder = folders.includes('') ? '' : folders[0];
  if (folder !== '' && folders.length > 1) {
    throw badInput(
      `${source.description} holds names in several folders: ${listed(folders)}. Give the one that is meant.`,
    );
  }
  return NAME_FILES.map((name) => `${folder ?? ''}${name}`).filter((path) => source.has(path));
}
