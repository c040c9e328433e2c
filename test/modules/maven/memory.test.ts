import { expect, test } from 'vitest';
import type { Database } from '../../../src/db/index.js';
import { Kept } from '../../../src/shared/kept.js';
import { Remembered } from '../../../src/db/remembered.js';

/** A database that does nothing but notify. */
function notifying({ failures = 0 } = {}) {
  let heard: (() => void) | null = null;
  let listens = 0;
  const db = {
    listen: async (_channel: string, onNotify: () => void) => {
      listens += 1;
      if (listens <= failures) throw new Error('no connection');
      heard = onNotify;
      return async () => void (heard = null);
    },
  } as unknown as Database;
  return { db, notify: () => heard?.(), isHeard: () => heard !== null, listens: () => listens };
}

test('what is remembered is read once, and anew after a notification', async () => {
  const { db, notify, isHeard, listens } = notifying();
  let reads = 0;
  const remembered = new Remembered(db, 'releases', async () => (reads += 1));
  expect(await Promise.all([remembered.get(), remembered.get()])).toEqual([1, 1]);
  notify();
  expect(await remembered.get()).toBe(2);
  remembered.forget();
  expect(await remembered.get()).toBe(3);
  expect(listens()).toBe(1);
  await remembered.close();
  expect(isHeard()).toBe(false);
});

test('a failure is not remembered', async () => {
  const { db } = notifying({ failures: 1 });
  let reads = 0;
  const remembered = new Remembered(db, 'releases', async () => {
    if ((reads += 1) === 1) throw new Error('no answer');
    return reads;
  });
  await expect(remembered.get()).rejects.toThrow('no connection');
  await expect(remembered.get()).rejects.toThrow('no answer');
  expect(await remembered.get()).toBe(2);
});

test('closing what nobody asked for is nothing', async () => {
  const { db, listens } = notifying();
  await new Remembered(db, 'releases', async () => 1).close();
  expect(listens()).toBe(0);
});

test('what is kept is fetched once for all who ask, unless it is not there or the fetch fails', async () => {
  const kept = new Kept<{ text: string }>(2);
  const fetches: string[] = [];
  const fetch = (key: string, value: { text: string } | null) => async () => {
    fetches.push(key);
    return value;
  };
  const [one, again] = await Promise.all([
    kept.get('a', fetch('a', { text: 'A' })),
    kept.get('a', fetch('a', { text: 'B' })),
  ]);
  expect([one, again]).toEqual([{ text: 'A' }, { text: 'A' }]);
  expect(await kept.get('none', fetch('none', null))).toBeNull();
  expect(await kept.get('none', fetch('none', { text: 'N' }))).toEqual({ text: 'N' });
  const failing = kept.get('bad', async () => Promise.reject(new Error('no answer')));
  await expect(failing).rejects.toThrow('no answer');
  expect(await kept.get('bad', fetch('bad', { text: 'C' }))).toEqual({ text: 'C' });
  expect(fetches).toEqual(['a', 'none', 'none', 'bad']);
  // Two of them have room: the first one has gone.
  await kept.get('a', fetch('a', { text: 'A' }));
  expect(fetches.at(-1)).toBe('a');
});
