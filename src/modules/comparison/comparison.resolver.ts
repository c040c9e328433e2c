import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { pageInfo } from '../../graphql/connection.js';
import type { Context } from '../../graphql/context.js';
import { Public } from '../../graphql/directives/index.js';
import { pageRequest } from '../../shared/page.js';
import type { NameTarget } from '../name-sets/target.js';
import type { ReleaseLoaders } from '../releases/releases.loaders.js';
import { Release } from '../releases/releases.types.js';
import { comparisonPage } from './comparison-page.js';
import type { Comparisons } from './comparison.service.js';
import { CompareArgs, ComparedTarget, Comparison } from './comparison.types.js';

const side = ({ text, version, release, staged }: NameTarget) => ({
  target: text,
  version,
  releaseId: release?.id ?? null,
  draft: staged !== 'NONE',
});

@Resolver()
export class ComparisonQueries {
  constructor(private readonly comparisons: Comparisons) {}

  @Query(() => Comparison, {
    description:
      'Names and documentation that two targets differ in, by SRG id. Asking page by page is cheap: a pair is compared once.',
  })
  @Public()
  async compare(@Args(() => CompareArgs) { base, head, kinds, changes, ...page }: CompareArgs) {
    const request = pageRequest(page);
    const found = await this.comparisons.compare(base, head);
    const wanted = comparisonPage(found.names.entries, { kinds: kinds ?? null, changes: changes ?? null }, request);
    return {
      ...found.names.counts,
      base: side(found.base),
      head: side(found.head),
      entries: wanted.nodes,
      pageInfo: pageInfo(wanted),
      totalCount: wanted.totalCount,
    };
  }
}

@Resolver(() => ComparedTarget)
export class ComparedTargetResolver {
  constructor(private readonly releases: ReleaseLoaders) {}

  @FieldResolver(() => Release, {
    nullable: true,
    description: 'The release whose names they are; null for the committed names.',
  })
  release(@Root() { releaseId }: ReturnType<typeof side>, @Ctx() context: Context) {
    return releaseId === null ? null : this.releases.byId(context, releaseId);
  }
}
