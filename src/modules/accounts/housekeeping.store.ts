import type { Sql } from '../../db/index.js';

/** What has had its time, with how long it is kept beyond it so that its owner can still be told. Parameter 1 is now. */
const EXPIRED = [
  `DELETE FROM one_time_secrets WHERE expires_at < $1::timestamptz - interval '1 day'`,
  `DELETE FROM sessions WHERE expires_at < $1::timestamptz OR idle_expires_at < $1::timestamptz`,
  `DELETE FROM api_tokens WHERE expires_at < $1::timestamptz - interval '30 days'`,
  `DELETE FROM oidc_records WHERE expires_at < $1::timestamptz`,
  `DELETE FROM identities WHERE state = 'PENDING' AND linked_at < $1::timestamptz - interval '7 days'`,
  `DELETE FROM reserved_handles WHERE until < $1::timestamptz`,
  `UPDATE audit_events SET address = NULL WHERE address IS NOT NULL AND at < $1::timestamptz - interval '30 days'`,
  `DELETE FROM rate_limits WHERE expire < extract(epoch FROM $1::timestamptz) * 1000`,
];

/** Removes what has expired. Any number of processes may do so at once. */
export async function removeExpired(db: Sql, now: Date): Promise<void> {
  for (const sql of EXPIRED) await db.query(sql, [now]);
}
