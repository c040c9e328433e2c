import type { CodegenConfig } from '@graphql-codegen/cli';

const plugins = ['typescript-operations', 'typed-document-node'];
const config = {
  enumsAsTypes: true,
  useTypeImports: true,
  scalars: { DateTime: 'string', URL: 'string', ID: 'string', JSONObject: 'Record<string, unknown>' },
  avoidOptionals: { field: true },
};

/** Typed documents of the operations that the command line, the IRC bridge and the tests send. */
export default {
  schema: 'schema.graphql',
  generates: {
    'src/cli/generated/documents.ts': { documents: 'src/cli/documents/*.graphql', plugins, config },
    'src/irc/generated/documents.ts': { documents: 'src/irc/documents/*.graphql', plugins, config },
    'test/support/generated/documents.ts': { documents: 'test/support/documents/*.graphql', plugins, config },
  },
} satisfies CodegenConfig;
