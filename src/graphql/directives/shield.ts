import { createRequire } from 'node:module';
import { defaultFieldResolver, type GraphQLField, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import type * as GraphqlShield from 'graphql-shield';
import { AppError } from '../../shared/errors.js';
import type { Context } from '../context.js';

// Its ESM build does not load on Node 23 and later.
const { allow, deny, rule, shield } = createRequire(import.meta.url)('graphql-shield') as typeof GraphqlShield;

type Resolver = GraphQLFieldResolver<unknown, Context>;

/** Who may resolve a field. Equal decisions share one name; two decisions of one name are refused. */
export interface Decision {
  name: string;
  /** True lets the caller pass and an AppError refuses in its words; anything else, an exception too, refuses. */
  decide: Resolver;
  /**
   * Whether the caller alone already passes, whatever the object: then the middleware, which costs several promises a
   * field, is not run for each row of a list. Anything but true, an exception too, leaves it to `decide`.
   */
  passesPlainly?: (context: Context) => boolean;
}

/** For each type, for each of its fields: the decision, or PUBLIC for a field that stays as it is. */
export type DecisionTable = Record<string, Record<string, Decision | 'PUBLIC'>>;

type Guard = (
  resolve: Resolver,
  parent: unknown,
  args: Record<string, unknown>,
  context: Context,
  info: Parameters<Resolver>[3],
) => Promise<unknown>;

/** Of a field that the table does not mention. */
const NOBODY: Decision = { name: 'nobody', decide: () => false };

const refused = () => new AppError('FORBIDDEN', 'You may not do this.');

/**
 * Guards the fields of a schema, in place, with the middleware that graphql-shield makes of the table. A public field
 * keeps its resolver untouched and costs nothing; a field that the table does not mention is denied.
 */
export function applyShield(schema: GraphQLSchema, table: DecisionTable): void {
  const rules = new Map<Decision['decide'], unknown>();
  const shieldRule = (decision: Decision | 'PUBLIC') => {
    if (decision === 'PUBLIC') return allow;
    const known = rules.get(decision.decide);
    if (known) return known;
    // Without shield's caches: "strict" forgets the field's name, "contextual" outlives a demotion.
    const made = rule(decision.name, { cache: 'no_cache' })(async (parent, args, context, info) => {
      const verdict: unknown = await decision.decide(parent, args as Record<string, unknown>, context as Context, info);
      return verdict === true || verdict instanceof AppError ? verdict : false;
    });
    rules.set(decision.decide, made);
    return made;
  };
  const tree = mapValues(table, (fields) => mapValues(fields, shieldRule)) as Parameters<typeof shield>[0];

  const generator = shield(tree, {
    fallbackRule: deny,
    fallbackError: refused,
    // Errors of resolvers are masked in one place, formatError; shield would call each of them "Not Authorised!".
    allowExternalErrors: true,
  }) as unknown as {
    generate(schema: GraphQLSchema): Record<string, Record<string, Guard | { resolve: Guard }>>;
  };
  for (const [typeName, middleware] of Object.entries(generator.generate(schema))) {
    const type = schema.getType(typeName);
    if (!type || !('getFields' in type)) continue;
    const fields = type.getFields() as Record<string, GraphQLField<unknown, Context>>;
    for (const [fieldName, generated] of Object.entries(middleware)) {
      const decision = table[typeName]?.[fieldName];
      if (decision === 'PUBLIC') continue;
      const guard = typeof generated === 'function' ? generated : generated.resolve;
      const field = fields[fieldName]!;
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = guarded(guard, decision, resolve);
      guards.set(field, { decision: decision ?? NOBODY, resolve });
      // graphql-middleware would leave `subscribe` of a field with a resolver open.
      if (field.subscribe) field.subscribe = guarded(guard, decision, field.subscribe);
    }
  }
}

/** What stands between a caller and a field. */
export interface FieldGuard {
  decision: Decision;
  /** The field's own resolver. */
  resolve: Resolver;
}

const guards = new WeakMap<GraphQLField<unknown, Context>, FieldGuard>();

/**
 * The guard of a field: whoever calls its resolver asks {@link passesPlainly} first. Undefined for a public field.
 * A field that is denied to everybody has one that nobody passes.
 */
export const guardOf = (field: GraphQLField<unknown, Context>): FieldGuard | undefined => guards.get(field);

/** Whether a decision lets the caller pass, whatever the object. */
export function passesPlainly(decision: Decision | undefined, context: Context): boolean {
  try {
    return decision?.passesPlainly?.(context) === true;
  } catch {
    return false;
  }
}

function guarded(guard: Guard, decision: Decision | undefined, resolve: Resolver): Resolver {
  const safe = errorsOnly(resolve);
  return (parent, args, context, info) =>
    passesPlainly(decision, context)
      ? resolve(parent, args, context, info)
      : guard(safe, parent, args as Record<string, unknown>, context, info);
}

/** What a resolver throws is returned by shield, and a returned value that is no Error would become data. */
const errorsOnly =
  (resolve: Resolver): Resolver =>
  async (parent, args, context, info) => {
    try {
      return await resolve(parent, args, context, info);
    } catch (error) {
      throw error instanceof Error
        ? error
        : new Error('A resolver threw something that is no Error.', { cause: error });
    }
  };

const mapValues = <In, Out>(record: Record<string, In>, map: (value: In) => Out): Record<string, Out> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
