import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';

/** What an authenticator, or the browser before it, does wrong on purpose. */
export interface Misbehaviour {
  origin?: string;
  rpId?: string;
  challenge?: string;
  /** `webauthn.create` or `webauthn.get`, in place of the right one. */
  type?: string;
  crossOrigin?: boolean;
  userPresent?: boolean;
  userVerified?: boolean;
  /** Reported in place of the next one. */
  counter?: number;
  /** The id that a sign-in claims, while another key signs. */
  credentialId?: string;
  /** Flips a bit of the signature. */
  tampered?: boolean;
  /** The format of an attestation statement that is rubbish. */
  attestation?: string;
}

export type Algorithm = 'ES256' | 'EdDSA' | 'RS256';

interface Credential {
  id: string;
  key: KeyObject;
  userHandle: string;
  counter: number;
}

/** An authenticator in software, with the browser around it (WebAuthn level 3): resident keys, user verification, a counter. */
export class SoftAuthenticator {
  private readonly credentials: Credential[] = [];

  constructor(private readonly site: { origin: string; rpId: string; algorithm?: Algorithm }) {}

  /** As `navigator.credentials.create`. @throws Error if it holds one of the excluded credentials */
  create(options: PublicKeyCredentialCreationOptionsJSON, wrong: Misbehaviour = {}): RegistrationResponseJSON {
    if (this.credentials.some(({ id }) => options.excludeCredentials?.some((excluded) => excluded.id === id))) {
      throw new Error('InvalidStateError');
    }
    const { privateKey, coseKey } = newKey(this.site.algorithm ?? 'ES256');
    const id = randomBytes(32);
    const credential = { id: id.toString('base64url'), key: privateKey, userHandle: options.user.id, counter: 0 };
    this.credentials.push(credential);

    const aaguid = Buffer.alloc(16);
    const attested = Buffer.concat([aaguid, uint(id.length, 2), id, cbor(coseKey)]);
    const attestationObject = cbor(
      new Map<string, Cbor>([
        ['fmt', wrong.attestation ?? 'none'],
        ['attStmt', new Map(wrong.attestation === undefined ? [] : [['sig', randomBytes(70)]])],
        ['authData', this.authenticatorData(credential, wrong, attested)],
      ]),
    );
    return {
      ...envelope(credential.id),
      response: {
        clientDataJSON: this.clientData('webauthn.create', options.challenge, wrong).toString('base64url'),
        attestationObject: attestationObject.toString('base64url'),
        transports: ['internal'],
      },
    };
  }

  /** As `navigator.credentials.get`. @throws Error if it holds none of the allowed credentials */
  get(options: PublicKeyCredentialRequestOptionsJSON, wrong: Misbehaviour = {}): AuthenticationResponseJSON {
    const { allowCredentials: allowed = [] } = options;
    const credential = this.credentials.findLast(
      ({ id }) => allowed.length === 0 || allowed.some((descriptor) => descriptor.id === id),
    );
    if (!credential) throw new Error('NotAllowedError');
    credential.counter += 1;
    const authenticatorData = this.authenticatorData(credential, wrong);
    const clientData = this.clientData('webauthn.get', options.challenge, wrong);
    const signature = signWith(credential.key, Buffer.concat([authenticatorData, sha256(clientData)]));
    if (wrong.tampered) signature[signature.length - 1]! ^= 1;
    return {
      ...envelope(wrong.credentialId ?? credential.id),
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle: credential.userHandle,
      },
    };
  }

  private clientData(type: string, challenge: string, wrong: Misbehaviour): Buffer {
    const { origin = this.site.origin, crossOrigin = false } = wrong;
    return Buffer.from(
      JSON.stringify({ type: wrong.type ?? type, challenge: wrong.challenge ?? challenge, origin, crossOrigin }),
    );
  }

  private authenticatorData(credential: Credential, wrong: Misbehaviour, attested = Buffer.alloc(0)): Buffer {
    const { userPresent = true, userVerified = true, rpId = this.site.rpId, counter = credential.counter } = wrong;
    const flags = (userPresent ? 0x01 : 0) | (userVerified ? 0x04 : 0) | (attested.length > 0 ? 0x40 : 0);
    return Buffer.concat([sha256(rpId), uint(flags, 1), uint(counter, 4), attested]);
  }
}

const envelope = (id: string) => ({
  id,
  rawId: id,
  type: 'public-key' as const,
  authenticatorAttachment: 'platform' as const,
  clientExtensionResults: {},
});

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();

const signWith = (key: KeyObject, data: Buffer) =>
  sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', data, key);

/** A key pair, its public half as a COSE_Key (RFC 9053 section 7, RFC 8230 section 4). */
function newKey(algorithm: Algorithm): { privateKey: KeyObject; coseKey: Map<number, Cbor> } {
  const { publicKey, privateKey } = newKeyPair(algorithm);
  const jwk = publicKey.export({ format: 'jwk' });
  const bytes = (name: 'x' | 'y' | 'n' | 'e') => Buffer.from(jwk[name]!, 'base64url');
  const coseKey = new Map<number, Cbor>();
  if (algorithm === 'ES256') coseKey.set(1, 2).set(3, -7).set(-1, 1).set(-2, bytes('x')).set(-3, bytes('y'));
  if (algorithm === 'EdDSA') coseKey.set(1, 1).set(3, -8).set(-1, 6).set(-2, bytes('x'));
  if (algorithm === 'RS256') coseKey.set(1, 3).set(3, -257).set(-1, bytes('n')).set(-2, bytes('e'));
  return { privateKey, coseKey };
}

function newKeyPair(algorithm: Algorithm) {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

type Cbor = number | string | Uint8Array | Map<number | string, Cbor>;

/** The part of CBOR (RFC 8949) that WebAuthn needs: integers, texts, bytes and maps of less than 64 KiB. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, member]) => [cbor(key), cbor(member)])]);
}

function head(majorType: number, argument: number): Buffer {
  const type = majorType << 5;
  if (argument < 24) return uint(type | argument, 1);
  if (argument < 256) return Buffer.concat([uint(type | 24, 1), uint(argument, 1)]);
  return Buffer.concat([uint(type | 25, 1), uint(argument, 2)]);
}

function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}
