import { Field, InputType, ObjectType } from 'type-graphql';
import { Public } from '../../graphql/directives/index.js';
import { Payload } from '../user-errors/payload.types.js';
import type { GameVersionRow } from './versions.store.js';
import { GameVersion } from './versions.types.js';

@InputType({ description: 'Which game version.' })
export class GameVersionInput {
  @Field(() => String, { description: 'Its name: 1.12.2.' })
  name!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The game version as it is now.' })
@Public()
export class GameVersionPayload extends Payload {
  @Field(() => GameVersion, { nullable: true, description: 'The game version; null if it was not done.' })
  gameVersion!: GameVersionRow | null;
}
