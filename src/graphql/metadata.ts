import { Kind, parse, type FieldDefinitionNode, type GraphQLSchema } from 'graphql';
import { getMetadataStorage } from 'type-graphql';

/** A class as type-graphql registers it. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type
export type ResolverClass = Function;

/**
 * Brings the rules that stand on a `@FieldResolver` into the schema. type-graphql drops them where the field is also
 * declared in its type's class: a rule that reads like one and would guard nothing.
 */
export function keepFieldResolverRules(schema: GraphQLSchema, resolvers: readonly ResolverClass[]): void {
  const storage = getMetadataStorage();
  for (const resolver of storage.fieldResolvers) {
    if (resolver.kind !== 'external' || !resolvers.includes(resolver.target)) continue;
    const typeClass = resolver.getObjectType?.();
    const declared = [...storage.objectTypes, ...storage.interfaceTypes].find(({ target }) => target === typeClass);
    const kept = declared?.fields?.find(({ schemaName }) => schemaName === resolver.schemaName)?.directives ?? [];
    const dropped = (resolver.directives ?? []).filter((directive) => !kept.includes(directive));
    const type = declared && schema.getType(declared.name);
    const field = type && 'getFields' in type ? type.getFields()[resolver.schemaName] : undefined;
    if (!field || dropped.length === 0) continue;
    const rules = dropped.map(({ nameOrDefinition }) => nameOrDefinition).join(' ');
    const written = fieldNode(`${field.name}: ${String(field.type)} ${rules}`);
    field.astNode = { ...written, directives: [...(field.astNode?.directives ?? []), ...(written.directives ?? [])] };
  }
}

function fieldNode(definition: string): FieldDefinitionNode {
  const [type] = parse(`type T { ${definition} }`).definitions;
  if (type?.kind !== Kind.OBJECT_TYPE_DEFINITION) throw new Error(`No field definition: ${definition}`);
  return type.fields![0]!;
}
