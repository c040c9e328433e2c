import { Field, ID, InputType, ObjectType, registerEnumType, type ClassType } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import { Connection } from '../../graphql/connection.js';
import { Authenticated, Public } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import { DateTime, JsonObject, Url } from '../../graphql/scalars.js';
import { Payload } from '../user-errors/payload.types.js';
import type { OAuthClientRow } from './clients.store.js';

export enum OAuthClientKind {
  WEB = 'WEB',
  NATIVE = 'NATIVE',
  BOT = 'BOT',
}
registerEnumType(OAuthClientKind, {
  name: 'OAuthClientKind',
  description: 'What an OAuth client is; it never changes.',
  valuesConfig: {
    WEB: { description: 'A site: a server with a secret or key, or a page without a server.' },
    NATIVE: { description: 'An application or command line that people install: it keeps no secret.' },
    BOT: { description: 'The way in of a bot: nobody signs in to it.' },
  },
});

export enum ClientAuthentication {
  NONE = 'NONE',
  SECRET_BASIC = 'SECRET_BASIC',
  SECRET_POST = 'SECRET_POST',
  PRIVATE_KEY = 'PRIVATE_KEY',
}
registerEnumType(ClientAuthentication, {
  name: 'ClientAuthentication',
  description: 'How an OAuth client proves at the token endpoint that it is that client.',
  valuesConfig: {
    NONE: { description: 'It does not: for what has no place to keep a secret.' },
    SECRET_BASIC: { description: 'By its secret, as `client_secret_basic`.' },
    SECRET_POST: { description: 'By its secret, as `client_secret_post`.' },
    PRIVATE_KEY: { description: 'By what it signs with a key of its own, as `private_key_jwt`.' },
  },
});

@ObjectType('OAuthClient', {
  implements: Node,
  simpleResolvers: true,
  description: 'An application that people sign in to with their account here, or the way in of a bot.',
})
@Authenticated({ personal: true })
export class OAuthClient extends Node {
  @Field(() => String, { description: 'What it calls itself at the provider: `client_id`.' })
  clientId!: string;

  @Field(() => String, { description: 'What people read when they are asked whether to let it in.' })
  name!: string;

  @Field(() => OAuthClientKind, { description: 'What it is.' })
  kind!: OAuthClientKind;

  @Field(() => ClientAuthentication, { description: 'How it proves that it is this client.' })
  authentication!: ClientAuthentication;

  @Field(() => Boolean, {
    description: 'Whether it is run by those who run the service: people are not asked before it is let in.',
  })
  trusted!: boolean;

  @Field(() => Url, { nullable: true, description: 'Where to read about it.' })
  homepage!: string | null;

  @Field(() => [String], { description: 'Where the provider may send browsers back to, letter by letter.' })
  redirectUris!: string[];

  @Field(() => [String], { description: 'Where the provider may send browsers to that have signed out.' })
  postLogoutRedirectUris!: string[];

  @Field(() => Url, { nullable: true, description: 'What the provider calls when somebody signs out.' })
  backchannelLogoutUri!: string | null;

  @Field(() => [String], { description: 'BOT: the IRC networks whose people it may speak for.' })
  networks!: string[];

  @Field(() => Boolean, { description: 'Whether its access tokens hold only together with its key (DPoP).' })
  dpopBound!: boolean;

  @Field(() => DateTime, { description: 'When it was registered.' })
  createdAt!: Date;
}

export const OAuthClientConnection: ClassType = Connection(() => OAuthClient, 'OAuthClient', { rule: Authenticated });

const ADDRESSES =
  'WEB: https, or http for localhost. NATIVE: http://127.0.0.1 and http://[::1] with any port, a scheme like com.example.app:, or https. Exact, at most 10.';
const HOMEPAGE = 'Where to read about it.';
const NAME = 'What people read when they are asked whether to let it in: 1 to 60 printable characters.';
const BACKCHANNEL = 'WEB: what the provider calls when somebody signs out; https, on the public network.';
const PERMISSIONS =
  'What it may ask for at most. ROLE_GRANT, IDENTITY_MANAGE and CLIENT_MANAGE are for no client, IRC_VERIFY and ACT_FOR_USERS for BOT clients alone.';
const NETWORKS =
  'BOT: the IRC networks whose people it may speak for, 10 at most; it takes CLIENT_MANAGE. Each has 1 to 63 letters, digits, ".", "_" and "-".';
const PUBLIC_KEYS =
  'JWKs of its public keys, 5 at most, for PRIVATE_KEY and for BOT clients: EC of P-256, OKP of Ed25519, RSA of 2048 bits or more. One without a `kid` gets its thumbprint.';
const DPOP = 'Whether its access tokens hold only together with its key (DPoP).';
const TRUSTED = 'Whether people are not asked before it is let in; it takes CLIENT_MANAGE.';

