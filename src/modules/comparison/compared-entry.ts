import type { MappingKind } from '../mappings/mapping.js';

/** What kind of difference an entry is, in the order in which a changelog tells of them. */
export const COMPARISON_CHANGES = ['MOVED', 'RENAMED', 'ADDED', 'REMOVED', 'NEW', 'GONE', 'REDOCUMENTED'] as const;
export type ComparisonChange = (typeof COMPARISON_CHANGES)[number];

/** An entry of two name sets, the base and the head. */
export interface ComparedEntry {
  kind: MappingKind;
  /** The id that both have; of a class that moved, its SRG name in the base. */
  srg: string;
  /** SAME only where everything was asked for. */
  change: ComparisonChange | 'SAME';
  /** Null where it has no name; a class without a community name has its SRG name. */
  oldName: string | null;
  newName: string | null;
  oldDocumentation: string | null;
  newDocumentation: string | null;
  /** Parameters: the SRG id of the method. */
  method: string | null;
  /** The class that carries it (its method, for a parameter), as each side calls it: the first by SRG name where there are several. */
  oldOwner: string | null;
  newOwner: string | null;
  /** How many classes carry it, on the side that has more. */
  classes: number;
  /** Methods and fields: whether the base gives the old name to other ids of the kind too, which the head calls otherwise. */
  ambiguous: boolean;
}

/** How many entries differ in which way: each counts once, under its change. */
export type ComparisonCounts = Record<Lowercase<ComparisonChange>, number>;

/** What two name sets differ in, by kind and id. */
export interface ComparedNames {
  counts: ComparisonCounts;
  entries: readonly ComparedEntry[];
}

/** Nothing differs. */
export const NO_DIFFERENCE: ComparedNames = {
  counts: { added: 0, removed: 0, renamed: 0, redocumented: 0, new: 0, gone: 0, moved: 0 },
  entries: [],
};

const BOTH_SIDES: readonly ComparedEntry['change'][] = ['MOVED', 'RENAMED', 'REDOCUMENTED'];

/** Whether both sides have the entry and document it otherwise. */
export const isRedocumented = ({ change, oldDocumentation, newDocumentation }: ComparedEntry): boolean =>
  BOTH_SIDES.includes(change) && oldDocumentation !== newDocumentation;

export function countChanges(entries: readonly ComparedEntry[]): ComparisonCounts {
  const counts = { ...NO_DIFFERENCE.counts };
  for (const { change } of entries) {
    if (change !== 'SAME') counts[change.toLowerCase() as Lowercase<ComparisonChange>] += 1;
  }
  return counts;
}

/** What source code calls an entry: its name, or its id where it has none. */
export const inSource = (name: string | null, srg: string): string => name ?? srg;
