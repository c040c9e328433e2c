import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import type { Database } from '../../db/index.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Requires } from '../../graphql/directives/index.js';
import { rowKey } from '../../graphql/inputs.js';
import { payload } from '../user-errors/payload.types.js';
import { ChangesPayload } from './changes.types.js';
import { MAX_CHANGES } from './proposal-line.js';
import { revertChanges } from './revert.service.js';
import { RevertChangesInput } from './revert.types.js';

const key = (type: string, id: string | null | undefined) => (id == null ? null : rowKey(type, id));

@Resolver()
export class RevertMutations {
  constructor(private readonly db: Database) {}

  @Mutation(() => ChangesPayload, {
    nullable: true,
    description:
      'Takes back what a user, a bot or a batch did in a time range: committed changes by new ones, staged ones by undoing them; history is never rewritten. Entries that somebody else has changed since stay as they are, with a warning. An old name that is taken by now refuses all of it.',
  })
  @Requires(Permission.MAPPING_REVERT)
  revertChanges(
    @Arg('input', () => RevertChangesInput, { description: 'Whose changes, and why.' }) input: RevertChangesInput,
    @Ctx() context: Context,
  ): Promise<ChangesPayload> {
    const { author, batch, ...rest } = input;
    const revert = { ...rest, authorId: key('User', author), batch: key('Batch', batch) };
    return payload<Pick<ChangesPayload, 'changes' | 'count'>>(
      async () => {
        const { changes, problems } = await revertChanges(this.db, callerOf(context), revert);
        return { changes: changes.slice(0, MAX_CHANGES), count: changes.length, problems };
      },
      { changes: [], count: 0 },
    );
  }
}
