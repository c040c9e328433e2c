import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  typeFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql';

/** Whether coercion would leave a value as it is. */
type IsPlain = (value: unknown) => boolean;

/** Reads variables that are given as they are taken; null for such as graphql-js has to coerce, or to refuse. */
export type ReadPlain = (inputs: Readonly<Record<string, unknown>>) => Record<string, unknown> | null;

/** What reads the variables of an operation: graphql-js makes several objects of every entry of a list. */
export function plainVariables(schema: GraphQLSchema, definitions: readonly VariableDefinitionNode[]): ReadPlain {
  const variables = definitions.map((node) => {
    const type = typeFromAST(schema, node.type);
    return {
      name: node.variable.name.value,
      isPlain: isInputType(type) ? plainOf(type) : NEVER,
      mayLack: node.type.kind !== Kind.NON_NULL_TYPE && node.defaultValue === undefined,
    };
  });
  return (inputs) => {
    const values: Record<string, unknown> = {};
    for (const { name, isPlain, mayLack } of variables) {
      if (Object.hasOwn(inputs, name)) {
        const value = inputs[name];
        if (!isPlain(value)) return null;
        values[name] = value;
      } else if (!mayLack) {
        return null;
      }
    }
    return values;
  };
}

const NEVER: IsPlain = () => false;
const isText: IsPlain = (value) => typeof value === 'string';

const PLAIN_SCALARS = new Map<unknown, IsPlain>([
  [GraphQLString, isText],
  [GraphQLID, isText],
  [GraphQLBoolean, (value) => typeof value === 'boolean'],
  [GraphQLInt, (value) => typeof value === 'number' && value === (value | 0)],
  [GraphQLFloat, (value) => Number.isFinite(value)],
]);

function plainOf(type: GraphQLInputType): IsPlain {
  if (isNonNullType(type)) return somethingPlain(type.ofType);
  const isPlain = somethingPlain(type);
  return (value) => value === null || isPlain(value);
}

/** Of what is not null. */
function somethingPlain(type: GraphQLInputType): IsPlain {
  if (isListType(type)) {
    const isPlain = plainOf(type.ofType);
    return (value) => Array.isArray(value) && value.every(isPlain);
  }
  if (isEnumType(type)) {
    const names = new Set<unknown>(type.getValues().flatMap(({ name, value }) => (name === value ? [name] : [])));
    return (value) => names.has(value);
  }
  return PLAIN_SCALARS.get(type) ?? NEVER;
}
