import { randomBytes, randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import { ACCESS_TOKEN_LIFETIME, tokenParties } from '../src/auth/access-tokens/claims.js';
import { SIGNING_ALGORITHM, SigningKeys } from '../src/auth/access-tokens/signing-keys.js';
import { Keyring } from '../src/auth/keyring.js';
import { toScope, type Permission } from '../src/auth/permissions.js';
import { hashSecret, newSecret } from '../src/auth/secrets.js';
import type { Database } from '../src/db/index.js';
import type { SignIn } from './people.js';

/** Where the service is reached, as its settings say. */
export const PUBLIC_URL = 'http://localhost:4000';

/** The service's own secrets: those of every server of this run, so that what is signed here counts there. */
export const SECRET_KEYS = randomBytes(32).toString('hex');

/**
 * An application that somebody let in, with some permissions.
 * @returns makes a new access token each time, as the provider would: they count for minutes, a run takes longer
 */
export async function letIn(db: Database, userId: number, permissions: readonly Permission[]): Promise<SignIn> {
  const [clientId, grant] = ['bench', newSecret()];
  await db.query(
    `INSERT INTO oauth_clients (client_id, name, kind, authentication, owner_id, permissions, subject_salt)
     VALUES ($1, 'bench', 'WEB', 'SECRET_BASIC', $2, $3, $4)`,
    [clientId, userId, [...permissions], randomBytes(32)],
  );
  await db.query(
    `INSERT INTO oidc_records (model, hash, payload, user_id, client_key, expires_at)
     VALUES ('Grant', $1, '', $2, (SELECT id FROM oauth_clients WHERE client_id = $3), now() + interval '1 day')`,
    [hashSecret(grant), userId, clientId],
  );
  const keys = new SigningKeys({ db, keyring: new Keyring([SECRET_KEYS]) });
  const signing = (await keys.get()).private[0]!;
  await keys.close();
  const key = await importJWK(signing, SIGNING_ALGORITHM);
  const { issuer, audience } = tokenParties(PUBLIC_URL);
  return async () => {
    const claims = { client_id: clientId, scope: permissions.map(toScope).join(' '), epoch: 0, grant };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: 'at+jwt', kid: signing.kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(clientId)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${ACCESS_TOKEN_LIFETIME} s`)
      .sign(key);
    return { authorization: `Bearer ${token}` };
  };
}
