import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { Database } from '../../db/index.js';
import { PageArgs } from '../../graphql/connection.js';
import type { Context } from '../../graphql/context.js';
import { Public } from '../../graphql/directives/index.js';
import { pageRequest } from '../../shared/page.js';
import { after, type Soon } from '../../shared/soon.js';
import type { Demand } from '../demand/demand.js';
import type { ReadModels } from '../read-model/read-models.js';
import type { VersionLoaders } from '../versions/versions.loaders.js';
import { GameVersion } from '../versions/versions.types.js';
import { packageOf, unnamedAmong, type MappingRow } from './mapping.js';
import { MAX_LOOKUP } from './lookup.store.js';
import type { MappingLoaders } from './mappings.loaders.js';
import * as mappings from './mappings.service.js';
import { timeline } from './mappings.store.js';
import {
  Class,
  Coverage,
  DeclarationConnection,
  Mapping,
  MappingKind,
  MemberArgs,
  MemberField,
  Method,
  Parameter,
} from './mappings.types.js';

const VERSION = 'The game version; the current one where none is named.';

/** A spelling that means more entries than these asks for none of them in particular. */
const FEW = 20;

@Resolver()
export class MappingQueries {
  constructor(
    private readonly db: Database,
    private readonly models: ReadModels,
    private readonly demand: Demand,
  ) {}

  @Query(() => Mapping, {
    nullable: true,
    description:
      'The entry of one SRG id (func_70001_a, field_70001_a, p_70001_1_, net/minecraft/util/ResourceLocation); null where the version has none.',
  })
  @Public()
  mapping(
    @Arg('srg', () => String, { description: 'The SRG id, exactly.' }) srg: string,
    @Ctx() context: Context,
    @Arg('version', () => String, { nullable: true, description: VERSION }) version?: string,
  ): Soon<MappingRow | null> {
    return after(mappings.mapping(this.models, { version, srg }), (found) => {
      if (found !== null) this.demand.note(context.client.address, unnamedAmong([found]));
      return found;
    });
  }

  @Query(() => [Mapping], {
    description: `Everything that an exact spelling can mean, best first and at most ${MAX_LOOKUP}: SRG id, bare index (70001, i1005), obfuscated name, community name, each with an optional owner in any spelling (\`Block.getDrops\`, \`aow.a\`, \`net/minecraft/block/Block#func_70001_a\`).`,
  })
  @Public()
  lookup(
    @Arg('name', () => String, { description: 'The spelling; a descriptor may follow: `aow.a(II)V`.' }) name: string,
    @Ctx() context: Context,
    @Arg('version', () => String, { nullable: true, description: VERSION }) version?: string,
    @Arg('kinds', () => [MappingKind], {
      nullable: true,
      description: 'The kinds to answer with; all where none is named.',
    })
    kinds?: MappingKind[],
  ): Soon<MappingRow[]> {
    return after(mappings.lookup(this.models, { version, name, kinds }), (found) => {
      if (found.length <= FEW) this.demand.note(context.client.address, unnamedAmong(found));
      return found;
    });
  }

  @Query(() => Class, {
    nullable: true,
    description:
      'The class of a full, short or obfuscated name, with slashes or dots. A short name that stands for several is BAD_USER_INPUT and names them.',
  })
  @Public()
  class(
    @Arg('name', () => String, { description: 'net/minecraft/block/Block, net.minecraft.block.Block, Block or aow.' })
    name: string,
    @Arg('version', () => String, { nullable: true, description: VERSION }) version?: string,
  ): Soon<MappingRow | null> {
    return mappings.classByName(this.models, { version, name });
  }

  @Query(() => [Mapping], { description: 'One SRG id through every game version, oldest first.' })
  @Public()
  timeline(@Arg('srg', () => String, { description: 'The SRG id, exactly.' }) srg: string): Promise<MappingRow[]> {
    return timeline(this.db, srg.trim());
  }
}

@Resolver(() => Mapping)
export class MappingResolver {
  constructor(private readonly versions: VersionLoaders) {}

  @FieldResolver(() => GameVersion, { description: 'The game version that the entry belongs to.' })
  version(@Root() { versionId }: MappingRow, @Ctx() context: Context) {
    return this.versions.byId(context, versionId);
  }
}

@Resolver(() => Class)
export class ClassResolver {
  constructor(private readonly loaders: MappingLoaders) {}

  @FieldResolver(() => String, {
    description: 'The package with slashes: `net/minecraft/util`; empty for the default package.',
  })
  package(@Root() { name, srg }: MappingRow): string {
    return packageOf(name ?? srg);
  }

  @FieldResolver(() => [Coverage], { description: 'Counts of its methods, fields and parameters, named and in all.' })
  coverage(@Root() { id }: MappingRow, @Ctx() context: Context): Promise<Coverage[]> {
    return this.loaders.classCoverage(context, id);
  }

  @FieldResolver(() => DeclarationConnection, {
    description: 'Its methods, in the order of the source; constructors are not among them.',
  })
  methods(@Root() owner: MappingRow, @Ctx() context: Context, @Args(() => MemberArgs) args: MemberArgs) {
    return this.loaders.members(context, owner, 'METHOD', filterOf(args), pageRequest(args));
  }

  @FieldResolver(() => DeclarationConnection, { description: 'Its fields, in the order of the source.' })
  fields(@Root() owner: MappingRow, @Ctx() context: Context, @Args(() => MemberArgs) args: MemberArgs) {
    return this.loaders.members(context, owner, 'FIELD', filterOf(args), pageRequest(args));
  }
}

const filterOf = ({ query, unnamed }: MemberArgs) => ({ query: query ?? null, unnamed: unnamed ?? null });

@Resolver(() => Method)
export class MethodResolver {
  constructor(private readonly loaders: MappingLoaders) {}

  @FieldResolver(() => Boolean, { nullable: true, description: 'Whether it is static; null where no source said.' })
  static(@Root() { isStatic }: MappingRow): boolean | null {
    return isStatic;
  }

  @FieldResolver(() => DeclarationConnection, {
    description: 'Every class that carries it: one SRG id stands in all that override it.',
  })
  declarations(@Root() member: MappingRow, @Ctx() context: Context, @Args(() => PageArgs) page: PageArgs) {
    return this.loaders.declarations(context, member, pageRequest(page));
  }

  @FieldResolver(() => [Parameter], { description: 'Its parameters, in their order.' })
  parameters(@Root() method: MappingRow, @Ctx() context: Context): Soon<MappingRow[]> {
    return this.loaders.parameters(context, method);
  }
}

@Resolver(() => MemberField)
export class FieldOfClassResolver {
  constructor(private readonly loaders: MappingLoaders) {}

  @FieldResolver(() => DeclarationConnection, { description: 'Every class that carries it.' })
  declarations(@Root() member: MappingRow, @Ctx() context: Context, @Args(() => PageArgs) page: PageArgs) {
    return this.loaders.declarations(context, member, pageRequest(page));
  }
}

@Resolver(() => Parameter)
export class ParameterResolver {
  constructor(private readonly loaders: MappingLoaders) {}

  @FieldResolver(() => Method, { nullable: true, description: 'The method or constructor that it belongs to.' })
  method(@Root() parameter: MappingRow, @Ctx() context: Context): Soon<MappingRow | null> {
    return this.loaders.methodOf(context, parameter);
  }
}
