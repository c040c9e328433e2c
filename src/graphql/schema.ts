import { assertValidSchema, defaultFieldResolver, isInterfaceType, isUnionType, type GraphQLSchema } from 'graphql';
import { buildSchemaSync, getMetadataStorage, type NonEmptyArray } from 'type-graphql';
import { bindResolvers } from './bind-resolvers.js';
import type { Context } from './context.js';
import { authorise, withRuleDirectives } from './directives/index.js';
import { encodeId } from './ids.js';
import { keepFieldResolverRules, type ResolverClass } from './metadata.js';
import { nodeTypeOf } from './node.js';

export type { ResolverClass } from './metadata.js';

export interface SchemaInput {
  /** The classes of the resolvers. */
  resolvers: readonly ResolverClass[];
  /** The instance of a resolver's class. */
  get: (resolver: ResolverClass) => object;
  /** The mutations that anyone may call. */
  publicMutations?: readonly string[];
  /** Object types that no field leads to by themselves, e.g. those behind the interface of a union. */
  orphanedTypes?: readonly ResolverClass[];
}

/** The mutations of the public contract that need no sign-in: the ways in, and the report of a leaked token. */
export const PUBLIC_MUTATIONS: readonly string[] = [
  ...['signUp', 'signIn', 'completeSignIn', 'startPasskeySignIn', 'signInWithPasskey', 'recoverAccount'],
  'reportLeakedToken',
];

// Subscriptions bring their own source; type-graphql asks for this object all the same.
const noTopics = () => {
  throw new Error('Subscriptions bring their own source.');
};

/**
 * Stands where type-graphql asks for the source of a subscription, which it can not take from the instance of a resolver: the
 * method `<name>Source(args, context)` beside it is the source, and answers with an async iterator.
 */
export const sourceBeside = noTopics;

/** Builds the schema out of resolvers, and guards it. @throws SchemaRuleError listing every fault of its rules */
export function createSchema({ resolvers, get, publicMutations, orphanedTypes }: SchemaInput): GraphQLSchema {
  // Decorators of parameters run from the last to the first, and arguments would be printed in that order.
  getMetadataStorage().params.sort((a, b) => a.index - b.index);
  const built = buildSchemaSync({
    resolvers: [...resolvers] as NonEmptyArray<ResolverClass>,
    orphanedTypes: orphanedTypes ? [...orphanedTypes] : undefined,
    container: { get: (resolver: ResolverClass) => get(resolver) },
    pubSub: { publish: noTopics, subscribe: noTopics },
    // Input is checked by the services, in words; class-validator costs more than the whole resolver.
    validate: false,
    // It runs the introspection query, which finds less than assertValidSchema below.
    skipCheck: true,
  });
  const schema = withRuleDirectives(built);
  keepFieldResolverRules(schema, resolvers);
  bindResolvers(schema, resolvers, get);
  resolveIds(schema);
  resolveTypesAtOnce(schema);
  bindSources(schema, get);
  assertValidSchema(schema);
  authorise(schema, { publicMutations: publicMutations ?? PUBLIC_MUTATIONS });
  // What a mutation's payload shows, and the mutations after it, is read anew.
  afterMutations(schema, (context) => context.forget());
  return schema;
}

type Source = (args: object, context: Context) => unknown;

/** Lets each subscription take its events from the method beside it, see {@link sourceBeside}. */
function bindSources(schema: GraphQLSchema, get: SchemaInput['get']): void {
  const fields = schema.getSubscriptionType()?.getFields() ?? {};
  for (const { target, methodName, schemaName } of getMetadataStorage().subscriptions) {
    const field = fields[schemaName];
    const name = `${methodName}Source`;
    if (field === undefined || !(name in target.prototype)) continue;
    const instance = get(target) as Record<string, Source>;
    field.subscribe = (_root, args: object, context: Context) => instance[name]!(args, context);
  }
}

/** Calls back when a mutation was done, well or not, before its payload is read. */
export function afterMutations(schema: GraphQLSchema, call: (context: Context) => void): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve = defaultFieldResolver } = field;
    field.resolve = async (parent, args, context: Context, info) => {
      try {
        return await resolve(parent, args, context, info);
      } finally {
        call(context);
      }
    };
  }
}

/** Makes the `id` of every type that implements Node, where it has no resolver of its own. */
function resolveIds(schema: GraphQLSchema): void {
  const node = schema.getType('Node');
  if (!isInterfaceType(node)) return;
  const storage = getMetadataStorage();
  for (const type of schema.getPossibleTypes(node)) {
    const target = storage.objectTypes.find((metadata) => metadata.name === type.name)?.target;
    const own = storage.fieldResolvers.some(
      (resolver) => resolver.schemaName === 'id' && target !== undefined && resolver.getObjectType?.() === target,
    );
    if (own) continue;
    type.getFields()['id']!.resolve = (row: { id: string | number | bigint }) => encodeId(type.name, row.id);
  }
}

/**
 * Lets interfaces and unions tell the type of a row without a promise a row, which type-graphql makes: by what
 * `asNode` remembered, by the row's `__typename`, or by the `resolveType` of the class.
 */
function resolveTypesAtOnce(schema: GraphQLSchema): void {
  const { interfaceTypes, unions } = getMetadataStorage();
  const resolveTypeOf = new Map([...interfaceTypes, ...unions].map(({ name, resolveType }) => [name, resolveType]));
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isInterfaceType(type) && !isUnionType(type)) continue;
    const own = resolveTypeOf.get(type.name);
    const byClass = type.resolveType;
    type.resolveType = (row: object & { __typename?: string }, context, info, abstractType) => {
      const known = nodeTypeOf(row) ?? row.__typename;
      if (known !== undefined) return known;
      const answer: unknown = own?.(row, context, info, abstractType);
      if (typeof answer === 'string') return answer;
      return byClass?.(row, context, info, abstractType);
    };
  }
}
