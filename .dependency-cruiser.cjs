// The direction of docs/ARCHITECTURE.md: app -> front doors -> resolvers -> services -> stores -> db -> shared.
const FRONT_DOORS = '^src/(graphql|http|oidc|irc|cli)/';
const GRAPHQL_TIER = '\\.(resolver|types|loaders|nodes)\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Type files may know each other; nothing else may go in circles.',
      severity: 'error',
      from: { pathNot: '\\.types\\.ts$' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'only-entries-know-the-app',
      comment: 'src/app composes everything, so nothing but the process entries may import it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(app/|main\\.ts$|(cli|irc)/main\\.ts$)' },
      to: { path: '^src/app/' },
    },
    {
      name: 'domain-knows-no-front-door',
      comment: 'Services, stores and formats serve GraphQL, IRC, OIDC and the command line alike.',
      severity: 'error',
      from: { path: '^src/modules/', pathNot: GRAPHQL_TIER },
      to: { path: [FRONT_DOORS, GRAPHQL_TIER, '^node_modules/(graphql|type-graphql|@apollo|fastify)/'] },
    },
    {
      name: 'resolvers-know-graphql-alone',
      severity: 'error',
      from: { path: GRAPHQL_TIER },
      to: { path: '^src/(http|oidc|irc|cli)/' },
    },
    {
      name: 'front-doors-are-apart',
      comment: 'The HTTP door mounts the GraphQL one; else they do not know each other.',
      severity: 'error',
      from: { path: '^src/(graphql|oidc|irc|cli)/' },
      to: { path: FRONT_DOORS, pathNot: '^src/$1/' },
    },
    {
      name: 'auth-knows-no-front-door',
      severity: 'error',
      from: { path: '^src/auth/' },
      to: { path: [FRONT_DOORS, '^src/modules/'] },
    },
    {
      name: 'db-knows-shared-alone',
      severity: 'error',
      from: { path: '^src/db/' },
      to: { path: '^src/', pathNot: '^src/(db|shared)/' },
    },
    {
      name: 'shared-knows-nothing',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: ['^src/', '^node_modules/'], pathNot: '^src/shared/' },
    },
    {
      name: 'formats-are-pure',
      comment: 'A format is text in, data out.',
      severity: 'error',
      from: { path: '^src/modules/formats/' },
      to: { path: '^src/', pathNot: '^src/(modules/formats|shared)/' },
    },
    {
      name: 'generated-client-in-db-and-stores',
      severity: 'error',
      from: { pathNot: '^src/db/|\\.store\\.ts$' },
      to: { path: '^src/db/generated/' },
    },
    {
      name: 'shield-in-one-file',
      severity: 'error',
      from: { pathNot: '^src/graphql/directives/shield\\.ts$' },
      to: { path: 'graphql-shield' },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      // Types alone, which this tool does not find.
      to: { couldNotResolve: true, pathNot: '^@graphql-typed-document-node/core$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|src/db/generated' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
