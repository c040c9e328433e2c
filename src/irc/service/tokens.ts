import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import * as oidc from 'openid-client';

/** The bot as a client of the service: its id there, and the private key (a JWK with `kid`) whose public half is registered. */
export interface ClientKey {
  clientId: string;
  key: JWK;
}

/** Whom a message came from, as the network vouches for it. */
export interface Speaker {
  network: string;
  /** The name of the account with the services, and its key there. */
  account: string;
  accountId: string;
  /** The message that asks for something to be done: each is good for one token. */
  messageId: string;
}

interface Kept {
  token: string;
  /** In milliseconds of the epoch. */
  until: number;
}

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';
const ALGORITHM = 'ES256';

/** For how long a token must still be good to be used, in milliseconds. */
const MARGIN = 30_000;

/** The access tokens of the bridge: of the bot itself, and of those whom it speaks for. */
export class Tokens {
  private kept: Kept | null = null;

  private constructor(
    private readonly client: ClientKey,
    private readonly config: oidc.Configuration,
    private readonly key: CryptoKey,
  ) {}

  /** The address by which people reach the service, without a slash at its end. */
  get publicUrl(): string {
    return this.config.serverMetadata().issuer.replace(/\/oidc$/, '');
  }

  /**
   * Where the service is reached may be another address than the one that it is known by outside: tokens are asked for there, but by the
   * name of the issuer.
   * @param url the service's address, without a slash at its end
   */
  static async open(url: string, client: ClientKey): Promise<Tokens> {
    const response = await fetch(`${url}/oidc/.well-known/openid-configuration`, {
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`It answers with status ${response.status}.`);
    const { issuer } = (await response.json()) as { issuer: string };
    const key = await importJWK(client.key, ALGORITHM);
    if (key instanceof Uint8Array) throw new TypeError('The key of the bot is none for signing.');
    const server = { issuer, token_endpoint: `${url}/oidc/token` };
    const authentication = oidc.PrivateKeyJwt({ key, kid: client.key.kid! });
    const config = new oidc.Configuration(server, client.clientId, undefined, authentication);
    if (url.startsWith('http:')) oidc.allowInsecureRequests(config);
    return new Tokens(client, config, key);
  }

  /** A token of the bot itself. */
  async own(): Promise<string> {
    return this.kept !== null && this.kept.until > Date.now() + MARGIN ? this.kept.token : this.fresh();
  }

  /** Another token of the bot itself, which has its whole time before it. */
  async fresh(): Promise<string> {
    const tokens = await oidc.clientCredentialsGrant(this.config, { scope: 'irc:verify' });
    this.kept = { token: tokens.access_token, until: Date.now() + (tokens.expires_in ?? 0) * 1_000 };
    return this.kept.token;
  }

  /** Lets go of a token of the bot that is not good any more. */
  forget(token: string): void {
    if (this.kept?.token === token) this.kept = null;
  }

  /**
   * A token of the person behind a message.
   * @throws oidc.ResponseBodyError invalid_grant where nobody is linked, unauthorized_client where the bot may not speak for people
   */
  async of({ network, account, accountId, messageId }: Speaker): Promise<string> {
    const said = { network, account, account_id: accountId, message_id: messageId };
    const assertion = await new SignJWT(said)
      .setProtectedHeader({ alg: ALGORITHM, kid: this.client.key.kid! })
      .setIssuer(this.client.clientId)
      .setAudience(this.config.serverMetadata().issuer)
      .setJti(randomUUID())
      .setIssuedAt()
      .sign(this.key);
    const parameters = { subject_token: assertion, subject_token_type: JWT };
    return (await oidc.genericGrantRequest(this.config, TOKEN_EXCHANGE, parameters)).access_token;
  }
}
