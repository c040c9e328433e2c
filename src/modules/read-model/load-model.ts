import { setImmediate as turn } from 'node:timers/promises';
import type { Sql } from '../../db/database.js';
import { groupBy } from '../../shared/group-by.js';
import { Called } from './called.js';
import { Declarations, type LoadedDeclaration } from './declarations.js';
import { Entries, type LoadedEntry } from './entries.js';
import { calledBehind, declarationsOfClasses, entriesBehind, type CalledRow } from './load.store.js';
import { Histories } from './histories.js';
import { Numbered } from './numbered.js';
import { ShortNames } from './short-names.js';
import { TextIndex } from './text-index.js';
import { shortNameOf, VersionModel, type Marks } from './version-model.js';

/** Rows of one statement: few enough that reading them keeps nobody waiting for long. */
const BATCH = 1_000;
/** Classes whose declarations are read at once. */
const CLASSES = 100;

/** Milliseconds for which a model is built before others have their turn. */
const BREATH = 5;

/** @returns waits for a turn of the loop where the last one was long ago */
function breathing(signal: AbortSignal): () => Promise<void> {
  let last = performance.now();
  return async () => {
    signal.throwIfAborted();
    if (performance.now() - last < BREATH) return;
    await turn();
    last = performance.now();
  };
}

/** Many small texts are the same: each is kept once. */
function sharing(): <T extends string | null>(text: T) => T {
  const texts = new Map<string, string>();
  return (text) => {
    if (text === null) return text;
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return (known ?? text) as typeof text;
  };
}

async function readEntries(db: Sql, versionId: number, signal: AbortSignal): Promise<LoadedEntry[]> {
  const share = sharing();
  const entries: LoadedEntry[] = [];
  for (let last: Pick<LoadedEntry, 'srg' | 'kind'> = { srg: '', kind: 'CLASS' }; ;) {
    signal.throwIfAborted();
    const rows = await entriesBehind(db, versionId, last, BATCH);
    for (const row of rows) entries.push({ ...row, name: share(row.name), documentation: share(row.documentation) });
    if (rows.length < BATCH) return entries;
    last = rows.at(-1)!;
  }
}

async function readDeclarations(
  db: Sql,
  classes: readonly number[],
  signal: AbortSignal,
): Promise<LoadedDeclaration[]> {
  const share = sharing();
  const declarations: LoadedDeclaration[] = [];
  for (let at = 0; at < classes.length; at += CLASSES) {
    signal.throwIfAborted();
    for (const row of await declarationsOfClasses(db, classes.slice(at, at + CLASSES))) {
      declarations.push({
        ...row,
        obf: share(row.obf),
        obfDescriptor: share(row.obfDescriptor),
        srgDescriptor: share(row.srgDescriptor),
      });
    }
  }
  return declarations;
}

async function readChanges(db: Sql, versionId: number): Promise<CalledRow[]> {
  const found: CalledRow[] = [];
  for (let last = 0; ;) {
    const rows = await calledBehind(db, versionId, last, BATCH);
    found.push(...rows);
    if (rows.length < BATCH) return found;
    last = rows.at(-1)!.sequence;
  }
}

/**
 * Reads a version into memory, in pieces, between which others are served. It is not one view of the database: what changes meanwhile
 * has to be read anew from `marks` on.
 * @param marks where the version and the history stood before
 * @param signal ends it
 * @throws Error where it was ended
 */
export async function loadModel(db: Sql, versionId: number, marks: Marks, signal: AbortSignal): Promise<VersionModel> {
  const loaded = await readEntries(db, versionId, signal);
  const classes = loaded.filter(({ kind }) => kind === 'CLASS').map(({ id }) => id);
  const declared = await readDeclarations(db, classes, signal);
  const breathe = breathing(signal);
  const entries = new Entries(versionId, loaded);
  await breathe();
  const declarations = new Declarations(entries, declared);
  await breathe();
  const shortNames = new ShortNames(entries.count);
  const serverNames = new TextIndex();
  const classObfs = new TextIndex();
  for (let place = 0; place < entries.count; place++) {
    const name = entries.names[place]!;
    if (name !== null) shortNames.add(shortNameOf(name), place);
    const serverName = entries.serverNames.get(place);
    if (serverName !== undefined) serverNames.add(serverName, place);
    if (place < entries.classes) classObfs.add(entries.obfs[place]!, place);
    if (place % 1_000 === 0) await breathe();
  }
  await shortNames.index(breathe);
  const changes = await readChanges(db, versionId);
  const histories = new Histories(
    changes.map(({ id }) => entries.placeOf(id)),
    changes.map(({ sequence }) => sequence),
    entries.count,
  );
  const called = new Called();
  const naming = changes.filter(({ name }) => name !== null);
  for (const [id, rows] of groupBy(naming, ({ id: entry }) => entry)) {
    const place = entries.placeOf(id);
    if (place === -1) continue;
    const once = rows.flatMap(({ name, staged }) => (staged || name === null ? [] : [name]));
    called.set(place, { once, staged: rows.find(({ staged }) => staged)?.name ?? null });
  }
  const model = new VersionModel(
    marks,
    entries,
    declarations,
    shortNames,
    serverNames,
    classObfs,
    new Numbered(entries.srgIndexes),
    called,
    histories,
  );
  await breathe();
  return model;
}
