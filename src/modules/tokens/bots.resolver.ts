import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { AuthServices } from '../../auth/services.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Authenticated } from '../../graphql/directives/index.js';
import { UserPayload } from '../accounts/user-payload.types.js';
import type { UserRow } from '../accounts/users.store.js';
import { payload } from '../user-errors/payload.types.js';
import { createBot } from './bots.service.js';
import { CreateBotInput } from './bots.types.js';

const NO_USER: { user: UserRow | null } = { user: null };

@Resolver()
export class BotMutations {
  constructor(private readonly auth: AuthServices) {}

  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      "Makes a bot of one's own, which has its owner's rights and calls by API tokens alone. Presence must have been proven.",
  })
  @Authenticated()
  createBot(
    @Arg('input', () => CreateBotInput, { description: 'The bot.' }) input: CreateBotInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => ({ user: await createBot(this.auth, callerOf(context), input) }), NO_USER);
  }
}
