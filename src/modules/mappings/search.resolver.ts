import { Arg, Args, Ctx, Field, Int, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import { PageArgs } from '../../graphql/connection.js';
import type { Context } from '../../graphql/context.js';
import { Public } from '../../graphql/directives/index.js';
import { pageRequest } from '../../shared/page.js';
import { after, type Soon } from '../../shared/soon.js';
import type { ReadModels } from '../read-model/read-models.js';
import type { Demand } from '../demand/demand.js';
import { unnamedAmong } from './mapping.js';
import { MappingKind, SearchConnection } from './mappings.types.js';
import { search } from './search.service.js';
import { deobfuscate, MAX_NAMES, MAX_TEXT, translate } from './translate.service.js';

enum SearchMatch {
  PREFIX = 'PREFIX',
  FUZZY = 'FUZZY',
  REGEX = 'REGEX',
}
registerEnumType(SearchMatch, {
  name: 'SearchMatch',
  description: 'How a search compares.',
  valuesConfig: {
    PREFIX: { description: 'Entries of which a spelling starts with the query.' },
    FUZZY: {
      description:
        'Exact, then prefix, then parts of camel-case names (`gBS` finds getBlockState), then similar spellings.',
    },
    REGEX: {
      description:
        'Entries whose name or SRG id matches a regular expression of PostgreSQL, without references back, looking around, or large or deep repetitions.',
    },
  },
});

enum Namespace {
  OBF = 'OBF',
  SRG = 'SRG',
  MCP = 'MCP',
}
registerEnumType(Namespace, {
  name: 'Namespace',
  description: 'The three sets of names.',
  valuesConfig: {
    OBF: { description: 'The obfuscated names of one game version: `a`.' },
    SRG: { description: 'The ids that stay the same over versions: func_70001_a.' },
    MCP: { description: 'The names that the community gave: getDrops.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'One name in another namespace.' })
@Public()
class Translation {
  @Field(() => String, { description: 'The name as it was asked for.' })
  from!: string;

  @Field(() => String, { nullable: true, description: 'The answer; null where there is none or more than one.' })
  to!: string | null;

  @Field(() => [String], { description: 'Every answer.' })
  candidates!: string[];
}

@ObjectType({ simpleResolvers: true, description: 'A text with community names in place of SRG ids.' })
@Public()
class Deobfuscated {
  @Field(() => String, { description: 'The text.' })
  text!: string;

  @Field(() => Int, { description: 'How many ids were replaced, each occurrence counted.' })
  replaced!: number;

  @Field(() => [String], {
    description: 'The ids that stayed, each once: the version does not have them, or nobody has named them.',
  })
  unknown!: string[];
}

const VERSION = 'The game version; the current one where none is named.';

@Resolver()
export class SearchQueries {
  constructor(
    private readonly models: ReadModels,
    private readonly demand: Demand,
  ) {}

  @Query(() => SearchConnection, { description: 'Ranked search over every spelling.' })
  @Public()
  search(
    @Arg('query', () => String, { description: 'What to look for: 1 to 200 characters.' }) query: string,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() context: Context,
    @Arg('version', () => String, { nullable: true, description: VERSION }) version?: string,
    @Arg('kinds', () => [MappingKind], {
      nullable: true,
      description: 'The kinds to answer with; all where none is named.',
    })
    kinds?: MappingKind[],
    @Arg('match', () => SearchMatch, { nullable: true, description: 'How to compare; FUZZY where it is not said.' })
    match?: SearchMatch,
  ) {
    return after(search(this.models, { query, version, kinds, match, page: pageRequest(page) }), (found) => {
      const exact = found.edges.filter(({ node }) => node.srg === query.trim());
      this.demand.note(context.client.address, unnamedAmong(exact.map(({ node }) => node)));
      return found;
    });
  }

  @Query(() => [Translation], {
    description: `Up to ${MAX_NAMES} names at once, from one namespace to another, answered in their order. The answer has the shape of the question: with an owner and a descriptor where the name came with them.`,
  })
  @Public()
  translate(
    @Arg('from', () => Namespace, { description: 'The namespace of the names.' }) from: Namespace,
    @Arg('to', () => Namespace, { description: 'The namespace of the answers.' }) to: Namespace,
    @Arg('names', () => [String], {
      description: 'Classes, members (`aow.a`, `func_70001_a`), members with descriptor.',
    })
    names: string[],
    @Ctx() context: Context,
    @Arg('version', () => String, { nullable: true, description: VERSION }) version?: string,
  ): Soon<Translation[]> {
    return after(translate(this.models, { version, from, to, names }), ({ translations, unnamed }) => {
      this.demand.note(context.client.address, unnamed);
      return translations;
    });
  }

  @Query(() => Deobfuscated, {
    description: `A log or stack trace, up to ${MAX_TEXT} characters, with every SRG id in it replaced by its community name.`,
  })
  @Public()
  deobfuscate(
    @Arg('text', () => String, { description: 'The text, best passed as a variable.' }) text: string,
    @Ctx() context: Context,
    @Arg('version', () => String, { nullable: true, description: VERSION }) version?: string,
  ): Soon<Deobfuscated> {
    return after(deobfuscate(this.models, { version, text }), ({ unnamed, ...answer }) => {
      this.demand.note(context.client.address, unnamed);
      return answer;
    });
  }
}
