import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { isPermission, Permission } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import type { Database } from '../../db/index.js';
import { PageArgs } from '../../graphql/connection.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Authenticated, Requires } from '../../graphql/directives/index.js';
import { encodeId } from '../../graphql/ids.js';
import { NodeInput, rowKey } from '../../graphql/inputs.js';
import { JsonObject } from '../../graphql/scalars.js';
import { pageRequest } from '../../shared/page.js';
import type { UserLoaders } from '../accounts/users.loaders.js';
import { User } from '../accounts/users.types.js';
import { viewerOf } from '../accounts/viewer.resolver.js';
import { Viewer, ViewerPayload, type ViewerRow } from '../accounts/viewer.types.js';
import { DonePayload, payload } from '../user-errors/payload.types.js';
import type { WebhookTargets } from '../webhooks/targets.js';
import { authorizedClients, revokeClientAccess, type Authorization } from './authorizations.service.js';
import { MAX_CLIENTS } from './client-rules.js';
import * as service from './clients.service.js';
import { clientsOfOwner, type OAuthClientRow } from './clients.store.js';
import * as types from './clients.types.js';

const NO_CLIENT: { client: OAuthClientRow | null; secret: string | null } = { client: null, secret: null };
const NO_VIEWER: { viewer: ViewerRow | null } = { viewer: null };

@Resolver()
export class ClientQueries {
  constructor(private readonly db: Database) {}

  @Query(() => types.OAuthClientConnection, {
    nullable: true,
    description: 'The OAuth clients of everybody, newest first.',
  })
  @Requires(Permission.CLIENT_MANAGE)
  clients(
    @Ctx() { actor, now }: Context,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('query', () => String, { nullable: true, description: 'Part of the name in any case, or the `client_id`.' })
    query?: string,
  ) {
    return service.listClients(this.db, actor, now(), query, pageRequest(page));
  }
}

/** What of clients a viewer shows. */
@Resolver(() => Viewer)
export class ClientViewerResolver {
  constructor(private readonly db: Database) {}

  @FieldResolver(() => [types.OAuthClient], {
    description: 'The OAuth clients that the account registered, newest first.',
  })
  clients(@Root() { actor }: ViewerRow) {
    return clientsOfOwner(this.db, Number(actor.user.id));
  }

  @FieldResolver(() => [types.AuthorizedClient], {
    description: 'The clients that were let in with the account, the one let in last first.',
  })
  authorizedClients(@Root() { actor }: ViewerRow, @Ctx() { now }: Context) {
    return authorizedClients(this.db, Number(actor.user.id), now());
  }
}

@Resolver(() => types.OAuthClient)
export class ClientResolver {
  constructor(private readonly users: UserLoaders) {}

  @FieldResolver(() => User, { description: 'Who registered it.' })
  owner(@Root() { ownerId }: OAuthClientRow, @Ctx() context: Context) {
    return this.users.byId(context, ownerId);
  }

  @FieldResolver(() => User, { nullable: true, description: 'BOT: the account that it calls as.' })
  bot(@Root() { botId }: OAuthClientRow, @Ctx() context: Context) {
    return botId === null ? null : this.users.byId(context, botId);
  }

  @FieldResolver(() => [Permission], { description: 'What it may ask for at most.' })
  permissions(@Root() { permissions }: OAuthClientRow): Permission[] {
    // One that an older or newer build knew means nothing to this one.
    return permissions.filter(isPermission);
  }

  @FieldResolver(() => [JsonObject], { description: 'Its public keys, as JWKs (RFC 7517).' })
  publicKeys(@Root() { jwks }: OAuthClientRow): object[] {
    return jwks?.keys ?? [];
  }
}

@Resolver(() => types.AuthorizedClient)
export class AuthorizedClientResolver {
  @FieldResolver(() => ID, { description: 'The global id of the client, for `revokeClientAccess`.' })
  id(@Root() { id }: Authorization): string {
    return encodeId('OAuthClient', id);
  }
}

