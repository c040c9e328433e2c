import { Field, ObjectType } from 'type-graphql';
import { Public } from '../../graphql/directives/index.js';
import { Payload } from '../user-errors/payload.types.js';
import type { UserRow } from './users.store.js';
import { User } from './users.types.js';

@ObjectType({ simpleResolvers: true, description: 'The account after the change, or why it was not made.' })
@Public()
export class UserPayload extends Payload {
  @Field(() => User, { nullable: true, description: 'The account; null where nothing was done.' })
  user!: UserRow | null;
}
