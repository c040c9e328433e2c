import { describe, expect, it } from 'vitest';
import { ActorChanges } from '../../src/auth/actor-changes.js';
import { credentialKey, KnownActors } from '../../src/auth/known-actors.js';
import type { OnLink, OnNotify } from '../../src/db/channels.js';
import type { Database } from '../../src/db/index.js';

/** A channel that says what a test says. */
function channel(isUp = true) {
  let listening = 0;
  const told: { notify: OnNotify; link: OnLink } = { notify: () => undefined, link: () => undefined };
  const listen = async (_channel: string, notify: OnNotify, link: OnLink = () => undefined) => {
    listening += 1;
    if (!isUp && listening === 1) throw new Error('nobody there');
    Object.assign(told, { notify, link });
    link(true);
    return async () => undefined;
  };
  const changes = new ActorChanges({ listen } as unknown as Database);
  return { changes, told };
}

const NOW = new Date('2026-01-01T00:00:00Z');
const at = NOW.getTime();

const proving = (value: string, ...concerned: string[]) => ({ value, concerned, until: [] });

/** What is known of callers, on a channel that is listened to. */
function known() {
  const { changes, told } = channel();
  changes.mark();
  const actors = new KnownActors<string>(changes);
  const read = (key: string, value: string, ...concerned: string[]) =>
    actors.read(key, NOW, async () => proving(value, ...concerned));
  return { actors, told, changes, read };
}

describe('what credentials proved', () => {
  it('holds until one of those whom it concerns changes', async () => {
    const { actors, told, read } = known();
    await read('a', 'Emma', '1', '2');
    await read('b', 'Anne', '3', 'client x');
    told.notify('4');
    expect([actors.get('a', at), actors.get('b', at)]).toEqual(['Emma', 'Anne']);
    told.notify('2');
    expect([actors.get('a', at), actors.get('b', at)]).toEqual([undefined, 'Anne']);
    told.notify('client x');
    expect(actors.get('b', at)).toBeUndefined();
    await read('b', 'Anne Elliot', '3');
    expect(actors.get('b', at)).toBe('Anne Elliot');
    told.notify('');
    expect(actors.get('b', at)).toBeUndefined();
  });

  it('is not kept where it changes while it is read', async () => {
    for (const name of ['1', '']) {
      const { actors, told } = known();
      const value = await actors.read('a', NOW, async () => {
        told.notify(name);
        return proving('Emma', '1');
      });
      expect([value, actors.get('a', at)]).toEqual(['Emma', undefined]);
    }
  });

  it('is not kept, nor believed, while nobody hears of changes', async () => {
    const { actors, told, read } = known();
    await read('a', 'Emma', '1');
    told.link(false);
    expect(actors.get('a', at)).toBeUndefined();
    await read('b', 'Anne', '2');
    told.link(true);
    expect([actors.get('a', at), actors.get('b', at)]).toEqual([undefined, undefined]);
    await read('b', 'Anne', '2');
    expect(actors.get('b', at)).toBe('Anne');
  });

  it('is not kept where the connection was lost and made anew while it was read', async () => {
    const { actors, told } = known();
    await actors.read('a', NOW, async () => {
      told.link(false);
      told.link(true);
      return proving('Emma', '1');
    });
    expect(actors.get('a', at)).toBeUndefined();
  });

  it('is kept once somebody hears, who is asked again where the first try failed', async () => {
    const { changes } = channel(false);
    expect(changes.mark()).toBeNull();
    await new Promise((resolve) => setImmediate(resolve));
    expect(changes.mark()).toEqual(expect.any(Number));
    await changes.close();
    expect(changes.mark()).toBeNull();
  });

  it('ends at the first of the instants that are told, and is kept for half a minute where there is none', async () => {
    const { actors } = known();
    const until = [null, new Date(at + 5_000), new Date(at + 9_000)];
    await actors.read('a', NOW, async () => ({ value: 'Emma', concerned: [], until }));
    expect([actors.get('a', at + 4_999), actors.get('a', at + 5_000)]).toEqual(['Emma', undefined]);
    await actors.read('b', NOW, async () => ({ value: 'Anne', concerned: [], until: [null] }));
    expect([actors.get('b', at + 29_999), actors.get('b', at + 30_000)]).toEqual(['Anne', undefined]);
  });

  it('is bounded, and what proves nothing drives nothing out', async () => {
    const { actors, read } = known();
    await read('a', 'Emma', '1');
    for (let i = 0; i < 20_000; i++) expect(await actors.read(`bad ${i}`, NOW, async () => null)).toBeNull();
    expect(actors.get('a', at)).toBe('Emma');
    for (let i = 0; i < 10_000; i++) await read(`good ${i}`, 'Anne', '2');
    expect([actors.get('a', at), actors.get('good 0', at)]).toEqual([undefined, 'Anne']);
  });

  it('of too many changes to tell apart all are ended', async () => {
    const { actors, told, read } = known();
    await read('a', 'Emma', '1');
    for (let i = 0; i < 10_000; i++) told.notify(`other ${i}`);
    expect(actors.get('a', at)).toBe('Emma');
    told.notify('one more');
    expect(actors.get('a', at)).toBeUndefined();
    await read('a', 'Emma', '1');
    expect(actors.get('a', at)).toBe('Emma');
  });

  it('SE1 is known by a hash', () => {
    expect(credentialKey('secret')).toBe('K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=');
  });
});
