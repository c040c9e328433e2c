import { z } from 'zod';
import { SIGNING_ALGORITHM, type SigningKeySet } from './signing-keys.js';
import { jwtVerify } from 'jose';

/** How long an access token counts, in seconds. */
export const ACCESS_TOKEN_LIFETIME = 5 * 60;

/** How far clocks of processes may be apart, in seconds. */
const CLOCK_SKEW = 10;

/** Longer ones are not ours, and are not looked into. */
const MAX_LENGTH = 4_000;

/** What an access token (RFC 9068) says; `epoch`, `grant` and `identity` are ours. */
const claims = z.object({
  jti: z.string().min(1),
  sub: z.string().min(1),
  client_id: z.string().min(1),
  iat: z.number().int(),
  exp: z.number().int(),
  scope: z.string().default(''),
  /** What the account's epoch was when it was made. */
  epoch: z.number().int(),
  /** The id of the grant that it came from, where a person consented. */
  grant: z.string().min(1).optional(),
  /** Who acts for the subject (RFC 8693), and the identity by which the actor knows the subject. */
  act: z.object({ sub: z.string() }).optional(),
  identity: z.number().int().optional(),
  /** The key that whoever sends it must have (RFC 9449). */
  cnf: z.object({ jkt: z.string().min(1) }).optional(),
});

export type AccessTokenClaims = z.infer<typeof claims>;

/** Who signs access tokens, and for whom they are. */
export interface TokenParties {
  issuer: string;
  audience: string;
}

/** The parties of a service that is reached at an address. */
export const tokenParties = (publicUrl: string): TokenParties => ({
  issuer: `${publicUrl}/oidc`,
  audience: `${publicUrl}/graphql`,
});

/**
 * What an access token says, if it is one of ours: signature, algorithm, type, issuer, audience and times are right (RFC 8725).
 * A key that was retired counts for what it signed before.
 */
export async function verifyAccessToken(
  token: string,
  keys: SigningKeySet,
  parties: TokenParties,
  now: Date,
): Promise<AccessTokenClaims | null> {
  if (token.length > MAX_LENGTH) return null;
  try {
    let retiredAt: Date | null = null;
    const { payload } = await jwtVerify(
      token,
      ({ kid }) => {
        const found = kid === undefined ? undefined : keys.public.get(kid);
        if (found === undefined) throw new Error('unknown key');
        ({ retiredAt } = found);
        return found.key;
      },
      {
        ...parties,
        algorithms: [SIGNING_ALGORITHM],
        typ: 'at+jwt',
        currentDate: now,
        clockTolerance: CLOCK_SKEW,
        maxTokenAge: ACCESS_TOKEN_LIFETIME,
        requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
      },
    );
    const known = claims.parse(payload);
    if (known.exp - known.iat > ACCESS_TOKEN_LIFETIME) return null;
    const signedUntil = (retiredAt as Date | null)?.getTime() ?? Infinity;
    return (known.iat - CLOCK_SKEW) * 1_000 > signedUntil ? null : known;
  } catch {
    return null;
  }
}
