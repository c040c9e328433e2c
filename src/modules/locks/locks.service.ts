import { requirePermission, type SignedInActor } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { Permission } from '../../auth/permissions.js';
import type { Database, Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { originOf, record } from '../audit/audit.store.js';
import { optionalReason } from '../audit/reasons.js';
import { isFrozen, type EntryState } from '../changes/entries.store.js';
import { lockedWords } from '../changes/locked.js';
import { frozen, namedVersion } from '../changes/named-version.js';
import { oneEntry } from '../changes/one-entry.js';
import { writeHistory } from '../history/history.store.js';
import type { MappingRow } from '../mappings/mapping.js';
import { checkEnd } from '../roles/grants.js';
import { bumpHead, type GameVersionRow } from '../versions/versions.store.js';
import { deleteLock, putLock } from './locks.store.js';

/** Which entry is unlocked. */
export interface Unlock {
  version?: string | null;
  /** An SRG id, or the number in it. */
  srg: string;
}

/** Which entry is locked, why and until when. */
export interface Lock extends Unlock {
  reason?: string | null;
  /** Without it, until somebody unlocks it. */
  until?: Date | null;
}

/** What locking and unlocking works with. */
interface Turn {
  tx: Tx;
  actor: SignedInActor;
  version: GameVersionRow;
  entry: EntryState;
}

/** Works on one entry of a version that takes changes, with the pen of history in hand: no proposal is being checked meanwhile. */
async function withEntry(
  db: Database,
  caller: Caller,
  { version: name, srg }: Unlock,
  work: (turn: Turn) => Promise<void>,
): Promise<MappingRow> {
  const actor = requirePermission(caller.actor, Permission.MAPPING_LOCK, caller.now, 'ANY');
  const version = await namedVersion(db, name);
  requirePermission(actor, Permission.MAPPING_LOCK, caller.now, version.id);
  return db.transaction((tx) =>
    writeHistory(tx, async () => {
      if (await isFrozen(tx, version.id)) throw frozen(version.name);
      const entry = await oneEntry(tx, version, srg, caller.now);
      await work({ tx, actor, version, entry });
      await bumpHead(tx, version.id);
      return entry.mapping;
    }),
  );
}

/**
 * Keeps an entry from being changed by those who may not lock. What is staged for it stays staged.
 * @throws UserErrors NOT_FOUND, AMBIGUOUS, INVALID_INPUT, ALREADY_EXISTS telling whose lock there is, FROZEN; AppError FORBIDDEN without the
 *   permission for the version
 */
export const lockMapping = (db: Database, caller: Caller, input: Lock): Promise<MappingRow> =>
  withEntry(db, caller, input, async ({ tx, actor, version, entry: { mapping, lock } }) => {
    const { until = null } = input;
    const reason = optionalReason(input.reason);
    checkEnd(until, caller.now);
    if (lock !== null) throw userError('ALREADY_EXISTS', lockedWords(mapping.srg, lock), 'srg');
    const byId = Number(actor.user.id);
    await putLock(tx, { mappingId: mapping.id, reason, byId, at: caller.now, until });
    const end = until === null ? '' : ` until ${until.toISOString()}`;
    const detail = `${mapping.srg} of ${version.name}${end}${reason === null ? '' : `: ${reason}`}`;
    await record(tx, originOf(caller), { action: 'mapping.lock', subjectId: null, detail });
  });

/**
 * Lets an entry be changed again.
 * @throws UserErrors NOT_FOUND for one that is not locked too, AMBIGUOUS, FROZEN; AppError FORBIDDEN without the permission for the version
 */
export const unlockMapping = (db: Database, caller: Caller, input: Unlock): Promise<MappingRow> =>
  withEntry(db, caller, input, async ({ tx, version, entry: { mapping, lock } }) => {
    if (lock === null) throw userError('NOT_FOUND', `${mapping.srg} is not locked.`, 'srg');
    await deleteLock(tx, mapping.id);
    const detail = `${mapping.srg} of ${version.name}`;
    await record(tx, originOf(caller), { action: 'mapping.unlock', subjectId: null, detail });
  });
