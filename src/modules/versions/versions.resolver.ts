import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { PageArgs } from '../../graphql/connection.js';
import type { Context } from '../../graphql/context.js';
import { Public } from '../../graphql/directives/index.js';
import { pageRequest } from '../../shared/page.js';
import { after, type Soon } from '../../shared/soon.js';
import type { MappingLoaders } from '../mappings/mappings.loaders.js';
import { ClassConnection, Coverage, MappingConnection, MappingKind } from '../mappings/mappings.types.js';
import type { ReadModels } from '../read-model/read-models.js';
import type { VersionLoaders } from './versions.loaders.js';
import { pageOfVersions } from './versions.service.js';
import type { GameVersionRow } from './versions.store.js';
import { GameVersion, GameVersionConnection } from './versions.types.js';

@Resolver()
export class GameVersionQueries {
  constructor(private readonly models: ReadModels) {}

  @Query(() => GameVersionConnection, { description: 'The game versions, newest first.' })
  @Public()
  gameVersions(@Args(() => PageArgs) page: PageArgs) {
    const request = pageRequest(page);
    return after(this.models.versions(), (versions) => pageOfVersions(versions, request));
  }

  @Query(() => GameVersion, {
    nullable: true,
    description: 'A Minecraft version; the current one where no name is given; null where there is none.',
  })
  @Public()
  gameVersion(
    @Arg('name', () => String, { nullable: true, description: 'The name: 1.12.2.' }) name?: string,
  ): Soon<GameVersionRow | null> {
    const isMeant = (version: GameVersionRow) => (name == null ? version.isCurrent : version.name === name);
    return after(this.models.versions(), (versions) => versions.find(isMeant) ?? null);
  }
}

@Resolver(() => GameVersion)
export class GameVersionResolver {
  constructor(
    private readonly versions: VersionLoaders,
    private readonly mappings: MappingLoaders,
  ) {}

  @FieldResolver(() => [Coverage], { description: 'Counts of entries and of those with a community name, by kind.' })
  coverage(@Root() { id }: GameVersionRow, @Ctx() context: Context): Promise<Coverage[]> {
    return this.versions.coverage(context, id);
  }

  @FieldResolver(() => ClassConnection, { description: 'Its classes, by SRG name.' })
  classes(
    @Root() { id }: GameVersionRow,
    @Ctx() context: Context,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('query', () => String, { nullable: true, description: 'Part of any spelling, in any case.' }) query?: string,
  ) {
    return this.mappings.classes(context, id, query ?? null, pageRequest(page));
  }

  @FieldResolver(() => MappingConnection, { description: 'Entries without a community name, most asked for first.' })
  unnamed(
    @Root() { id }: GameVersionRow,
    @Ctx() context: Context,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('kinds', () => [MappingKind], {
      nullable: true,
      description: 'The kinds to answer with; all where none is named.',
    })
    kinds?: MappingKind[],
  ) {
    return this.mappings.unnamed(context, id, kinds ?? null, pageRequest(page));
  }
}
