import { ArgsType, Field, Int, ObjectType, Root, type ClassType } from 'type-graphql';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, type Page } from '../shared/page.js';
import { Public, type RuleDecorator } from './directives/decorators.js';

/** The arguments of a list field; hand them to `pageRequest`, which checks them. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `How many entries to return, 1 to ${MAX_PAGE_SIZE}; ${DEFAULT_PAGE_SIZE} where it is not given.`,
  })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Start behind this cursor: the `endCursor` of the page before.',
  })
  after?: string | null;
}

/** Where a page stands within its list. */
@ObjectType({ simpleResolvers: true, description: 'Where a page stands within its list.' })
@Public()
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether entries follow this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether entries stand before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first entry; null for an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last entry; null for an empty page.' })
  endCursor!: string | null;
}

/** Says where a page stands, in the words of {@link PageInfo}. */
export const pageInfo = (page: Page<unknown>): PageInfo => ({
  hasNextPage: page.hasNextPage,
  hasPreviousPage: page.hasPreviousPage,
  startCursor: page.edges[0]?.cursor ?? null,
  endCursor: page.edges.at(-1)?.cursor ?? null,
});

/** A type as a decorator takes it: a class or a scalar. */
type FieldType = Parameters<typeof Field>[0];

export interface ConnectionOptions {
  /** The rule of both types, {@link Public} where it is not given. */
  rule?: () => RuleDecorator;
  /** Further fields of an edge, read from the edges of the page, e.g. `{ score: { type: () => Float, description } }`. */
  edgeFields?: Record<string, { type: () => unknown; description: string; nullable?: boolean }>;
}

/**
 * Makes the types `<name>Edge` and `<name>Connection` for a list. A resolver with the connection as its type returns a
 * `Page` of rows as it stands: `totalCount` is counted only when a client selects it.
 * @param node the type of the entries: an object type or an interface
 * @param name the prefix of the type names, `Mapping` for `MappingConnection`
 */
export function Connection(node: () => ClassType | object, name: string, options: ConnectionOptions = {}): ClassType {
  const rule = options.rule ?? Public;
  const nodeType = node as FieldType & (() => ClassType);

  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: 'One entry of the list, with its cursor.' })
  @rule()
  class Edge {
    @Field(() => String, { description: 'Marks this entry; pass it as `after` to continue behind it.' })
    cursor!: string;

    @Field(nodeType, { description: 'The entry.' })
    node!: unknown;
  }
  for (const [field, { type, description, nullable }] of Object.entries(options.edgeFields ?? {})) {
    Field(type as () => ClassType, { description, nullable })(Edge.prototype, field);
  }

  @ObjectType(`${name}Connection`, { simpleResolvers: true, description: 'One page of a list.' })
  @rule()
  class ConnectionType {
    @Field(() => [Edge], { description: 'The entries with their cursors.' })
    edges!: Edge[];

    @Field(() => [nodeType()], { description: 'The entries without their cursors.' })
    nodes(@Root() page: Page<unknown>): unknown[] {
      return page.nodes;
    }

    @Field(() => PageInfo, { description: 'Where this page stands within the list.' })
    pageInfo(@Root() page: Page<unknown>): PageInfo {
      return pageInfo(page);
    }

    // A function in the page, which the default resolver calls when, and only when, the field is selected.
    @Field(() => Int, { description: 'How many entries the whole list has. Counted only when selected.' })
    totalCount!: number;
  }
  return ConnectionType;
}
