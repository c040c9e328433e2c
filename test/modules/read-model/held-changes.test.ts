import { describe, expect, test } from 'vitest';
import type { Sql } from '../../../src/db/database.js';
import type { ChangeRow } from '../../../src/modules/changes/change.js';
import { HeldChanges } from '../../../src/modules/read-model/held-changes.js';

const row = (id: number): ChangeRow => ({
  id,
  versionId: 1,
  kind: 'METHOD',
  srg: `func_${id}_a`,
  oldName: null,
  newName: 'name',
  oldDocumentation: null,
  newDocumentation: null,
  reason: null,
  forced: false,
  authorId: 1,
  via: null,
  batch: id,
  supersedes: null,
  createdAt: new Date('2026-01-31T12:00:00.007Z'),
  hash: 'ab',
  state: 'STAGED',
  votesFor: 3,
  votesAgainst: 4,
  decidedAt: null,
  decidedById: null,
  decisionReason: null,
});

/** A database that says which changes were decided. */
const deciding = (...sequences: number[]): Sql => ({
  query: async () => sequences.map((sequence) => ({ sequence })) as never,
});

const ends = (changeSequence: number, decisionSequence: number) => ({ changeSequence, decisionSequence });
const idsOf = (rows: ChangeRow[] | null) => rows?.map(({ id }) => id) ?? null;

async function holding(...ids: number[]): Promise<HeldChanges> {
  const held = new HeldChanges(1_000_000);
  await held.bringUpTo(deciding(), ends(9, 5));
  held.keep(held.begin(), ids.map(row));
  return held;
}

describe('changes in memory', () => {
  test('are those that were read, but for their votes', async () => {
    const held = await holding(4);
    expect(held.all([4], 3)).toEqual([{ ...row(4), votesFor: null, votesAgainst: null }]);
    const [{ createdAt }] = held.all([4], 1) as [ChangeRow];
    for (let time = 0; time < 2; time++) expect(createdAt.toISOString()).toBe('2026-01-31T12:00:00.007Z');
    expect(held.all([4, 5], 1)).toHaveLength(1);
    expect(held.all([4, 5], 2)).toBeNull();
    expect(held.all([], 2)).toEqual([]);
  });

  test('are a feed as far as there are no gaps', async () => {
    const held = await holding(9, 8, 7, 3, 2, 1);
    expect(idsOf(held.newest(null, 3))).toEqual([9, 8, 7]);
    expect(held.newest(null, 4)).toBeNull();
    expect(idsOf(held.newest(4, 10))).toEqual([3, 2, 1]);
    expect(idsOf(held.newest(1, 10))).toEqual([]);
    expect(idsOf(held.newest(1_000, 2))).toEqual([9, 8]);
    await held.bringUpTo(deciding(), ends(10, 5));
    expect(held.newest(null, 3)).toBeNull();
  });

  test('go when they are decided, and when too many were', async () => {
    const held = await holding(4, 5, 6);
    await held.bringUpTo(deciding(5, 77), ends(9, 6));
    expect([held.all([4], 1), held.all([5], 1), held.all([6], 1)].map((rows) => rows === null)).toEqual([
      false,
      true,
      false,
    ]);
    await held.bringUpTo(deciding(...Array.from({ length: 5_000 }, (_, i) => i + 1_000)), ends(9, 7));
    expect([held.all([4], 1), held.bytes]).toEqual([null, 0]);
  });

  test('are not kept where they may have been decided while they were read', async () => {
    const held = await holding();
    const reading = held.begin();
    await held.bringUpTo(deciding(), ends(10, 6));
    held.keep(reading, [row(4)]);
    expect(held.all([4], 1)).toBeNull();
    // Changes that came alone do no harm.
    const later = held.begin();
    await held.bringUpTo(deciding(), ends(11, 6));
    held.keep(later, [row(4)]);
    expect(held.all([4], 1)).not.toBeNull();
  });

  test('make room, the first that was read first', () => {
    const held = new HeldChanges(10_000);
    for (let id = 1; id <= 100; id++) {
      held.keep(held.begin(), [row(id)]);
      expect(held.bytes).toBeLessThanOrEqual(10_000);
    }
    expect(held.all([100], 1)).not.toBeNull();
    expect(held.all([1], 1)).toBeNull();
  });
});
