import { requireSession } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { ALL_PERMISSIONS, toScope, type Permission } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import type { Sql } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { lockCaller } from '../accounts/lock-caller.js';
import { originOf, record } from '../audit/audit.store.js';
import { authorizationsOf, deleteAuthorization, type AuthorizationRow } from './authorizations.store.js';

/** A client that somebody let in, and what it may do for them. */
export interface Authorization extends Pick<
  AuthorizationRow,
  'id' | 'clientId' | 'name' | 'homepage' | 'ownerHandle' | 'authorizedAt'
> {
  /** What was consented to, as far as the client may still ask for it. */
  permissions: Permission[];
  /** Whether it may go on while the user is not there. */
  offline: boolean;
}

function toAuthorization({ scope, permissions, ...client }: AuthorizationRow): Authorization {
  const consented = new Set(scope.split(' '));
  return {
    ...client,
    permissions: ALL_PERMISSIONS.filter((each) => permissions.includes(each) && consented.has(toScope(each))),
    offline: consented.has('offline_access'),
  };
}

/** The clients that a user let in, the one let in last first. */
export async function authorizedClients(db: Sql, userId: number, now: Date): Promise<Authorization[]> {
  return (await authorizationsOf(db, userId, now)).map(toAuthorization);
}

/**
 * Takes back whatever a client was given for the caller: what was consented to, and its tokens. Taking back is always allowed, so
 * a session is enough.
 * @throws UserErrors NOT_FOUND; AppError FORBIDDEN for a token
 */
export async function revokeClientAccess({ db }: AuthServices, caller: Caller, clientKey: number): Promise<void> {
  const actor = requireSession(caller.actor);
  await db.transaction(async (tx) => {
    const { id: userId } = await lockCaller(tx, actor);
    if (!(await deleteAuthorization(tx, userId, clientKey))) {
      throw userError('NOT_FOUND', 'You have let no such client in.', 'client');
    }
    const detail = `client ${clientKey}`;
    await record(tx, originOf(caller), { action: 'client_access.revoke', subjectId: userId, detail });
  });
}
