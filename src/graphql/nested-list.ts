import { groupBy } from '../shared/group-by.js';
import {
  decodeCursor,
  toPage,
  type CursorKey,
  type CursorType,
  type ListPage,
  type Page,
  type PageRequest,
  type ParentCount,
} from '../shared/page.js';
import { loadBatched } from './batch.js';
import type { Context } from './context.js';

/** Stands for a nested list, its pages and its counts. */
export const listKind = () => ({ page: {}, count: {} });

/**
 * A list below each of many parents: how one page of all of them is read, and how they are counted. A page goes on behind the key of a
 * row: its value, or an array where it has several columns.
 */
export interface NestedList<Row> {
  read(page: ListPage<never>): Promise<Row[]>;
  count(parents: readonly number[]): Promise<ParentCount[]>;
  parentOf(row: Row): number;
  key(row: Row): CursorKey;
  keyTypes: readonly CursorType[];
}

/** Reads a nested list for every parent of the request at once; its lists are told apart by `kind` and `args`. */
export async function loadPage<Row>(
  context: Context,
  kind: { page: object; count: object },
  args: unknown,
  parent: number,
  request: PageRequest,
  list: NestedList<Row>,
): Promise<Page<Row>> {
  const key = request.after === null ? [null] : decodeCursor(request.after, list.keyTypes);
  const after = key.length === 1 ? key[0]! : key;
  const rows = await loadBatched(context, kind.page, [args, request], parent, async (parents: number[]) =>
    groupBy(await list.read({ parents, after: after as never, limit: request.first + 1 }), (row) => list.parentOf(row)),
  );
  const totalCount = async () =>
    (await loadBatched(context, kind.count, args, parent, async (parents: number[]) => {
      const counts = await list.count(parents);
      return new Map(counts.map((row) => [row.parent, row.count]));
    })) ?? 0;
  return toPage(rows ?? [], request, (row) => list.key(row), totalCount);
}
