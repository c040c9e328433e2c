import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { ANONYMOUS, effectivePermissions, PRESENCE_WINDOW } from '../../auth/actor.js';
import { ALL_PERMISSIONS, Permission } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import { validateSession } from '../../auth/sessions/lucia.js';
import { sessionActor } from '../../auth/sessions/session-strategy.js';
import { sessionsOfUser } from '../../auth/sessions/sessions.store.js';
import { tokensOfPerson } from '../../auth/tokens/tokens.store.js';
import type { Database } from '../../db/index.js';
import { PageArgs } from '../../graphql/connection.js';
import type { Context } from '../../graphql/context.js';
import { Authenticated, Public } from '../../graphql/directives/index.js';
import { pageRequest } from '../../shared/page.js';
import { eventsOfUser } from '../audit/audit.service.js';
import { AuditEventConnection } from '../audit/audit.types.js';
import { Identity } from '../identities/identities.types.js';
import { Session } from '../sessions/sessions.types.js';
import { ApiToken } from '../tokens/tokens.types.js';
import type { SignedIn } from './start-session.js';
import type { UserLoaders } from './users.loaders.js';
import { User } from './users.types.js';
import { Credential, Viewer, type ViewerRow } from './viewer.types.js';

/** The caller as a payload or query shows them; null for an anonymous one. */
export const viewerOf = ({ actor }: Context): ViewerRow | null => (actor.kind === 'ANONYMOUS' ? null : { actor });

/** From here on the request is made with the session that has just begun, and the browser keeps it. */
export async function enter(auth: AuthServices, context: Context, signedIn: SignedIn): Promise<ViewerRow | null> {
  const row = await validateSession(auth.db, signedIn.secret);
  context.actor = row === null ? ANONYMOUS : sessionActor(row);
  context.setCookies.push(...signedIn.setCookies);
  return viewerOf(context);
}

/** From here on the request is anonymous, and the browser forgets its session. */
export function leave({ cookies }: Pick<AuthServices, 'cookies'>, context: Context): void {
  context.actor = ANONYMOUS;
  context.setCookies.push(cookies.clear(cookies.name('session')));
}

const idOf = ({ actor }: ViewerRow) => Number(actor.user.id);

@Resolver()
export class ViewerQueries {
  @Query(() => Viewer, { nullable: true, description: 'Who is calling; null for an anonymous caller.' })
  @Public()
  viewer(@Ctx() context: Context): ViewerRow | null {
    return viewerOf(context);
  }
}

@Resolver(() => Viewer)
export class ViewerResolver {
  constructor(
    private readonly db: Database,
    private readonly users: UserLoaders,
  ) {}

  @FieldResolver(() => User, { description: 'The account.' })
  @Authenticated()
  user(@Root() viewer: ViewerRow, @Ctx() context: Context) {
    return this.users.byId(context, idOf(viewer));
  }

  @FieldResolver(() => [Permission], {
    description:
      "What this very credential may do now, for all or for some game version: the roles' permissions cut by its own.",
  })
  @Authenticated()
  permissions(@Root() { actor }: ViewerRow, @Ctx() { now }: Context): Permission[] {
    const held = effectivePermissions(actor, now());
    return ALL_PERMISSIONS.filter((permission) => held.has(permission));
  }

  @FieldResolver(() => Credential, { description: 'By what this very call is authenticated.' })
  @Authenticated()
  credential(@Root() { actor: { credential, client } }: ViewerRow, @Ctx() { now }: Context): Credential {
    const { kind, expiresAt, provenAt } = credential;
    const provenUntil = provenAt === null ? null : new Date(provenAt.getTime() + PRESENCE_WINDOW);
    return {
      kind: kind as Credential['kind'],
      expiresAt,
      actingClient: client?.name ?? null,
      provenUntil: provenUntil !== null && provenUntil > now() ? provenUntil : null,
    };
  }

  @FieldResolver(() => [Identity], { description: 'The ways to prove being this user.' })
  identities(@Root() viewer: ViewerRow, @Ctx() context: Context) {
    return this.users.identities(context, idOf(viewer));
  }

  @FieldResolver(() => [Session], { description: 'The browsers that are signed in, last used first.' })
  sessions(@Root() viewer: ViewerRow, @Ctx() { now }: Context) {
    return sessionsOfUser(this.db, idOf(viewer), now());
  }

  @FieldResolver(() => [ApiToken], { description: 'The API tokens of the account and of its bots, newest first.' })
  apiTokens(@Root() viewer: ViewerRow) {
    return tokensOfPerson(this.db, idOf(viewer));
  }

  @FieldResolver(() => [User], { description: 'The bots that the account owns.' })
  bots(@Root() viewer: ViewerRow, @Ctx() context: Context) {
    return this.users.bots(context, idOf(viewer));
  }

  @FieldResolver(() => AuditEventConnection, {
    description: 'What the account and its bots did and what was done to them, newest first.',
  })
  auditEvents(@Root() viewer: ViewerRow, @Args(() => PageArgs) page: PageArgs) {
    return eventsOfUser(this.db, idOf(viewer), pageRequest(page));
  }
}
