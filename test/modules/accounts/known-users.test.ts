import { expect, test } from 'vitest';
import { ActorChanges } from '../../../src/auth/actor-changes.js';
import type { OnLink, OnNotify } from '../../../src/db/channels.js';
import type { Database } from '../../../src/db/index.js';
import { KnownUsers } from '../../../src/modules/accounts/known-users.js';

/** Accounts of which the first was merged into the second, and a channel that says what a test says. */
function accounts() {
  const told: { notify: OnNotify; link: OnLink } = { notify: () => undefined, link: () => undefined };
  const db = {
    query: async (_sql: unknown, [ids]: [number[]]) =>
      ids.map((id) => ({ askedId: id, id: id === 1 ? 2 : id, handle: `h${id}` })),
    listen: async (_channel: string, notify: OnNotify, link: OnLink) => {
      Object.assign(told, { notify, link });
      link(true);
      return async () => undefined;
    },
  } as unknown as Database;
  const changes = new ActorChanges(db);
  changes.mark();
  return { db, changes, told, users: new KnownUsers(db, changes) };
}

test('accounts are known until one of those that they are made of changes', async () => {
  const { users, told } = accounts();
  const merged = { id: 2, handle: 'h1' };
  for (const changed of ['1', '2', '']) {
    expect(await users.read([1])).toEqual(new Map([[1, merged]]));
    expect(users.get(1)).toEqual(merged);
    told.notify('3');
    expect(users.get(1)).toEqual(merged);
    told.notify(changed);
    expect(users.get(1)).toBeUndefined();
  }
});

test('nothing is known that changed while it was read, nor while nobody hears', async () => {
  const { db, users, told, changes } = accounts();
  const reading = users.read([4]);
  told.notify('4');
  await reading;
  expect(users.get(4)).toBeUndefined();
  await users.read([4]);
  expect(users.get(4)).toBeDefined();
  told.link(false);
  expect(users.get(4)).toBeUndefined();
  await users.read([4]);
  told.link(true);
  expect(users.get(4)).toBeUndefined();
  const none = new KnownUsers(db, null);
  await none.read([4]);
  expect(none.get(4)).toBeUndefined();
  await changes.close();
});

test('the first that was read makes room', async () => {
  const { users } = accounts();
  await users.read(Array.from({ length: 10_001 }, (_, i) => i + 10));
  expect([users.get(10), users.get(11)?.id, users.get(10_010)?.id]).toEqual([undefined, 11, 10_010]);
});
