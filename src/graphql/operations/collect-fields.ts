import {
  isAbstractType,
  Kind,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';

/** What the variables are that `@skip` and `@include` ask. */
export type Conditions = Readonly<Record<string, boolean>>;

/** What of a document is selected. */
export interface Selected {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  conditions: Conditions;
}

/** The fields that selections ask of objects of a type, by response key, in the order of the specification (6.3.2). */
export function collectFields(
  { schema, fragments, conditions }: Selected,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const spread = new Set<string>();
  const applies = (name: string | undefined) => {
    const condition = name === undefined ? type : schema.getType(name);
    return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
  };
  const collect = ({ selections }: SelectionSetNode) => {
    for (const node of selections) {
      if (!isIncluded(node.directives, conditions)) continue;
      if (node.kind === Kind.FIELD) {
        const key = (node.alias ?? node.name).value;
        const known = fields.get(key);
        if (known) known.push(node);
        else fields.set(key, [node]);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        if (applies(node.typeCondition?.name.value)) collect(node.selectionSet);
      } else if (!spread.has(node.name.value)) {
        spread.add(node.name.value);
        const fragment = fragments.get(node.name.value);
        if (fragment && applies(fragment.typeCondition.name.value)) collect(fragment.selectionSet);
      }
    }
  };
  sets.forEach(collect);
  return fields;
}

function isIncluded(directives: readonly DirectiveNode[] = [], conditions: Conditions): boolean {
  return directives.every(({ name, arguments: args = [] }) => {
    if (name.value !== 'skip' && name.value !== 'include') return true;
    const value = args.find((arg) => arg.name.value === 'if')?.value;
    const is =
      value?.kind === Kind.VARIABLE ? conditions[value.name.value] : value?.kind === Kind.BOOLEAN && value.value;
    return is === (name.value === 'include');
  });
}

/** The variables that decide what is selected. */
export function conditionVariables({ definitions }: DocumentNode): string[] {
  const names = new Set<string>();
  const inDirectives = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { kind, name, arguments: args } = node as Partial<DirectiveNode>;
    if (kind === Kind.DIRECTIVE && (name?.value === 'skip' || name?.value === 'include')) {
      for (const { value } of args ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    }
    for (const [key, child] of Object.entries(node)) if (key !== 'loc') inDirectives(child);
  };
  inDirectives(definitions);
  return [...names];
}
