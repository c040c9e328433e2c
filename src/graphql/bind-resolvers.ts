import { isInterfaceType, isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import type { Context } from './context.js';
import type { ResolverClass } from './metadata.js';

type Resolve = GraphQLFieldResolver<unknown, Context>;
type Storage = ReturnType<typeof getMetadataStorage>;
type FieldResolver = Storage['fieldResolvers'][number];
type Handler = Pick<FieldResolver, 'target' | 'methodName' | 'params' | 'middlewares'>;
type Parameter = NonNullable<Handler['params']>[number];
type Method = (...values: unknown[]) => unknown;
/** Reads one value of a call. */
type Read = (root: unknown, args: unknown, context: Context) => unknown;

/**
 * Lets the fields of a schema call the methods of their resolvers as they are. type-graphql's own way makes an instance of a class
 * of every argument and a promise of every call with arguments, which services that check their input and take plain objects do
 * without: a resolver that has its answer at hand gives it at once.
 */
export function bindResolvers(
  schema: GraphQLSchema,
  resolvers: readonly ResolverClass[],
  get: (resolver: ResolverClass) => object,
): void {
  const storage = getMetadataStorage();
  const ofResolvers = <H extends Handler>(handlers: readonly H[]) =>
    handlers.filter(({ target, middlewares }) => resolvers.includes(target) && !middlewares?.length);
  for (const [root, handlers] of [
    [schema.getQueryType(), storage.queries],
    [schema.getMutationType(), storage.mutations],
  ] as const) {
    for (const handler of ofResolvers(handlers)) {
      const field = root?.getFields()[handler.schemaName];
      if (field) field.resolve = bound(handler, get(handler.target)) ?? field.resolve;
    }
  }
  for (const handler of [...fieldResolversOf(storage, resolvers)]) {
    for (const type of typesOf(schema, storage, handler)) {
      const field = type.getFields()[handler.schemaName];
      if (!field) continue;
      const instance = handler.kind === 'external' ? get(handler.target) : null;
      field.resolve = bound(handler, instance) ?? field.resolve;
    }
  }
}

/** Those of interfaces first, as a type's own take their place. */
function* fieldResolversOf(storage: Storage, resolvers: readonly ResolverClass[]): Generator<FieldResolver> {
  const isOfInterface = (handler: FieldResolver) =>
    storage.interfaceTypes.some(({ target }) => target === handler.getObjectType?.());
  const known = storage.fieldResolvers.filter(
    ({ kind, target, middlewares }) => (kind === 'internal' || resolvers.includes(target)) && !middlewares?.length,
  );
  yield* known.filter(isOfInterface);
  yield* known.filter((handler) => !isOfInterface(handler));
}

/** The object types whose field a resolver is for. */
function typesOf(schema: GraphQLSchema, storage: Storage, handler: FieldResolver) {
  const owner = handler.getObjectType?.() ?? handler.target;
  const declared = [...storage.objectTypes, ...storage.interfaceTypes].find(({ target }) => target === owner);
  const type = declared && schema.getType(declared.name);
  if (isInterfaceType(type)) return schema.getPossibleTypes(type);
  return isObjectType(type) ? [type] : [];
}

/**
 * @param instance null for a method of the object's own class, which is called on the object
 * @returns a function that takes a fourth parameter only where the method asks what GraphQL knows of the field
 */
function bound({ target, methodName, params = [] }: Handler, instance: object | null): Resolve | null {
  const readers = [...params].sort((a, b) => a.index - b.index).map(readerOf);
  if (!readers.every((reader) => reader !== null)) return null;
  const owner = (instance ?? target.prototype) as Record<string, unknown>;
  // A getter of the class has no value to call.
  if (!(methodName in owner) || Object.getOwnPropertyDescriptor(target.prototype, methodName)?.get) return null;
  const method = owner[methodName] as Method;
  if (params.some(({ kind }) => kind === 'info')) {
    return (root, args, context, info) =>
      method.apply(
        instance ?? root,
        readers.map((read) => read(root, args, context, info)),
      );
  }
  const [first, second, third, fourth] = readers as Read[];
  if (!first) return (root) => method.call(instance ?? root);
  if (!second) return (root, args, context) => method.call(instance ?? root, first(root, args, context));
  if (!third) {
    return (root, args, context) =>
      method.call(instance ?? root, first(root, args, context), second(root, args, context));
  }
  if (!fourth) {
    return (root, args, context) =>
      method.call(
        instance ?? root,
        first(root, args, context),
        second(root, args, context),
        third(root, args, context),
      );
  }
  return (root, args, context) =>
    method.apply(
      instance ?? root,
      readers.map((read) => (read as Read)(root, args, context)),
    );
}

/** What one parameter of a method is given; null for what only type-graphql knows how to make. */
function readerOf(parameter: Parameter): Resolve | Read | null {
  switch (parameter.kind) {
    case 'arg': {
      const { name } = parameter;
      return (_root: unknown, args: unknown) => (args as Record<string, unknown>)[name];
    }
    case 'args':
      return (_root: unknown, args: unknown) => args;
    case 'root':
    case 'context': {
      const property = parameter.propertyName;
      const whole: Read = parameter.kind === 'root' ? (root) => root : (_root, _args, context) => context;
      if (property === undefined) return whole;
      const part: Read = (root, args, context) => (whole(root, args, context) as Record<string, unknown>)[property];
      return part;
    }
    case 'info':
      return ((_root, _args, _context, info) => info) satisfies Resolve;
    default:
      return null;
  }
}
