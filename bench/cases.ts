import { startSession } from '../src/auth/sessions/lucia.js';
import { hashSecret } from '../src/auth/secrets.js';
import { newToken, tokenPrefix } from '../src/auth/tokens/token-format.js';
import { insertToken } from '../src/auth/tokens/tokens.store.js';
import type { Database } from '../src/db/index.js';

/** One request to either server: the same question. */
export interface Exchange {
  /** To the service: the body of POST /graphql. */
  ours: string;
  /** To the bare server, or to the service without a credential: the body of POST to the case's path. */
  bare: string;
}

export interface BenchCase {
  name: string;
  title: string;
  /** What is asked, for the results. */
  operation: string;
  barePath: string;
  /** Sent in turn, from the start again at their end. */
  exchanges: readonly Exchange[];
  /** How many of them are compared before anything is timed. */
  compared: number;
  /** Headers that sign the caller in. The service is then measured beside itself, asked the same without them. */
  credential?: Record<string, string>;
}

export const CASE_NAMES = ['floor', 'lookup', 'inline', 'search', 'class', 'translate', 'session', 'token'] as const;

interface Operation<Input> {
  document: string;
  input: readonly Input[];
}

const exchanges = <Input extends object>({ document, input }: Operation<Input>): Exchange[] =>
  input.map((variables) => ({
    ours: JSON.stringify({ query: document, variables }),
    bare: JSON.stringify(variables),
  }));

const MAPPING_FIELDS = 'kind srg name documentation side';

const LOOKUP = `query Lookup($srg: String!, $version: String) {
  mapping(srg: $srg, version: $version) { ${MAPPING_FIELDS} }
}`;

const inlineLookup = (srg: string, version: string) =>
  `{ mapping(srg: ${JSON.stringify(srg)}, version: ${JSON.stringify(version)}) { ${MAPPING_FIELDS} } }`;

