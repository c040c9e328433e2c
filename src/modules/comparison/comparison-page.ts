import type { MappingKind } from '../mappings/mapping.js';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../shared/page.js';
import { compareEntries } from '../formats/index.js';
import { MAPPING_KINDS } from '../mappings/mapping.js';
import type { ComparedEntry, ComparisonChange } from './compared-entry.js';

/** Which entries are wanted; null for all. */
export interface EntryFilter {
  kinds: readonly MappingKind[] | null;
  changes: readonly ComparisonChange[] | null;
}

/** One page of a comparison's entries, by kind and id. @throws AppError BAD_USER_INPUT */
export function comparisonPage(
  entries: readonly ComparedEntry[],
  { kinds, changes }: EntryFilter,
  request: PageRequest,
): Page<ComparedEntry> {
  const wanted = ({ kind, change }: ComparedEntry) =>
    (kinds === null || kinds.includes(kind)) && (changes === null || (changes as readonly string[]).includes(change));
  const rows: ComparedEntry[] = [];
  for (let at = request.after === null ? 0 : behind(entries, request.after); at < entries.length; at++) {
    if (rows.length > request.first) break;
    if (wanted(entries[at]!)) rows.push(entries[at]!);
  }
  return toPage(
    rows,
    request,
    ({ kind, srg }) => [MAPPING_KINDS.indexOf(kind), srg],
    () => Promise.resolve(entries.filter(wanted).length),
  );
}

/** Where the first entry stands that comes behind a cursor. */
function behind(entries: readonly ComparedEntry[], cursor: string): number {
  const [kind, srg] = decodeCursor(cursor, ['int', 'string']) as [number, string];
  const last = { kind: MAPPING_KINDS[kind] ?? MAPPING_KINDS.at(-1)!, srg };
  let [from, to] = [0, entries.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (compareEntries(entries[middle]!, last) <= 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
