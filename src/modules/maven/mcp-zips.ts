import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { holdStill, type Database, type Tx } from '../../db/index.js';
import { mappingsText } from '../exports/export-text.js';
import { storedStructure } from '../exports/structure.store.js';
import { writeZip } from '../exports/zip.js';
import { excHead, excLine, formatSpec, staticMethodsText, type MappingsFormat } from '../formats/index.js';
import type { SourceFile } from '../imports/version-files.store.js';
import { NameSet } from '../name-sets/name-set.js';
import { findTarget } from '../name-sets/target.js';
import { declaredMethods, maxConstructor, staticMethods } from './maven.store.js';

async function* excText(tx: Tx, versionId: number): AsyncGenerator<string> {
  yield excHead(await maxConstructor(tx, versionId));
  for await (const methods of declaredMethods(tx, versionId)) yield methods.map(excLine).join('');
}

/**
 * Makes the zip of a game version that ForgeGradle 1.x and 2.x unpack: the mapping file, joined.exc and static_methods.txt. MCP's own
 * has exceptor.json beside them, with the inner classes and enclosing methods of the game's jar, which no source of this service tells.
 * @throws AppError NOT_FOUND for a version that is not there
 */
export function mcpZip(db: Database, version: string, mappings: 'SRG' | 'CSRG'): Promise<Buffer> {
  return db.transaction(async (tx) => {
    await holdStill(tx);
    const names = await NameSet.open(tx, await findTarget(tx, version));
    const format = formatSpec(mappings) as MappingsFormat;
    const { id } = names.target.version;
    const { namespaces } = format;
    const joined = mappingsText(storedStructure(tx, id), names, format, { namespaces, documentation: false });
    return writeZip([
      { name: format.fileName, content: await buffer(Readable.from(joined)) },
      { name: 'joined.exc', content: await buffer(Readable.from(excText(tx, id))) },
      { name: 'static_methods.txt', content: Buffer.from(staticMethodsText(await staticMethods(tx, id))) },
    ]);
  });
}

/** What config.json calls the files that it knows; joined.exc, which MCPConfig has no more, is none of them. */
const DATA: Record<string, string> = {
  'constructors.txt': 'constructors',
  'exceptions.txt': 'exceptions',
  'static_methods.txt': 'statics',
};

const dataKey = (fileName: string): string | undefined =>
  DATA[fileName] ?? (fileName !== 'joined.exc' && fileName.startsWith('joined.') ? 'mappings' : undefined);

/**
 * Makes a zip of the files that a game version was imported from, laid out as MCPConfig publishes them. MCPConfig's own also has what
 * decompiles the game: patches, what is injected, steps, tools and their libraries.
 */
export function mcpConfigZip(version: string, sources: readonly SourceFile[]): Promise<Buffer> {
  const place = ({ fileName }: SourceFile) => `config/${fileName}`;
  const data = Object.fromEntries(
    sources.flatMap((file) => {
      const key = dataKey(file.fileName);
      return key === undefined ? [] : [[key, place(file)]];
    }),
  ) as Record<string, string>;
  const config = Buffer.from(`${JSON.stringify({ spec: 1, version, data }, null, 2)}\n`);
  return writeZip([
    { name: 'config.json', content: config },
    ...sources.map((file) => ({ name: place(file), content: file.content })),
  ]);
}
