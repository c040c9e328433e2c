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

/**
 * Walks back through what an entry was called, from now, as far as the changes are to be taken back; those that leave the field as it
 * was do not count.
 * @param history newest first
 */
function walkBack(history: readonly CommittedOfEntry[], field: Field, now: string | null) {
  let value = now;
  let newest: number | null = null;
  for (const change of history) {
    if (change[field.old] === change[field.new]) continue;
    if (!change.selected || change[field.new] !== value) break;
    value = change[field.old];
    newest ??= change.sequence;
  }
  const wanted = history.some((change) => change.selected && change[field.old] !== change[field.new]);
  return { value, newest, overtaken: wanted && newest === null };
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
