import { describe, expect, it } from 'vitest';
import { Feed } from '../../src/graphql/feed.js';

const DONE = { done: true, value: undefined };

/** The next few events of an iterator. */
async function take<Event>(events: AsyncIterator<Event>, count: number): Promise<Event[]> {
  const taken: Event[] = [];
  while (taken.length < count) taken.push((await events.next()).value as Event);
  return taken;
}

describe('a feed', () => {
  it('gives each subscriber every event from then on, in order, whether it waits for them or not', async () => {
    const feed = new Feed<number>();
    feed.publish(0);
    const [early, late] = [feed.subscribe(), feed.subscribe()];
    const waiting = Promise.all([early.next(), early.next()]);
    for (const event of [1, 2, 3]) feed.publish(event);
    expect((await waiting).map(({ value }) => value as number)).toEqual([1, 2]);
    expect(await take(early, 1)).toEqual([3]);
    expect(await take(late, 3)).toEqual([1, 2, 3]);
  });

  it('leaves out what a subscriber does not want', async () => {
    const feed = new Feed<number>();
    const even = feed.subscribe((event) => event % 2 === 0);
    for (let event = 1; event <= 4; event += 1) feed.publish(event);
    expect(await take(even, 2)).toEqual([2, 4]);
  });

  it('ends the subscriber whose filter fails, and no other', async () => {
    const feed = new Feed<number>();
    const broken = feed.subscribe(() => {
      throw new Error('broken');
    });
    const sound = feed.subscribe();
    feed.publish(1);
    await expect(broken.next()).rejects.toThrow('broken');
    expect(await broken.next()).toEqual(DONE);
    expect(await take(sound, 1)).toEqual([1]);
    expect(feed.size).toBe(1);
  });

  it('forgets a subscriber that leaves, and answers whoever still waits for it', async () => {
    const feed = new Feed<number>();
    const [events, other] = [feed.subscribe(), feed.subscribe()];
    feed.publish(1);
    expect(await take(events, 1)).toEqual([1]);
    const waiting = [events.next(), events.next()];
    expect(await events.return!()).toEqual(DONE);
    expect(await Promise.all(waiting)).toEqual([DONE, DONE]);
    expect(feed.size).toBe(1);
    feed.publish(2);
    expect(await events.next()).toEqual(DONE);
    await expect(other.throw!(new Error('away'))).rejects.toThrow('away');
    expect(await other.next()).toEqual(DONE);
    expect(feed.size).toBe(0);
  });

  it('leaves by itself at the end of a loop', async () => {
    const feed = new Feed<number>();
    const events = feed.subscribe();
    feed.publish(1);
    for await (const event of events) {
      expect(event).toBe(1);
      break;
    }
    expect(feed.size).toBe(0);
  });

  it('SU3 ends a subscriber that falls behind, keeps nothing for it, and serves the others', async () => {
    const feed = new Feed<number>(3);
    const [slow, quick] = [feed.subscribe(), feed.subscribe()];
    for (let event = 1; event <= 5; event += 1) {
      feed.publish(event);
      expect(await take(quick, 1)).toEqual([event]);
    }
    expect(feed.size).toBe(1);
    await expect(slow.next()).rejects.toMatchObject({ code: 'TOO_EXPENSIVE' });
    expect(await slow.next()).toEqual(DONE);
  });

  it('that nobody asks any more leaves no rejection behind', async () => {
    const feed = new Feed<number>(1);
    const abandoned = feed.subscribe();
    feed.publish(1);
    feed.publish(2);
    expect(await abandoned.return!()).toEqual(DONE);
    expect(await abandoned.next()).toEqual(DONE);
  });
});
