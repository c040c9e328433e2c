import { Args, ArgsType, Ctx, Field, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { PageArgs } from '../../graphql/connection.js';
import type { Context } from '../../graphql/context.js';
import { Public } from '../../graphql/directives/index.js';
import { encodeId } from '../../graphql/ids.js';
import { rowKey } from '../../graphql/inputs.js';
import { DateTime } from '../../graphql/scalars.js';
import { pageRequest } from '../../shared/page.js';
import type { UserLoaders } from '../accounts/users.loaders.js';
import type { UserRow } from '../accounts/users.store.js';
import { User } from '../accounts/users.types.js';
import type { MappingKind as Kind, MappingRow } from '../mappings/mapping.js';
import { Mapping, MappingKind } from '../mappings/mappings.types.js';
import type { ReadModels } from '../read-model/read-models.js';
import type { VersionLoaders } from '../versions/versions.loaders.js';
import { GameVersion } from '../versions/versions.types.js';
import type { ChangeRow } from './change.js';
import type { ChangeLoaders } from './changes.loaders.js';
import { listChanges } from './changes.service.js';
import { Change, ChangeConnection, ChangeState } from './changes.types.js';

@ArgsType()
export class ChangesArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Only of this game version; of all where none is named.' })
  version?: string | null;

  @Field(() => [MappingKind], { nullable: true, description: 'Only of these kinds.' })
  kinds?: Kind[] | null;

  @Field(() => String, { nullable: true, description: 'Only of the entries of this SRG id.' })
  srg?: string | null;

  @Field(() => String, { nullable: true, description: 'Only those from or to this name, exactly.' })
  name?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only those of this user.' })
  author?: string | null;

  @Field(() => String, { nullable: true, description: 'Only those that came through this bot or client.' })
  via?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only those of this batch.' })
  batch?: string | null;

  @Field(() => [ChangeState], { nullable: true, description: 'Only those that are in one of these states.' })
  states?: ChangeState[] | null;

  @Field(() => DateTime, { nullable: true, description: 'Only those made at this instant or later.' })
  since?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Only those made before this instant.' })
  until?: Date | null;
}

/** The global id of a batch: the changes that were made in one call. */
export const batchId = (batch: number): string => encodeId('Batch', batch);

@Resolver()
export class ChangeQueries {
  constructor(private readonly models: ReadModels) {}

  @Query(() => ChangeConnection, { description: 'What happened, newest first.' })
  @Public()
  changes(@Args(() => ChangesArgs) { author, batch, first, after, ...filter }: ChangesArgs) {
    const authorId = author == null ? null : rowKey('User', author);
    const batchKey = batch == null ? null : rowKey('Batch', batch);
    return listChanges(this.models, { ...filter, authorId, batch: batchKey }, pageRequest({ first, after }));
  }
}

@Resolver(() => Change)
export class ChangeResolver {
  constructor(
    private readonly changes: ChangeLoaders,
    private readonly users: UserLoaders,
    private readonly versions: VersionLoaders,
  ) {}

  @FieldResolver(() => Int, { description: 'Its number: counts from 1 over all versions, without gaps.' })
  sequence(@Root() { id }: ChangeRow): number {
    return id;
  }

  @FieldResolver(() => Mapping, {
    nullable: true,
    description: 'The entry; null where a later import of the version lacks it.',
  })
  mapping(@Root() { id }: ChangeRow, @Ctx() context: Context): Promise<MappingRow | null> {
    return this.changes.mapping(context, id);
  }

  @FieldResolver(() => GameVersion, { description: 'The game version of the entry.' })
  version(@Root() { versionId }: ChangeRow, @Ctx() context: Context) {
    return this.versions.byId(context, versionId);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who made it; null for an import.' })
  author(@Root() { authorId }: ChangeRow, @Ctx() context: Context) {
    return authorId === null ? null : this.users.byId(context, authorId);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who decided it last; null for an import.' })
  decidedBy(@Root() { decidedById }: ChangeRow, @Ctx() context: Context) {
    return decidedById === null ? null : this.users.byId(context, decidedById);
  }

  @FieldResolver(() => ID, {
    nullable: true,
    description: 'What it can be reverted by together with what was made in one call with it.',
  })
  batch(@Root() { batch }: ChangeRow): string {
    return batchId(batch);
  }
}

@Resolver(() => Mapping)
export class MappingChangesResolver {
  constructor(private readonly loaders: ChangeLoaders) {}

  @FieldResolver(() => Change, { nullable: true, description: 'The change that the next snapshot will carry.' })
  staged(@Root() { id }: MappingRow, @Ctx() context: Context) {
    return this.loaders.staged(context, id);
  }

  @FieldResolver(() => ChangeConnection, { description: 'Its history, newest first.' })
  changes(@Root() mapping: MappingRow, @Ctx() context: Context, @Args(() => PageArgs) page: PageArgs) {
    return this.loaders.ofEntry(context, mapping, pageRequest(page));
  }
}

@Resolver(() => User)
export class UserChangesResolver {
  constructor(private readonly loaders: ChangeLoaders) {}

  @FieldResolver(() => ChangeConnection, { description: 'What it changed and proposed, newest first.' })
  changes(@Root() { id }: UserRow, @Ctx() context: Context, @Args(() => PageArgs) page: PageArgs) {
    return this.loaders.ofUser(context, id, pageRequest(page));
  }
}
