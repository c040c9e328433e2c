import { Arg, Ctx, Field, ID, Info, InterfaceType, Query, Resolver } from 'type-graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { badInput } from '../shared/errors.js';
import type { Context } from './context.js';
import { mayRead } from './directives/decide.js';
import { Public } from './directives/decorators.js';
import { decodeId } from './ids.js';

/** How many ids `Query.nodes` takes. */
export const MAX_NODES = 100;

const typeNames = new WeakMap<object, string>();

/** Remembers which GraphQL type a row is of, for a field whose type is the interface `Node`. */
export function asNode<Row extends object>(type: string, row: Row): Row {
  typeNames.set(row, type);
  return row;
}

/** The type that {@link asNode} remembered. */
export const nodeTypeOf = (row: object): string | undefined => typeNames.get(row);

/**
 * Whatever has a global id. The field `id` of a type that implements it needs no resolver: it is made from the type's
 * name and the row's `id` when the schema is built.
 */
@InterfaceType({ description: 'Whatever has a global id and can be fetched by it.' })
export abstract class Node {
  @Field(() => ID, { description: 'The global id: opaque, and stable for as long as the object exists.' })
  id!: unknown;
}

/** Loads the objects of one type that `Query.node` can name. */
export interface NodeSource {
  /** The name of the GraphQL type. */
  readonly type: string;
  /**
   * The rows of the keys, in the order of the keys. Null for one that does not exist, whose key makes no sense,
   * or that this caller may not know of.
   */
  load(keys: readonly string[], context: Context): Promise<readonly (object | null)[]>;
}

/** `Query.node` and `Query.nodes` over the sources of all modules: one load a type. */
@Resolver()
export class NodeResolver {
  private readonly sources: ReadonlyMap<string, NodeSource>;

  constructor(sources: readonly NodeSource[]) {
    this.sources = new Map(sources.map((source) => [source.type, source]));
    if (this.sources.size !== sources.length) throw new Error('Two node sources serve one type.');
  }

  @Query(() => Node, {
    nullable: true,
    description: 'The object of a global id; null where there is none, or none that this caller may know of.',
  })
  @Public()
  async node(
    @Arg('id', () => ID, { description: 'A global id.' }) id: string,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<object | null> {
    const [found] = await this.load([id], context, info);
    return found ?? null;
  }

  @Query(() => [Node], {
    nullable: 'items',
    description: `The objects of up to ${MAX_NODES} global ids, in their order; null for each that is not found.`,
  })
  @Public()
  async nodes(
    @Arg('ids', () => [ID], { description: `Up to ${MAX_NODES} global ids.` }) ids: string[],
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<(object | null)[]> {
    if (ids.length > MAX_NODES) throw badInput(`"ids" takes at most ${MAX_NODES} ids, not ${ids.length}.`);
    return this.load(ids, context, info);
  }

  private async load(ids: readonly string[], context: Context, { schema }: GraphQLResolveInfo) {
    const keysByType = new Map<string, string[]>();
    const wanted = ids.map((id) => decodeId(id));
    for (const { type, key } of wanted) {
      // A type that this caller may not read is not asked for at all: even `__typename` would tell that a row exists.
      if (!this.sources.has(type) || !mayRead(schema, type, context)) continue;
      const keys = keysByType.get(type);
      if (keys) keys.push(key);
      else keysByType.set(type, [key]);
    }
    const found = new Map<string, object>();
    await Promise.all(
      [...keysByType].map(async ([type, keys]) => {
        const distinct = [...new Set(keys)];
        const rows = await this.sources.get(type)!.load(distinct, context);
        distinct.forEach((key, i) => {
          const row = rows[i];
          if (row) found.set(`${type}:${key}`, asNode(type, row));
        });
      }),
    );
    return wanted.map(({ type, key }) => found.get(`${type}:${key}`) ?? null);
  }
}
