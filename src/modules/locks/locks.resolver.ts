import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import type { Database } from '../../db/index.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Requires } from '../../graphql/directives/index.js';
import type { UserLoaders } from '../accounts/users.loaders.js';
import { User } from '../accounts/users.types.js';
import type { MappingRow } from '../mappings/mapping.js';
import { Mapping } from '../mappings/mappings.types.js';
import { payload } from '../user-errors/payload.types.js';
import type { LockLoaders } from './locks.loaders.js';
import { lockMapping, unlockMapping } from './locks.service.js';
import type { LockRow } from './locks.store.js';
import { Lock, LockMappingInput, MappingPayload, UnlockMappingInput } from './locks.types.js';

const NO_MAPPING: Pick<MappingPayload, 'mapping'> = { mapping: null };

@Resolver()
export class LockMutations {
  constructor(private readonly db: Database) {}

  @Mutation(() => MappingPayload, {
    nullable: true,
    description:
      'Keeps an entry from being changed by those who may not lock. What is staged for it stays staged, and is committed by those who may lock.',
  })
  @Requires(Permission.MAPPING_LOCK)
  lockMapping(
    @Arg('input', () => LockMappingInput, { description: 'The entry, why, and until when.' }) input: LockMappingInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => ({ mapping: await lockMapping(this.db, callerOf(context), input) }), NO_MAPPING);
  }

  @Mutation(() => MappingPayload, { nullable: true, description: 'Lets a locked entry be changed again.' })
  @Requires(Permission.MAPPING_LOCK)
  unlockMapping(
    @Arg('input', () => UnlockMappingInput, { description: 'The entry.' }) input: UnlockMappingInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => ({ mapping: await unlockMapping(this.db, callerOf(context), input) }), NO_MAPPING);
  }
}

@Resolver(() => Mapping)
export class MappingLockResolver {
  constructor(private readonly loaders: LockLoaders) {}

  @FieldResolver(() => Lock, {
    nullable: true,
    description: 'Why it takes changes only from those who may lock; null where it takes them from everyone.',
  })
  lock(@Root() { id }: MappingRow, @Ctx() context: Context): Promise<LockRow | null> {
    return this.loaders.ofEntry(context, id);
  }
}

@Resolver(() => Lock)
export class LockResolver {
  constructor(private readonly users: UserLoaders) {}

  @FieldResolver(() => User, { nullable: true, description: 'Who locked it.' })
  by(@Root() { byId }: LockRow, @Ctx() context: Context) {
    return byId === null ? null : this.users.byId(context, byId);
  }
}
