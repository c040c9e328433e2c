import type { Database, Tx } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import type { NamesFile } from '../formats/index.js';
import { writeHistory, type HistoryWriter } from '../history/history.store.js';
import {
  allVersions,
  coverageOf,
  lockVersion,
  noteNamesImport,
  type GameVersionRow,
} from '../versions/versions.store.js';
import { writeEdits } from './import-history.js';
import {
  applyNames,
  applySides,
  countChanges,
  markStatic,
  nameEdits,
  stageNames,
  unknownNames,
} from './names-import.store.js';
import { planNames, type NamesPlan } from './names-plan.js';
import type { NamesImportReport } from './report.js';
import { analyseMappings, lockImports } from './version-import.store.js';

export interface NamesImport {
  /** "1.12.2" */
  version: string;
  files: NamesFile[];
  /** Whether the names are proposed instead of committed. */
  stage?: boolean;
  /** The user in whose name it is done; nobody where it is not given. */
  authorId?: number | null;
  /** Writes no history: the invented names of the sample, which go with it, are none. */
  unrecorded?: boolean;
}

/**
 * Imports a name set into a version, all or nothing: every row that names an entry of the version sets its name, side and
 * documentation; entries without a row stay as they are. What it changes is one batch of the history: committed, or staged as
 * proposals; then only sides are written. Proposals for entries that it changes are superseded.
 * @throws AppError NOT_FOUND for an unknown version, CONFLICT for a frozen one
 */
export async function importNames(db: Database, input: NamesImport): Promise<NamesImportReport> {
  const plan = planNames(input.files);
  return db.transaction(async (tx) => {
    await lockImports(tx);
    await stageNames(tx, plan);
    const report = await writeHistory(tx, (history) => writeNames(tx, history, plan, input));
    await analyseMappings(tx);
    return report;
  });
}

async function writeNames(
  tx: Tx,
  history: HistoryWriter,
  plan: NamesPlan,
  { version: name, files, stage = false, authorId = null, unrecorded = false }: NamesImport,
): Promise<NamesImportReport> {
  const version = await heldVersion(tx, name);
  const provedStatic = await markStatic(tx, version.id, plan.staticMethods);
  const unknown = await unknownNames(tx, version.id);
  const counts = await countChanges(tx, version.id);
  const edits = unrecorded ? [] : await nameEdits(tx, version.id, stage);
  const reason = `Imported from ${files.map(({ file }) => file).join(', ')}`;
  const by = { authorId, reason, at: new Date() };
  const changes = await writeEdits(history, version, edits, stage ? 'STAGED' : 'COMMITTED', by);
  await (stage ? applySides : applyNames)(tx, version.id);
  await noteNamesImport(tx, version.id);
  return {
    version: name,
    files: files.map(({ file, rows }) => ({ file, rows: rows.length })),
    staged: stage,
    changes,
    counts,
    unnamedRows: plan.unnamedRows,
    unknown: [...plan.unknown, ...unknown],
    repeated: plan.repeated,
    namedApart: plan.namedApart,
    provedStatic,
    coverage: await coverageOf(tx, [version.id]),
  };
}

/** A version that takes names, held until the transaction ends. */
async function heldVersion(tx: Tx, name: string): Promise<GameVersionRow> {
  const versions = await allVersions(tx);
  const known = versions.find((other) => other.name === name);
  if (known === undefined) {
    const names = versions.map((other) => other.name).join(', ');
    throw new AppError('NOT_FOUND', `There is no version ${name}; import it first. There is ${names || 'none'}.`);
  }
  const version = await lockVersion(tx, known.name, known.sortKey);
  if (version.frozen) throw new AppError('CONFLICT', `${name} is frozen and takes no more changes.`);
  return version;
}
