import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { isPermission, Permission } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Authenticated, Public } from '../../graphql/directives/index.js';
import { CodeInput, NodeInput, rowKey } from '../../graphql/inputs.js';
import { viewerOf } from '../accounts/viewer.resolver.js';
import { ViewerPayload, type ViewerRow } from '../accounts/viewer.types.js';
import { payload } from '../user-errors/payload.types.js';
import { allowActing } from './acting.service.js';
import type { IdentityRow } from './identities.store.js';
import { AllowActingInput, Identity } from './identities.types.js';
import { confirmIdentity, moveIdentity, unlinkIdentity } from './link.service.js';
import {
  ProviderInfo,
  StartIdentityLinkInput,
  StartIdentityLinkPayload,
  StartReauthenticationInput,
} from './link.types.js';
import type { StartedFlow } from './oauth-flow.service.js';
import { providerDoors, startIdentityLink, startReauthentication } from './start-flow.service.js';

type StartFields = Pick<StartIdentityLinkPayload, 'authorizationUrl'>;

const NOT_STARTED: StartFields = { authorizationUrl: null };
const NO_VIEWER: { viewer: ViewerRow | null } = { viewer: null };

/** The browser keeps what binds it to the flow. */
function handOut(context: Context, { authorizationUrl, setCookies }: StartedFlow): StartFields {
  context.setCookies.push(...setCookies);
  return { authorizationUrl };
}

@Resolver(() => Identity)
export class IdentityResolver {
  @FieldResolver(() => String, { nullable: true, description: 'The IRC network; null for all others.' })
  network(@Root() { network }: IdentityRow): string | null {
    return network === '' ? null : network;
  }

  @FieldResolver(() => [Permission], {
    description: 'What trusted bots may do for the account where this identity proves it: see `allowActing`.',
  })
  actingPermissions(@Root() { actingPermissions }: IdentityRow): Permission[] {
    return actingPermissions.filter(isPermission);
  }
}

@Resolver()
export class IdentityQueries {
  constructor(private readonly auth: AuthServices) {}

  @Query(() => [ProviderInfo], { description: 'The providers through which one can sign in here.' })
  @Public()
  identityProviders() {
    return providerDoors(this.auth);
  }
}

@Resolver()
export class IdentityMutations {
  constructor(private readonly auth: AuthServices) {}

  @Mutation(() => StartIdentityLinkPayload, {
    nullable: true,
    description:
      'Where to send the browser to prove another identity; it comes back linked to the caller. A cookie of the answer binds the browser. Presence must have been proven.',
  })
  @Authenticated()
  startIdentityLink(
    @Arg('input', () => StartIdentityLinkInput, { description: 'Which.' }) input: StartIdentityLinkInput,
    @Ctx() context: Context,
  ) {
    return payload(
      async () => handOut(context, await startIdentityLink(this.auth, callerOf(context), input)),
      NOT_STARTED,
    );
  }

  @Mutation(() => StartIdentityLinkPayload, {
    nullable: true,
    description:
      'Where to send the browser to prove presence by a provider whose identity the caller has. It comes back with a session for which that was done just now.',
  })
  @Authenticated()
  startReauthentication(
    @Arg('input', () => StartReauthenticationInput, { description: 'By which.' }) input: StartReauthenticationInput,
    @Ctx() context: Context,
  ) {
    return payload(
      async () => handOut(context, await startReauthentication(this.auth, callerOf(context), input)),
      NOT_STARTED,
    );
  }

  @Mutation(() => ViewerPayload, {
    nullable: true,
    description:
      "Removes one of one's own identities, with its password where it is LOCAL; never the last way in. Sessions stay. Presence must have been proven.",
  })
  @Authenticated()
  unlinkIdentity(
    @Arg('input', () => NodeInput, { description: 'The identity.' }) { id }: NodeInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      await unlinkIdentity(this.auth, callerOf(context), rowKey('Identity', id));
      return { viewer: viewerOf(context) };
    }, NO_VIEWER);
  }

  @Mutation(() => ViewerPayload, {
    nullable: true,
    description:
      "Moves an identity that another account has to one's own. The code is shown to whoever proves such an identity while linking; it counts in that session, for 10 minutes, once. The other account's sessions end. Presence must have been proven.",
  })
  @Authenticated()
  moveIdentity(@Arg('input', () => CodeInput, { description: 'The code.' }) input: CodeInput, @Ctx() context: Context) {
    return payload(async () => {
      await moveIdentity(this.auth, callerOf(context), input);
      return { viewer: viewerOf(context) };
    }, NO_VIEWER);
  }

  @Mutation(() => ViewerPayload, {
    nullable: true,
    description:
      "Lets one of one's own identities count: one that a bot reported, or one that was set aside when the account was recovered. Presence must have been proven.",
  })
  @Authenticated()
  confirmIdentityLink(
    @Arg('input', () => NodeInput, { description: 'The identity.' }) { id }: NodeInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      await confirmIdentity(this.auth, callerOf(context), rowKey('Identity', id));
      return { viewer: viewerOf(context) };
    }, NO_VIEWER);
  }

  @Mutation(() => ViewerPayload, {
    nullable: true,
    description:
      "Says what trusted bots may do for the caller where one of the caller's own identities proves who it is; nothing else is allowed from then on. Proposing and voting are allowed unless it is said otherwise. Presence must have been proven.",
  })
  @Authenticated()
  allowActing(
    @Arg('input', () => AllowActingInput, { description: 'By which identity, and what.' })
    { identity, permissions }: AllowActingInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      const identityId = rowKey('Identity', identity);
      await allowActing(this.auth, callerOf(context), { identityId, permissions });
      return { viewer: viewerOf(context) };
    }, NO_VIEWER);
  }
}
