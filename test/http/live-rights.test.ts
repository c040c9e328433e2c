import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RoleName } from '../../src/auth/permissions.js';
import { actorWith } from '../support/actors.js';
import { codesOf, hear, openLiveApp, socketClient, streamClient, type Heard, type LiveApp } from '../support/live.js';

/** Both ways to subscribe, and how each tells that a right is lost. */
const WAYS = [
  {
    name: 'a socket',
    client: (key: string) => socketClient(app.socketUrl, key),
    ends: { UNAUTHENTICATED: 4401, FORBIDDEN: 4403 },
  },
  {
    name: 'a stream',
    client: (key: string) => streamClient(app.url, { authorization: `Bearer ${key}` }),
    ends: { UNAUTHENTICATED: ['UNAUTHENTICATED'], FORBIDDEN: ['FORBIDDEN'] },
  },
] as const;

const LOCKED = 'subscription { lockedArrival { title } }';
const RECHECK = 150;

let app: LiveApp;
afterEach(() => app.close());

/** How a subscription ended: a stream tells its errors in its last answer. */
const endOf = ({ end, results }: Heard) => {
  const errors = results.at(-1)?.errors;
  return end === 'DONE' && errors ? codesOf(errors) : codesOf(end);
};

describe.each(WAYS)('the rights of $name', ({ client, ends }) => {
  beforeEach(async () => {
    app = await openLiveApp({ liveTimes: { recheck: RECHECK } });
    app.keys.people.set('ann', actorWith([RoleName.MAINTAINER]));
  });

  /** A maintainer who listens. */
  async function listening(query = LOCKED) {
    const heard = hear(client('ann'), query);
    await vi.waitFor(() => expect(app.arrivals.feed.size).toBe(1));
    return heard;
  }
  const gone = async (heard: Heard, code: keyof typeof ends) => {
    await vi.waitFor(() => expect(endOf(heard)).toEqual(ends[code]));
    await vi.waitFor(async () =>
      expect([app.arrivals.feed.size, app.arrivals.closed, await app.open()]).toEqual([0, 1, 0]),
    );
  };

  it('SU2 end with its credential, though nothing happens', async () => {
    const heard = await listening();
    app.keys.people.set('ann', 'REFUSED');
    await gone(heard, 'UNAUTHENTICATED');
  });

  it('SU2 end with the permission of the rule', async () => {
    const heard = await listening();
    app.keys.people.set('ann', actorWith([RoleName.USER]));
    await gone(heard, 'FORBIDDEN');
  });

  it('SU2 stay for what its rule does not ask for, and are new ones within it', async () => {
    const heard = await listening('subscription { arrival { title price } }');
    app.arrivals.publish('Emma');
    await vi.waitFor(() => expect(heard.results).toHaveLength(1));
    expect(codesOf(heard.results[0]!.errors)).toEqual(['FORBIDDEN']);
    app.keys.people.set('ann', actorWith([RoleName.RELEASE_MANAGER]));
    await sleep(RECHECK * 2);
    app.arrivals.publish('World');
    await vi.waitFor(() => expect(heard.results).toHaveLength(2));
    expect(heard.results[1]).toEqual({ data: { arrival: { title: 'World', price: 9 } } });
    expect(heard.end).toBeNull();
  });

  it('SU2 are not asked for once nobody is there', async () => {
    const heard = await listening();
    await vi.waitFor(() => expect(app.keys.asked).toBeGreaterThan(2));
    heard.stop();
    await vi.waitFor(() => expect(app.arrivals.closed).toBe(1));
    const { asked } = app.keys;
    await sleep(RECHECK * 3);
    expect(app.keys.asked).toBe(asked);
  });

  it('SU2 that can not be read for a moment let it wait', async () => {
    const heard = await listening();
    app.keys.people.set('ann', new Error('database gone'));
    await vi.waitFor(() => expect(app.log()).toContain('rights not read'));
    expect(heard.end).toBeNull();
    app.keys.people.set('ann', actorWith([RoleName.MAINTAINER]));
    await sleep(RECHECK * 2);
    app.arrivals.publish();
    await vi.waitFor(() => expect(heard.results).toEqual([{ data: { lockedArrival: { title: 'Emma' } } }]));
  });
});

describe.each(WAYS)('the rights of $name, between two checks', ({ client, ends }) => {
  beforeEach(async () => {
    app = await openLiveApp();
  });

  it('SU2 RO3 end at the instant at which a role or a credential does', async () => {
    // Time to open it in, on a machine that has other things to do.
    const soon = () => new Date(Date.now() + 1_500);
    app.keys.people.set('role', actorWith([RoleName.MAINTAINER], { until: soon() }));
    const role = hear(client('role'), LOCKED);
    await vi.waitFor(() => expect(endOf(role)).toEqual(ends.FORBIDDEN), { timeout: 20_000 });
    const end = soon();
    app.keys.people.set('key', actorWith([RoleName.MAINTAINER], { credential: { expiresAt: end } }));
    const key = hear(client('key'), LOCKED);
    await vi.waitFor(() => expect(endOf(key)).toEqual(ends.UNAUTHENTICATED), { timeout: 20_000 });
    expect(Date.now()).toBeGreaterThanOrEqual(end.getTime());
    expect([app.arrivals.opened, app.arrivals.closed]).toEqual([2, 2]);
  });
});

describe.each(WAYS)('an event for $name that comes when the rights were read long ago', ({ client, ends }) => {
  // The timer does not come in the way: it waits for longer than the test takes.
  const recheck = 60_000;
  afterEach(() => vi.restoreAllMocks());

  /** A maintainer who has seen one event, and whose rights were then read long ago. */
  async function listening() {
    app = await openLiveApp({ liveTimes: { recheck } });
    app.keys.people.set('ann', actorWith([RoleName.MAINTAINER]));
    const heard = hear(client('ann'), LOCKED);
    await vi.waitFor(() => expect(app.arrivals.feed.size).toBe(1));
    const { asked } = app.keys;
    app.arrivals.publish('Emma');
    await vi.waitFor(() => expect(heard.results).toHaveLength(1));
    expect(app.keys.asked).toBe(asked);
    const later = performance.now() + recheck;
    vi.spyOn(performance, 'now').mockImplementation(() => later);
    return heard;
  }
  const seen = ({ results }: Heard) => results.filter(({ data }) => data);

  it('SU2 is not for those who have lost them', async () => {
    const heard = await listening();
    app.keys.people.set('ann', actorWith([RoleName.USER]));
    app.arrivals.publish('World');
    await vi.waitFor(() => expect(endOf(heard)).toEqual(ends.FORBIDDEN));
    expect(seen(heard)).toEqual([{ data: { lockedArrival: { title: 'Emma' } } }]);
  });

  it('SU2 is for nobody whose rights can not be read', async () => {
    const heard = await listening();
    app.keys.people.set('ann', new Error('database gone'));
    app.arrivals.publish('World');
    await vi.waitFor(() => expect(endOf(heard)).toEqual(['INTERNAL_SERVER_ERROR']));
    expect(seen(heard)).toEqual([{ data: { lockedArrival: { title: 'Emma' } } }]);
  });

  it('SU2 is for those who still have them', async () => {
    const heard = await listening();
    app.arrivals.publish('World');
    await vi.waitFor(() => expect(seen(heard)).toHaveLength(2));
    expect(heard.end).toBeNull();
  });
});
