import type { Database, Sql } from '../../db/index.js';
import { AppError, badInput } from '../../shared/errors.js';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../shared/page.js';
import { after, type Soon } from '../../shared/soon.js';
import type { ReadModels } from '../read-model/read-models.js';
import { entriesOf } from './entry-reader.js';
import { checkExpression } from './expression.js';
import type { MappingKind } from './mapping.js';
import { searchCount, searchPage, type SearchCursor, type SearchHit, type SearchTerms } from './search.store.js';

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
export function search(models: ReadModels, input: Search): Soon<SearchResult> {
  const match = input.match ?? 'FUZZY';
  const text = match === 'REGEX' ? input.query : input.query.trim().replaceAll('.', '/');
  if (text === '') throw badInput('"query" must not be empty.');
  if (text.length > MAX_QUERY) throw badInput(`"query" must not be longer than ${MAX_QUERY} characters.`);
  if (match === 'REGEX') checkExpression(text);
  const terms = { text, textEnd: behindPrefix(text), kinds: input.kinds ?? null, parts: partsOf(text) };
  return match === 'REGEX' ? byExpression(models, terms, input) : bySpelling(models, match, terms, input);
}

const bySpelling = (
  models: ReadModels,
  match: 'PREFIX' | 'FUZZY',
  terms: SearchTerms,
  { version, page }: Search,
): Soon<SearchResult> =>
  after(entriesOf(models, version, [terms.text]), (entries) => {
    const behind = cursorOf(page);
    const count = () => entries.searchCount(match, terms);
    return after(entries.searchPage(match, terms, { after: behind, limit: page.first + 1 }), (rows) =>
      resultOf(rows, page, count),
    );
  });

async function byExpression(models: ReadModels, terms: SearchTerms, input: Search): Promise<SearchResult> {
  const { db } = models;
  const { id: versionId } = await models.version(input.version);
  const inVersion = { ...terms, versionId };
  const behind = cursorOf(input.page);
  const rows = await bounded(db, (sql) => searchPage(sql, 'REGEX', inVersion, behind, input.page.first + 1));
  return resultOf(rows, input.page, () => bounded(db, (sql) => searchCount(sql, 'REGEX', inVersion)));
}

function resultOf(rows: SearchHit[], request: PageRequest, count: () => Soon<number>): SearchResult {
  const page = toPage(rows, request, ({ score, srg, id }) => [score, srg, id], count);
  return { ...page, edges: page.edges.map((edge) => Object.assign(edge, { score: edge.node.score })) };
}

/** A page whose edges tell how well each entry fits. */
type SearchResult = Page<SearchHit> & { edges: { score: number }[] };

function cursorOf({ after: cursor }: PageRequest): SearchCursor | null {
  if (cursor === null) return null;
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
