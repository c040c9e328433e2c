// PostGraphile 5 over the tables as they are, tuned as its documents advise: production mode, nothing watched, no GraphiQL, statements
// prepared, lists instead of connections. Three fields are by hand, as its own schema does not look entries up by a version's name; each
// has a plan, none a resolver. Settings: PORT, HOST, DATABASE_URL.
import { createServer } from 'node:http';
import { constant, lambda, object } from 'postgraphile/grafast';
import { loadManyWithPgClient, TYPES } from 'postgraphile/@dataplan/pg';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { postgraphile } from 'postgraphile';
import { extendSchema, gql } from 'postgraphile/utils';
import * as sql from '../bare-sql.ts';

// It asks for Node 22; this is what it uses that 20 lacks.
Promise.withResolvers ??= () => {
  const all = {};
  all.promise = new Promise((resolve, reject) => Object.assign(all, { resolve, reject }));
  return all;
};

const fields = extendSchema((build) => {
  const { mappings } = build.pgResources;
  const { executor } = mappings;
  const { sql: pgSql } = build;
  /** The entry of an id, read in one statement with all that is selected below it. */
  const entry = ($srg, $version, ofKind) => {
    const $found = mappings.find({ srg: $srg });
    $found.where(
      pgSql`${$found}.version_id = (SELECT id FROM game_versions WHERE name = ${$found.placeholder($version, TYPES.text)})`,
    );
    if (ofKind !== undefined) $found.where(pgSql`${$found}.kind = ${pgSql.literal(ofKind)}`);
    $found.setFirst(constant(1));
    return $found.single();
  };
  return {
    typeDefs: gql`
      type FoundEntry {
        score: Float!
        kind: MappingKind!
        srg: String!
        name: String
      }
      extend type Query {
        mapping(srg: String!, version: String!): Mapping
        class(name: String!, version: String!): Mapping
        search(query: String!, version: String!, first: Int!): [FoundEntry!]!
      }
    `,
    objects: {
      Query: {
        plans: {
          mapping: (_, { $srg, $version }) => entry($srg, $version),
          class: (_, { $name, $version }) => entry($name, $version, 'CLASS'),
          search(_, { $query, $version, $first }) {
            const $asked = object({ query: $query, version: $version, first: $first });
            const $values = lambda(
              $asked,
              ({ query, version, first }) => sql.searchValues(query, version, first),
              true,
            );
            return loadManyWithPgClient(executor, $values, searchAll);
          },
        },
      },
    },
  };
});

async function searchAll(pgClient, asked) {
  const found = await Promise.all(asked.map((values) => pgClient.query({ name: 'search', text: sql.SEARCH, values })));
  return found.map(({ rows }) => rows);
}

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [fields],
  disablePlugins: ['NodePlugin'],
  schema: { defaultBehavior: '-connection +list +query:resource:list' },
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ['public'],
      pubsub: false,
      poolConfig: { max: 10, options: '-c jit=off' },
    }),
  ],
  grafserv: { watch: false, graphiql: false, websockets: false, graphqlOverGET: true },
  grafast: { explain: false },
};

const server = createServer();
const serv = postgraphile(preset).createServ(grafserv);
await serv.addTo(server);
server.listen(Number(process.env.PORT), process.env.HOST);
process.on('SIGTERM', () => process.exit(0));
