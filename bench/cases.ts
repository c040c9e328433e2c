import { Permission } from '../src/auth/permissions.js';
import type { Database } from '../src/db/index.js';
import { letIn } from './access-token.js';
import { signedIn, type CredentialHeaders, type SignIn } from './people.js';
import { writeCases } from './write-cases.js';

/** One request to either server: the same question. */
export interface Exchange {
  /** To the service: the body of POST /graphql. */
  ours: string;
  /** To the bare server, or to the service without a credential: the body of POST to the case's path. */
  bare: string;
  /** To both. */
  headers?: CredentialHeaders;
  /** What `data` must be, where it is known beforehand; else each answers what the other does. */
  expected?: unknown;
}

export interface BenchCase {
  name: string;
  title: string;
  /** What is asked, for the results. */
  operation: string;
  barePath: string;
  /** The request at an index; one that writes is a new one each time, so that it is new work for either server. */
  exchange: (index: number) => Exchange;
  /** How many of them are compared before anything is timed. */
  compared: number;
  /** What both must refuse alike, compared as well and never timed. */
  refused?: readonly Exchange[];
  /** Changes that each request writes, for a case that does. */
  writes?: number;
  /** Signs the caller in. The service is then measured beside itself, asked the same without. */
  credential?: SignIn;
}

export const CASE_NAMES = [
  'floor',
  'lookup',
  'inline',
  'search',
  'class',
  'translate',
  'session',
  'token',
  'jwt',
  'propose',
  'propose100',
] as const;

/** From the start again at their end. @throws Error for none */
function inTurn(exchanges: readonly Exchange[], title: string): BenchCase['exchange'] {
  if (exchanges.length === 0) throw new Error(`There is nothing to ask for ${title} in these data.`);
  return (index) => exchanges[index % exchanges.length]!;
}

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
  const permissions = [Permission.MAPPING_PROPOSE];
  const { userId, session, token } = await signedIn(db, 'bench', permissions);
  const credentials = {
    session: async () => session,
    token: async () => token,
    jwt: await letIn(db, userId, permissions),
  };
  const beside = (name: keyof typeof credentials, title: string): BenchCase => ({
    name,
    title,
    operation: LOOKUP,
    barePath: '/graphql',
    exchange: inTurn(
      lookups.map(({ ours }) => ({ ours, bare: ours })),
      name,
    ),
    compared: 50,
    credential: credentials[name],
  });
  return [
    {
      name: 'floor',
      title: 'floor: `{ __typename }`',
      operation: `${FLOOR}; bare: a constant answer`,
      barePath: '/',
      exchange: inTurn([{ ours: JSON.stringify({ query: FLOOR }), bare: '{}' }], 'floor'),
      compared: 1,
    },
    {
      name: 'lookup',
      title: 'lookup by id, variables',
      operation: LOOKUP,
      barePath: '/lookup',
      exchange: inTurn(lookups, 'lookup'),
      compared: 500,
    },
    {
      name: 'inline',
      title: 'lookup by id, arguments inline, each document new',
      operation: inlineLookup('func_70001_a', version),
      barePath: '/lookup',
      exchange: inTurn(
        srgs.map((srg) => ({
          ours: JSON.stringify({ query: inlineLookup(srg, version) }),
          bare: JSON.stringify({ srg, version }),
        })),
        'inline',
      ),
      compared: 100,
    },
    {
      name: 'search',
      title: 'search of 20, fuzzy',
      operation: SEARCH,
      barePath: '/search',
      exchange: inTurn(
        exchanges({ document: SEARCH, input: queries.map((query) => ({ query, version, first: 20 })) }),
        'search',
      ),
      compared: queries.length,
    },
    {
      name: 'class',
      title: 'class, 100 members and their parameters',
      operation: CLASS,
      barePath: '/class',
      exchange: inTurn(exchanges({ document: CLASS, input: classes.map((name) => ({ name, version })) }), 'class'),
      compared: classes.length,
    },
    {
      name: 'translate',
      title: 'translate 500 names, SRG to MCP',
      operation: TRANSLATE,
      barePath: '/translate',
      exchange: inTurn(
        exchanges({ document: TRANSLATE, input: lists.map((list) => ({ names: list, version })) }),
        'translate',
      ),
      compared: lists.length,
    },
    beside('session', 'lookup by id, signed in by cookie'),
    beside('token', 'lookup by id, by API token'),
    beside('jwt', 'lookup by id, by access token'),
    ...(await writeCases(db, version, ids)),
  ];
}
