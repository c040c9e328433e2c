import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

/** What a key is used for; each purpose has a key of its own. */
type Purpose = 'totp' | 'device' | 'address' | 'webhook' | 'signing-key' | 'oidc-record' | 'oidc-cookie';

/**
 * The service's own secrets (SECRET_KEYS): the first makes, all of them are still understood, so that a key can be replaced
 * without a stop. Every purpose gets its own key by HKDF-SHA-256 (RFC 5869).
 */
export class Keyring {
  private readonly derived = new Map<string, Buffer>();

  /** @param secrets at least one, each of 32 characters or more */
  constructor(private readonly secrets: readonly string[]) {
    if (secrets.length === 0) throw new Error('A keyring needs a key.');
  }

  /** Keyed hash (HMAC-SHA-256) with the first key, base64url. */
  sign(purpose: Purpose, text: string): string {
    return this.hmac(0, purpose, text);
  }

  /** The keyed hashes of a text under every key, for comparing with one that was made earlier. */
  signatures(purpose: Purpose, text: string): string[] {
    return this.secrets.map((_secret, i) => this.hmac(i, purpose, text));
  }

  /** AES-256-GCM under the first key: nonce, ciphertext, tag. @param bound what the result is bound to, e.g. a user's id */
  encrypt(purpose: Purpose, plain: Uint8Array, bound: string): Buffer {
    const nonce = randomBytes(NONCE_LENGTH);
    const cipher = createCipheriv('aes-256-gcm', this.key(0, purpose), nonce).setAAD(Buffer.from(bound));
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  /** Opens what any of the keys encrypted. @throws Error if none did, or if it was bound to something else */
  decrypt(purpose: Purpose, sealed: Uint8Array, bound: string): Buffer {
    const bytes = Buffer.from(sealed);
    for (let i = 0; i < this.secrets.length; i++) {
      try {
        const decipher = createDecipheriv('aes-256-gcm', this.key(i, purpose), bytes.subarray(0, NONCE_LENGTH))
          .setAAD(Buffer.from(bound))
          .setAuthTag(bytes.subarray(-TAG_LENGTH));
        return Buffer.concat([decipher.update(bytes.subarray(NONCE_LENGTH, -TAG_LENGTH)), decipher.final()]);
      } catch {
        // made with another key
      }
    }
    throw new Error(`No key of SECRET_KEYS opens this ${purpose} secret.`);
  }

  /** As {@link decrypt}; null for what no key of today opens, which is as good as lost. */
  tryDecrypt(purpose: Purpose, sealed: Uint8Array, bound: string): Buffer | null {
    try {
      return this.decrypt(purpose, sealed, bound);
    } catch {
      return null;
    }
  }

  private hmac(index: number, purpose: Purpose, text: string): string {
    return createHmac('sha256', this.key(index, purpose)).update(text).digest('base64url');
  }

  private key(index: number, purpose: Purpose): Buffer {
    const name = `${index} ${purpose}`;
    let key = this.derived.get(name);
    if (key === undefined) {
      key = Buffer.from(hkdfSync('sha256', this.secrets[index]!, '', `mcp-webservice ${purpose}`, 32));
      this.derived.set(name, key);
    }
    return key;
  }
}
