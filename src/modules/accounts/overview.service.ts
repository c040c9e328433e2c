import type { SignedInActor } from '../../auth/actor.js';
import { sessionsOfUser, type SessionRow } from '../../auth/sessions/sessions.store.js';
import type { Sql } from '../../db/index.js';
import { authorizedClients, type Authorization } from '../clients/authorizations.service.js';
import { identitiesOf, type IdentityRow } from '../identities/identities.store.js';
import { passkeysOf, type PasskeyRow } from '../second-factors/passkeys.store.js';
import { countRecoveryCodes } from '../second-factors/recovery-codes.store.js';
import { hasTotp } from '../second-factors/totp.store.js';
import { localCredentialsOf } from './credentials.store.js';

/** How the owner of an account can prove to be it. */
export interface WaysToProve {
  identities: IdentityRow[];
  passkeys: PasskeyRow[];
  hasPassword: boolean;
  hasTotp: boolean;
}

export async function waysToProve(db: Sql, { user }: SignedInActor): Promise<WaysToProve> {
  const userId = Number(user.id);
  const [identities, passkeys, credentials, totp] = await Promise.all([
    identitiesOf(db, [userId]),
    passkeysOf(db, userId),
    localCredentialsOf(db, userId),
    hasTotp(db, userId),
  ]);
  return { identities, passkeys, hasPassword: credentials !== null, hasTotp: totp };
}

/** What its owner sees of an account. */
export interface AccountOverview extends WaysToProve {
  sessions: SessionRow[];
  recoveryCodesLeft: number;
  clients: Authorization[];
}

export async function accountOverview(db: Sql, actor: SignedInActor, now: Date): Promise<AccountOverview> {
  const userId = Number(actor.user.id);
  const [ways, sessions, recoveryCodesLeft, clients] = await Promise.all([
    waysToProve(db, actor),
    sessionsOfUser(db, userId, now),
    countRecoveryCodes(db, userId),
    authorizedClients(db, userId, now),
  ]);
  return { ...ways, sessions, recoveryCodesLeft, clients };
}
