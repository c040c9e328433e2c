import type { Database } from '../src/db/index.js';
import type { BenchCase, Exchange } from './bench-case.js';
import { logOf } from './logs.js';
import * as ask from './operations.js';
import { shapeClass, shapeSearch, withoutCursor } from './peer-answers.js';
import { MEMBERS } from './seed-history.js';

/** From the start again at their end. @throws Error for none */
export function inTurn(exchanges: readonly Exchange[], title: string): BenchCase['exchange'] {
  if (exchanges.length === 0) throw new Error(`There is nothing to ask for ${title} in these data.`);
  return (index) => exchanges[index % exchanges.length]!;
}

interface Operation<Input> {
  document: string;
  /** The words of PostGraphile, with the same variables unless others are given. */
  postgraphile?: { document: string; variables?: (input: Input) => object };
  input: readonly Input[];
}

export const exchanges = <Input extends object>({ document, postgraphile, input }: Operation<Input>): Exchange[] =>
  input.map((variables) => ({
    ours: JSON.stringify({ query: document, variables }),
    bare: JSON.stringify(variables),
    ...(postgraphile && {
      postgraphile: JSON.stringify({
        query: postgraphile.document,
        variables: postgraphile.variables?.(variables) ?? variables,
      }),
    }),
  }));

const column = async (db: Database, version: string, sql: string): Promise<string[]> =>
  (await db.query<{ value: string }>(sql, [version])).map(({ value }) => value);

const IN_VERSION = 'version_id = (SELECT id FROM game_versions WHERE name = $1)';
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

/** What can be asked for. */
export interface Subjects {
  /** Every entry. */
  srgs: string[];
  /** Members and parameters. */
  ids: string[];
  /** What people type into a search. */
  queries: string[];
  /** Classes with a hundred methods. */
  classes: string[];
}

export async function readSubjects(db: Database, version: string): Promise<Subjects> {
  const names = await column(
    db,
    version,
    `SELECT name AS value FROM mappings
      WHERE ${IN_VERSION} AND kind IN ('METHOD', 'FIELD') AND NOT fixed AND length(name) >= 6 ${SHUFFLED} LIMIT 400`,
  );
  const classes = await column(
    db,
    version,
    `SELECT c.srg AS value FROM declarations d JOIN mappings m ON m.id = d.member_id JOIN mappings c ON c.id = d.owner_id
      WHERE m.kind = 'METHOD' AND NOT m.is_constructor AND c.${IN_VERSION}
      GROUP BY c.srg HAVING count(*) >= ${MEMBERS} ORDER BY md5(c.srg)`,
  );
  const srgs = await column(db, version, `SELECT srg AS value FROM mappings WHERE ${IN_VERSION} ${SHUFFLED}`);
  const ids = await column(
    db,
    version,
    `SELECT srg AS value FROM mappings WHERE ${IN_VERSION} AND kind <> 'CLASS' AND NOT fixed ${SHUFFLED}`,
  );
  const numbers = ids.slice(0, 20).map((srg) => /\d+/.exec(srg)![0]);
  return { srgs, ids, classes, queries: [...names.map(asTyped), ...numbers] };
}

const SHOWN = 20;

/** Up to `most` lists of ids without one in common. */
const listsOf = (ids: readonly string[], size: number, most: number): string[][] =>
  Array.from({ length: Math.min(most, Math.floor(ids.length / size)) }, (_, i) => ids.slice(size * i, size * (i + 1)));

/** Pages of the feed: its cursor is the number of the last change, as the service writes it. */
const feedPages = (lastChange: number): { after: string | null }[] =>
  [null, ...Array.from({ length: 20 }, (_, i) => lastChange - 50 * (i + 1))]
    .filter((sequence) => sequence === null || sequence > 50)
    .map((sequence) => ({
      after: sequence === null ? null : Buffer.from(`[${sequence}]`).toString('base64url'),
    }));

/**
 * The cases that read.
 * @param versions asked in turn; the subjects are in each of them
 * @param lastChange the number of the newest change
 */
