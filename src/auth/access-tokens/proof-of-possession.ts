import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { Lru } from '../../shared/lru.js';
import { hashSecret } from '../secrets.js';

/** What clients sign with: proofs, assertions and their own authentication. */
export const CLIENT_ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256'] as const;

/** How old a proof may be, in seconds. */
const MAX_AGE = 60;

/** Proofs that are remembered, so that none is taken twice; a process sees fewer within a minute. */
const MAX_PROOFS = 100_000;

/** A request that a proof belongs to. */
export interface ProvenRequest {
  method: string;
  url: string;
}

/** Checks proofs of possession (DPoP, RFC 9449 section 4.3). Each is taken once in this process. */
export class ProofsOfPossession {
  private readonly seen = new Lru<number>(MAX_PROOFS);

  /** Whether a proof was made with the key of a thumbprint, for this token and this very request, just now. */
  async proves(proof: string, token: string, thumbprint: string, { method, url }: ProvenRequest): Promise<boolean> {
    try {
      const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
        typ: 'dpop+jwt',
        algorithms: [...CLIENT_ALGORITHMS],
        maxTokenAge: MAX_AGE,
        clockTolerance: 5,
        requiredClaims: ['jti', 'htm', 'htu', 'ath', 'iat'],
      });
      const { jti, htm, htu, ath } = payload;
      if (typeof jti !== 'string' || typeof htu !== 'string' || htm !== method) return false;
      if (ath !== hashSecret(token).toString('base64url') || addressOf(htu) !== addressOf(url)) return false;
      if ((await calculateJwkThumbprint(protectedHeader.jwk!)) !== thumbprint) return false;
      return this.isFresh(`${thumbprint} ${jti}`);
    } catch {
      return false;
    }
  }

  private isFresh(id: string): boolean {
    const key = hashSecret(id).toString('base64url');
    if (this.seen.has(key)) return false;
    this.seen.set(key, 1);
    return true;
  }
}

/** Query and fragment do not count. */
function addressOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
