import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { AuthServices } from '../../auth/services.js';
import type { SessionRow } from '../../auth/sessions/sessions.store.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Authenticated } from '../../graphql/directives/index.js';
import { NodeInput, rowKey } from '../../graphql/inputs.js';
import { leave, viewerOf } from '../accounts/viewer.resolver.js';
import { ViewerPayload, type ViewerRow } from '../accounts/viewer.types.js';
import { payload } from '../user-errors/payload.types.js';
import { revokeOtherSessions, revokeSession } from './sessions.service.js';
import { Session } from './sessions.types.js';

const NO_VIEWER: { viewer: ViewerRow | null } = { viewer: null };

@Resolver(() => Session)
export class SessionResolver {
  constructor(private readonly auth: AuthServices) {}

  @FieldResolver(() => Boolean, { description: 'Whether this very call is made with it.' })
  current(@Root() { id }: SessionRow, @Ctx() { actor }: Context): boolean {
    return actor.kind === 'SIGNED_IN' && actor.credential.kind === 'SESSION' && actor.credential.id === String(id);
  }

  @Mutation(() => ViewerPayload, {
    nullable: true,
    description: "Ends one of one's own sessions. The viewer is null where it was that of the call.",
  })
  @Authenticated()
  revokeSession(
    @Arg('input', () => NodeInput, { description: 'The session.' }) { id }: NodeInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      const own = await revokeSession(this.auth, callerOf(context), rowKey('Session', id));
      if (own) leave(this.auth, context);
      return { viewer: viewerOf(context) };
    }, NO_VIEWER);
  }

  @Mutation(() => ViewerPayload, { nullable: true, description: "Ends all of one's sessions but that of the call." })
  @Authenticated()
  revokeOtherSessions(@Ctx() context: Context) {
    return payload(async () => {
      await revokeOtherSessions(this.auth, callerOf(context));
      return { viewer: viewerOf(context) };
    }, NO_VIEWER);
  }
}
