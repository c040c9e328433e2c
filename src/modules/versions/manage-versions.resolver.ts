import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import type { Database } from '../../db/index.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Requires } from '../../graphql/directives/index.js';
import { payload } from '../user-errors/payload.types.js';
import { freezeVersion, setCurrentVersion, unfreezeVersion } from './manage-versions.service.js';
import { GameVersionInput, GameVersionPayload } from './manage-versions.types.js';

const NO_VERSION: Pick<GameVersionPayload, 'gameVersion'> = { gameVersion: null };

@Resolver()
export class GameVersionMutations {
  constructor(private readonly db: Database) {}

  @Mutation(() => GameVersionPayload, {
    nullable: true,
    description: 'Makes a game version the one that answers where none is named.',
  })
  @Requires(Permission.VERSION_MANAGE)
  setCurrentGameVersion(
    @Arg('input', () => GameVersionInput, { description: 'The game version.' }) { name }: GameVersionInput,
    @Ctx() context: Context,
  ) {
    const work = async () => ({ gameVersion: await setCurrentVersion(this.db, callerOf(context), name) });
    return payload(work, NO_VERSION);
  }

  @Mutation(() => GameVersionPayload, {
    nullable: true,
    description:
      'Closes a game version: it takes no more changes, decisions, locks or imports. What is staged stays staged.',
  })
  @Requires(Permission.VERSION_MANAGE)
  freezeGameVersion(
    @Arg('input', () => GameVersionInput, { description: 'The game version.' }) { name }: GameVersionInput,
    @Ctx() context: Context,
  ) {
    const work = async () => ({ gameVersion: await freezeVersion(this.db, callerOf(context), name) });
    return payload(work, NO_VERSION);
  }

  @Mutation(() => GameVersionPayload, { nullable: true, description: 'Opens a frozen game version again.' })
  @Requires(Permission.VERSION_MANAGE)
  unfreezeGameVersion(
    @Arg('input', () => GameVersionInput, { description: 'The game version.' }) { name }: GameVersionInput,
    @Ctx() context: Context,
  ) {
    const work = async () => ({ gameVersion: await unfreezeVersion(this.db, callerOf(context), name) });
    return payload(work, NO_VERSION);
  }
}