export function readCases(
  { srgs, ids, queries, classes }: Subjects,
  versions: readonly string[],
  lastChange: number,
): BenchCase[] {
  const inVersions = <Value>(values: readonly Value[]) =>
    // All are asked of each version: a list that the number of versions divides would meet the same one again.
    Array.from({ length: Math.max(values.length, values.length * Math.min(versions.length, 20)) }, (_, i) => ({
      value: values[i % values.length]!,
      version: versions[(i + Math.floor(i / values.length)) % versions.length]!,
    }));
  const some = inVersions(srgs.slice(0, Math.ceil(srgs.length / versions.length)));
  const classInput = inVersions(classes).map(({ value, version }) => ({ name: value, version }));
  const same = (data: unknown) => data;
  const { POSTGRAPHILE } = ask;
  return [
    {
      name: 'floor',
      title: 'floor: `{ __typename }`',
      operation: `${ask.FLOOR}; bare: a constant answer`,
      barePath: '/',
      exchange: inTurn([{ ours: JSON.stringify({ query: ask.FLOOR }), bare: '{}' }], 'floor'),
      ready: true,
      compared: 1,
    },
    {
      name: 'lookup',
      title: 'lookup by id, variables',
      operation: ask.LOOKUP,
      barePath: '/lookup',
      exchange: inTurn(
        exchanges({
          document: ask.LOOKUP,
          postgraphile: { document: POSTGRAPHILE.LOOKUP },
          input: some.map(({ value, version }) => ({ srg: value, version })),
        }),
        'lookup',
      ),
      ready: true,
      compared: 500,
      peers: { shape: same },
    },
    {
      name: 'inline',
      title: 'lookup by id, arguments inline, each document new',
      operation: ask.inlineLookup('func_70001_a', versions[0]!),
      barePath: '/lookup',
      exchange: inTurn(
        some.map(({ value, version }) => {
          const inline = JSON.stringify({ query: ask.inlineLookup(value, version) });
          return { ours: inline, postgraphile: inline, bare: JSON.stringify({ srg: value, version }) };
        }),
        'inline',
      ),
      compared: 100,
      peers: { shape: same },
    },
    {
      name: 'search',
      title: `search of ${SHOWN}, fuzzy`,
      operation: ask.SEARCH,
      barePath: '/search',
      exchange: inTurn(
        exchanges({
          document: ask.SEARCH,
          postgraphile: { document: POSTGRAPHILE.SEARCH, variables: (input) => ({ ...input, first: SHOWN + 1 }) },
          input: inVersions(queries).map(({ value, version }) => ({ query: value, version, first: SHOWN })),
        }),
        'search',
      ),
      compared: queries.length,
      peers: { shape: shapeSearch(SHOWN), asked: withoutCursor },
    },
    {
      name: 'class',
      title: 'class, 100 members, three changes each with author',
      operation: ask.CLASS,
      barePath: '/class',
      exchange: inTurn(
        exchanges({ document: ask.CLASS, postgraphile: { document: POSTGRAPHILE.CLASS }, input: classInput }),
        'class',
      ),
      compared: classes.length,
      peers: { shape: shapeClass },
    },
    {
      name: 'parameters',
      title: 'class, 100 members and their parameters',
      operation: ask.PARAMETERS,
      barePath: '/parameters',
      exchange: inTurn(exchanges({ document: ask.PARAMETERS, input: classInput }), 'parameters'),
      compared: classes.length,
    },
    {
      name: 'translate',
      title: 'translate 500 names, SRG to MCP',
      operation: ask.TRANSLATE,
      barePath: '/translate',
      exchange: inTurn(
        exchanges({
          document: ask.TRANSLATE,
          input: inVersions(listsOf(ids, 500, 20)).map(({ value, version }) => ({ names: value, version })),
        }),
        'translate',
      ),
      compared: 20,
    },
    {
      name: 'deobfuscate',
      title: 'deobfuscate a log of 200 kB',
      operation: ask.DEOBFUSCATE,
      barePath: '/deobfuscate',
      exchange: inTurn(
        exchanges({
          document: ask.DEOBFUSCATE,
          input: inVersions(listsOf(ids, 1_000, 5).map(logOf)).map(({ value, version }) => ({ text: value, version })),
        }),
        'deobfuscate',
      ),
      compared: 5,
    },
    {
      name: 'feed',
      title: 'feed of 50 changes with authors',
      operation: ask.FEED,
      barePath: '/feed',
      exchange: inTurn(exchanges({ document: ask.FEED, input: feedPages(lastChange) }), 'feed'),
      compared: 21,
    },
  ];
}
