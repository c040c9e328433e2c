import { getDocumentNodeFromSchema } from '@graphql-tools/utils';
import { Kind, print, type DefinitionNode, type GraphQLSchema } from 'graphql';

const FIRST = ['Query', 'Mutation', 'Subscription'];

const rank = (node: DefinitionNode): string => {
  if (node.kind === Kind.SCHEMA_DEFINITION) return '0';
  const name = 'name' in node && node.name ? node.name.value : '';
  if (node.kind === Kind.DIRECTIVE_DEFINITION) return `1 ${name}`;
  const root = FIRST.indexOf(name);
  return root >= 0 ? `2 ${root}` : `3 ${name}`;
};

/**
 * The schema as text, with its directives: what `schema.graphql` holds. Types stand in the order of their names, so
 * that importing modules in another order changes nothing.
 */
export function printAnnotatedSchema(schema: GraphQLSchema): string {
  const document = getDocumentNodeFromSchema(schema);
  const definitions = document.definitions
    .map((node) => ({ node, rank: rank(node) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ node }) => node);
  return `${print({ ...document, definitions })}\n`;
}
