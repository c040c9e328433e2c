import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../shared/page.js';

/** Entries that a list is taken to have where nothing says how many. */
const LIST_SIZE = 10;

/** One walk through the schema by introspection, whatever it selects. */
const INTROSPECTION_COST = 2_000;

/** List arguments that get one entry of the answer for each of theirs. */
const SIZING_ARGUMENTS = ['ids', 'names'];

/** The arguments that say how long a list is. */
export const SIZE_ARGUMENTS: readonly string[] = ['first', ...SIZING_ARGUMENTS];

export interface CostInput {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Readonly<Record<string, unknown>>;
}

/** The cost of an operation, and which fields it selects on its root type (once for each response key). */
export interface OperationCost {
  cost: number;
  rootFields: string[];
}

/**
 * What an operation costs at most: one for each field of the answer. Connections count `first` entries, lists with
 * `ids` or `names` one for each of these, other lists of objects ten. Linear in the document: the cost of a fragment is found
 * once for each page size that it is used with.
 */
export function costOf({ schema, document, operation, variables }: CostInput): OperationCost {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const known = new Map<string, number>();
  const open = new Set<string>();
  const defaults = new Map(operation.variableDefinitions?.map((node) => [node.variable.name.value, node.defaultValue]));

  const valueOf = (node: ValueNode | undefined): unknown => {
    if (node?.kind === Kind.VARIABLE) {
      const given = variables[node.name.value];
      return given === undefined ? valueOf(defaults.get(node.name.value)) : given;
    }
    if (node?.kind === Kind.INT) return Number(node.value);
    if (node?.kind === Kind.LIST) return node.values;
    return undefined;
  };

  /** How many entries the answer to a field has; undefined where it is no list. */
  function sizeOf(node: FieldNode, field: GraphQLField<unknown, unknown>): number {
    const given = (name: string) => valueOf(node.arguments?.find((arg) => arg.name.value === name)?.value);
    for (const name of SIZING_ARGUMENTS) {
      const list = given(name);
      if (field.args.some((arg) => arg.name === name) && list != null) return Array.isArray(list) ? list.length : 1;
    }
    if (field.args.some((arg) => arg.name === 'first')) {
      const first = given('first') ?? DEFAULT_PAGE_SIZE;
      return typeof first === 'number' ? Math.min(Math.max(first, 0), MAX_PAGE_SIZE) : MAX_PAGE_SIZE;
    }
    return LIST_SIZE;
  }

  function fieldCost(node: FieldNode, parent: GraphQLCompositeType, pageSize: number | null): number {
    const name = node.name.value;
    if (name === '__schema' || name === '__type') return INTROSPECTION_COST;
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    if (!field) return 1;
    const type = getNamedType(field.type);
    const inner = isCompositeType(type) ? type : null;
    // A list of leaves is one value, however long.
    if (inner && isListType(getNullableType(field.type))) {
      const size = pageSize ?? sizeOf(node, field);
      return size * (1 + selectionCost(node.selectionSet, inner, null));
    }
    // The lists of a connection, its edges and nodes, are as long as its own argument says.
    const size = field.args.some((arg) => arg.name === 'first') ? sizeOf(node, field) : null;
    return 1 + (inner ? selectionCost(node.selectionSet, inner, size) : 0);
  }

  function selectionCost(
    set: SelectionSetNode | undefined,
    parent: GraphQLCompositeType,
    pageSize: number | null,
  ): number {
    let sum = 0;
    for (const node of set?.selections ?? []) {
      if (node.kind === Kind.FIELD) {
        sum += fieldCost(node, parent, pageSize);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        sum += selectionCost(node.selectionSet, conditionType(node.typeCondition?.name.value, parent), pageSize);
      } else {
        sum += fragmentCost(node.name.value, parent, pageSize);
      }
    }
    return sum;
  }

  function fragmentCost(name: string, parent: GraphQLCompositeType, pageSize: number | null): number {
    const key = `${name} ${pageSize}`;
    const cost = known.get(key);
    if (cost !== undefined) return cost;
    const node = fragments.get(name);
    if (!node || open.has(name)) return 0;
    open.add(name);
    const found = selectionCost(node.selectionSet, conditionType(node.typeCondition.name.value, parent), pageSize);
    open.delete(name);
    known.set(key, found);
    return found;
  }

  function conditionType(name: string | undefined, parent: GraphQLCompositeType): GraphQLCompositeType {
    const type = name === undefined ? undefined : schema.getType(name);
    return isCompositeType(type) ? type : parent;
  }

  const root = schema.getRootType(operation.operation);
  return {
    cost: root ? selectionCost(operation.selectionSet, root, null) : 0,
    rootFields: rootFields(operation.selectionSet, fragments),
  };
}

/** The fields selected on the root, those in fragments too; a fragment that is spread twice merges into one. */
function rootFields(set: SelectionSetNode, fragments: Map<string, FragmentDefinitionNode>): string[] {
  const fields = new Map<string, string>();
  const seen = new Set<string>();
  const collect = (selectionSet: SelectionSetNode) => {
    for (const node of selectionSet.selections) {
      if (node.kind === Kind.FIELD) {
        fields.set((node.alias ?? node.name).value, node.name.value);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        collect(node.selectionSet);
      } else if (!seen.has(node.name.value)) {
        seen.add(node.name.value);
        const fragment = fragments.get(node.name.value);
        if (fragment) collect(fragment.selectionSet);
      }
    }
  };
  collect(set);
  return [...fields.values()];
}