const SEARCH = `query Search($query: String!, $version: String, $first: Int) {
  search(query: $query, version: $version, first: $first) {
    edges { score node { kind srg name } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const CLASS = `query Members($name: String!, $version: String) {
  class(name: $name, version: $version) {
    srg
    name
    obf
    methods(first: 100) {
      nodes {
        obf
        obfDescriptor
        srgDescriptor
        owner { obf }
        member { srg name documentation ... on Method { parameters { srg name } } }
      }
    }
  }
}`;

const TRANSLATE = `query Translate($names: [String!]!, $version: String) {
  translate(from: SRG, to: MCP, names: $names, version: $version) { from to candidates }
}`;

const FLOOR = '{ __typename }';

const column = async (db: Database, sql: string): Promise<string[]> =>
  (await db.query<{ value: string }>(sql)).map(({ value }) => value);

// The same order in every run, and none that the tables know.
const SHUFFLED = 'ORDER BY md5(srg), kind';

/** What people type, besides bare numbers of ids: whole names, beginnings, first letters of parts, letters left out, in turn. */
function asTyped(name: string, i: number): string {
  if (i % 4 === 0) return name;
  if (i % 4 === 1) return name.slice(0, Math.max(4, Math.ceil(name.length / 2)));
  const initials = name[0]! + name.slice(1).replace(/[^A-Z]/g, '');
  if (i % 4 === 2 && initials.length > 1) return initials;
  const left = Math.floor(name.length / 2);
  return name.slice(0, left) + name.slice(left + 1);
}

/** Somebody who is signed in, by a browser's cookie and by an API token. */
async function signedIn(db: Database): Promise<Record<'session' | 'token', Record<string, string>>> {
  const [user] = await db.query<{ id: number }>(
    `INSERT INTO users (handle, handle_key, handle_skeleton) VALUES ('bench', 'bench', 'bench') RETURNING id`,
  );
  const userId = user!.id;
  await db.query(`INSERT INTO role_grants (user_id, role) VALUES ($1, 'MAINTAINER')`, [userId]);
  const token = newToken('mcp_pat_');
  await insertToken(db, {
    hash: hashSecret(token),
    userId,
    name: 'bench',
    prefix: tokenPrefix(token),
    permissions: ['MAPPING_PROPOSE'],
    gameVersionIds: [],
    createdAt: new Date(),
    expiresAt: new Date(Date.now() + 86_400_000),
  });
  return {
    session: { cookie: `mcp_session=${await startSession(db, userId, 'bench')}` },
    token: { authorization: `Bearer ${token}` },
  };
}

/** The operations over what the database holds. */
export async function createCases(db: Database, version: string): Promise<BenchCase[]> {
  const srgs = await column(db, `SELECT srg AS value FROM mappings ${SHUFFLED}`);
  const names = await column(
    db,
    `SELECT name AS value FROM mappings WHERE kind IN ('METHOD', 'FIELD') AND NOT fixed AND length(name) >= 6 ${SHUFFLED} LIMIT 400`,
  );
  const classes = await column(
    db,
    `SELECT c.srg AS value FROM declarations d JOIN mappings m ON m.id = d.member_id JOIN mappings c ON c.id = d.owner_id
      WHERE m.kind = 'METHOD' AND NOT m.is_constructor GROUP BY c.srg HAVING count(*) >= 100 ORDER BY md5(c.srg)`,
  );
  const ids = await column(db, `SELECT srg AS value FROM mappings WHERE kind <> 'CLASS' AND NOT fixed ${SHUFFLED}`);
  const lists = Array.from({ length: Math.min(20, Math.floor(ids.length / 500)) }, (_, i) =>
    ids.slice(500 * i, 500 * (i + 1)),
  );
  const numbers = ids.slice(0, 20).map((srg) => /\d+/.exec(srg)![0]);
  const queries = [...names.map(asTyped), ...numbers];
  const lookups = exchanges({ document: LOOKUP, input: srgs.map((srg) => ({ srg, version })) });
  const credentials = await signedIn(db);
  const beside = (name: 'session' | 'token', title: string): BenchCase => ({
    name,
    title,
    operation: LOOKUP,
    barePath: '/graphql',
    exchanges: lookups.map(({ ours }) => ({ ours, bare: ours })),
    compared: 50,
    credential: credentials[name],
  });
  return [
    {
      name: 'floor',
      title: 'floor: `{ __typename }`',
      operation: `${FLOOR}; bare: a constant answer`,
      barePath: '/',
      exchanges: [{ ours: JSON.stringify({ query: FLOOR }), bare: '{}' }],
      compared: 1,
    },
    {
      name: 'lookup',
      title: 'lookup by id, variables',
      operation: LOOKUP,
      barePath: '/lookup',
      exchanges: lookups,
      compared: 500,
    },
    {
      name: 'inline',
      title: 'lookup by id, arguments inline, each document new',
      operation: inlineLookup('func_70001_a', version),
      barePath: '/lookup',
      exchanges: srgs.map((srg) => ({
        ours: JSON.stringify({ query: inlineLookup(srg, version) }),
        bare: JSON.stringify({ srg, version }),
      })),
      compared: 100,
    },
    {
      name: 'search',
      title: 'search of 20, fuzzy',
      operation: SEARCH,
      barePath: '/search',
      exchanges: exchanges({ document: SEARCH, input: queries.map((query) => ({ query, version, first: 20 })) }),
      compared: queries.length,
    },
    {
      name: 'class',
      title: 'class, 100 members and their parameters',
      operation: CLASS,
      barePath: '/class',
      exchanges: exchanges({ document: CLASS, input: classes.map((name) => ({ name, version })) }),
      compared: classes.length,
    },
    {
      name: 'translate',
      title: 'translate 500 names, SRG to MCP',
      operation: TRANSLATE,
      barePath: '/translate',
      exchanges: exchanges({ document: TRANSLATE, input: lists.map((list) => ({ names: list, version })) }),
      compared: lists.length,
    },
    beside('session', 'lookup by id, signed in by cookie'),
    beside('token', 'lookup by id, by API token'),
  ];
}
