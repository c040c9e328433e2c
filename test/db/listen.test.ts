import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { PostgresqlListener } from '../../src/db/postgresql-listener.js';
import { openTestDatabase, type TestDatabase } from '../support/database.js';

let db: TestDatabase;
beforeEach(async () => {
  db = await openTestDatabase();
});
afterEach(() => db.close());

const send = (channel: string, payload: string) => db.query('SELECT pg_notify($1, $2)', [channel, payload]);

/** A listener and what it was told. */
function ear() {
  const heard: string[] = [];
  return { heard, onNotify: (payload: string) => void heard.push(payload) };
}

describe('listening', () => {
  test('tells every listener of a channel, and nobody of another, until it stops', async () => {
    const [first, second, other] = [ear(), ear(), ear()];
    const stops = await Promise.all([
      db.listen('lent', first.onNotify),
      db.listen('lent', second.onNotify),
      db.listen('given_back', other.onNotify),
    ]);
    await send('lent', 'Emma');
    await vi.waitFor(() => expect([first.heard, second.heard]).toEqual([['Emma'], ['Emma']]));
    await stops[0]();
    await stops[0]();
    await send('lent', 'World');
    await vi.waitFor(() => expect(second.heard).toEqual(['Emma', 'World']));
    expect(first.heard).toEqual(['Emma']);
    await stops[1]();
    await send('lent', 'nobody');
    await send('given_back', 'Emma');
    await vi.waitFor(() => expect(other.heard).toEqual(['Emma']));
    expect(second.heard).toEqual(['Emma', 'World']);
    await db.listen('lent', first.onNotify);
    await send('lent', 'again');
    await vi.waitFor(() => expect(first.heard).toEqual(['Emma', 'again']));
  });

  test('tells when the transaction commits, in order, and of nothing that is undone', async () => {
    const { heard, onNotify } = ear();
    await db.listen('lent', onNotify);
    await db.transaction(async (tx) => {
      await tx.query(`SELECT pg_notify('lent', 'a'), pg_notify('lent', 'b')`);
      await sleep(50);
      expect(heard).toEqual([]);
    });
    const undone = db.transaction(async (tx) => {
      await tx.query(`NOTIFY lent, 'never'`);
      throw new Error('stop');
    });
    await expect(undone).rejects.toThrow('stop');
    await db.query('NOTIFY lent');
    await vi.waitFor(() => expect(heard).toEqual(['a', 'b', '']));
  });

  test('one function that listens twice is told twice, and one that throws keeps nobody from hearing', async () => {
    const { heard, onNotify } = ear();
    await db.listen('lent', () => {
      throw new Error('deaf');
    });
    const stop = await db.listen('lent', onNotify);
    await db.listen('lent', onNotify);
    await send('lent', 'a');
    await vi.waitFor(() => expect(heard).toEqual(['a', 'a']));
    await stop();
    await send('lent', 'b');
    await vi.waitFor(() => expect(heard).toEqual(['a', 'a', 'b']));
  });

  test('takes small letters and _ for the name of a channel, as it goes into SQL', async () => {
    for (const name of ['', 'Lent', 'a; DROP TABLE users', 'a"b', 'lent1', 'a\n']) {
      await expect(db.listen(name, () => undefined)).rejects.toThrow('can not be the name of a channel');
    }
  });

  test('hears a trigger of its own before the change is told, whichever way it was made', async () => {
    await db.query(`CREATE FUNCTION tell_test() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
      PERFORM pg_notify('lent', NEW.name);
      RAISE NOTICE USING ERRCODE = 'TOLD0', MESSAGE = 'lent', DETAIL = NEW.name;
      RETURN NULL; END $$`);
    await db.query(`CREATE TRIGGER told AFTER INSERT ON game_versions FOR EACH ROW EXECUTE FUNCTION tell_test()`);
    const { heard, onNotify } = ear();
    await db.listen('lent', onNotify);
    const add = `INSERT INTO game_versions (name, sort_key) VALUES ($1, $1)`;
    await db.query(add, ['a']);
    expect(heard).toContain('a');
    await db.transaction(async (tx) => {
      await tx.query(add, ['b']);
      await tx.query(add, ['c']);
      expect(heard).not.toContain('b');
    });
    expect(heard).toEqual(expect.arrayContaining(['b', 'c']));
    const prisma = await db.prisma();
    await prisma.gameVersion.create({ data: { name: 'd', sortKey: 'd' } });
    expect(heard).toContain('d');
    await prisma.$transaction(async (tx) => {
      await tx.gameVersion.create({ data: { name: 'e', sortKey: 'e' } });
      expect(heard).not.toContain('e');
    });
    expect(heard).toContain('e');
    // Other notices are nobody's notification.
    await db.query(`DO $$ BEGIN RAISE NOTICE USING MESSAGE = 'lent', DETAIL = 'f'; END $$`);
    expect(heard).not.toContain('f');
  });

  test('says whether it hears everything', async () => {
    const links: boolean[] = [];
    await db.listen(
      'lent',
      () => undefined,
      (isUp) => links.push(isUp),
    );
    await db.listen(
      'given_back',
      () => undefined,
      (isUp) => links.push(isUp),
    );
    expect(links).toEqual([true, true]);
  });

  test('closing ends it', async () => {
    const own = await openTestDatabase();
    const { heard, onNotify } = ear();
    await own.listen('lent', onNotify);
    await own.close();
    await expect(own.listen('lent', onNotify)).rejects.toThrow();
    expect(heard).toEqual([]);
  });
});

