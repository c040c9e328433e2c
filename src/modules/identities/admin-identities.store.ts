import { statement, type Tx } from '../../db/index.js';
import type { IdentityProvider } from './identities.store.js';

/** An identity that an administrator vouches for. */
export interface VouchedIdentity {
  userId: number;
  provider: IdentityProvider;
  /** IRC: the network; empty for all others. */
  network: string;
  subject: string;
  displayName: string;
}

const INSERT = statement(
  'identities_vouch',
  `INSERT INTO identities (user_id, provider, network, subject, display_name, linked_at)
   VALUES ($1, $2::identity_provider, $3, $4, $5, $6) ON CONFLICT (provider, network, subject) DO NOTHING RETURNING id`,
);

/** Links an identity, which counts at once. @returns whether no account had it */
export async function vouchIdentity(tx: Tx, identity: VouchedIdentity, now: Date): Promise<boolean> {
  const { userId, provider, network, subject, displayName } = identity;
  return (await tx.query(INSERT, [userId, provider, network, subject, displayName, now])).length > 0;
}

const OWNER = statement(
  'identities_owner',
  `SELECT user_id AS "userId" FROM identities WHERE provider = $1::identity_provider AND network = $2 AND subject = $3`,
);

/** Whose an identity is; null for nobody's. */
export async function ownerOfIdentity(
  tx: Tx,
  { provider, network, subject }: Pick<VouchedIdentity, 'provider' | 'network' | 'subject'>,
): Promise<number | null> {
  const rows = await tx.query<{ userId: number }>(OWNER, [provider, network, subject]);
  return rows[0]?.userId ?? null;
}
