import { requirePermission } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { Permission } from '../../auth/permissions.js';
import type { Database, Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import type { AuditAction } from '../audit/audit-actions.js';
import { originOf, record } from '../audit/audit.store.js';
import { namedVersion } from '../changes/named-version.js';
import { writeHistory } from '../history/history.store.js';
import { bumpHead, setCurrent, setFrozen, type GameVersionRow } from './versions.store.js';

/** What is done to one version. */
interface Act {
  /** For one version, or for all where others are concerned too. */
  scope: 'VERSION' | 'ALL';
  action: AuditAction;
  /** Why there is nothing to do; null where there is. */
  already: (version: GameVersionRow) => string | null;
  write: (tx: Tx, version: GameVersionRow) => Promise<void>;
}

/** Acts on a version with the pen of history in hand: nobody is changing names or versions meanwhile. */
function act(db: Database, caller: Caller, name: string, todo: Act): Promise<GameVersionRow> {
  const { scope, action, already, write } = todo;
  const actor = requirePermission(caller.actor, Permission.VERSION_MANAGE, caller.now, scope === 'ALL' ? 'ALL' : 'ANY');
  return db.transaction((tx) =>
    writeHistory(tx, async () => {
      const version = await namedVersion(tx, name, 'name');
      requirePermission(actor, Permission.VERSION_MANAGE, caller.now, scope === 'ALL' ? 'ALL' : version.id);
      const nothing = already(version);
      if (nothing !== null) throw userError('NO_CHANGE', nothing, 'name');
      await write(tx, version);
      await bumpHead(tx, version.id);
      await record(tx, originOf(caller), { action, subjectId: null, detail: version.name });
      return namedVersion(tx, name);
    }),
  );
}

/**
 * Lets a version answer where none is named; the one that did so no longer does.
 * @throws UserErrors NOT_FOUND, NO_CHANGE; AppError FORBIDDEN without VERSION_MANAGE for all versions
 */
export const setCurrentVersion = (db: Database, caller: Caller, name: string): Promise<GameVersionRow> =>
  act(db, caller, name, {
    scope: 'ALL',
    action: 'version.set_current',
    already: (version) => (version.isCurrent ? `${version.name} is the current game version already.` : null),
    write: (tx, { id }) => setCurrent(tx, id),
  });

/**
 * Closes a version: from here on it takes no changes, decisions, locks or imports. What is staged stays staged.
 * @throws UserErrors NOT_FOUND, NO_CHANGE; AppError FORBIDDEN without VERSION_MANAGE for the version
 */
export const freezeVersion = (db: Database, caller: Caller, name: string): Promise<GameVersionRow> =>
  act(db, caller, name, {
    scope: 'VERSION',
    action: 'version.freeze',
    already: (version) => (version.frozen ? `${version.name} is frozen already.` : null),
    write: (tx, { id }) => setFrozen(tx, id, true),
  });

/**
 * Opens a frozen version again.
 * @throws UserErrors NOT_FOUND, NO_CHANGE; AppError FORBIDDEN without VERSION_MANAGE for the version
 */
export const unfreezeVersion = (db: Database, caller: Caller, name: string): Promise<GameVersionRow> =>
  act(db, caller, name, {
    scope: 'VERSION',
    action: 'version.unfreeze',
    already: (version) => (version.frozen ? null : `${version.name} is not frozen.`),
    write: (tx, { id }) => setFrozen(tx, id, false),
  });
