import { requirePermission, type Actor } from '../../auth/actor.js';
import { Permission, RoleName } from '../../auth/permissions.js';
import type { Sql } from '../../db/index.js';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../shared/page.js';
import { handleKey } from './handles.js';
import { countUsers, usersPage, type UserRow } from './users.store.js';

/**
 * The accounts that are in use, by handle. @throws AppError FORBIDDEN without USER_READ_PRIVATE for all game versions: accounts are
 * of none
 */
export async function listUsers(
  db: Sql,
  actor: Actor,
  now: Date,
  { query, role }: { query?: string | null; role?: RoleName | null },
  request: PageRequest,
): Promise<Page<UserRow>> {
  requirePermission(actor, Permission.USER_READ_PRIVATE, now, 'ALL');
  const part = query?.trim().toLowerCase() ?? '';
  // Everyone has the role USER; no grant says so.
  const filter = { part, role: role === RoleName.USER ? null : (role ?? null), now };
  const after = request.after === null ? null : (decodeCursor(request.after, ['string'])[0] as string);
  const rows = await usersPage(db, filter, after, request.first + 1);
  return toPage(
    rows,
    request,
    ({ handle }) => [handleKey(handle)],
    () => countUsers(db, filter),
  );
}
