import { EventEmitter, once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { drainOnSignals } from '../../src/app/drain.js';
import { openLibraryApp } from '../support/app.js';

const log = pino({ level: 'silent' });

async function listening() {
  const app = await openLibraryApp();
  await app.http.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.http.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const query = (text: string) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: text }),
    });
  return { app, url, query };
}

describe('draining', () => {
  it('finishes the requests under way, takes no new ones, then closes what they used', async () => {
    const { app, url, query } = await listening();
    const signals = new EventEmitter();
    const exit = vi.fn();
    let answeredBefore: boolean | undefined;
    drainOnSignals({
      log,
      signals,
      exit,
      delaySeconds: 0.2,
      startDraining: () => app.startDraining(),
      async close() {
        await app.close();
        answeredBefore = /"path":"\/graphql","status":200/.test(app.log());
      },
    });
    const underWay = query('{ slow(ms: 600) }').then((answer) => answer.json());
    await sleep(100);
    signals.emit('SIGTERM');
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await underWay).toMatchObject({ data: { slow: 'done' } });
    await vi.waitFor(() => expect(exit).toHaveBeenCalledWith(0));
    expect(answeredBefore).toBe(true);
    await expect(query('{ __typename }')).rejects.toThrow();
  });

  it('is not held up by a connection that was opened in advance', async () => {
    const { app, url } = await listening();
    const unused = connect(Number(new URL(url).port), '127.0.0.1');
    await once(unused, 'connect');
    const gone = once(unused, 'close');
    const startedAt = performance.now();
    await app.close();
    await gone;
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('exits at once on a second signal', async () => {
    const signals = new EventEmitter();
    const exit = vi.fn();
    drainOnSignals({
      log,
      signals,
      exit,
      delaySeconds: 0,
      startDraining: () => undefined,
      close: () => new Promise(() => undefined),
    });
    signals.emit('SIGINT');
    expect(exit).not.toHaveBeenCalled();
    signals.emit('SIGTERM');
    expect(exit).toHaveBeenCalledWith(1);
  });

  it('does not wait for ever, and tells a failure by its status', async () => {
    const stop = (close: () => Promise<void>) => {
      const signals = new EventEmitter();
      const exit = vi.fn();
      drainOnSignals({ log, signals, exit, delaySeconds: 0, patience: 50, startDraining: () => undefined, close });
      signals.emit('SIGTERM');
      return exit;
    };
    const stuck = stop(() => new Promise(() => undefined));
    const failed = stop(() => Promise.reject(new Error('database gone')));
    await vi.waitFor(() => expect([stuck.mock.calls, failed.mock.calls]).toEqual([[[1]], [[1]]]));
  });
});
