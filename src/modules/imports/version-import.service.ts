import type { Database, Tx } from '../../db/index.js';
import { AppError, badInput } from '../../shared/errors.js';
import { writeHistory, type HistoryWriter } from '../history/history.store.js';
import { checkVersionName, versionSortKey } from '../versions/version-name.js';
import {
  allVersions,
  hasVersions,
  coverageOf,
  deleteSample,
  lockVersion,
  markImported,
  setCurrent,
  type GameVersionRow,
} from '../versions/versions.store.js';
import { rejectGone, writeEdits } from './import-history.js';
import type { VersionImportReport } from './report.js';
import {
  analyseMappings,
  carriedEdits,
  compareStaged,
  countCarried,
  goneProposals,
  knownStatics,
  lockImports,
  mergeStaged,
  restoreNames,
  stageEntries,
} from './version-import.store.js';
import { keepVersionFiles, type SourceFile } from './version-files.store.js';
import { planVersion, type VersionFiles, type VersionPlan } from './version-plan.js';

/** What is being done, for a progress display. */
export type ImportStep = 'waiting' | 'reading' | 'comparing' | 'writing' | 'finishing';

export interface VersionImport {
  /** "1.12.2" */
  version: string;
  files: VersionFiles;
  /** The names of the files, for the report. */
  fileNames: string[];
  /** The files themselves, which are kept for build tools; none where they are not given. */
  sources?: readonly SourceFile[];
  /** Makes it the version that answers where none is named; so does the first one of a database in any case. */
  current?: boolean;
  /** An earlier version whose names and documentation go to the entries that live on. */
  carryFrom?: string;
  /** Keeps the sample version beside a real current one. */
  keepSample?: boolean;
  isSample?: boolean;
  onStep?: (step: ImportStep) => void;
}

/**
 * Imports a game version, all or nothing. A version that is there already is brought up to date in place: entries that stay
 * keep their ids, names and documentation.
 * @throws AppError BAD_USER_INPUT for a bad name and a `carryFrom` of its own, NOT_FOUND for an unknown `carryFrom`, CONFLICT for a frozen version
 */
export async function importVersion(db: Database, input: VersionImport): Promise<VersionImportReport> {
  const name = checkVersionName(input.version);
  const step = input.onStep ?? (() => undefined);
  return db.transaction(async (tx) => {
    step('waiting');
    await lockImports(tx);
    step('reading');
    const versions = await allVersions(tx);
    const known = versions.find((version) => version.name === name);
    const from = carriedFrom(versions, name, input.carryFrom);
    const ids = [from, known].flatMap((version) => (version == null ? [] : [version.id]));
    const plan = planVersion(input.files, await knownStatics(tx, ids));
    await stageEntries(tx, plan.entries, plan.declarations);
    const report = await writeHistory(tx, (history) => writeVersion({ tx, history, input, name, plan, from, step }));
    await analyseMappings(tx);
    return report;
  });
}

interface Writing {
  tx: Tx;
  history: HistoryWriter;
  input: VersionImport;
  name: string;
  plan: VersionPlan;
  /** The version whose names are carried over. */
  from: GameVersionRow | null;
  step: (step: ImportStep) => void;
}

async function writeVersion({ tx, history, input, name, plan, from, step }: Writing): Promise<VersionImportReport> {
  step('comparing');
  const version = await lockVersion(tx, name, versionSortKey(name));
  if (version.frozen) throw new AppError('CONFLICT', `${name} is frozen and takes no more changes.`);
  const before = version.isNew ? null : await compareStaged(tx, version.id);
  const carried = from && {
    ...(await compareStaged(tx, from.id)),
    from: from.name,
    taken: await countCarried(tx, version.id, from.id),
  };

  step('writing');
  const at = new Date();
  if (from !== null) {
    const edits = await carriedEdits(tx, version.id, from.id);
    await writeEdits(history, version, edits, 'COMMITTED', {
      authorId: null,
      reason: `Carried over from ${from.name}`,
      at,
    });
  }
  await mergeStaged(tx, version.id, from?.id ?? null);
  await restoreNames(tx, version.id);
  await rejectGone(history, await goneProposals(tx, version.id), at);
  await keepVersionFiles(tx, version.id, input.sources ?? []);

  step('finishing');
  await markImported(tx, version.id, input.isSample ?? false);
  const hasCurrent = (await allVersions(tx)).some(({ isCurrent }) => isCurrent);
  const becomesCurrent = (input.current ?? false) || !hasCurrent;
  if (becomesCurrent) await setCurrent(tx, version.id);
  const removedSample = becomesCurrent && !input.isSample && !input.keepSample ? await deleteSample(tx) : null;
  return {
    version: name,
    updated: !version.isNew,
    isCurrent: becomesCurrent || version.isCurrent,
    files: input.fileNames,
    coverage: await coverageOf(tx, [version.id]),
    ...countPlan(plan),
    before,
    carried,
    removedSample,
  };
}

function carriedFrom(versions: GameVersionRow[], imported: string, name: string | undefined): GameVersionRow | null {
  if (name === undefined) return null;
  if (name === imported)
    throw badInput(`${name} can't carry names over from itself; an import keeps them in any case.`);
  const from = versions.find((other) => other.name === name);
  if (from !== undefined) return from;
  const known = versions.filter((version) => version.name !== imported).map((other) => other.name);
  throw new AppError(
    'NOT_FOUND',
    `There is no version ${name} to carry names from; there is ${known.join(', ') || 'none'}.`,
  );
}

function countPlan({ entries, declarations, unknownStaticness, strayConstructors }: VersionPlan) {
  const withParameters = new Set(entries.map(({ method }) => method));
  return {
    declarations: {
      methods: declarations.filter(({ kind, obf }) => kind === 'METHOD' && obf !== '<init>').length,
      fields: declarations.filter(({ kind }) => kind === 'FIELD').length,
    },
    unknownStaticness: {
      methods: unknownStaticness.length,
      withParameters: unknownStaticness.filter((srg) => withParameters.has(srg)).length,
    },
    strayConstructors,
  };
}

/** Whether the database holds no version at all, as at the first start. */
export const hasNoVersion = async (db: Database | Tx): Promise<boolean> => !(await hasVersions(db));
