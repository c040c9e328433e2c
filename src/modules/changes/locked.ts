import type { LockOfEntry } from './entries.store.js';

/** Who keeps an entry from being changed, until when and why, for people: `func_1_a is locked by ann until …: too often renamed.` */
export function lockedWords(srg: string, { by, until, reason }: LockOfEntry): string {
  const end = until === null ? '' : ` until ${until.toISOString()}`;
  const why = reason === null ? '' : `: ${reason}`;
  return `${srg} is locked by ${by ?? 'the shell'}${end}${why}.`;
}
