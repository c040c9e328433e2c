import type { Database } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import type { NamesFile } from '../formats/index.js';
import { allVersions, bumpHead, coverageOf, lockVersion } from '../versions/versions.store.js';
import { applyNames, countChanges, markStatic, stageNames, unknownNames } from './names-import.store.js';
import { planNames } from './names-plan.js';
import type { NamesImportReport } from './report.js';
import { analyseMappings, lockImports } from './version-import.store.js';

export interface NamesImport {
  /** "1.12.2" */
  version: string;
  files: NamesFile[];
}

/**
 * Imports a name set into a version, all or nothing: every row that names an entry of the version sets its name, side and
 * documentation; entries without a row stay as they are.
 * @throws AppError NOT_FOUND for an unknown version, CONFLICT for a frozen one
 */
export async function importNames(db: Database, { version: name, files }: NamesImport): Promise<NamesImportReport> {
  const plan = planNames(files);
  return db.transaction(async (tx) => {
    await lockImports(tx);
    const versions = await allVersions(tx);
    const known = versions.find((other) => other.name === name);
    if (known === undefined) {
      const names = versions.map((other) => other.name).join(', ');
      throw new AppError('NOT_FOUND', `There is no version ${name}; import it first. There is ${names || 'none'}.`);
    }
    const version = await lockVersion(tx, known.name, known.sortKey);
    if (version.frozen) throw new AppError('CONFLICT', `${name} is frozen and takes no more changes.`);
    await stageNames(tx, plan);
    const provedStatic = await markStatic(tx, version.id, plan.staticMethods);
    const unknown = await unknownNames(tx, version.id);
    const counts = await countChanges(tx, version.id);
    await applyNames(tx, version.id);
    await bumpHead(tx, version.id);
    await analyseMappings(tx);
    return {
      version: name,
      files: files.map(({ file, rows }) => ({ file, rows: rows.length })),
      counts,
      unnamedRows: plan.unnamedRows,
      unknown: [...plan.unknown, ...unknown],
      repeated: plan.repeated,
      namedApart: plan.namedApart,
      provedStatic,
      coverage: await coverageOf(tx, [version.id]),
    };
  });
}
