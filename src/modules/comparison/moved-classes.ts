import { groupBy } from '../../shared/group-by.js';
import type { SharedMembers } from './comparison.store.js';

/**
 * Tells which class of the base became which one of the head. Classes have no ids, but their members do: a class that is gone became
 * the new one that carries most of its members which are still there, if most of that one's come from it. A class inside of one that
 * moved went along where it kept its own name.
 * @param gone SRG names that only the base has
 * @param appeared SRG names that only the head has
 * @returns the SRG name in the head, by that in the base
 */
export function movedClasses(
  shared: readonly SharedMembers[],
  gone: ReadonlySet<string>,
  appeared: ReadonlySet<string>,
): Map<string, string> {
  const heads = mostShared(shared, 'base');
  const bases = mostShared(shared, 'head');
  const moved = new Map<string, string>();
  for (const [base, head] of heads) {
    if (gone.has(base) && appeared.has(head) && bases.get(head) === base) moved.set(base, head);
  }
  const taken = new Set(moved.values());
  // By length: an outer class comes before those inside.
  for (const base of [...gone].sort((a, b) => a.length - b.length)) {
    const inner = base.lastIndexOf('$');
    const outer = inner === -1 ? undefined : moved.get(base.slice(0, inner));
    if (outer === undefined || moved.has(base)) continue;
    const head = outer + base.slice(inner);
    if (!appeared.has(head) || taken.has(head)) continue;
    moved.set(base, head);
    taken.add(head);
  }
  return moved;
}

/** For each class of one side the class of the other that has more than half of the members that they share with any. */
function mostShared(shared: readonly SharedMembers[], side: 'base' | 'head'): Map<string, string> {
  const other = side === 'base' ? 'head' : 'base';
  const found = new Map<string, string>();
  for (const [name, rows] of groupBy(shared, (row) => row[side])) {
    const all = rows.reduce((sum, row) => sum + row.shared, 0);
    const most = rows.find((row) => row.shared * 2 > all);
    if (most !== undefined) found.set(name, most[other]);
  }
  return found;
}
