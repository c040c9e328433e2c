import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Sql } from '../../../src/db/index.js';
import { DemandCounter } from '../../../src/modules/demand/demand-counter.js';
import { removeMetDemand } from '../../../src/modules/demand/demand.store.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { importText } from '../../support/versions.js';

const log = pino({ level: 'silent' });

/** A database that keeps what it is sent: `[ids, counts]`. */
function fakeDatabase() {
  const sent: [number[], number[]][] = [];
  const state = { broken: false };
  const db = {
    query: async (_: unknown, values: [number[], number[]]) => {
      if (state.broken) throw new Error('The database is away.');
      sent.push(values);
      return [];
    },
  } as unknown as Sql;
  return { db, sent, state };
}

const addresses = (count: number) => Array.from({ length: count }, (_, i) => `10.1.${i >> 8}.${i & 255}`);
const ids = (count: number, from = 1) => Array.from({ length: count }, (_, i) => from + i);

describe('DemandCounter', () => {
  afterEach(() => void vi.useRealTimers());

  it('writes nothing before it is flushed, then everything in one statement', async () => {
    const { db, sent } = fakeDatabase();
    const counter = new DemandCounter({ db, log });
    counter.note('10.0.0.1', [5, 6]);
    counter.note('10.0.0.2', [6]);
    expect(sent).toEqual([]);
    await counter.flush();
    expect(sent).toEqual([
      [
        [5, 6],
        [1, 2],
      ],
    ]);
    await counter.flush();
    expect(sent).toHaveLength(1);
  });

  it('counts an entry once between two flushes for each network that asks', async () => {
    const { db, sent } = fakeDatabase();
    const counter = new DemandCounter({ db, log });
    for (let i = 0; i < 100; i += 1) {
      counter.note('10.0.0.1', [7, 7]);
      counter.note(`2001:db8:1:2::${i + 1}`, [7]);
      counter.note(null, [7]);
    }
    await counter.flush();
    counter.note('10.0.0.1', [7]);
    await counter.flush();
    expect(sent).toEqual([
      [[7], [3]],
      [[7], [1]],
    ]);
  });

  it('keeps no more than it may: neither of one caller nor of many', async () => {
    const { db, sent } = fakeDatabase();
    const counter = new DemandCounter({ db, log, capacity: 50, capacityOfCaller: 20 });
    counter.note('10.0.0.1', ids(1_000));
    counter.note('10.0.0.1', ids(1_000, 5_000));
    await counter.flush();
    expect(sent[0]![0]).toEqual(ids(20));
    for (const address of addresses(1_000)) counter.note(address, ids(2));
    await counter.flush();
    expect(sent[1]).toEqual([
      [1, 2],
      [25, 25],
    ]);
    for (const [i, address] of addresses(1_000).entries()) counter.note(address, [i + 1]);
    await counter.flush();
    expect(sent[2]![0]).toEqual(ids(50));
  });

  it('keeps what could not be written for the next time, logs it, and never fails', async () => {
    const { db, sent, state } = fakeDatabase();
    const error = vi.fn();
    const counter = new DemandCounter({ db, log: { ...log, error }, capacity: 3 });
    state.broken = true;
    counter.note('10.0.0.1', [1, 2]);
    await counter.flush();
    counter.note('10.0.0.1', [2, 3, 4]);
    await counter.flush();
    expect(error).toHaveBeenCalledTimes(2);
    state.broken = false;
    await counter.close();
    // Bounded here too: the fourth had no place any more.
    expect(Object.fromEntries(sent[0]![0].map((id, i) => [id, sent[0]![1][i]]))).toEqual({ 1: 1, 2: 2, 3: 1 });
  });

  it('loses nothing that is noted while it writes, and writes one after the other', async () => {
    let running = 0;
    let most = 0;
    const seen: number[] = [];
    const db = {
      query: async (_: unknown, [entries]: [number[]]) => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        seen.push(...entries);
        return [];
      },
    } as unknown as Sql;
    const counter = new DemandCounter({ db, log });
    const flushes = ids(20).map((id) => {
      counter.note('10.0.0.1', [id]);
      const flushed = counter.flush();
      counter.note('10.0.0.2', [id + 100]);
      return flushed;
    });
    await Promise.all(flushes);
    await counter.close();
    expect(most).toBe(1);
    expect(seen.sort((a, b) => a - b)).toEqual([...ids(20), ...ids(20, 101)]);
  });

  it('flushes every ten seconds from its start to its close', async () => {
    vi.useFakeTimers();
    const { db, sent } = fakeDatabase();
    const counter = new DemandCounter({ db, log });
    counter.start();
    counter.note('10.0.0.1', [1]);
    await vi.advanceTimersByTimeAsync(9_900);
    expect(sent).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(200);
    expect(sent).toHaveLength(1);
    counter.note('10.0.0.1', [1]);
    await counter.close();
    expect(sent).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('what it writes', () => {
  let db: TestDatabase;
  let methods: number[];
  beforeAll(async () => {
    db = await openTestDatabase();
    const lines = ids(60, 1_000).map((index) => `\tm${index} ()V func_${index}_m\n`);
    await importText(db, '1.0', `a Thing\n${lines.join('')}`);
    const rows = await db.query<{ id: number }>(`SELECT id FROM mappings WHERE kind = 'METHOD' ORDER BY id`);
    methods = rows.map(({ id }) => id);
  });
  afterEach(() => db.query('DELETE FROM mapping_demand'));
  afterAll(() => db.close());

  const counts = async () =>
    Object.fromEntries(
      (await db.query<{ id: number; count: number }>('SELECT mapping_id AS id, count FROM mapping_demand')).map(
        ({ id, count }) => [id, count],
      ),
    );

  it('adds up over many counters that write at once', async () => {
    const counters = ids(4).map(() => new DemandCounter({ db, log }));
    for (let round = 0; round < 10; round += 1) {
      for (const [i, counter] of counters.entries()) {
        counter.note('10.0.0.1', i % 2 === 0 ? methods : [...methods].reverse());
      }
      await Promise.all(counters.map((counter) => counter.flush()));
    }
    expect(await counts()).toEqual(Object.fromEntries(methods.map((id) => [id, 40])));
  });

  it('passes over entries that are gone or named by now', async () => {
    const [gone, named, other] = methods.slice(-3) as [number, number, number];
    const counter = new DemandCounter({ db, log });
    counter.note('10.0.0.1', [gone, named, other, 2_000_000_000]);
    await db.query(`DELETE FROM mappings WHERE id = $1`, [gone]);
    await db.query(`UPDATE mappings SET name = 'tick' WHERE id = $1`, [named]);
    await counter.flush();
    expect(await counts()).toEqual({ [other]: 1 });
  });

  it('does not wait for an entry that is just being deleted, and keeps no import waiting', async (context) => {
    if (db.url === null) return context.skip('the embedded database has one connection: npm run test:pg');
    const [first, second] = methods as [number, number];
    const counter = new DemandCounter({ db, log });
    await db
      .transaction(async (tx) => {
        await tx.query('DELETE FROM mappings WHERE id = $1', [second]);
        counter.note('10.0.0.1', [first, second]);
        await counter.flush();
        await tx.query('DELETE FROM mappings WHERE id = $1', [first]);
        throw new Error('undone');
      })
      .catch(() => undefined);
    expect(await counts()).toEqual({ [first]: 1 });
  });

  it('never exceeds what the column holds', async () => {
    const counter = new DemandCounter({ db, log });
    await db.query('INSERT INTO mapping_demand SELECT id, version_id, 2147483646 FROM mappings WHERE id = $1', [
      methods[0],
    ]);
    for (const address of addresses(3)) counter.note(address, [methods[0]!]);
    await counter.flush();
    expect(await counts()).toEqual({ [methods[0]!]: 2_147_483_647 });
  });

  it('is forgotten for what was named since', async () => {
    const [first, second] = methods as [number, number];
    const counter = new DemandCounter({ db, log });
    counter.note('10.0.0.1', [first, second]);
    await counter.flush();
    await db.query(`UPDATE mappings SET name = 'tick' WHERE id = $1`, [first]);
    await removeMetDemand(db);
    expect(await counts()).toEqual({ [second]: 1 });
  });
});
