import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepDump } from '../../src/modules/dump/kept-dumps.service.js';
import { startTestService, type TestService } from '../support/service.js';
import { linesOf } from '../modules/dump/support.js';

const NOW = new Date('2026-11-24T04:00:00.500Z');
const MIB = 1024 * 1024;

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const get = (headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  service.http.inject({ method, url: '/exports/dump', headers });

describe('/exports/dump', () => {
  test('says before the first night when there will be one', async () => {
    const { statusCode, body } = await get();
    expect(statusCode).toBe(404);
    expect(body).toContain('DUMP_AT');
    expect(body).toContain('`mcp dump` makes one at once');
  });

  test('serves the last dump, to everybody', async () => {
    // What does not compress makes it several pieces long.
    await service.db.query(
      `INSERT INTO version_files (version_id, file_name, content) SELECT id, 'noise.txt', $1 FROM game_versions`,
      [randomBytes(2.5 * MIB)],
    );
    await keepDump(service.db, NOW);
    const { statusCode, headers, rawPayload } = await get();
    expect(statusCode).toBe(200);
    expect(rawPayload.length).toBeGreaterThan(2 * MIB);
    expect(headers).toMatchObject({
      'content-type': 'application/gzip',
      'content-length': String(rawPayload.length),
      'content-disposition': 'attachment; filename="mcp-dump-2026-11-24.jsonl.gz"',
      'last-modified': 'Tue, 24 Nov 2026 04:00:00 GMT',
      'accept-ranges': 'bytes',
      'access-control-allow-origin': '*',
      etag: `"${createHash('sha256').update(rawPayload).digest('hex')}"`,
    });
    expect(headers['content-encoding']).toBeUndefined();
    expect(linesOf(rawPayload)[0]).toMatchObject({ format: 'mcp-dump', formatVersion: 1 });
  });

  test('tells of it without sending it, and sends it not again', async () => {
    const whole = await get();
    const { etag, 'last-modified': date, 'content-length': length } = whole.headers;
    const told = await get({}, 'HEAD');
    expect([told.statusCode, told.rawPayload.length]).toEqual([200, 0]);
    expect(told.headers).toMatchObject({ etag, 'content-length': length });
    expect((await get({ 'if-none-match': String(etag) })).statusCode).toBe(304);
    expect((await get({ 'if-modified-since': String(date) })).statusCode).toBe(304);
    expect((await get({ 'if-none-match': '"another"' })).statusCode).toBe(200);
  });

  test('goes on where a download broke off, over the borders of its pieces', async () => {
    const { rawPayload: whole, headers } = await get();
    const ranges = [
      [0, 99],
      [MIB - 10, MIB + 9],
      [MIB, 2 * MIB - 1],
      [5, whole.length - 1],
    ] as const;
    for (const [first, last] of ranges) {
      const part = await get({ range: `bytes=${first}-${last}`, 'if-range': String(headers.etag) });
      expect(part.statusCode).toBe(206);
      expect(part.headers['content-range']).toBe(`bytes ${first}-${last}/${whole.length}`);
      expect(part.rawPayload.equals(whole.subarray(first, last + 1))).toBe(true);
    }
    const rest = await get({ range: 'bytes=-7' });
    expect(rest.rawPayload).toEqual(whole.subarray(-7));
    expect((await get({ range: `bytes=${whole.length}-` })).statusCode).toBe(416);
    const other = await get({ range: 'bytes=0-9', 'if-range': '"another"' });
    expect(other.rawPayload).toHaveLength(whole.length);
  });

  test('costs a statement for each mebibyte, which is all that is held at once', async () => {
    const before = service.db.statementCount;
    await get();
    // Which dump, and its three pieces.
    expect(service.db.statementCount - before).toBe(4);
  });
});
