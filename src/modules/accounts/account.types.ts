import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Public } from '../../graphql/directives/index.js';
import { DateTime, Url } from '../../graphql/scalars.js';
import { Payload } from '../user-errors/payload.types.js';

@ObjectType({ simpleResolvers: true, description: 'A code to be redeemed elsewhere.' })
@Public()
export class LinkCodePayload extends Payload {
  @Field(() => String, { nullable: true, description: 'The code. Give it to nobody: it opens the account.' })
  code!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Until when it is good.' })
  expiresAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'What to do with it, for people.' })
  instructions!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Where the export is fetched.' })
@Public()
export class AccountExportPayload extends Payload {
  @Field(() => Url, {
    nullable: true,
    description: 'The address of one JSON file: good once, for 10 minutes, in the session that asked for it.',
  })
  url!: string | null;
}

@InputType({ description: 'The deletion of an account.' })
export class DeleteAccountInput {
  @Field(() => String, { description: "One's own handle, so that nothing is deleted by mistake." })
  confirmHandle!: string;
}

@InputType({ description: 'The merge of two accounts of other people.' })
export class AdminMergeAccountsInput {
  @Field(() => ID, { description: 'The account that goes.' })
  from!: string;

  @Field(() => ID, { description: 'The account that stays.' })
  into!: string;

  @Field(() => String, { description: 'Why, for the log: 1 to 500 characters. Both people can read it.' })
  reason!: string;
}
