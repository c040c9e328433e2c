import type { CoverageForIrcFragment, MappingKind } from '../generated/documents.js';

/** What stands where nobody has given a name. */
export const UNNAMED = '(unnamed)';

/** The kinds of entries as lists call them. */
export const KIND_WORDS = { CLASS: 'classes', METHOD: 'methods', FIELD: 'fields', PARAMETER: 'parameters' } as const;

/** One entry of a kind. */
export const KIND_WORD = { CLASS: 'class', METHOD: 'method', FIELD: 'field', PARAMETER: 'parameter' } as const;

export const KINDS = Object.keys(KIND_WORDS) as MappingKind[];

/** `200 methods, 1 field`: how many of each kind there are. */
export const countText = (counts: ReadonlyMap<MappingKind, number>): string =>
  KINDS.map((kind) => ({ kind, n: counts.get(kind) ?? 0 }))
    .filter(({ n }) => n > 0)
    .map(({ kind, n }) => `${count(n)} ${n === 1 ? KIND_WORD[kind] : KIND_WORDS[kind]}`)
    .join(', ');

/** How often each kind occurs, as {@link countText} says it. */
export function kindCounts(kinds: readonly MappingKind[]): string {
  const counts = new Map<MappingKind, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return countText(counts);
}

/** The day of an instant, in UTC: `2026-01-31`. */
export const day = (at: string): string => at.slice(0, 10);

/** `1,234` */
export const count = (n: number): string => n.toLocaleString('en');

/** `methods 56 of 75, fields 43 of 52`: how many have a name, of the kinds that there are any of. */
export const coverageText = (coverage: readonly CoverageForIrcFragment[]): string =>
  coverage
    .filter(({ total }) => total > 0)
    .map(({ kind, total, named }) => `${KIND_WORDS[kind]} ${count(named)} of ${count(total)}`)
    .join(', ');
