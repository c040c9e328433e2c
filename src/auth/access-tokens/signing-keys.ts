import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import type { Database } from '../../db/index.js';
import { Remembered } from '../../db/remembered.js';
import type { Keyring } from '../keyring.js';
import { insertSigningKey, lockSigningKeys, retireSigningKeys, signingKeys } from './signing-keys.store.js';

/** The one algorithm that tokens are signed with: what every relying party knows. */
export const SIGNING_ALGORITHM = 'ES256';

/** A key that a token may have been signed with. */
export interface VerificationKey {
  key: CryptoKey;
  /** Null for the one that signs. */
  retiredAt: Date | null;
}

/** The keys of an instant. */
export interface SigningKeySet {
  /** Private JWKs, the one that signs first. */
  private: (JWK & { kid: string })[];
  /** By `kid`. */
  public: ReadonlyMap<string, VerificationKey>;
}

type KeyServices = { db: Database; keyring: Keyring };

const PURPOSE = 'signing-key';

/**
 * Makes a key in place of the one that signs, which is published for a day more.
 * @param ifNeeded makes one only where there is none that can be opened
 * @returns the `kid` of the key that signs now
 */
export async function rotateSigningKey({ db, keyring }: KeyServices, ifNeeded = false): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const [secret, open] = await Promise.all([exportJWK(privateKey), exportJWK(publicKey)]);
  const kid = await calculateJwkThumbprint(open);
  const sealed = keyring.encrypt(PURPOSE, Buffer.from(JSON.stringify(secret)), kid);
  return db.transaction(async (tx) => {
    await lockSigningKeys(tx);
    const now = new Date();
    const current = (await signingKeys(tx, now)).find(({ retiredAt }) => retiredAt === null);
    const isGood = current !== undefined && keyring.tryDecrypt(PURPOSE, current.privateKey, current.kid) !== null;
    if (ifNeeded && isGood) return current.kid;
    await retireSigningKeys(tx, now);
    await insertSigningKey(tx, { kid, publicKey: open, privateKey: sealed }, now);
    return kid;
  });
}

/** The keys that this process signs and verifies with: read once, and again when any process rotates them. */
export class SigningKeys {
  private readonly remembered: Remembered<SigningKeySet>;

  constructor(private readonly services: KeyServices) {
    this.remembered = new Remembered(services.db, 'signing_keys', () => this.read());
  }

  get(): Promise<SigningKeySet> {
    return this.remembered.get();
  }

  /** The keys of {@link get} where they are known already; null where they would have to be read. */
  get current(): SigningKeySet | null {
    return this.remembered.current;
  }

  close(): Promise<void> {
    return this.remembered.close();
  }

  private async read(): Promise<SigningKeySet> {
    let secrets = await this.secrets();
    if (secrets[0]?.retiredAt !== null) {
      await rotateSigningKey(this.services, true);
      secrets = await this.secrets();
    }
    const open = await Promise.all(
      secrets.map(async ({ kid, publicKey, retiredAt }) => {
        const key = (await importJWK(publicKey, SIGNING_ALGORITHM)) as CryptoKey;
        return [kid, { key, retiredAt }] as const;
      }),
    );
    return { private: secrets.map(({ jwk }) => jwk), public: new Map(open) };
  }

  /** The keys that can be opened: one that SECRET_KEYS of today does not open signs nothing, and what it signed has ended. */
  private async secrets() {
    const { db, keyring } = this.services;
    const rows = await signingKeys(db, new Date());
    return rows.flatMap(({ kid, publicKey, privateKey, retiredAt }) => {
      const secret = keyring.tryDecrypt(PURPOSE, privateKey, kid);
      if (secret === null) return [];
      const jwk = { ...(JSON.parse(secret.toString()) as JWK), alg: SIGNING_ALGORITHM, use: 'sig', kid };
      return [{ kid, publicKey, retiredAt, jwk }];
    });
  }
}
