import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import type { Database } from '../../db/index.js';
import { PageArgs } from '../../graphql/connection.js';
import type { Context } from '../../graphql/context.js';
import { Requires } from '../../graphql/directives/index.js';
import { rowKey } from '../../graphql/inputs.js';
import { asNode, Node } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';
import { pageRequest } from '../../shared/page.js';
import type { UserLoaders } from '../accounts/users.loaders.js';
import { User } from '../accounts/users.types.js';
import type { AuditEventRow } from './audit-read.store.js';
import { auditEvents } from './audit.service.js';
import { AuditEvent, AuditEventConnection } from './audit.types.js';

/** The key of a user's id; one that can be no row finds nothing. */
const userKey = (id: string | null | undefined) => (id == null ? null : rowKey('User', id));

@Resolver()
export class AuditQueries {
  constructor(private readonly db: Database) {}

  @Query(() => AuditEventConnection, {
    nullable: true,
    description:
      'The audit log, newest first. Those who may not read private data see what concerns moderation: suspensions, roles and removed comments.',
  })
  @Requires(Permission.AUDIT_READ)
  auditEvents(
    @Ctx() { actor, now }: Context,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('actor', () => ID, { nullable: true, description: 'Only what this user did.' }) by?: string,
    @Arg('subject', () => ID, { nullable: true, description: 'Only what was done to this user.' }) subject?: string,
    @Arg('action', () => String, { nullable: true, description: 'Only this: `role.grant`.' }) action?: string,
    @Arg('since', () => DateTime, { nullable: true, description: 'From this instant on.' }) since?: Date,
    @Arg('until', () => DateTime, { nullable: true, description: 'Before this instant.' }) until?: Date,
  ) {
    const filter = {
      actorId: userKey(by),
      subjectId: userKey(subject),
      action: action ?? null,
      since: since ?? null,
      until: until ?? null,
    };
    return auditEvents(this.db, actor, now(), filter, pageRequest(page));
  }
}

@Resolver(() => AuditEvent)
export class AuditEventResolver {
  constructor(private readonly users: UserLoaders) {}

  @FieldResolver(() => User, { nullable: true, description: 'Who did it; null for the shell and for nobody known.' })
  actor(@Root() { actorId }: AuditEventRow, @Ctx() context: Context) {
    return actorId === null ? null : this.users.byId(context, actorId);
  }

  @FieldResolver(() => Node, { nullable: true, description: 'The user concerned.' })
  async subject(@Root() { subjectId }: AuditEventRow, @Ctx() context: Context) {
    const user = subjectId === null ? null : await this.users.byId(context, subjectId);
    return user === null ? null : asNode('User', user);
  }
}
