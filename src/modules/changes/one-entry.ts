import type { Sql } from '../../db/index.js';
import { UserErrorCode, UserErrors, userError } from '../../shared/user-errors.js';
import type { GameVersionRow } from '../versions/versions.store.js';
import { entriesBySpelling, type EntryState } from './entries.store.js';

/** What an id in an input means: an SRG id, or the number in it. */
export function asked(srg: string): { srg: string; number: number | null } {
  const id = srg.trim();
  return { srg: id, number: /^\d{1,9}$/.test(id) ? Number(id) : null };
}

/** The one entry that an input names. @throws UserErrors NOT_FOUND, AMBIGUOUS */
export async function oneEntry(db: Sql, version: GameVersionRow, srg: string, now: Date): Promise<EntryState> {
  const [found] = await entriesBySpelling(db, version.id, [asked(srg)], now);
  const [entry, ...others] = found!;
  if (entry === undefined) {
    throw userError('NOT_FOUND', `${version.name} has no entry ${JSON.stringify(srg.slice(0, 100))}.`, 'srg');
  }
  if (others.length === 0) return entry;
  const conflictsWith = [entry, ...others].map(({ mapping }) => mapping);
  const message = `${srg} may be ${conflictsWith.map((mapping) => mapping.srg).join(', ')}: give the whole id.`;
  throw new UserErrors([{ code: UserErrorCode.AMBIGUOUS, message, path: ['srg'], conflictsWith }]);
}
