import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { isoCBOR as IsoCbor } from '@simplewebauthn/server/helpers';
import { challengeOf, registrationResponse, signInResponse } from './passkey-responses.js';

/** What the Web Authentication API's `parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON` take. */
export type { PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON };

/** ES256, EdDSA and RS256 (RFC 9053), in order of preference. The library's own list depends on the Node it runs on. */
const ALGORITHMS = [-7, -8, -257];

// Half a second of a start: loaded with the first passkey.
const webauthn = () => import('@simplewebauthn/server');

/** How long a browser lets people look for their passkey, in milliseconds (WebAuthn section 15.1). */
const TIMEOUT_MS = 300_000;

/** The site that passkeys are bound to (WebAuthn: relying party). */
export interface RelyingParty {
  /** A host name. Browsers take `localhost`, and no IP address. */
  id: string;
  name: string;
  /** Scheme, host and port that responses must come from. */
  origin: string;
}

/** What is kept of a passkey. Nothing tells the make of the authenticator. */
export interface PasskeyCredential {
  /** base64url, at most 1023 bytes. Unique among all users. */
  credentialId: string;
  /** COSE_Key (RFC 9052 section 7). */
  publicKey: Uint8Array;
  /** Unsigned, 32 bits. Stays 0 where the authenticator does not count. */
  counter: number;
  /** How browsers reach the authenticator, e.g. `internal`. */
  transports: string[];
}

type KnownCredential = Pick<PasskeyCredential, 'credentialId' | 'transports'>;

interface Verification {
  rp: RelyingParty;
  /** What the browser's `PublicKeyCredential.toJSON()` made, as anybody may have sent it. */
  response: unknown;
  /**
   * Whether this challenge (base64url) was given out for this purpose and not used yet; uses it up. Asked once, before
   * anything is verified: a challenge is good for one try. What it throws goes to the caller.
   */
  isChallenge: (challenge: string) => Promise<boolean>;
}

export function relyingPartyOf(publicUrl: string): RelyingParty {
  const { hostname, origin } = new URL(publicUrl);
  return { id: hostname, name: 'MCP WebService', origin };
}

const described = (known: readonly KnownCredential[]) =>
  known.map(({ credentialId, transports }) => ({ id: credentialId, transports }));

/**
 * What a browser needs to make a passkey, and the challenge in it, which the caller keeps for verifyRegistration.
 * @param input.known the user's passkeys, of which no authenticator makes a second one
 */
export async function registrationOptions(input: {
  rp: RelyingParty;
  user: { id: string; handle: string };
  known: readonly KnownCredential[];
}): Promise<{ options: PublicKeyCredentialCreationOptionsJSON; challenge: string }> {
  const { rp, user, known } = input;
  const { generateRegistrationOptions } = await webauthn();
  const options = await generateRegistrationOptions({
    rpID: rp.id,
    rpName: rp.name,
    userID: new TextEncoder().encode(user.id),
    userName: user.handle,
    userDisplayName: user.handle,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: described(known),
    timeout: TIMEOUT_MS,
  });
  return { options, challenge: options.challenge };
}

/** The passkey that a browser made (WebAuthn section 7.1); null for whatever is not valid. */
export async function verifyRegistration(input: Verification): Promise<PasskeyCredential | null> {
  const { rp, isChallenge } = input;
  const response = registrationResponse(input.response);
  const challenge = response && challengeOf(response);
  if (!challenge || !(await isChallenge(challenge))) return null;
  const { verifyRegistrationResponse } = await webauthn();
  const { isoCBOR } = await import('@simplewebauthn/server/helpers');
  return nullIfRefused(async () => {
    const attestationObject = withoutStatement(isoCBOR, response.response.attestationObject);
    const { registrationInfo } = await verifyRegistrationResponse({
      response: { ...response, response: { ...response.response, attestationObject } },
      expectedChallenge: challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (registrationInfo?.credential.id !== response.id) return null;
    const { id, publicKey, counter } = registrationInfo.credential;
    return { credentialId: id, publicKey, counter, transports: response.response.transports };
  });
}

/**
 * What a browser needs to sign in with a passkey, and the challenge in it, which the caller keeps for verifySignIn.
 * @param input.allow the passkeys of a user who is known already; without it, the browser offers those it has
 */
export async function signInOptions(input: {
  rp: RelyingParty;
  allow?: readonly KnownCredential[];
}): Promise<{ options: PublicKeyCredentialRequestOptionsJSON; challenge: string }> {
  const { generateAuthenticationOptions } = await webauthn();
  const options = await generateAuthenticationOptions({
    rpID: input.rp.id,
    allowCredentials: input.allow && described(input.allow),
    userVerification: 'required',
    timeout: TIMEOUT_MS,
  });
  return { options, challenge: options.challenge };
}

/** The passkey that a response says it is of, before anything is verified; null if the response is malformed. */
export const credentialIdOf = (response: unknown): string | null => signInResponse(response)?.id ?? null;

/**
 * Whether a response was signed by this passkey (WebAuthn section 7.2): the counter to keep from now on. Null on
 * anything wrong, and if the counter did not grow, for then the passkey may have been cloned.
 */
export async function verifySignIn(
  input: Verification & { credential: PasskeyCredential },
): Promise<{ counter: number } | null> {
  const { rp, credential, isChallenge } = input;
  const response = signInResponse(input.response);
  // The library takes a response of any passkey for the one that it is given.
  if (response?.id !== credential.credentialId) return null;
  const challenge = challengeOf(response);
  if (!challenge || !(await isChallenge(challenge))) return null;
  const { verifyAuthenticationResponse } = await webauthn();
  return nullIfRefused(async () => {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      requireUserVerification: true,
      credential: {
        id: credential.credentialId,
        publicKey: new Uint8Array(credential.publicKey),
        counter: credential.counter,
      },
    });
    return verified ? { counter: authenticationInfo.newCounter } : null;
  });
}

/** The library throws for every reason to refuse a response, malformed ones included. */
const nullIfRefused = <T>(verify: () => Promise<T | null>): Promise<T | null> => verify().catch(() => null);

/**
 * An attestation object with the format `none` (WebAuthn section 8.7) in place of its own. Which make an authenticator is
 * decides nothing here, and for some makes the library would fetch revocation lists.
 */
function withoutStatement(isoCBOR: typeof IsoCbor, attestationObject: string): string {
  const decoded = isoCBOR.decodeFirst<Map<string, Uint8Array>>(Buffer.from(attestationObject, 'base64url'));
  const none = new Map<string, Cbor>([
    ['fmt', 'none'],
    ['attStmt', new Map()],
    ['authData', decoded.get('authData')],
  ]);
  return Buffer.from(isoCBOR.encode(none)).toString('base64url');
}

type Cbor = Parameters<typeof IsoCbor.encode>[0];
