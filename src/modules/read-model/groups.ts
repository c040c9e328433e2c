/** Numbers in groups, each group's one behind the other: `items` from `starts[group]` to `starts[group + 1]`. */
export interface Groups {
  readonly starts: Uint32Array;
  readonly items: Uint32Array;
}

/**
 * Puts numbers 0, 1, 2, … into groups; within a group they keep their order.
 * @param groupOf the group of each number; -1 leaves it out
 */
export function grouped(groupOf: ArrayLike<number>, groups: number): Groups {
  const starts = new Uint32Array(groups + 1);
  for (let i = 0; i < groupOf.length; i++) if (groupOf[i]! >= 0) starts[groupOf[i]! + 1]!++;
  for (let group = 0; group < groups; group++) starts[group + 1]! += starts[group]!;
  const items = new Uint32Array(starts[groups]!);
  const next = starts.slice();
  for (let i = 0; i < groupOf.length; i++) if (groupOf[i]! >= 0) items[next[groupOf[i]!]!++] = i;
  return { starts, items };
}

export const groupsBytes = ({ starts, items }: Groups): number => starts.byteLength + items.byteLength;