@InputType({ description: 'A new OAuth client.' })
export class RegisterClientInput {
  @Field(() => String, { description: NAME })
  name!: string;

  @Field(() => OAuthClientKind, { description: 'What it is.' })
  kind!: OAuthClientKind;

  @Field(() => ClientAuthentication, {
    description: 'How it proves that it is this client. NATIVE: NONE; BOT: anything else.',
  })
  authentication!: ClientAuthentication;

  @Field(() => [String], { nullable: true, description: ADDRESSES })
  redirectUris?: string[] | null;

  @Field(() => [String], { nullable: true, description: `After signing out. ${ADDRESSES}` })
  postLogoutRedirectUris?: string[] | null;

  @Field(() => Url, { nullable: true, description: BACKCHANNEL })
  backchannelLogoutUri?: string | null;

  @Field(() => Url, { nullable: true, description: HOMEPAGE })
  homepage?: string | null;

  @Field(() => [Permission], { nullable: true, description: PERMISSIONS })
  permissions?: Permission[] | null;

  @Field(() => [String], { nullable: true, description: NETWORKS })
  networks?: string[] | null;

  @Field(() => [JsonObject], { nullable: true, description: PUBLIC_KEYS })
  publicKeys?: object[] | null;

  @Field(() => Boolean, { nullable: true, description: DPOP })
  dpopBound?: boolean | null;

  @Field(() => ID, { nullable: true, description: "BOT: the one of one's own bots that it calls as." })
  bot?: string | null;

  @Field(() => Boolean, { nullable: true, description: TRUSTED })
  trusted?: boolean | null;
}

@InputType({ description: 'What to change of an OAuth client: what is not given stays as it is.' })
export class UpdateClientInput {
  @Field(() => ID, { description: 'The client.' })
  client!: string;

  @Field(() => String, { nullable: true, description: NAME })
  name?: string | null;

  @Field(() => ClientAuthentication, {
    nullable: true,
    description:
      'How it proves that it is this client. One that proves itself with a secret from now on gets one; one that did loses it.',
  })
  authentication?: ClientAuthentication | null;

  @Field(() => [String], { nullable: true, description: ADDRESSES })
  redirectUris?: string[] | null;

  @Field(() => [String], { nullable: true, description: `After signing out. ${ADDRESSES}` })
  postLogoutRedirectUris?: string[] | null;

  @Field(() => Url, { nullable: true, description: `${BACKCHANNEL} Null for none.` })
  backchannelLogoutUri?: string | null;

  @Field(() => Url, { nullable: true, description: `${HOMEPAGE} Null for none.` })
  homepage?: string | null;

  @Field(() => [Permission], {
    nullable: true,
    description: `${PERMISSIONS} What is taken away counts no more at once.`,
  })
  permissions?: Permission[] | null;

  @Field(() => [String], { nullable: true, description: `${NETWORKS} What is taken away counts no more at once.` })
  networks?: string[] | null;

  @Field(() => [JsonObject], { nullable: true, description: PUBLIC_KEYS })
  publicKeys?: object[] | null;

  @Field(() => Boolean, { nullable: true, description: DPOP })
  dpopBound?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: TRUSTED })
  trusted?: boolean | null;
}

@ObjectType('OAuthClientSecretPayload', {
  simpleResolvers: true,
  description: 'A client with the secret that was made for it, or why nothing was done.',
})
@Public()
export class OAuthClientSecretPayload extends Payload {
  @Field(() => OAuthClient, { nullable: true, description: 'The client; null where nothing was done.' })
  client!: OAuthClientRow | null;

  @Field(() => String, {
    nullable: true,
    description: 'The secret: `mcp_client_…`. Shown this once; null where none was made.',
  })
  secret!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A client that somebody let in, and what it may do for them.' })
@Authenticated({ personal: true })
export class AuthorizedClient {
  @Field(() => String, { description: 'What it calls itself at the provider: `client_id`.' })
  clientId!: string;

  @Field(() => String, { description: 'What it is called.' })
  name!: string;

  @Field(() => Url, { nullable: true, description: 'Where to read about it.' })
  homepage!: string | null;

  @Field(() => String, { description: 'The handle of whoever registered it.' })
  ownerHandle!: string;

  @Field(() => [Permission], { description: 'What it was allowed to do, as far as it may still ask for it.' })
  permissions!: Permission[];

  @Field(() => Boolean, { description: 'Whether it may go on while the user is not there.' })
  offline!: boolean;

  @Field(() => DateTime, { description: 'When it was first let in.' })
  authorizedAt!: Date;
}

@InputType({ description: 'Which client to let in no more.' })
export class RevokeClientAccessInput {
  @Field(() => ID, { description: 'The id of an AuthorizedClient.' })
  client!: string;
}
