import { Field, ObjectType, type ClassType } from 'type-graphql';
import { Connection } from '../../graphql/connection.js';
import { Public } from '../../graphql/directives/index.js';
import { Node } from '../../graphql/node.js';
import { DateTime } from '../../graphql/scalars.js';

@ObjectType({ implements: Node, simpleResolvers: true, description: 'A Minecraft version whose mappings are held.' })
@Public()
export class GameVersion extends Node {
  @Field(() => String, { description: 'The name: 1.12.2.' })
  name!: string;

  @Field(() => Boolean, { description: 'Whether it answers where no version is named.' })
  isCurrent!: boolean;

  @Field(() => Boolean, { description: 'A frozen version takes no more changes.' })
  frozen!: boolean;

  @Field(() => Boolean, { description: 'Whether it is the small invented version of a fresh service.' })
  isSample!: boolean;

  @Field(() => DateTime, { description: 'When its mappings were last imported.' })
  importedAt!: Date;
}

export const GameVersionConnection: ClassType = Connection(() => GameVersion, 'GameVersion');
