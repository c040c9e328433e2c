import { Field, InputType } from 'type-graphql';

@InputType({ description: 'A new bot.' })
export class CreateBotInput {
  @Field(() => String, {
    description: '2 to 32 letters and digits (a-z, 0-9), with single `-` or `_` between them. Everyone sees it.',
  })
  handle!: string;
}
