import { Kind, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';

/** How large an operation is, its fragments spread out. */
export interface Shape {
  /** Levels of fields. Introspection counts apart, because the standard query alone nests 15 deep. */
  depth: number;
  introspectionDepth: number;
  fields: number;
  aliases: number;
  directives: number;
}

const EMPTY: Shape = { depth: 0, introspectionDepth: 0, fields: 0, aliases: 0, directives: 0 };

const largest = (a: Shape, b: Shape): Shape => ({
  depth: Math.max(a.depth, b.depth),
  introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
  fields: Math.max(a.fields, b.fields),
  aliases: Math.max(a.aliases, b.aliases),
  directives: Math.max(a.directives, b.directives),
});

/**
 * The shape of a document: of each number the largest over its operations and fragments. Needs no schema and runs
 * before validation, whose own cost grows with the square of some of these. Each fragment is measured once, so that
 * fragments that double from level to level cost nothing; a cycle is cut, for validation to refuse.
 */
export function shapeOf(document: DocumentNode): Shape {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const measured = new Map<string, Shape>();
  const open = new Set<string>();

  function fragment(name: string): Shape {
    const known = measured.get(name);
    if (known) return known;
    const node = fragments.get(name);
    if (!node || open.has(name)) return EMPTY;
    open.add(name);
    const shape = selections(node.selectionSet);
    open.delete(name);
    const whole = { ...shape, directives: shape.directives + (node.directives?.length ?? 0) };
    measured.set(name, whole);
    return whole;
  }

  function selections(set: SelectionSetNode | undefined): Shape {
    const sum = { ...EMPTY };
    for (const node of set?.selections ?? []) {
      const inner = node.kind === Kind.FRAGMENT_SPREAD ? fragment(node.name.value) : selections(node.selectionSet);
      sum.fields += inner.fields;
      sum.aliases += inner.aliases;
      sum.directives += inner.directives + (node.directives?.length ?? 0);
      let { depth, introspectionDepth } = inner;
      if (node.kind === Kind.FIELD) {
        sum.fields++;
        if (node.alias) sum.aliases++;
        const name = node.name.value;
        if (name === '__schema' || name === '__type') {
          introspectionDepth = Math.max(introspectionDepth, depth) + 1;
          depth = 1;
        } else {
          depth++;
        }
      }
      sum.depth = Math.max(sum.depth, depth);
      sum.introspectionDepth = Math.max(sum.introspectionDepth, introspectionDepth);
    }
    return sum;
  }

  return document.definitions
    .map((node) => {
      if (node.kind === Kind.FRAGMENT_DEFINITION) return fragment(node.name.value);
      if (node.kind !== Kind.OPERATION_DEFINITION) return EMPTY;
      const shape = selections(node.selectionSet);
      return { ...shape, directives: shape.directives + (node.directives?.length ?? 0) };
    })
    .reduce(largest, EMPTY);
}
