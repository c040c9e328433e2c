import { isUser, requirePermission, requirePresence } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { endAccessTokens } from '../../auth/end-access.js';
import { displayNameOf } from '../../auth/oauth/display-name.js';
import { Permission } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import { deleteSessions } from '../../auth/sessions/sessions.store.js';
import { isEntityId, isNetworkName } from '../../shared/irc-names.js';
import { userError } from '../../shared/user-errors.js';
import { countWaysIn } from '../accounts/credentials.store.js';
import { lockUser } from '../accounts/users.store.js';
import { originOf, record } from '../audit/audit.store.js';
import { requiredReason } from '../audit/reasons.js';
import { inTurn } from '../roles/in-turn.js';
import { keepAnAdmin } from '../roles/last-admin.js';
import { ownerOfIdentity, vouchIdentity, type VouchedIdentity } from './admin-identities.store.js';
import { deleteIdentity, identitiesById, type IdentityProvider } from './identities.store.js';

export interface AdminLinkIdentityInput {
  userId: number;
  provider: IdentityProvider;
  subject: string;
  network?: string | null;
  displayName: string;
  reason: string;
}

/** GitHub's numbers and Discord's snowflakes: a name there can be another's tomorrow. */
const NUMBER = /^[1-9][0-9]{0,19}$/;

const invalid = (message: string, path: string) => userError('INVALID_INPUT', message, path);

/** Checks what an administrator says of an identity. @throws UserErrors INVALID_INPUT */
function checkIdentity({ userId, provider, ...input }: AdminLinkIdentityInput): VouchedIdentity {
  if (provider === 'LOCAL') throw invalid('A password is set by its owner alone.', 'provider');
  const subject = input.subject.trim();
  const network = input.network?.trim() ?? '';
  if (provider === 'IRC') {
    if (!isNetworkName(network)) throw invalid('An IRC identity is one of a network: name it.', 'network');
    if (!isEntityId(subject)) throw invalid('Give the id of the account with the services of the network.', 'subject');
  } else {
    if (network !== '') throw invalid('Only IRC identities have a network.', 'network');
    if (!NUMBER.test(subject)) throw invalid('Give the number of the account there, not its name.', 'subject');
  }
  const displayName = displayNameOf(input.displayName);
  if (displayName === null) throw invalid('Give the name there, for people.', 'displayName');
  return { userId, provider, network, subject, displayName };
}

/**
 * Links an identity to somebody's account on an administrator's word.
 * @throws UserErrors NOT_FOUND, INVALID_INPUT, IDENTITY_IN_USE, ALREADY_EXISTS; AppError FORBIDDEN, without fresh presence too
 */
export async function adminLinkIdentity(
  auth: AuthServices,
  caller: Caller,
  input: AdminLinkIdentityInput,
): Promise<void> {
  requirePresence(caller.actor, caller.now);
  await inTurn(auth, caller, async (tx, { actor, now }) => {
    requirePermission(actor, Permission.IDENTITY_MANAGE, now, 'ALL');
    const reason = requiredReason(input.reason);
    const identity = checkIdentity(input);
    const { userId, provider } = identity;
    const user = await lockUser(tx, userId);
    if (user === null) throw userError('NOT_FOUND', 'There is no such account.', 'user');
    if (user.isBot) throw invalid('Bots have no identities.', 'user');
    if (!(await vouchIdentity(tx, identity, now))) {
      const owner = await ownerOfIdentity(tx, identity);
      if (owner === userId) throw userError('ALREADY_EXISTS', 'This account has the identity already.', 'subject');
      throw userError('IDENTITY_IN_USE', 'This identity is a way into another account.', 'subject');
    }
    const detail = `${provider}: ${reason}`;
    await record(tx, originOf(caller), { action: 'identity.admin_link', subjectId: userId, detail });
  });
}

/**
 * Takes an identity from somebody's account, but never the last way in. The user's sessions end.
 * @returns the user's id, and whether it was the caller
 * @throws UserErrors NOT_FOUND, INVALID_INPUT, LAST_CREDENTIAL, LAST_ADMIN; AppError FORBIDDEN, without fresh presence too
 */
export async function adminUnlinkIdentity(
  auth: AuthServices,
  caller: Caller,
  input: { identityId: number; reason: string },
): Promise<{ userId: number; own: boolean }> {
  const { identityId } = input;
  requirePresence(caller.actor, caller.now);
  return inTurn(auth, caller, (tx, { actor, now }) =>
    keepAnAdmin(tx, now, async () => {
      requirePermission(actor, Permission.IDENTITY_MANAGE, now, 'ALL');
      const reason = requiredReason(input.reason);
      const [found] = await identitiesById(tx, [identityId]);
      const userId = found?.userId ?? 0;
      const wasOpen = (await lockUser(tx, userId)) !== null && (await countWaysIn(tx, userId)) > 0;
      const provider = await deleteIdentity(tx, userId, identityId);
      if (provider === null) throw userError('NOT_FOUND', 'There is no such identity.', 'identity');
      if (wasOpen && (await countWaysIn(tx, userId)) === 0) {
        throw userError('LAST_CREDENTIAL', 'Without it nobody could sign in to the account.', 'identity');
      }
      await endAccessTokens(tx, userId);
      await deleteSessions(tx, userId);
      const detail = `${provider}: ${reason}`;
      await record(tx, originOf(caller), { action: 'identity.admin_unlink', subjectId: userId, detail });
      return { userId, own: isUser(actor, String(userId)) };
    }),
  );
}
