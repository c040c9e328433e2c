import type { Sql } from '../../db/index.js';
import { groupBy } from '../../shared/group-by.js';
import { UserErrorCode, type UserProblem } from '../../shared/user-errors.js';
import { nameUses, type NameUse, type NameView, type WantedName } from './name-uses.store.js';

const KIND_WORDS = { CLASS: 'class', METHOD: 'method', FIELD: 'field', PARAMETER: 'parameter' } as const;

const rows = (uses: readonly NameUse[]) => uses.map(({ other }) => other);
const list = (uses: readonly NameUse[]) =>
  uses.map(({ other, owner }) => `${other.srg}${owner === null ? '' : ` in ${owner}`}`).join(', ');

/** The problem of a name that others have in the same place, of whom there is one at least. */
function takenProblem(name: string, taken: readonly NameUse[]): UserProblem {
  const { kind } = taken[0]!.other;
  const alike = kind === 'METHOD' ? ' with the same parameters' : '';
  const message = `${name} is the name of another ${KIND_WORDS[kind]}${alike}: ${list(taken)}.`;
  return { code: UserErrorCode.NAME_TAKEN, message, conflictsWith: rows(taken) };
}

const shadowProblem = (
  code: 'SHADOWS_FIELD' | 'SHADOWS_CLASS',
  message: string,
  uses: readonly NameUse[],
): UserProblem => ({
  code: UserErrorCode[code],
  message: `${message}: ${list(uses)}.`,
  severity: 'WARNING',
  conflictsWith: rows(uses),
});

/** The problems of a name that is used elsewhere, one for each sort of use. @param uses those of one entry */
export function useProblems(name: string, uses: readonly NameUse[]): UserProblem[] {
  const of = (use: NameUse['use']) => uses.filter((each) => each.use === use);
  const [taken, fields, classes] = [of('SAME_SCOPE'), of('FIELD'), of('CLASS')];
  const problems: UserProblem[] = [];
  if (taken.length > 0) problems.push(takenProblem(name, taken));
  if (fields.length > 0)
    problems.push(shadowProblem('SHADOWS_FIELD', `${name} is the name of a field of the class`, fields));
  if (classes.length > 0) problems.push(shadowProblem('SHADOWS_CLASS', `${name} is the name of a class`, classes));
  return problems;
}

/** NAME_TAKEN for each entry whose wanted name another has where both are seen, by the entry. */
export async function takenNames(
  db: Sql,
  versionId: number,
  wanted: readonly WantedName[],
  view: NameView,
): Promise<Map<number, UserProblem>> {
  const uses = await nameUses(db, versionId, wanted, view);
  const byEntry = groupBy(
    uses.filter(({ use }) => use === 'SAME_SCOPE'),
    ({ mappingId }) => mappingId,
  );
  const problems = new Map<number, UserProblem>();
  for (const { mappingId, name } of wanted) {
    const taken = byEntry.get(mappingId);
    if (name !== null && taken !== undefined) problems.set(mappingId, takenProblem(name, taken));
  }
  return problems;
}
