import type { Sql } from '../../db/index.js';

/** Everything that is held on a person, for the person: secrets and hashes excepted. Keys are those of the file. */
export interface AccountData {
  account: Record<string, unknown>;
  identities: Record<string, unknown>[];
  sessions: Record<string, unknown>[];
  apiTokens: Record<string, unknown>[];
  passkeys: Record<string, unknown>[];
  authenticatorApp: Record<string, unknown> | null;
  recoveryCodesLeft: number;
  roles: Record<string, unknown>[];
  bots: Record<string, unknown>[];
  changes: Record<string, unknown>[];
  votes: Record<string, unknown>[];
  comments: Record<string, unknown>[];
  releases: Record<string, unknown>[];
  releaseRequests: Record<string, unknown>[];
  webhooks: Record<string, unknown>[];
  oauthClients: Record<string, unknown>[];
  authorizedClients: Record<string, unknown>[];
  auditEvents: Record<string, unknown>[];
}

/** The person, their bots, and the accounts that were merged into theirs. */
const THEIRS = `SELECT id FROM users WHERE id = $1 OR owner_id = $1 OR merged_into_id = $1`;

const rows = (db: Sql, sql: string, userId: number) => db.query<Record<string, unknown>>(sql, [userId]);

/** Reads it; a transaction makes it of one instant. */
export async function accountData(tx: Sql, userId: number): Promise<AccountData> {
  const [account] = await rows(
    tx,
    `SELECT u.handle, u.created_at AS "createdAt", u.suspended_until AS "suspendedUntil", u.suspension_reason AS "suspensionReason",
            (SELECT coalesce(json_agg(handle), '[]') FROM users m WHERE m.merged_into_id = u.id) AS "mergedAccounts"
       FROM users u WHERE u.id = $1`,
    userId,
  );
  const identities = await rows(
    tx,
    `SELECT i.provider, i.network, i.subject, i.display_name AS "displayName", i.state, i.linked_at AS "linkedAt",
            i.acting_permissions AS "actingPermissions", i.last_used_at AS "lastUsedAt", w.changed_at AS "passwordChangedAt"
       FROM identities i LEFT JOIN passwords w ON w.identity_id = i.id WHERE i.user_id = $1 ORDER BY i.id`,
    userId,
  );
  const sessions = await rows(
    tx,
    `SELECT device, created_at AS "createdAt", last_seen_at AS "lastSeenAt", expires_at AS "expiresAt", proven_at AS "provenAt"
       FROM sessions WHERE user_id = $1 ORDER BY id`,
    userId,
  );
  const apiTokens = await rows(
    tx,
    `SELECT u.handle AS account, t.name, t.prefix, t.permissions, t.game_version_ids AS "gameVersionIds",
            t.created_at AS "createdAt", t.expires_at AS "expiresAt", t.last_used_at AS "lastUsedAt"
       FROM api_tokens t JOIN users u ON u.id = t.user_id WHERE u.id = $1 OR u.owner_id = $1 ORDER BY t.id`,
    userId,
  );
  const passkeys = await rows(
    tx,
    `SELECT name, credential_id AS "credentialId", transports, created_at AS "createdAt", last_used_at AS "lastUsedAt"
       FROM passkeys WHERE user_id = $1 ORDER BY id`,
    userId,
  );
  const [totp] = await rows(tx, `SELECT confirmed_at AS "confirmedAt" FROM totp WHERE user_id = $1`, userId);
  const [codes] = await rows(tx, `SELECT count(*)::int AS left FROM recovery_codes WHERE user_id = $1`, userId);
  const roles = await rows(
    tx,
    `SELECT g.role, v.name AS "gameVersion", g.valid_from AS "from", g.valid_until AS until, g.reason, g.revoked_at AS "revokedAt"
       FROM role_grants g LEFT JOIN game_versions v ON v.id = g.game_version_id WHERE g.user_id = $1 ORDER BY g.id`,
    userId,
  );
  const bots = await rows(
    tx,
    `SELECT handle, created_at AS "createdAt", suspended_until AS "suspendedUntil" FROM users
      WHERE owner_id = $1 AND erased_at IS NULL ORDER BY id`,
    userId,
  );
  const changes = await rows(
    tx,
    `SELECT u.handle AS account, c.sequence, v.name AS version, c.kind, c.srg, c.old_name AS "oldName", c.new_name AS "newName",
            c.old_documentation AS "oldDocumentation", c.new_documentation AS "newDocumentation", c.reason, c.state,
            c.created_at AS "createdAt"
       FROM changes c JOIN users u ON u.id = c.author_id JOIN game_versions v ON v.id = c.version_id
      WHERE c.author_id IN (${THEIRS}) ORDER BY c.sequence`,
    userId,
  );
  const votes = await rows(
    tx,
    `SELECT change, is_for AS "for", at FROM change_votes WHERE user_id = $1 ORDER BY change`,
    userId,
  );
  const comments = await rows(
    tx,
    `SELECT u.handle AS account, o.change, o.body, o.created_at AS "createdAt", o.edited_at AS "editedAt"
       FROM change_comments o JOIN users u ON u.id = o.author_id WHERE o.author_id IN (${THEIRS}) ORDER BY o.id`,
    userId,
  );
  const releases = await rows(
    tx,
    `SELECT r.name, r.notes, r.via, r.published_at AS "publishedAt", p.handle AS "publishedBy", c.handle AS "confirmedBy",
            y.reason AS yanked, y.at AS "yankedAt", w.handle AS "yankedBy"
       FROM releases r
       LEFT JOIN users p ON p.id = r.published_by_id AND p.id IN (${THEIRS})
       LEFT JOIN users c ON c.id = r.confirmed_by_id AND c.id IN (${THEIRS})
       LEFT JOIN release_yanks y ON y.release_id = r.id AND y.by_id IN (${THEIRS})
       LEFT JOIN users w ON w.id = y.by_id
      WHERE num_nulls(p.id, c.id, y.by_id) < 3 ORDER BY r.id`,
    userId,
  );
  const releaseRequests = await rows(
    tx,
    `SELECT v.name AS "gameVersion", q.notes, q.requested_at AS "requestedAt"
       FROM release_requests q JOIN game_versions v ON v.id = q.version_id
      WHERE q.requested_by_id IN (${THEIRS}) ORDER BY q.id`,
    userId,
  );
  const webhooks = await rows(
    tx,
    `SELECT w.url, w.events, v.name AS "gameVersion", w.kinds, w.created_at AS "createdAt", w.last_delivered_at AS "lastDeliveredAt",
            w.failing_since AS "failingSince", w.last_error AS "lastError", w.disabled_at AS "disabledAt"
       FROM webhooks w LEFT JOIN game_versions v ON v.id = w.version_id WHERE w.user_id = $1 ORDER BY w.id`,
    userId,
  );
  const oauthClients = await rows(
    tx,
    `SELECT c.name, c.client_id AS "clientId", c.kind, c.authentication, b.handle AS bot, c.trusted, c.homepage,
            c.redirect_uris AS "redirectUris", c.post_logout_redirect_uris AS "postLogoutRedirectUris",
            c.backchannel_logout_uri AS "backchannelLogoutUri", c.permissions, c.jwks AS "publicKeys", c.dpop_bound AS "dpopBound",
            c.created_at AS "createdAt"
       FROM oauth_clients c LEFT JOIN users b ON b.id = c.bot_id WHERE c.owner_id = $1 ORDER BY c.id`,
    userId,
  );
  const authorizedClients = await rows(
    tx,
    `SELECT c.name, c.client_id AS "clientId", r.scope, r.created_at AS "authorizedAt", r.expires_at AS "expiresAt"
       FROM oidc_records r JOIN oauth_clients c ON c.id = r.client_key
      WHERE r.model = 'Grant' AND r.user_id = $1 ORDER BY r.created_at, r.hash`,
    userId,
  );
  const auditEvents = await rows(
    tx,
    // An address is that of whoever acted: of others it is not the person's to see.
    `SELECT at, action, via, detail, actor_id = $1 AS "byMe", subject_id = $1 AS "onMe",
            CASE WHEN actor_id = $1 THEN address END AS address
       FROM audit_events
      WHERE actor_id IN (${THEIRS}) OR subject_id IN (${THEIRS}) ORDER BY id`,
    userId,
  );
  return {
    account: account!,
    identities,
    sessions,
    apiTokens,
    passkeys,
    authenticatorApp: totp ?? null,
    recoveryCodesLeft: codes!['left'] as number,
    roles,
    bots,
    changes,
    votes,
    comments,
    releases,
    releaseRequests,
    webhooks,
    oauthClients,
    authorizedClients,
    auditEvents,
  };
}
