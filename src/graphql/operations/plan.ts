import {
  defaultFieldResolver,
  getNamedType,
  GraphQLString,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Context } from '../context.js';
import { guardOf, type Decision } from '../directives/shield.js';
import { planArguments, type ReadArguments } from './arguments.js';
import { collectFields, type Selected } from './collect-fields.js';
import { leaf, list, object, present, type Complete, type PlannedField } from './complete.js';
import { Unanswered, type Run } from './run.js';
import type { Written } from './written.js';

/** A query, ready to be run. Made once for each document; it holds nothing of any request. */
export interface Plan {
  /** What the rules of its fields decide by the actor alone. All of them have to let the caller pass. */
  decisions: ReadonlySet<Decision>;
  /** Begins to resolve it, and writes the answer's data, which are whole once the run is. */
  start(run: Run, to: Written): void;
}

/** More object types than these in one document are left to the pipeline. */
const MAX_OBJECTS = 500;

export interface PlanInput extends Selected {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
}

/** Plans a query. @returns null for one that asks for what plans do not know */
export function planQuery(input: PlanInput): Plan | null {
  try {
    return new Planner(input).plan();
  } catch (error) {
    if (error instanceof Unanswered) return null;
    throw error;
  }
}

class Planner {
  private readonly decisions = new Set<Decision>();
  private readonly objects = new Map<string, Complete>();
  private readonly ids = new Map<FieldNode, number>();

  constructor(private readonly input: PlanInput) {}

  plan(): Plan {
    const { schema, operation } = this.input;
    const query = schema.getQueryType()!;
    const fields = collectFields(this.input, query, [operation.selectionSet]);
    const complete = this.object(query, fields);
    return { decisions: this.decisions, start: (run, to) => complete(run, undefined, to) };
  }

  /** What an object of a type shows: for the same fields of the same type made once. */
  private selection(type: GraphQLObjectType, nodes: readonly FieldNode[]): Complete {
    const key = `${type.name} ${nodes.map((node) => this.idOf(node)).join(' ')}`;
    const known = this.objects.get(key);
    if (known) return known;
    if (this.objects.size >= MAX_OBJECTS) throw new Unanswered();
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const made = this.object(type, collectFields(this.input, type, sets));
    this.objects.set(key, made);
    return made;
  }

  private idOf(node: FieldNode): number {
    const id = this.ids.get(node) ?? this.ids.size;
    this.ids.set(node, id);
    return id;
  }

  private object(type: GraphQLObjectType, fields: ReadonlyMap<string, FieldNode[]>): Complete {
    return object(
      [...fields].map(([key, nodes], i) => ({
        before: `${i === 0 ? '{' : ','}"${key}":`,
        ...this.field(type, nodes),
      })),
    );
  }

  private field(type: GraphQLObjectType, nodes: FieldNode[]): Omit<PlannedField, 'before'> {
    const [node] = nodes as [FieldNode];
    const name = node.name.value;
    if (name === '__typename') return { read: () => type.name, complete: leaf(GraphQLString) };
    const field = type.getFields()[name] as GraphQLField<unknown, Context> | undefined;
    // Introspection is answered by the pipeline.
    if (!field) throw new Unanswered();
    const guard = guardOf(field);
    if (guard) this.decisions.add(guard.decision);
    const resolve = guard ? guard.resolve : field.resolve;
    const args = planArguments(field, node);
    const isPlain = resolve === undefined || resolve === defaultFieldResolver;
    const read = isPlain ? property(name, args) : this.read(resolve, args, type, field, nodes);
    return { read, complete: this.complete(field.type, nodes) };
  }

  private read(
    resolve: GraphQLFieldResolver<unknown, Context>,
    args: ReadArguments,
    parentType: GraphQLObjectType,
    field: GraphQLField<unknown, Context>,
    fieldNodes: FieldNode[],
  ): PlannedField['read'] {
    type Bare = (row: unknown, args: object, context: Context) => unknown;
    if (resolve.length < 4) return (run, row) => (resolve as unknown as Bare)(row, args(run), run.context);
    const { schema, operation, fragments } = this.input;
    const known = {
      fieldName: field.name,
      fieldNodes,
      returnType: field.type,
      parentType,
      // Within a list a place is known while it runs only: no resolver asks for it.
      path: { prev: undefined, key: field.name, typename: parentType.name },
      schema,
      fragments: Object.fromEntries(fragments),
      rootValue: undefined,
      operation,
    };
    return (run, row) => resolve(row, args(run), run.context, { ...known, variableValues: { ...run.variables } });
  }

  private complete(type: GraphQLOutputType, nodes: FieldNode[]): Complete {
    return isNonNullType(type)
      ? present(this.something(type.ofType, nodes), true)
      : present(this.something(type, nodes), false);
  }

  /** Of what is not null. */
  private something(type: GraphQLOutputType, nodes: FieldNode[]): Complete {
    if (isListType(type)) return list(this.complete(type.ofType, nodes));
    if (isLeafType(type)) return leaf(type);
    const named = getNamedType(type);
    if (isObjectType(named)) return this.selection(named, nodes);
    if (isAbstractType(named)) return this.abstract(named, nodes);
    throw new Unanswered();
  }

  private abstract(type: GraphQLAbstractType, nodes: FieldNode[]): Complete {
    const { schema } = this.input;
    const byName = new Map(
      schema.getPossibleTypes(type).map((possible) => [possible.name, this.selection(possible, nodes)]),
    );
    const info = { schema } as GraphQLResolveInfo;
    return (run, row, to) => {
      const name = type.resolveType?.(row, run.context, info, type);
      const complete = typeof name === 'string' ? byName.get(name) : undefined;
      if (!complete) throw new Unanswered();
      complete(run, row, to);
    };
  }
}

/** Reads a field that has no resolver, as graphql-js does. */
const property =
  (name: string, args: ReadArguments) =>
  (run: Run, row: unknown): unknown => {
    const value = (row as Record<string, unknown>)[name];
    return typeof value === 'function'
      ? (row as Record<string, (...given: unknown[]) => unknown>)[name]!(args(run), run.context)
      : value;
  };