@Resolver()
export class ClientMutations {
  constructor(
    private readonly auth: AuthServices,
    private readonly targets: WebhookTargets,
  ) {}

  @Mutation(() => types.OAuthClientSecretPayload, {
    nullable: true,
    description: `Registers an OAuth client; at most ${MAX_CLIENTS} a person. Presence must have been proven.`,
  })
  @Authenticated()
  registerClient(
    @Arg('input', () => types.RegisterClientInput, { description: 'The client.' })
    { bot, ...input }: types.RegisterClientInput,
    @Ctx() context: Context,
  ) {
    return payload<typeof NO_CLIENT>(async () => {
      const asked: service.RegisterClientInput = {
        ...input,
        homepage: input.homepage ?? null,
        redirectUris: input.redirectUris ?? [],
        postLogoutRedirectUris: input.postLogoutRedirectUris ?? [],
        backchannelLogoutUri: input.backchannelLogoutUri ?? null,
        permissions: input.permissions ?? [],
        networks: input.networks ?? [],
        publicKeys: input.publicKeys ?? [],
        dpopBound: input.dpopBound ?? false,
        trusted: input.trusted ?? false,
        botId: bot == null ? null : rowKey('User', bot),
      };
      return service.registerClient(this.auth, this.targets, callerOf(context), asked);
    }, NO_CLIENT);
  }

  @Mutation(() => types.OAuthClientSecretPayload, {
    nullable: true,
    description:
      "Changes an OAuth client of one's own, or anybody's with CLIENT_MANAGE, which a trusted one takes in any case. One that is trusted no more loses what it was given. Presence must have been proven.",
  })
  @Authenticated()
  updateClient(
    @Arg('input', () => types.UpdateClientInput, { description: 'The client, and what to change.' })
    { client, ...input }: types.UpdateClientInput,
    @Ctx() context: Context,
  ) {
    return payload<typeof NO_CLIENT>(
      async () =>
        service.updateClient(this.auth, this.targets, callerOf(context), rowKey('OAuthClient', client), input),
      NO_CLIENT,
    );
  }

  @Mutation(() => types.OAuthClientSecretPayload, {
    nullable: true,
    description:
      'Makes another secret for an OAuth client; the one before ends in 10 minutes, and at once where it is done again. Presence must have been proven.',
  })
  @Authenticated()
  rotateClientSecret(
    @Arg('input', () => NodeInput, { description: 'The client.' }) { id }: NodeInput,
    @Ctx() context: Context,
  ) {
    return payload<typeof NO_CLIENT>(
      async () => service.rotateClientSecret(this.auth, callerOf(context), rowKey('OAuthClient', id)),
      NO_CLIENT,
    );
  }

  @Mutation(() => DonePayload, {
    nullable: true,
    description:
      "Ends an OAuth client of one's own, or anybody's with CLIENT_MANAGE, and whatever people allowed it. Presence must have been proven.",
  })
  @Authenticated()
  deleteClient(
    @Arg('input', () => NodeInput, { description: 'The client.' }) { id }: NodeInput,
    @Ctx() context: Context,
  ) {
    return payload(
      async () => {
        await service.deleteClient(this.auth, callerOf(context), rowKey('OAuthClient', id));
        return { ok: true };
      },
      { ok: false },
    );
  }

  @Mutation(() => ViewerPayload, {
    nullable: true,
    description:
      'Takes back what a client was allowed: what it holds for the caller ends, and it has to ask again. Takes a session.',
  })
  @Authenticated()
  revokeClientAccess(
    @Arg('input', () => types.RevokeClientAccessInput, { description: 'The client.' })
    { client }: types.RevokeClientAccessInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      await revokeClientAccess(this.auth, callerOf(context), rowKey('OAuthClient', client));
      return { viewer: viewerOf(context) };
    }, NO_VIEWER);
  }
}
