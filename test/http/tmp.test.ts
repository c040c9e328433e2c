import { it, expect, vi } from 'vitest';
import { hear, openLiveApp, streamClient } from '../support/live.js';
it('x', async () => {
  const t0 = performance.now(); const t = (s: string) => console.log(s, Math.round(performance.now() - t0));
  const app = await openLiveApp();
  t('open');
  const heard = hear(streamClient(app.url), 'subscription { arrival { title } }');
  await vi.waitFor(() => expect(app.arrivals.feed.size).toBe(1));
  t('subscribed');
  heard.stop();
  await vi.waitFor(() => expect(app.arrivals.closed).toBe(1), { timeout: 10000 });
  t('closed');
  await vi.waitFor(async () => expect(await app.open()).toBe(0), { timeout: 10000 });
  t('metrics');
  await app.close();
  t('app closed');
});
