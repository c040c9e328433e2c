import type { Database, Sql } from '../../db/index.js';
import { AppError, badInput } from '../../shared/errors.js';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../shared/page.js';
import { findVersion } from '../versions/versions.service.js';
import { checkExpression } from './expression.js';
import type { MappingKind } from './mapping.js';
import { searchCount, searchPage, type SearchHit, type SearchTerms } from './search.store.js';

export const SEARCH_MATCHES = ['PREFIX', 'FUZZY', 'REGEX'] as const;
export type SearchMatch = (typeof SEARCH_MATCHES)[number];

const MAX_QUERY = 200;
/** How long the database may work on one expression. */
const REGEX_TIMEOUT = '2s';

export interface Search {
  query: string;
  version?: string | null;
  kinds?: readonly MappingKind[] | null;
  match?: SearchMatch | null;
  page: PageRequest;
}

/**
 * Entries by any spelling, best first: exact, then prefix, then the parts of a camel-case name (`gBS` finds getBlockState),
 * then similar ones, and those that were called so once or are proposed to be.
 * @throws AppError BAD_USER_INPUT for an empty or overlong query or a bad expression, NOT_FOUND for an unknown version
 */
export async function search(db: Database, input: Search): Promise<SearchResult> {
  const match = input.match ?? 'FUZZY';
  const text = match === 'REGEX' ? input.query : input.query.trim().replaceAll('.', '/');
  if (text === '') throw badInput('"query" must not be empty.');
  if (text.length > MAX_QUERY) throw badInput(`"query" must not be longer than ${MAX_QUERY} characters.`);
  if (match === 'REGEX') checkExpression(text);
  const version = await findVersion(db, input.version);
  const terms: SearchTerms = {
    versionId: version.id,
    text,
    textEnd: behindPrefix(text),
    kinds: input.kinds ?? null,
    parts: partsOf(text),
  };
  const after = input.page.after === null ? null : cursorOf(input.page.after);
  const run = <T>(work: (sql: Sql) => Promise<T>) => (match === 'REGEX' ? bounded(db, work) : work(db));
  const rows = await run((sql) => searchPage(sql, match, terms, after, input.page.first + 1));
  const page = toPage(
    rows,
    input.page,
    ({ score, srg, id }) => [score, srg, id],
    () => run((sql) => searchCount(sql, match, terms)),
  );
  return { ...page, edges: page.edges.map((edge) => ({ ...edge, score: edge.node.score })) };
}

/** A page whose edges tell how well each entry fits. */
type SearchResult = Page<SearchHit> & { edges: { score: number }[] };

function cursorOf(cursor: string) {
  const [score, srg, id] = decodeCursor(cursor, ['number', 'string', 'int']) as [number, string, number];
  return { score, srg, id };
}

/** The first text, by code points, behind all that start with `prefix`. */
export function behindPrefix(prefix: string): string {
  const points = [...prefix];
  const last = points.pop()!.codePointAt(0)!;
  // The surrogates are no characters of their own.
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return next > 0x10ffff ? `${prefix}\u{10ffff}` : points.join('') + String.fromCodePoint(next);
}

/** `gBlS` as initials `gbs` and as a pattern that wants a part to start with each: null where there are no parts. */
function partsOf(text: string): SearchTerms['parts'] {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(text)) return null;
  const parts = text.match(/[A-Z]?[a-z0-9]+|[A-Z]|_[A-Za-z0-9]+/g) ?? [];
  if (parts.length < 2) return null;
  const initials = parts.map((part) => part.replace('_', '')[0]!.toLowerCase()).join('');
  // Between two parts: the rest of a part, in a constant up to the underscore.
  const pattern = parts
    .map((part, i) => {
      const plain = part.replace('_', '');
      const start = plain[0]!;
      const camel = (i === 0 ? start : start.toUpperCase()) + plain.slice(1);
      return `(${camel}[a-z0-9]*|${i === 0 ? '' : '_'}${plain.toUpperCase()}[A-Z0-9]*)`;
    })
    .join('');
  return { initials, end: behindPrefix(initials), pattern: `^${pattern}` };
}

/** Runs expression matching under a time limit, and tells what is wrong with an expression. */
async function bounded<T>(db: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  try {
    return await db.transaction(async (tx) => {
      await tx.query(`SET LOCAL statement_timeout = '${REGEX_TIMEOUT}'`);
      return work(tx);
    });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === '2201B') throw badInput(`"query" is not a regular expression: ${message.replace(/^.*?: /, '')}.`);
    if (code === '57014') {
      throw new AppError('TOO_EXPENSIVE', `"query" took longer than ${REGEX_TIMEOUT} to match; make it simpler.`);
    }
    throw error;
  }
}
