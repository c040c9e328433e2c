// Mercurius with graphql-jit, prepared statements and loaders written by hand, as its documents advise: every field that hangs on a list
// is a loader, which reads all of its level in one statement. Settings: PORT, HOST, DATABASE_URL.
import { Buffer } from 'node:buffer';
import Fastify from 'fastify';
import mercurius from 'mercurius';
import pg from 'pg';
import * as sql from '../bare-sql.ts';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10, options: '-c jit=off' });
const rows = async (name, text, values) => (await pool.query({ name, text, values })).rows;

const schema = /* GraphQL */ `
  enum MappingKind {
    CLASS
    METHOD
    FIELD
    PARAMETER
  }
  enum Side {
    CLIENT
    SERVER
    BOTH
  }
  enum ChangeState {
    STAGED
    COMMITTED
    UNDONE
    REJECTED
    SUPERSEDED
  }
  interface Mapping {
    kind: MappingKind!
    srg: String!
    name: String
    documentation: String
    side: Side!
    changes(first: Int): ChangeConnection!
  }
  type Method implements Mapping {
    kind: MappingKind!
    srg: String!
    name: String
    documentation: String
    side: Side!
    changes(first: Int): ChangeConnection!
  }
  type Field implements Mapping {
    kind: MappingKind!
    srg: String!
    name: String
    documentation: String
    side: Side!
    changes(first: Int): ChangeConnection!
  }
  type Parameter implements Mapping {
    kind: MappingKind!
    srg: String!
    name: String
    documentation: String
    side: Side!
    changes(first: Int): ChangeConnection!
  }
  type Class implements Mapping {
    kind: MappingKind!
    srg: String!
    name: String
    documentation: String
    side: Side!
    changes(first: Int): ChangeConnection!
    obf: String!
    methods(first: Int): DeclarationConnection!
  }
  type Declaration {
    obf: String!
    obfDescriptor: String
    srgDescriptor: String
    member: Mapping!
  }
  type DeclarationConnection {
    nodes: [Declaration!]!
  }
  type Change {
    newName: String
    state: ChangeState!
    createdAt: String!
    author: User
  }
  type ChangeConnection {
    nodes: [Change!]!
  }
  type User {
    handle: String!
  }
  type PageInfo {
    hasNextPage: Boolean!
    endCursor: String
  }
  type SearchEdge {
    score: Float!
    node: Mapping!
  }
  type SearchConnection {
    edges: [SearchEdge!]!
    pageInfo: PageInfo!
  }
  type Query {
    mapping(srg: String!, version: String): Mapping
    search(query: String!, version: String, first: Int): SearchConnection!
    class(name: String!, version: String): Class
  }
`;

const ENTRY = 'SELECT id, version_id, kind, srg, name, documentation, side, obf FROM mappings';
const IN_VERSION = 'version_id = (SELECT id FROM game_versions WHERE name = $1)';
const MAPPING = `${ENTRY} WHERE ${IN_VERSION} AND srg = $2 ORDER BY kind LIMIT 1`;
const CLASS = `${ENTRY} WHERE ${IN_VERSION} AND kind = 'CLASS' AND srg = $2`;

const METHODS = `
  SELECT page.* FROM unnest($1::int[]) AS parent(id) CROSS JOIN LATERAL (
    SELECT d.owner_id, d.obf, d.obf_descriptor AS "obfDescriptor", d.srg_descriptor AS "srgDescriptor",
           m.id, m.version_id, m.kind, m.srg, m.name, m.documentation, m.side
      FROM declarations d JOIN mappings m ON m.id = d.member_id
     WHERE d.owner_id = parent.id AND m.kind = 'METHOD' AND NOT m.is_constructor ORDER BY d.id LIMIT $2) AS page`;

const CHANGES = `
  SELECT page.* FROM unnest($1::int[], $2::text[], $3::text[]) AS parent(version_id, srg, kind) CROSS JOIN LATERAL (
    SELECT parent.srg, c.new_name AS "newName", c.state, c.created_at AS "createdAt", c.author_id AS "authorId" FROM changes c
     WHERE c.srg = parent.srg AND c.version_id = parent.version_id AND c.kind = parent.kind::mapping_kind
     ORDER BY c.sequence DESC LIMIT $4) AS page`;

const AUTHORS = `
  SELECT u.id, coalesce(stayed.handle, u.handle) AS handle
    FROM users u LEFT JOIN users stayed ON stayed.id = u.merged_into_id WHERE u.id = ANY($1::int[])`;

const resolvers = {
  Mapping: { resolveType: ({ kind }) => kind[0] + kind.slice(1).toLowerCase() },
  Change: { createdAt: ({ createdAt }) => createdAt.toISOString() },
  Query: {
    mapping: async (_, { srg, version }) => (await rows('mapping', MAPPING, [version, srg]))[0],
    class: async (_, { name, version }) => (await rows('class', CLASS, [version, name]))[0],
    async search(_, { query, version, first }) {
      const found = await rows('search', sql.SEARCH, sql.searchValues(query, version, first + 1));
      const shown = found.slice(0, first);
      const last = shown.at(-1);
      const endCursor = last && Buffer.from(JSON.stringify([last.score, last.srg, last.id])).toString('base64url');
      return {
        edges: shown.map((node) => ({ score: node.score, node })),
        pageInfo: { hasNextPage: found.length > first, endCursor },
      };
    },
  },
};

/** Without the cache that is made anew for each request and keyed by the text of each parent. */
const uncached = (loader) => ({ loader, opts: { cache: false } });

/** Rows by a key of theirs, each list in the order of the rows. */
function grouped(found, key) {
  const groups = new Map();
  for (const row of found) {
    const group = groups.get(row[key]);
    if (group === undefined) groups.set(row[key], [row]);
    else group.push(row);
  }
  return groups;
}

const changes = uncached(async (queries) => {
  // An entry that stands in a list twice is read once.
  const parents = [...new Map(queries.map(({ obj }) => [obj.srg, obj])).values()];
  const found = await rows('changes', CHANGES, [
    parents.map(({ version_id }) => version_id),
    parents.map(({ srg }) => srg),
    parents.map(({ kind }) => kind),
    queries[0].params.first,
  ]);
  const bySrg = grouped(found, 'srg');
  return queries.map(({ obj }) => ({ nodes: bySrg.get(obj.srg) ?? [] }));
});

const loaders = {
  Class: {
    changes,
    methods: uncached(async (queries) => {
      const ids = queries.map(({ obj }) => obj.id);
      const byOwner = grouped(await rows('methods', METHODS, [ids, queries[0].params.first]), 'owner_id');
      return ids.map((id) => ({ nodes: (byOwner.get(id) ?? []).map((row) => ({ ...row, member: row })) }));
    }),
  },
  Method: { changes },
  Field: { changes },
  Parameter: { changes },
  Change: {
    author: uncached(async (queries) => {
      const ids = new Set(queries.flatMap(({ obj }) => obj.authorId ?? []));
      const found = ids.size === 0 ? [] : await rows('authors', AUTHORS, [[...ids]]);
      const byId = new Map(found.map((row) => [row.id, row]));
      return queries.map(({ obj }) => byId.get(obj.authorId) ?? null);
    }),
  },
};

const app = Fastify();
app.get('/', () => 'ready');
await app.register(mercurius, { schema, resolvers, loaders, jit: 1, graphiql: false });
await app.listen({ port: Number(process.env.PORT), host: process.env.HOST });
process.on('SIGTERM', () => process.exit(0));
