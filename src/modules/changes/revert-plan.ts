import { UserErrorCode, type UserProblem } from '../../shared/user-errors.js';
import { groupBy } from '../../shared/group-by.js';
import type { CommittedOfEntry } from './revert.store.js';

/** What an entry is to be again. */
export interface Restoration {
  entry: CommittedOfEntry & { mappingId: number };
  name: string | null;
  documentation: string | null;
  /** The newest of the changes that it takes back. */
  newest: number;
}

interface Field {
  old: 'oldName' | 'oldDocumentation';
  new: 'newName' | 'newDocumentation';
}
const NAME: Field = { old: 'oldName', new: 'newName' };
const DOCUMENTATION: Field = { old: 'oldDocumentation', new: 'newDocumentation' };

/** What a field was before the changes to take back; those of `history` that leave the field as it was do not count. */
function walkBack(history: readonly CommittedOfEntry[], field: Field, now: string | null) {
  const changing = history.filter((change) => change[field.old] !== change[field.new]);
  const start = changing.findIndex(({ selected }) => selected);
  if (start === -1) return { value: now, newest: null, overtaken: false };
  let before: string | null = null;
  for (let at = start; changing[at]?.selected; at += 1) before = changing[at]![field.old];
  const newest = changing[start]!;
  if (start === 0 && newest[field.new] === now) return { value: before, newest: newest.sequence, overtaken: false };
  // What was taken back already is what it should be.
  return { value: now, newest: null, overtaken: before !== now };
}

const warning = (code: 'NOT_FOUND' | 'LOCKED' | 'STALE', message: string): UserProblem => ({
  code: UserErrorCode[code],
  message,
  severity: 'WARNING',
});

/**
 * What entries are to be again, and why some are left as they are: gone, locked, or changed since by somebody else.
 * @param committed the whole committed history of each entry concerned, newest first
 */
export function planRevert(
  committed: readonly CommittedOfEntry[],
  mayLock: boolean,
): { restorations: Restoration[]; problems: UserProblem[] } {
  const restorations: Restoration[] = [];
  const problems: UserProblem[] = [];
  for (const history of groupBy(committed, ({ versionId, kind, srg }) => `${versionId} ${kind} ${srg}`).values()) {
    const entry = history[0]!;
    const { mappingId, srg, currentName, currentDocumentation } = entry;
    if (mappingId === null) {
      problems.push(warning('NOT_FOUND', `${srg} is not there any more.`));
      continue;
    }
    const name = walkBack(history, NAME, currentName);
    const documentation = walkBack(history, DOCUMENTATION, currentDocumentation);
    if (name.overtaken || documentation.overtaken) {
      problems.push(warning('STALE', `${srg} has been changed since by somebody else, and stays so.`));
    }
    if (name.value === currentName && documentation.value === currentDocumentation) continue;
    if (entry.locked && !mayLock) {
      problems.push(warning('LOCKED', `${srg} is locked, and stays as it is.`));
      continue;
    }
    restorations.push({
      entry: { ...entry, mappingId },
      name: name.value,
      documentation: documentation.value,
      newest: Math.max(name.newest ?? 0, documentation.newest ?? 0),
    });
  }
  return { restorations, problems };
}
