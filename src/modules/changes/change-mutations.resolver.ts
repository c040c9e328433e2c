import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Requires } from '../../graphql/directives/index.js';
import { rowKey } from '../../graphql/inputs.js';
import { badInput } from '../../shared/errors.js';
import { payload } from '../user-errors/payload.types.js';
import { batchId } from './changes.resolver.js';
import {
  ChangeInput,
  ChangePayload,
  ChangesPayload,
  CommitChangesInput,
  ProposeChangesInput,
  ProposeChangesPayload,
  RejectChangeInput,
} from './changes.types.js';
import { commitChanges, rejectChange } from './decide.service.js';
import { proposeChanges } from './propose.service.js';
import { MAX_CHANGES } from './proposal-line.js';
import { redoChange, undoChange } from './undo.service.js';

const NOTHING: Pick<ChangesPayload, 'changes' | 'count'> = { changes: [], count: 0 };
const NO_CHANGE: Pick<ChangePayload, 'change'> = { change: null };

@Resolver()
export class ChangeMutations {
  constructor(private readonly auth: AuthServices) {}

  @Mutation(() => ProposeChangesPayload, {
    nullable: true,
    description:
      'Stages names and documentation, all or none. Every violation is told at once: errors refuse, warnings ask for force. dryRun answers with every violation and writes nothing.',
  })
  @Requires(Permission.MAPPING_PROPOSE)
  proposeChanges(
    @Arg('input', () => ProposeChangesInput, { description: 'The edits.' }) input: ProposeChangesInput,
    @Ctx() context: Context,
  ): Promise<ProposeChangesPayload> {
    return payload<Pick<ProposeChangesPayload, 'changes' | 'batch'>>(
      async () => {
        const { batch, ...proposed } = await proposeChanges(this.auth, callerOf(context), input);
        return { ...proposed, batch: batch === null ? null : batchId(batch) };
      },
      { changes: [], batch: null },
    );
  }

  @Mutation(() => ChangesPayload, {
    nullable: true,
    description:
      'Folds staged changes into the committed names of a version, all or none: all of them, or those named. Of all of them, those of locked entries stay staged, with a warning, unless the caller may lock.',
  })
  @Requires(Permission.MAPPING_COMMIT)
  async commitChanges(
    @Arg('input', () => CommitChangesInput, { description: 'Which changes.' }) input: CommitChangesInput,
    @Ctx() context: Context,
  ): Promise<ChangesPayload> {
    if (input.kinds != null && input.changes != null) throw badInput('Give either "kinds" or "changes".');
    const changes = input.changes?.map((id) => rowKey('Change', id));
    return payload(async () => {
      const { changes: rows, problems } = await commitChanges(this.auth.db, callerOf(context), { ...input, changes });
      return { changes: rows.slice(0, MAX_CHANGES), count: rows.length, problems };
    }, NOTHING);
  }

  @Mutation(() => ChangePayload, { nullable: true, description: 'Refuses a staged change, with a reason.' })
  @Requires(Permission.MAPPING_COMMIT)
  rejectChange(
    @Arg('input', () => RejectChangeInput, { description: 'The change, and why.' })
    { change, reason }: RejectChangeInput,
    @Ctx() context: Context,
  ) {
    const input = { change: rowKey('Change', change), reason };
    return payload(async () => ({ change: await rejectChange(this.auth.db, callerOf(context), input) }), NO_CHANGE);
  }

  @Mutation(() => ChangePayload, {
    nullable: true,
    description:
      "Takes back the staged change of an entry: one's own, or with MAPPING_REVERT anybody's. A proposal whose place it had taken is staged again.",
  })
  @Requires(Permission.MAPPING_PROPOSE)
  undoChange(
    @Arg('input', () => ChangeInput, { description: 'The entry.' }) input: ChangeInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => ({ change: await undoChange(this.auth.db, callerOf(context), input) }), NO_CHANGE);
  }

  @Mutation(() => ChangePayload, {
    nullable: true,
    description:
      "Stages again the change of an entry that was undone last: one's own, or with MAPPING_REVERT anybody's.",
  })
  @Requires(Permission.MAPPING_PROPOSE)
  redoChange(
    @Arg('input', () => ChangeInput, { description: 'The entry.' }) input: ChangeInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => ({ change: await redoChange(this.auth.db, callerOf(context), input) }), NO_CHANGE);
  }
}
