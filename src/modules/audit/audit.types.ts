import { Field, ObjectType, type ClassType } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import { Connection } from '../../graphql/connection.js';
import { Authenticated, Requires, SelfId } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';
import type { AuditEventRow } from './audit-read.store.js';

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'One line of the audit log: who did what to whom.',
})
@SelfId<AuditEventRow>(({ actorId }) => (actorId === null ? null : String(actorId)))
@Authenticated()
export class AuditEvent extends Node {
  @Field(() => DateTime, { description: 'When.' })
  at!: Date;

  @Field(() => String, { nullable: true, description: 'What acted for the actor: a client, an API token, the shell.' })
  via!: string | null;

  @Field(() => String, { description: 'What was done: `session.revoke`.' })
  action!: string;

  @Field(() => String, { nullable: true, description: 'More about it, for people.' })
  detail!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The network that the call came from, truncated (`192.0.2.0/24`); it is forgotten after 30 days.',
  })
  @Requires(Permission.USER_READ_PRIVATE, { orSelf: true })
  address!: string | null;
}

export const AuditEventConnection: ClassType = Connection(() => AuditEvent, 'AuditEvent', { rule: Authenticated });
