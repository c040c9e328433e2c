import { Field, ID, InputType } from 'type-graphql';
import { numericKey, keyOf } from './ids.js';

@InputType({ description: 'Which object.' })
export class NodeInput {
  @Field(() => ID, { description: 'Its global id.' })
  id!: string;
}

@InputType({ description: 'A code that was handed out.' })
export class CodeInput {
  @Field(() => String, { description: 'The code as it was shown; case, blanks and hyphens do not matter.' })
  code!: string;
}

/** The row's key in an id that must be of a type; 0, which no row has, for one that can be none. @throws AppError BAD_USER_INPUT */
export const rowKey = (type: string, id: string): number => numericKey(keyOf(type, id)) ?? 0;
