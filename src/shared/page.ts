import { badInput } from './errors.js';
import type { Soon } from './soon.js';

/** A request for one keyset page. */
export interface PageRequest {
  /** 1..200 rows. */
  first: number;
  /** The opaque cursor of the row before the page, or null for the start. */
  after: string | null;
}

/** One page of rows with what a Relay connection says of it. */
export interface Page<Row> {
  nodes: Row[];
  edges: { cursor: string; node: Row }[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** Counts all rows of the list; called only when a client selects `totalCount`. */
  totalCount: () => Soon<number>;
}

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 200;

/** Checks `first` and `after` as a client gave them. @throws AppError BAD_USER_INPUT naming the argument. */
export function pageRequest(args: { first?: number | null; after?: string | null }): PageRequest {
  const first = args.first ?? DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(first) || first < 1 || first > MAX_PAGE_SIZE) {
    throw badInput(`"first" must be between 1 and ${MAX_PAGE_SIZE}, not ${first}.`);
  }
  return { first, after: args.after ?? null };
}

export type CursorKey = readonly (string | number | boolean | null)[];

/** Encodes the sort key of a row as an opaque cursor. */
export const encodeCursor = (key: CursorKey): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** The type of a column in a cursor's key; `int` is a whole number of 32 bits. */
export type CursorType = 'string' | 'number' | 'int';

const isOfType = (part: unknown, type: CursorType | undefined): boolean =>
  type === 'int' ? Number.isInteger(part) && Math.abs(part as number) <= 0x7fffffff : typeof part === type;

/** Decodes a cursor whose key has the given column types. @throws AppError BAD_USER_INPUT if it is not one of ours. */
export function decodeCursor(cursor: string, types: readonly CursorType[]): (string | number)[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.length === types.length && key.every((part, i) => isOfType(part, types[i]))) {
      return key as (string | number)[];
    }
  } catch {
    // falls through to the refusal
  }
  throw badInput('"after" is not a cursor of this list.');
}

/** A row with its cursor, which is made when it is asked for. */
class Edge<Row> {
  constructor(
    readonly node: Row,
    private readonly key: (row: Row) => CursorKey,
  ) {}

  get cursor(): string {
    return encodeCursor(this.key(this.node));
  }
}

/** A page whose edges are made when they are asked for: most ask for the nodes. Whoever spreads one has to name them. */
class KeysetPage<Row> implements Page<Row> {
  private made: Edge<Row>[] | undefined;

  constructor(
    readonly nodes: Row[],
    readonly hasNextPage: boolean,
    readonly hasPreviousPage: boolean,
    readonly totalCount: () => Soon<number>,
    private readonly key: (row: Row) => CursorKey,
  ) {}

  get edges(): Edge<Row>[] {
    return (this.made ??= this.nodes.map((node) => new Edge(node, this.key)));
  }
}

/**
 * Builds a page out of rows fetched with a limit of `first + 1`.
 * @param key the row's sort key, in the order of the SQL `ORDER BY`
 */
export function toPage<Row>(
  rows: Row[],
  request: PageRequest,
  key: (row: Row) => CursorKey,
  totalCount: () => Soon<number>,
): Page<Row> {
  const hasMore = rows.length > request.first;
  const shown = hasMore ? rows.slice(0, request.first) : rows;
  return new KeysetPage(shown, hasMore, request.after !== null, totalCount, key);
}

/** One page under each of several parents, read in one statement. */
export interface ListPage<Cursor> {
  parents: readonly number[];
  after: Cursor | null;
  limit: number;
}

/** How long the list of a parent is. */
export interface ParentCount {
  parent: number;
  count: number;
}