describe('a connection to PostgreSQL that listens', () => {
  const LISTENERS = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^(LISTEN|UNLISTEN)'`;

  test('is one for all channels, and none before it is needed', async (context) => {
    if (inject('postgresql') === null) return context.skip('needs PostgreSQL: npm run test:pg');
    await db.query('SELECT 1');
    expect(await db.query(LISTENERS)).toHaveLength(0);
    await Promise.all(['a', 'b', 'c', 'a'].map((channel) => db.listen(channel, () => undefined)));
    expect(await db.query(LISTENERS)).toHaveLength(1);
  });

  test('that is ended is made anew: it tells that something may be missing, then goes on', async (context) => {
    if (inject('postgresql') === null) return context.skip('needs PostgreSQL: npm run test:pg');
    const [first, second, late] = [ear(), ear(), ear()];
    await db.listen('lent', first.onNotify);
    const stop = await db.listen('given_back', second.onNotify);
    for (let round = 1; round <= 2; round += 1) {
      await db.query(`SELECT pg_terminate_backend(pid) FROM (${LISTENERS}) listening`);
      await vi.waitFor(() => expect(first.heard).toEqual(Array(round).fill('')), { timeout: 5_000 });
    }
    expect(second.heard).toEqual(['', '']);
    await send('given_back', 'Emma');
    await vi.waitFor(() => expect(second.heard).toEqual(['', '', 'Emma']));
    // Whoever comes and goes while there is no connection is listened for, or not, on the next.
    await db.query(`SELECT pg_terminate_backend(pid) FROM (${LISTENERS}) listening`);
    await sleep(50);
    const links: boolean[] = [];
    await Promise.all([db.listen('late', late.onNotify, (isUp) => links.push(isUp)), stop()]);
    expect(links).toEqual([]);
    await vi.waitFor(() => expect(late.heard).toEqual(['']), { timeout: 5_000 });
    expect(links).toEqual([true]);
    await send('late', 'World');
    await vi.waitFor(() => expect(late.heard).toEqual(['', 'World']));
    expect(second.heard).toEqual(['', '', 'Emma']);
  });

  test('that is ended says so before it is made anew', async (context) => {
    if (inject('postgresql') === null) return context.skip('needs PostgreSQL: npm run test:pg');
    const links: boolean[] = [];
    await db.listen(
      'lent',
      () => undefined,
      (isUp) => links.push(isUp),
    );
    await db.query(`SELECT pg_terminate_backend(pid) FROM (${LISTENERS}) listening`);
    await vi.waitFor(() => expect(links).toEqual([true, false, true]), { timeout: 5_000 });
  });

  test('that can not be made is refused, and one try later it can', async (context) => {
    const server = inject('postgresql');
    if (server === null || db.url === null) return context.skip('needs PostgreSQL: npm run test:pg');
    const nowhere = new PostgresqlListener('postgres://postgres@127.0.0.1:1/nothing');
    await expect(nowhere.listen('lent', () => undefined)).rejects.toThrow();
    await nowhere.close();
    const { heard, onNotify } = ear();
    const here = new PostgresqlListener(db.url);
    await here.listen('lent', onNotify);
    await send('lent', 'Emma');
    await vi.waitFor(() => expect(heard).toEqual(['Emma']));
    await here.close();
  });
});
