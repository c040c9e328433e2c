import {
  isNonNullType,
  Kind,
  valueFromAST,
  visit,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type ValueNode,
} from 'graphql';
import { Unanswered, type Run } from './run.js';

/** The arguments of one call, in an object of its own. */
export type ReadArguments = (run: Run) => Record<string, unknown>;

/** Adds one argument. */
type Put = (into: Record<string, unknown>, run: Run) => void;

/** Plans the arguments of a field: what no variable stands in is read once. Follows `getArgumentValues` of graphql-js. */
export function planArguments({ args }: Pick<GraphQLField<unknown, unknown>, 'args'>, node: FieldNode): ReadArguments {
  const given = new Map(node.arguments?.map(({ name, value }) => [name.value, value]));
  const puts = args.flatMap((arg) => planArgument(arg, given.get(arg.name)) ?? []);
  if (puts.length === 0) return () => ({});
  return (run) => {
    const values = {};
    for (const put of puts) put(values, run);
    return values;
  };
}

function planArgument(arg: GraphQLArgument, node: ValueNode | undefined): Put | null {
  const { name, type, defaultValue } = arg;
  if (!node) {
    if (defaultValue !== undefined) return (args) => (args[name] = defaultValue);
    if (isNonNullType(type)) throw new Unanswered();
    return null;
  }
  if (node.kind === Kind.VARIABLE) {
    const variable = node.name.value;
    const isRequired = isNonNullType(type);
    return (args, { variables }) => {
      let value = variables[variable];
      if (value === undefined) value = defaultValue;
      if (isRequired && value == null) throw new Unanswered();
      if (value !== undefined) args[name] = value;
    };
  }
  const read = (variables?: Readonly<Record<string, unknown>>): unknown => {
    const value = valueFromAST(node, type, variables);
    if (value === undefined) throw new Unanswered();
    return value;
  };
  if (hasVariables(node) || typeof read() === 'object') return (args, run) => (args[name] = read(run.variables));
  const value = read();
  return (args) => (args[name] = value);
}

function hasVariables(node: ValueNode): boolean {
  let found = false;
  visit(node, { Variable: () => void (found = true) });
  return found;
}
